"""CSV and TSV: one record a row, fields named by the header.

``raw`` is the row's exact bytes with its line end: the reader hands ``csv`` one line at a time and
notes which lines it took for a row. Quoted fields may span lines; a row whose quote is never closed
is ``truncated``. Blank lines are no rows. What the rows are read as is decided by the first 64 KB.
"""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import replace

from schemas.records import MAX_RAW_BYTES, Dead, Extracted, Fallen, Record, Refused
from transforms.read.decode import encoding_of
from transforms.read.formats import ExtractOptions, Format, ReadContext
from transforms.read.lines import Lines
from transforms.read.streams import BrokenStream, Readable, peek
from transforms.read.structured import extract_fields

_HEAD_BYTES = 1 << 16
_DELIMITERS = (",", ";", "\t", "|")


class _TooLarge(Exception):  # noqa: N818
    """The row takes more than MAX_RAW_BYTES."""


class _Rows:
    """Hands lines to ``csv`` as text and keeps the bytes of those that it took for the row."""

    def __init__(self, stream: Readable, encoding: str, newline: bytes) -> None:
        self.lines = Lines(stream, newline=newline)
        self._iterator = iter(self.lines)
        self._encoding = encoding
        self.begin = 0
        self.taken: list[bytes] = []
        self.ended = False
        self._size = 0

    def start(self) -> None:
        """Begins a new row."""
        self.taken.clear()
        self._size = 0

    def __iter__(self) -> "_Rows":
        return self

    def __next__(self) -> str:
        try:
            offset, line = next(self._iterator)
        except StopIteration:
            self.ended = True
            raise
        if not self.taken:
            self.begin = offset
        if line is None:
            raise _TooLarge
        self.taken.append(line)
        self._size += len(line)
        if self._size > MAX_RAW_BYTES:
            raise _TooLarge
        if offset == 0:
            line = line.removeprefix(codecs.BOM_UTF8)
        text = line.decode(self._encoding)
        return text[:-1] + "\n" if text.endswith("\r") else text


def _read(
    stream: Readable, context: ReadContext, form: Format, delimiter: str | None
) -> Iterator[Record | Fallen]:
    head, stream = peek(stream, _HEAD_BYTES)
    encoding = encoding_of(head)
    if encoding is None:
        yield Fallen(context.prefix, Dead("undecodable", "rows must be in an encoding that contains ASCII"))
        return
    newline = b"\r" if b"\n" not in head and b"\r" in head else b"\n"
    delimiter = delimiter or sniff_delimiter(head.decode(encoding, "replace"))
    rows = _Rows(stream, encoding, newline)
    header: list[str] | None = None
    found = False
    try:
        for row in _rows(rows, delimiter):
            place = context.locate("byte", rows.begin)
            raw = b"".join(rows.taken)
            if isinstance(row, Dead):
                yield Fallen(place, row, raw if len(raw) <= MAX_RAW_BYTES else b"", form.media_type)
                found = True
            elif header is None:
                header = _unique(row)
            else:
                yield Record(place, raw, form.name, form.media_type, _fields(header, row))
                found = True
    except BrokenStream as broken:
        at = rows.begin if rows.taken else rows.lines.offset
        yield Fallen(context.locate("byte", at), broken.dead, media_type=form.media_type)
        return
    if not found:
        yield Fallen(context.prefix, Refused("empty"), media_type=form.media_type)


def _rows(rows: _Rows, delimiter: str) -> Iterator[list[str] | Dead]:
    """Yields the rows that are not blank; after a row that is none, the next line begins a new one."""
    csv.field_size_limit(MAX_RAW_BYTES)  # of the process; nothing else here uses csv
    parser = csv.reader(rows, delimiter=delimiter)
    while True:
        rows.start()
        try:
            row = next(parser)
        except StopIteration:
            return
        except _TooLarge:
            yield Dead("too_large", f"a row of more than {MAX_RAW_BYTES} bytes")
        except UnicodeDecodeError:
            yield Dead("undecodable", "UnicodeDecodeError: not the encoding of the first rows")
        except csv.Error:
            yield Dead("corrupt", "Error: not a row")
        else:
            if rows.ended and rows.taken:
                yield Dead("truncated", "EOFError: a quoted field is not closed")
            elif row:
                yield row
            continue
        parser = csv.reader(rows, delimiter=delimiter)


def sniff_delimiter(head: str) -> str:
    r"""Returns the delimiter of the first rows: the one by which most are as wide as the header.

    >>> sniff_delimiter("id;text\n1;a, b\n2;c, d\n")
    ';'
    """
    lines = head.splitlines(keepends=True)[:50]
    best, best_score = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        try:
            rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        width = len(rows[0]) if rows else 0
        if width < 2:
            continue
        body = rows[1:-1] or rows[1:] or rows
        score = (sum(len(row) == width for row in body) / len(body), width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _unique(names: list[str]) -> list[str]:
    """Returns the header with a name for each column: repeated ones get ``_2``, empty ones their number."""
    unique: list[str] = []
    for index, name in enumerate(names, 1):
        base = name.strip() or f"column_{index}"
        candidate, count = base, 1
        while candidate in unique:
            count += 1
            candidate = f"{base}_{count}"
        unique.append(candidate)
    return unique


def _fields(header: list[str], row: list[str]) -> dict[str, str]:
    fields = dict(zip(header, row, strict=False))
    for index in range(len(header), len(row)):
        fields[f"column_{index + 1}"] = row[index]
    return fields


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Maps the fields of a row; a row alone, without its header, has none."""
    if options.parsed is None:
        raise ValueError("a row is extracted from its parsed fields")
    return extract_fields(options.parsed, options)


def read_csv(stream: Readable, context: ReadContext) -> Iterator[Record | Fallen]:
    """Yields the rows after the header as ``byte=OFFSET``."""
    yield from _read(stream, context, CSV, None)


def read_tsv(stream: Readable, context: ReadContext) -> Iterator[Record | Fallen]:
    """Yields the rows after the header as ``byte=OFFSET``."""
    yield from _read(stream, context, TSV, "\t")


CSV = Format(
    name="csv",
    media_type="text/csv",
    extensions=(".csv",),
    extract=extract,
    libraries=("charset-normalizer",),
    reader=read_csv,
)
TSV = replace(
    CSV, name="tsv", media_type="text/tab-separated-values", extensions=(".tsv", ".tab"), reader=read_tsv
)
