"""Parquet: one record a row, read row group by row group.

A row has no bytes of its own; its canonical JSON (sorted keys) stands for them.
"""

from collections.abc import Iterator
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.records import MAX_RAW_BYTES, Dead, Fallen, Record, Refused
from transforms.read.formats import Format, ReadContext
from transforms.read.jsonl import extract
from transforms.read.streams import Readable
from transforms.read.structured import canonical
from transforms.read.values import TooComplex, plain

_MEDIA_TYPE = "application/vnd.apache.parquet"
_ROW_TYPE = "application/json"
_BATCH_ROWS = 256
_MAGIC = b"PAR1"
_DAMAGE = (pa.ArrowException, OSError, ValueError, OverflowError)


def records(stream: Readable, context: ReadContext) -> Iterator[Record | Fallen]:
    """Yields the rows of the row groups in the range as ``row=N``, counted over the whole file.

    A row group that cannot be read is one dead letter after its good rows; the next one goes on.
    """
    try:
        file = pq.ParquetFile(cast("IO[bytes]", stream))
    except _DAMAGE as error:
        yield Fallen(context.prefix, _unreadable(stream, error), media_type=_MEDIA_TYPE)
        return
    if not file.metadata.num_rows:
        yield Fallen(context.prefix, Refused("empty"), media_type=_MEDIA_TYPE)
        return
    stop = file.num_row_groups if context.stop is None else min(context.stop, file.num_row_groups)
    first = 0
    for group in range(stop):
        rows = file.metadata.row_group(group).num_rows
        if group >= (context.start or 0):
            yield from _group(file, group, first, context)
        first += rows


def group_of(stream: Readable, row: int) -> int | None:
    """Returns the row group that holds a row of the file, or None."""
    try:
        metadata = pq.ParquetFile(cast("IO[bytes]", stream)).metadata
    except _DAMAGE:
        return None
    for group in range(metadata.num_row_groups):
        row -= metadata.row_group(group).num_rows
        if row < 0:
            return group
    return None


def _group(file: Any, group: int, row: int, context: ReadContext) -> Iterator[Record | Fallen]:
    try:
        for batch in file.iter_batches(batch_size=_BATCH_ROWS, row_groups=[group], use_threads=False):
            for fields in batch.to_pylist():
                yield _record(context.locate("row", row), fields)
                row += 1
    except _DAMAGE as error:
        dead = Dead("corrupt", f"{type(error).__name__}: row group {group} cannot be read")
        yield Fallen(context.locate("row", row), dead, media_type=_MEDIA_TYPE)


def _record(locator: str, fields: dict[str, Any]) -> Record | Fallen:
    try:
        raw = canonical(fields)
        values = plain(fields)
    except TooComplex as error:
        return Fallen(locator, Dead("parse_error", f"TooComplex: {error}"), media_type=_ROW_TYPE)
    if len(raw) > MAX_RAW_BYTES:
        return Fallen(locator, Dead("too_large", f"more than {MAX_RAW_BYTES} bytes"), media_type=_ROW_TYPE)
    return Record(locator, raw, FORMAT.name, _ROW_TYPE, values)


def _unreadable(stream: Readable, error: Exception) -> Dead:
    """Tells a file without its footer from a damaged one."""
    movable = cast("IO[bytes]", stream)
    movable.seek(0, 2)
    size = movable.tell()
    movable.seek(max(0, size - len(_MAGIC)))
    ends = movable.read(len(_MAGIC)) == _MAGIC
    if ends and size >= 3 * len(_MAGIC):
        return Dead("corrupt", f"{type(error).__name__}: not a Parquet file")
    return Dead("truncated", f"{type(error).__name__}: the footer is missing")


def sniff(head: bytes, name: str) -> bool:
    """Takes what has the magic, and what is called so: a damaged one is a dead letter, not a refusal."""
    return head.startswith(_MAGIC) or name.lower().endswith(FORMAT.extensions)


FORMAT = Format(
    name="parquet",
    media_type=_MEDIA_TYPE,
    extensions=(".parquet", ".pq"),
    extract=extract,
    libraries=("pyarrow",),
    sniff=sniff,
    reader=records,
    seeks=True,
)
