"""Imports Beam without what no worker of this machine uses: 0.25 s of every worker's time."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

_CLIENTS = ("bson", "pymongo", "apache_beam.io.gcp.bigquery")
"""Clients of databases that Beam imports if they are there, and does without if they are not."""


def import_lean_beam() -> None:
    """Imports Beam as if the clients were not installed; they can be imported by themselves afterwards.

    Only where the runner is the one in memory: pipelines of others may want them.
    """
    # It warns that it found none.
    logging.getLogger("apache_beam.io.mongodbio").setLevel(logging.ERROR)
    with _hidden():
        import apache_beam.options.pipeline_options  # noqa: F401


@contextmanager
def _hidden() -> Iterator[None]:
    hidden = [name for name in _CLIENTS if name not in sys.modules]
    modules = cast("dict[str, Any]", sys.modules)
    modules.update(dict.fromkeys(hidden))  # None says that it cannot be imported
    try:
        yield
    finally:
        for name in hidden:
            modules.pop(name, None)
