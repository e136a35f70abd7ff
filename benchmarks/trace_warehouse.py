"""Writes texts straight into a warehouse, not read, cleaned or deduplicated: all that the index needs."""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import pyarrow as pa

from schemas.ids import digest16, document_id, text_sha256
from schemas.manifest import Manifest, SourceRow
from schemas.tables import TABLES
from warehouse.catalog import Catalog
from warehouse.parts import UnitParts
from warehouse.rows import uuids
from warehouse.storage import open_storage

PART_DOCUMENTS = 4096
_BATCH = 256


def write_warehouse(folder: Path, texts: Iterable[tuple[str, str]]) -> Catalog:
    """Writes a snapshot of one source whose documents are (name, text)."""
    storage = open_storage(str(folder))
    rows, published, number = iter(texts), [], 0
    while part := list(islice(rows, PART_DOCUMENTS)):
        parts = UnitParts(storage, digest16("unit", str(number)).hex(), {"documents": "0" * 32}, "")
        for first in range(0, len(part), _BATCH):
            parts.write("documents", _rows(part[first : first + _BATCH]))
        published += parts.publish()
        number += 1
    catalog = Catalog(storage)
    catalog.commit(
        Manifest(
            number=1,
            created_at="2024-02-29T00:00:00+00:00",
            corpus="benchmark",
            sources=(SourceRow(source="j", contributor="benchmark", license="NOASSERTION"),),
            parts=catalog.write_parts(published),
            plan=catalog.write_plan([]),
        )
    )
    return catalog


def _rows(part: Sequence[tuple[str, str]]) -> pa.Table:
    count = len(part)
    known = {
        "doc_id": uuids([document_id("j", name, "") for name, _ in part]),
        "parent_id": uuids([None] * count),
        "source": ["j"] * count,
        "uri": [f"j:{name}" for name, _ in part],
        "text": [text for _, text in part],
        "chars": [len(text) for _, text in part],
        "text_sha256": [text_sha256(text) for _, text in part],
        "raw_sha256": [b"\0" * 32] * count,
    }
    columns = []
    for field in TABLES["documents"]:
        empty = [None if field.nullable else 0 if pa.types.is_integer(field.type) else ""] * count
        value = known.get(field.name, empty)
        columns.append(value if isinstance(value, pa.Array) else pa.array(value, field.type))
    return pa.Table.from_arrays(columns, schema=TABLES["documents"])
