"""datamoat: a training corpus whose every token can be traced back to its source.

The public Python API; each name is imported when it is first used, so that asking never loads Beam:

    config = datamoat.load_config("corpus.toml")         checked whole
    datamoat.build(config, datamoat.How(workers=2))      reads, deduplicates, commits a snapshot
    catalog = datamoat.open_catalog("warehouse")
    manifest = datamoat.snapshot(catalog, None)          the newest
    with datamoat.connect(catalog, manifest) as con:     DuckDB over the tables and views
        con.sql("FROM moat").to_arrow_table()
    datamoat.show(catalog, manifest, "613dab38")         a document's chain of custody
    with datamoat.open_trace(catalog, manifest) as tracer:
        tracer.trace("what a model said").spans          whose words these are
    datamoat.verify(catalog, manifest).ok
    datamoat.export(catalog, manifest, "out", "parquet", where="license = 'MIT'")
"""

from importlib import import_module
from typing import Any

from pipelines import __version__ as __version__

_HOMES = {
    "How": "pipelines.stages",
    "build": "pipelines.build",
    "connect": "warehouse.connect",
    "export": "pipelines.export",
    "load_config": "pipelines.config",
    "index": "pipelines.index",
    "open_catalog": "warehouse.catalog",
    "open_trace": "warehouse.trace",
    "read_funnel": "warehouse.funnel",
    "show": "warehouse.show",
    "snapshot": "warehouse.catalog",
    "verify": "warehouse.verify",
}

__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'datamoat' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
