"""The compiled loops of this folder, where the installation could build them.

``lines.c``, ``repetition.c`` and ``wording.c`` count what NumPy counts in the modules of these names, the
same, in a tenth of the time. As with ``transforms.kernel``: without a compiler, or with
``DATAMOAT_KERNEL=numpy`` in the environment, NumPy counts.
"""

import os
from functools import cache
from importlib import import_module
from typing import Any


@cache
def loops(name: str) -> Any:
    """Returns a compiled module, or None where it is not there or not wanted.

    Args:
        name: Of the C file, without its ending; the module has an underscore before it.
    """
    if os.environ.get("DATAMOAT_KERNEL") == "numpy":
        return None
    try:
        return import_module(f"transforms.quality._{name}")
    except ImportError:
        return None
