"""Prints the result of a statement: as a table, CSV, JSON or Parquet, in a stream that need not seek.

Identifiers are 32 hex digits in all of them; in the text formats bytes are hex too.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO, Literal
from uuid import UUID

import duckdb

Format = Literal["table", "csv", "json", "parquet"]

TABLE_ROWS = 500
"""Rows that the format ``table`` shows at the most; the others give all."""

_FETCH_ROWS = 1000
_PARQUET_ROWS = 100_000
_CELL_CHARS = 80
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def write_result(con: duckdb.DuckDBPyConnection, sql: str, form: Format, out: BinaryIO) -> str | None:
    """Runs a statement and writes what it gives.

    Returns:
        A note about rows that were left out, or None.

    Raises:
        duckdb.Error: If the statement fails.
    """
    if form == "parquet":
        _write_parquet(con, sql, out)
        return None
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description or []]
    return _WRITERS[form](names, _rows(cursor), out)


def plain(value: Any) -> Any:
    """Returns a value of DuckDB as one that JSON knows; ids and bytes as hex, times as ISO 8601.

    >>> plain([UUID(int=1), b"ab"])
    ['00000000000000000000000000000001', '6162']
    """
    match value:
        case UUID():
            return value.hex
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta() | Decimal():
            return str(value)
        case list() | tuple():
            return [plain(item) for item in value]
        case dict():
            return {str(plain(key)): plain(item) for key, item in value.items()}
    return value


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[list[Any]]:
    single = [str(column[1]) == "FLOAT" for column in cursor.description or []]
    while rows := cursor.fetchmany(_FETCH_ROWS):
        for row in rows:
            yield [
                # 32 bits hold 7 digits; more would be noise.
                float(f"{value:.7g}") if short and value is not None else plain(value)
                for value, short in zip(row, single, strict=True)
            ]


def _write_csv(names: Sequence[str], rows: Iterator[list[Any]], out: BinaryIO) -> str | None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        if buffer.tell() > 1 << 16:
            out.write(buffer.getvalue().encode("utf-8", "surrogatepass"))
            buffer.seek(0)
            buffer.truncate()
    out.write(buffer.getvalue().encode("utf-8", "surrogatepass"))
    return None


def _write_json(names: Sequence[str], rows: Iterator[list[Any]], out: BinaryIO) -> str | None:
    keys = _distinct(names)
    out.write(b"[")
    before = b"\n"
    for row in rows:
        out.write(before + _json(dict(zip(keys, row, strict=True))))
        before = b",\n"
    out.write(b"]\n" if before == b"\n" else b"\n]\n")
    return None


def _write_table(names: Sequence[str], rows: Iterator[list[Any]], out: BinaryIO) -> str | None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown: list[list[Any]] = []
    more = False
    for row in rows:
        if len(shown) == TABLE_ROWS:
            more = True
            break
        shown.append(row)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for index, name in enumerate(names):
        values = [row[index] for row in shown if row[index] is not None]
        number = bool(values) and all(type(value) in (int, float) for value in values)
        table.add_column(Text(name), justify="right" if number else "left", no_wrap=True)
    for row in shown:
        table.add_row(*(Text(_short(value)) for value in row))
    text = io.StringIO()
    terminal = Console(stderr=False).width if _is_terminal(out) else 10_000
    console = Console(file=text, width=terminal, color_system=None, force_terminal=False)
    console.print(table)
    lines = [line.rstrip() for line in text.getvalue().splitlines()]
    out.write("".join(f"{line}\n" for line in lines if line).encode("utf-8", "replace"))
    return f"only the first {TABLE_ROWS} rows are shown; --format csv gives all" if more else None


def _write_parquet(con: duckdb.DuckDBPyConnection, sql: str, out: BinaryIO) -> None:
    import pyarrow.parquet as pq

    relation = con.sql(sql)
    names = _distinct(relation.columns)
    wanted = [
        _stored(f"#{index}", kind) + ' AS "' + name.replace('"', '""') + '"'
        for index, (name, kind) in enumerate(zip(names, relation.types, strict=True), 1)
    ]
    reader = relation.project(", ".join(wanted)).to_arrow_reader(_PARQUET_ROWS)
    with pq.ParquetWriter(_Forward(out), reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)


def _stored(value: str, kind: Any) -> str:
    """Returns the SQL that makes a value one that Parquet's readers take: ids as hex, sums as integers."""
    if not re.search("UUID|HUGEINT|INTERVAL", str(kind)):
        return value
    match kind.id:
        case "uuid":
            return f"replace({value}::VARCHAR, '-', '')"
        case "hugeint":
            return f"{value}::BIGINT"
        case "interval":
            return f"{value}::VARCHAR"
        case "list" | "array":
            return f"list_transform({value}, lambda x: {_stored('x', kind.children[0][1])})"
        case "struct":
            fields = ", ".join(
                f'"{name}" := ' + _stored(f"struct_extract({value}, '{name}')", child)
                for name, child in kind.children
            )
            return f"struct_pack({fields})"
    return value


class _Forward(io.RawIOBase):
    """What the Parquet writer needs of a file, over one that cannot tell where it is (a pipe)."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        size = memoryview(data).nbytes
        self._out.write(data)
        self._written += size
        return size

    def tell(self) -> int:
        return self._written


def _distinct(names: Sequence[str]) -> list[str]:
    """Returns the names with ``_1``, ``_2`` … after those that come again.

    >>> _distinct(["a", "b", "a"])
    ['a', 'b', 'a_1']
    """
    taken: list[str] = []
    for name in names:
        shown, count = name, 0
        while shown in taken:
            count += 1
            shown = f"{name}_{count}"
        taken.append(shown)
    return taken


def _json(value: Any) -> bytes:
    import orjson

    try:
        return orjson.dumps(value)
    except TypeError:
        # Integers above 64 bits and lone surrogates.
        import json

        return json.dumps(value).encode()


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list() | dict():
            return _json(value).decode()
    return str(value)


def _short(value: Any) -> str:
    text = "NULL" if value is None else _cell(value)
    line = _CONTROL.sub(" ", text[: 2 * _CELL_CHARS])
    whole = len(line) <= _CELL_CHARS and len(text) <= 2 * _CELL_CHARS
    return line if whole else line[: _CELL_CHARS - 1] + "…"


def _is_terminal(out: BinaryIO) -> bool:
    return out.isatty()


_WRITERS: dict[Format, Callable[[Sequence[str], Iterator[list[Any]], BinaryIO], str | None]] = {
    "table": _write_table,
    "csv": _write_csv,
    "json": _write_json,
}
