"""Writes rows as the files of an export: ``.jsonl.zst`` or Parquet, the same bytes every time."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from schemas.answers import ExportFormat
from warehouse.parts import ZSTD_LEVEL

Row = Mapping[str, Any]

SUFFIX: dict[ExportFormat, str] = {"jsonl": "jsonl.zst", "parquet": "parquet"}


class Writer(Protocol):
    """What takes rows; use as a context."""

    def write(self, rows: Sequence[Row]) -> None:
        """Appends rows; keys that the schema does not have are left out."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_writer(local: Path, form: ExportFormat, schema: pa.Schema) -> Writer:
    """Opens a local file for rows of a schema."""
    return ParquetShard(local, schema) if form == "parquet" else JsonlShard(local, schema)


class ParquetShard:
    """A Parquet file; each call of ``write`` is a row group."""

    def __init__(self, local: Path, schema: pa.Schema) -> None:
        self._schema = schema
        self._writer = pq.ParquetWriter(local, schema, compression="zstd", compression_level=ZSTD_LEVEL)

    def write(self, rows: Sequence[Row]) -> None:
        """Appends rows as one row group."""
        columns = [pa.array([row[field.name] for row in rows], field.type) for field in self._schema]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()


class JsonlShard:
    """Lines of JSON in one zstd frame, keys in the order of the schema."""

    def __init__(self, local: Path, schema: pa.Schema) -> None:
        self._names = schema.names
        self._stack = ExitStack()
        handle = self._stack.enter_context(local.open("wb"))
        compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True)
        self._stream = self._stack.enter_context(compressor.stream_writer(handle, closefd=False))

    def write(self, rows: Sequence[Row]) -> None:
        """Appends one line a row."""
        for row in rows:
            line = {name: row[name] for name in self._names}
            self._stream.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
