"""Keeps the items of benchmarks in the warehouse, as a part of their own that workers read."""

from collections.abc import Sequence

import pyarrow as pa

from schemas.benchmarks import BenchmarkItem
from schemas.ids import recipe_digest
from schemas.tables import TABLES
from schemas.units import PartInfo
from transforms.decontaminate.documents import DECONTAMINATE_VERSION
from transforms.decontaminate.items import ItemSet, make_items
from warehouse.parts import UnitParts, open_part, part_digest, part_path, stored_digest
from warehouse.storage import Storage

_COLUMNS = ("benchmark", "item", "question", "answer", "passage")


def write_items(storage: Storage, items: Sequence[BenchmarkItem]) -> PartInfo:
    """Writes items in their order; the part's name holds the digest of their content.

    ``searchable`` says whether an item is long enough to be looked for.
    """
    rows: dict[str, list[str]] = {name: [getattr(item, name) for item in items] for name in _COLUMNS}
    recipe = recipe_digest({"benchmarks": rows, "version": DECONTAMINATE_VERSION})
    digest = part_digest("", recipe)
    path = part_path("benchmarks", "benchmarks", digest)
    if storage.exists(path):
        # It says the same, and a published part is never changed: not even by a newer schema.
        return _published(storage, path)
    searchable = make_items(items).searchable()
    table = pa.Table.from_pydict(rows | {"searchable": searchable}, TABLES["benchmarks"])
    parts = UnitParts(storage, "benchmarks", {"benchmarks": digest}, recipe)
    parts.write("benchmarks", table)
    (part,) = parts.publish()
    return part


def _published(storage: Storage, path: str) -> PartInfo:
    size, sha256 = stored_digest(storage, path)
    with open_part(storage, path) as part:
        version = int(part.schema_arrow.metadata[b"datamoat.schema_version"])
        return PartInfo("benchmarks", path, part.metadata.num_rows, size, sha256, "benchmarks", version)


_loaded: dict[tuple[str, str], ItemSet] = {}


def cached_items(storage: Storage, path: str) -> ItemSet:
    """Reads items once a process: a part's name says what is in it."""
    key = storage.location, path
    if key not in _loaded:
        _loaded.clear()
        _loaded[key] = load_items(storage, path)
    return _loaded[key]


def load_items(storage: Storage, path: str) -> ItemSet:
    """Reads the items that ``write_items`` wrote, ready to be looked for."""
    with open_part(storage, path) as part:
        rows = part.read(columns=list(_COLUMNS)).to_pylist()
    return make_items([BenchmarkItem(**row) for row in rows])
