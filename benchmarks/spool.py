"""Many texts in one temporary file: memory holds only where each begins."""

import mmap
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BREAK = re.compile(rb"\n[ \t\r]*\n\s*")
_LINE = re.compile(rb"\n")
_SHORT = 80  # a shorter paragraph goes with the next one, in bytes
_LONG = 2_000  # a longer one is cut at line ends


@dataclass(frozen=True, slots=True)
class Entry:
    """A text in the spool: its name, its source, its language, and its bytes from ``start`` to ``stop``."""

    name: str
    source: str
    language: str
    start: int
    stop: int


class Spool:
    """Texts that are written once and then read in any order."""

    def __init__(self, path: Path) -> None:
        self.entries: list[Entry] = []
        self._file = path.open("w+b")
        self._map: mmap.mmap | None = None

    def add(self, name: str, source: str, language: str, text: str) -> None:
        """Writes a text at the end."""
        data = text.encode("utf-8", "replace")
        start = self._file.tell()
        self._file.write(data)
        self.entries.append(Entry(name, source, language, start, start + len(data)))

    def bytes(self, start: int, stop: int) -> bytes:
        """Returns a piece of what was written."""
        if self._map is None:
            self._file.flush()
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        return self._map[start:stop]

    def text(self, entry: Entry) -> str:
        """Returns a text."""
        return self.bytes(entry.start, entry.stop).decode()

    def close(self) -> None:
        """Closes the file."""
        if self._map is not None:
            self._map.close()
        self._file.close()


class Paragraphs:
    """The paragraphs of some texts of a spool, by number."""

    def __init__(self) -> None:
        self._starts = array("Q")
        self._stops = array("Q")

    def __len__(self) -> int:
        return len(self._starts)

    def add(self, spool: Spool, entry: Entry) -> None:
        """Adds the paragraphs of a text."""
        for start, stop in _paragraphs(spool.bytes(entry.start, entry.stop)):
            self._starts.append(entry.start + start)
            self._stops.append(entry.start + stop)

    def text(self, spool: Spool, number: int) -> str:
        """Returns a paragraph."""
        return spool.bytes(self._starts[number], self._stops[number]).decode()


def _paragraphs(data: bytes) -> Iterator[tuple[int, int]]:
    begin = 0
    for start, stop in _cut(data, 0, len(data), _BREAK):
        if stop - start > _LONG:
            for _, last in _cut(data, start, stop, _LINE):
                if last - begin >= _SHORT:
                    yield begin, last
                    begin = last
        elif stop - begin >= _SHORT:
            yield begin, stop
            begin = stop
        begin = _skip(data, begin)
    # What is left at the end is shorter than a paragraph.


def _cut(data: bytes, start: int, stop: int, border: "re.Pattern[bytes]") -> Iterator[tuple[int, int]]:
    for found in border.finditer(data, start, stop):
        yield start, found.start()
        start = found.end()
    yield start, stop


def _skip(data: bytes, position: int) -> int:
    while position < len(data) and data[position] in b" \t\r\n":
        position += 1
    return position
