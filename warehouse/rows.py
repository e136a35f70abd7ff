"""Turns the contents of a batch into rows of the tables."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from schemas.batches import Batch, Signals
from schemas.benchmarks import Contamination
from schemas.ids import sha256
from schemas.records import DeadLetter, Document, Rejection
from schemas.tables import TABLES

_COMPUTED = {"doc_id", "parent_id", "chars", "words", "tokens", "text_sha256", "recipe"}
"""Columns that are no plain attribute of a record."""


def batch_rows(batch: Batch, recipe: str) -> dict[str, pa.RecordBatch]:
    """Returns the rows of a batch by table, in reading order; row *i* is the same document in each.

    Args:
        batch: A batch that has been measured.
        recipe: Digest of the ingest recipe, written into every row.

    Raises:
        ValueError: If the documents have not been measured.
    """
    if batch.documents and batch.measures is None:
        raise ValueError("a batch is measured before it is written")
    # Encoded once, for the digests and for the column.
    texts = [document.text.encode() for document in batch.documents]
    hashes = [sha256(text) for text in texts]
    rows = {
        "rejections": _rows("rejections", batch.rejections, recipe),
        "dead_letters": _rows("dead_letters", batch.dead_letters, recipe),
        "contamination": _rows("contamination", batch.contamination, recipe),
    }
    if batch.measures is not None:
        rows["documents"] = _rows(
            "documents",
            batch.documents,
            recipe,
            text=_strings(texts),
            chars=batch.measures.chars,
            words=batch.measures.words,
            tokens=batch.measures.tokens,
            text_sha256=hashes,
        )
    if batch.signatures is not None:
        ids = [document.doc_id for document in batch.documents]
        rows["signatures"] = signature_rows(ids, hashes, batch.signatures)
    return rows


def signal_rows(batch: Batch) -> tuple[pa.RecordBatch, pa.RecordBatch] | None:
    """Returns the rows of ``signals`` of a batch, or None if nothing was measured.

    Returns:
        Those of its documents, in their order, and those of what was refused since it was measured.
    """
    if batch.signals is None:
        return None
    places = {doc_id: place for place, doc_id in enumerate(batch.signals.ids)}
    kept = [places.pop(document.doc_id) for document in batch.documents]
    return _signal_rows(batch.signals, kept, True), _signal_rows(batch.signals, list(places.values()), False)


def _signal_rows(signals: Signals, places: Sequence[int], kept: bool) -> pa.RecordBatch:
    schema = TABLES["signals"]
    columns = [uuids([signals.ids[place] for place in places]), pa.array([kept] * len(places), pa.bool_())]
    for field in schema:
        if field.name in signals.columns:
            values = signals.columns[field.name][places]
            missing = np.isnan(values) if values.dtype.kind == "f" else values < 0
            columns.append(pa.array(values, field.type, mask=missing))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def signature_rows(ids: Sequence[bytes], hashes: Sequence[bytes], signatures: Any) -> pa.RecordBatch:
    """Returns rows of ``signatures``; a MinHash is stored as its little-endian 32-bit values."""
    width = signatures.shape[1] * 4
    data = pa.py_buffer(signatures.astype("<u4", copy=False).tobytes())
    borders = pa.py_buffer((np.arange(len(ids) + 1) * width).astype(np.int32))
    minhash = pa.Array.from_buffers(pa.binary(), len(ids), [None, borders, data])
    columns = [uuids(ids), pa.array(hashes, pa.binary(32)), minhash]
    return pa.RecordBatch.from_arrays(columns, schema=TABLES["signatures"])


def uuids(ids: Iterable[bytes | None]) -> pa.Array:
    """Returns 16-byte identifiers as an Arrow UUID column."""
    return pa.ExtensionArray.from_storage(pa.uuid(), pa.array(ids, pa.binary(16)))


def _strings(texts: Sequence[bytes]) -> pa.Array:
    """Returns texts in UTF-8 as an Arrow column."""
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=offsets[1:])
    if offsets[-1] >= 1 << 31:
        raise ValueError("a batch holds less than 2 GB of text")
    data = pa.py_buffer(b"".join(texts))
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(offsets.astype(np.int32)), data)


def _rows(
    table: str,
    records: Sequence[Document | Rejection | DeadLetter | Contamination],
    recipe: str,
    **computed: Any,
) -> pa.RecordBatch:
    schema = TABLES[table]
    columns: dict[str, Any] = dict(computed)
    columns["recipe"] = [recipe] * len(records)
    for name in schema.names:
        if name in columns or name in _COMPUTED:
            continue
        columns[name] = [getattr(record, name) for record in records]
    arrays = {name: pa.array(values, schema.field(name).type) for name, values in columns.items()}
    arrays["doc_id"] = uuids([record.doc_id for record in records])
    if table == "documents":
        parents = [record.parent_id for record in records if isinstance(record, Document)]
        arrays["parent_id"] = uuids(parents)
    return pa.RecordBatch.from_arrays([arrays[name] for name in schema.names], schema=schema)
