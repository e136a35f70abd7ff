"""JSON: the elements of a top-level array are the records, else the whole file is one.

The array is walked by its brackets and strings without building it, so its size does not matter and
what was whole before the file breaks off is read.
"""

import codecs
import re
from collections.abc import Iterator

from schemas.records import MAX_RAW_BYTES, Dead, Fallen, Record, Refused
from transforms.read.decode import encoding_of
from transforms.read.formats import Format, ReadContext
from transforms.read.jsonl import extract, json_record
from transforms.read.streams import BLOCK_BYTES, BrokenStream, Readable, peek, read_fully, read_some

_MEDIA_TYPE = "application/json"
_SPACE = b" \t\r\n"
_STRUCTURE = re.compile(rb'["\[\]{},]')
_STRING = re.compile(rb'["\\]')
_HEAD_BYTES = 1 << 16


def records(stream: Readable, context: ReadContext) -> Iterator[Record | Fallen]:
    """Yields the elements of an array as ``item=N`` with their exact bytes, or the one value."""
    head, stream = peek(stream, _HEAD_BYTES)
    if encoding_of(head) != "utf-8":
        yield Fallen(context.prefix, Dead("undecodable", "JSON must be UTF-8"), media_type=_MEDIA_TYPE)
    elif head.removeprefix(codecs.BOM_UTF8).lstrip(_SPACE).startswith(b"["):
        yield from _elements(stream, context)
    else:
        raw = read_fully(stream, MAX_RAW_BYTES + 1)
        if len(raw) > MAX_RAW_BYTES:
            dead = Dead("too_large", f"more than {MAX_RAW_BYTES} bytes")
            yield Fallen(context.prefix, dead, media_type=_MEDIA_TYPE)
        elif not raw.removeprefix(codecs.BOM_UTF8).strip():
            yield Fallen(context.prefix, Refused("empty"), media_type=_MEDIA_TYPE)
        else:
            yield json_record(context.prefix, raw, FORMAT.name)


def _elements(stream: Readable, context: ReadContext) -> Iterator[Record | Fallen]:
    scan = _Scan()
    number = 0
    dead: Dead | None = None
    try:
        while block := read_some(stream, BLOCK_BYTES):
            for raw in scan.feed(block):
                place = context.locate("item", number)
                number += 1
                if raw is None:
                    yield Fallen(
                        place, Dead("too_large", f"more than {MAX_RAW_BYTES} bytes"), b"", _MEDIA_TYPE
                    )
                else:
                    yield json_record(place, raw, FORMAT.name)
        dead = scan.fault()
    except BrokenStream as broken:
        dead = broken.dead
    if dead is not None:
        yield Fallen(context.locate("item", number), dead, media_type=_MEDIA_TYPE)
    elif not number:
        yield Fallen(context.prefix, Refused("empty"), media_type=_MEDIA_TYPE)


class _Scan:
    """Finds the elements of an array in blocks of bytes. Depth 1 is within the array itself."""

    def __init__(self, limit: int = MAX_RAW_BYTES) -> None:
        self._limit = limit
        self._depth = 0
        self._in_string = False
        self._skip = 0  # bytes of the next block that belong to an escape
        self._parts: list[bytes] = []
        self._size = 0
        self._closed = False
        self._trailing = False

    def feed(self, block: bytes) -> Iterator[bytes | None]:
        """Yields each element that ends in this block; None for one above the limit."""
        position = self._skip
        self._skip = 0
        begin = 0
        while not self._closed:
            found = (_STRING if self._in_string else _STRUCTURE).search(block, position)
            if found is None:
                break
            position = found.end()
            match found[0]:
                case b"\\":
                    position += 1
                case b'"':
                    self._in_string = not self._in_string
                case b"[" | b"{":
                    self._depth += 1
                    if self._depth == 1:
                        begin = position
                case b"," if self._depth == 1:
                    yield self._take(block[begin : position - 1])
                    begin = position
                case b"]" | b"}":
                    self._depth -= 1
                    if self._depth == 0:
                        self._closed = True
                        last = self._take(block[begin : position - 1])
                        if last != b"":
                            yield last
                        begin = position
        self._skip = max(0, position - len(block))
        if self._closed:
            self._trailing = self._trailing or bool(block[begin:].strip())
        elif self._depth:
            self._keep(block[begin:])

    def fault(self) -> Dead | None:
        """Returns what is wrong after the last block: no end, or something behind it."""
        if not self._closed:
            return Dead("truncated", "EOFError: the array is not closed")
        return Dead("corrupt", "ValueError: the array is followed by other bytes") if self._trailing else None

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size <= self._limit:
            self._parts.append(part)
        else:
            self._parts.clear()

    def _take(self, part: bytes) -> bytes | None:
        self._keep(part)
        element = b"".join(self._parts).strip(_SPACE) if self._size <= self._limit else None
        self._parts.clear()
        self._size = 0
        return element


def sniff(head: bytes, name: str) -> bool:
    """Takes every text that is called ``.json``."""
    return b"\0" not in head or encoding_of(head) is None


FORMAT = Format(
    name="json",
    media_type=_MEDIA_TYPE,
    extensions=(".json",),
    extract=extract,
    libraries=("orjson",),
    sniff=sniff,
    reader=records,
)
