"""Parts: the Parquet files of the tables.

A part's name is ``table/unit-digest.parquet``, the digest being that of (unit version, stage recipe,
generation): the same work overwrites itself, other work never does, and a published part is never
changed. Nothing is visible before ``publish``.
"""

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.ids import digest16
from schemas.tables import SCHEMA_VERSION, TABLES
from schemas.units import PartInfo
from warehouse.storage import Storage

ZSTD_LEVEL = 3
"""Level 3 is 19 % smaller than 1 for 8 µs a document."""

ROW_GROUP_ROWS = 256
"""Rows in a row group at the most: one document is read back without much around it."""


def part_digest(version: str, recipe: str, generation: int = 0) -> str:
    """Returns the 32 hex digits that stand for (unit version, stage recipe, generation) in names."""
    return digest16("part", version, recipe, str(generation)).hex()


def part_path(table: str, unit: str, digest: str) -> str:
    """Returns a part's path in the warehouse.

    >>> part_path("documents", "a1", "b2")
    'parts/documents/a1-b2.parquet'
    """
    return f"parts/{table}/{unit}-{digest}.parquet"


class PartWriter:
    """Writes one part, row group by row group; a part without rows is never made.

    Args:
        local: Where the bytes go until they are published.
        table: Name of the table; its schema is taken from ``schemas.tables``.
        metadata: Key-value metadata of the file: unit and recipe; never the snapshot.
    """

    def __init__(self, local: Path, table: str, metadata: Mapping[str, str]) -> None:
        self.rows = 0
        self._local = local
        stated = {"datamoat.schema_version": str(SCHEMA_VERSION), "datamoat.table": table}
        stated |= {f"datamoat.{key}": value for key, value in metadata.items()}
        self._schema = TABLES[table].with_metadata(stated)
        self._writer: pq.ParquetWriter | None = None

    def write(self, rows: pa.RecordBatch | pa.Table) -> None:
        """Appends rows, in row groups of at most ``ROW_GROUP_ROWS``."""
        if not rows.num_rows:
            return
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._local,
                self._schema,
                compression="zstd",
                compression_level=ZSTD_LEVEL,
                use_dictionary=[
                    name
                    for name in ("source", "language", "media_type", "recipe", "stage", "rule")
                    if name in self._schema.names
                ],
                # Statistics of texts would only repeat their heads.
                write_statistics=[name for name in self._schema.names if name not in _NO_STATISTICS],
            )
        table = pa.Table.from_batches([rows]) if isinstance(rows, pa.RecordBatch) else rows
        self._writer.write_table(
            table.replace_schema_metadata(self._schema.metadata), row_group_size=ROW_GROUP_ROWS
        )
        self.rows += rows.num_rows

    def close(self) -> None:
        """Finishes the file; it is not yet published."""
        if self._writer is not None:
            self._writer.close()


_NO_STATISTICS = {"text", "messages", "metadata", "head", "minhash", "message"}


class UnitParts:
    """The parts of one unit and stage, published together once the unit is through.

    Use as a context: leaving it without ``publish`` leaves nothing behind.
    """

    def __init__(self, storage: Storage, unit: str, digests: Mapping[str, str], recipe: str) -> None:
        self._storage = storage
        self._unit = unit
        self._digests = digests
        self._recipe = recipe
        self._stack = ExitStack()
        self._writers: dict[str, tuple[PartWriter, Path]] = {}
        self._waiting: dict[str, tuple[pa.RecordBatchStreamWriter, Path]] = {}

    def write(self, table: str, rows: pa.RecordBatch | pa.Table) -> None:
        """Appends rows to the unit's part of a table."""
        if not rows.num_rows:
            return
        if table not in self._writers:
            local = self._stack.enter_context(self._storage.scratch())
            metadata = {"unit": self._unit, "recipe": self._recipe}
            self._writers[table] = (PartWriter(local, table, metadata), local)
        self._writers[table][0].write(rows)

    def write_last(self, table: str, rows: pa.RecordBatch) -> None:
        """Keeps rows, on disk, that come after all others of the unit's part."""
        if not rows.num_rows:
            return
        if table not in self._waiting:
            local = self._stack.enter_context(self._storage.scratch())
            self._waiting[table] = (pa.ipc.new_stream(str(local), rows.schema), local)
        self._waiting[table][0].write_batch(rows)

    def publish(self) -> list[PartInfo]:
        """Makes the parts visible under their names; returns them sorted by table."""
        for table, (waiting, local) in sorted(self._waiting.items()):
            waiting.close()
            with pa.OSFile(str(local)) as stored, pa.ipc.open_stream(stored) as rows:
                for batch in rows:
                    self.write(table, batch)
        published = []
        for table, (writer, local) in sorted(self._writers.items()):
            writer.close()
            size, sha256 = file_digest(local)
            path = part_path(table, self._unit, self._digests[table])
            self._storage.publish(local, path)
            published.append(PartInfo(table, path, writer.rows, size, sha256, self._unit, SCHEMA_VERSION))
        self.discard()
        return published

    def discard(self) -> None:
        """Drops what is not published."""
        for each, _ in (*self._writers.values(), *self._waiting.values()):
            each.close()
        self._writers, self._waiting = {}, {}
        self._stack.close()


def file_digest(local: Path) -> tuple[int, str]:
    """Returns a local file's size in bytes and its SHA-256 in hex."""
    with open(local, "rb") as handle:
        sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
        return handle.tell(), sha256


def stored_digest(storage: Storage, path: str) -> tuple[int, str]:
    """Returns a stored file's size in bytes and its SHA-256 in hex."""
    with storage.open(path) as handle:
        return _stream_digest(handle)


def _stream_digest(handle: BinaryIO) -> tuple[int, str]:
    state, size = hashlib.sha256(), 0
    while chunk := handle.read(1 << 20):
        state.update(chunk)
        size += len(chunk)
    return size, state.hexdigest()


@contextmanager
def open_part(storage: Storage, path: str) -> Iterator[pq.ParquetFile]:
    """Opens a part for reading, one row group at a time."""
    with storage.open(path) as handle, contextlib.closing(pq.ParquetFile(handle)) as part:
        yield part
