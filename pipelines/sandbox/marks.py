"""Shared memory in which a parser keeps where it stands: written at every step, read when it dies.

Four numbers of 8 bytes: the slice; twice the number of the thing found in it, plus 1 while its text is
extracted; the stream in which the next thing is sought; and a count of the reads, which tells a walk that
finds nothing from one that hangs.
"""

import mmap
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pipelines.watching import WalkWatch
from schemas.records import Dead

T = TypeVar("T")

MARKS_BYTES = mmap.PAGESIZE
_PIECE, _STEP, _STREAM, _READS = range(4)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a parser stands.

    Attributes:
        piece: Number of the slice in its unit.
        item: Number of the thing in the slice: what is extracted, or sought.
        extracting: True while the text of a record is extracted, False while the next record is sought.
        stream: Number of the stream in the slice, in the order in which they are opened; 0 is the file.
    """

    piece: int
    item: int
    extracting: bool
    stream: int


class Marks:
    """The shared memory, seen from either side."""

    def __init__(self, fd: int) -> None:
        self._map = mmap.mmap(fd, MARKS_BYTES)
        self.numbers = memoryview(self._map).cast("Q")

    def clear(self) -> None:
        """Forgets the last unit."""
        self.numbers[:4] = memoryview(bytes(32)).cast("Q")

    def place(self) -> Place:
        """Returns where the parser stands."""
        step = self.numbers[_STEP]
        return Place(self.numbers[_PIECE], step >> 1, bool(step & 1), self.numbers[_STREAM])

    def state(self) -> tuple[int, ...]:
        """Returns all numbers: as long as they do not change, the parser is at one and the same thing."""
        return tuple(self.numbers[:4])

    def close(self) -> None:
        """Gives the memory back."""
        self.numbers.release()
        self._map.close()


def make_memory() -> int:
    """Returns a file descriptor of memory for ``Marks``."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("datamoat-marks")
    else:
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    os.truncate(fd, MARKS_BYTES)
    return fd


class MarkedWatch(WalkWatch):
    """Keeps the marks, and ends the streams in which an earlier parser died.

    Args:
        marks: Where to write.
        dead: (slice, number of the thing that was sought, stream) -> how a parser died there.
    """

    def __init__(self, marks: Marks, dead: Mapping[tuple[int, int, int], Dead]) -> None:
        self._numbers = marks.numbers
        self._dead = dead
        self._piece = self._item = self._opened = 0

    def begins(self, piece: int) -> None:  # noqa: D102
        self._piece, self._item, self._opened = piece, 0, 0
        self._numbers[_STEP] = self._numbers[_STREAM] = 0
        self._numbers[_PIECE] = piece

    def moves(self) -> None:  # noqa: D102
        self._numbers[_READS] += 1

    def extracts(self, item: int) -> None:  # noqa: D102
        self._numbers[_STEP] = 2 * item + 1

    def settles(self, item: int) -> None:  # noqa: D102
        self._item = item + 1
        self._numbers[_STEP] = 2 * item + 2

    def follow(self, found: Iterator[T], at_death: Callable[[Dead], T]) -> Iterator[T]:  # noqa: D102
        own, self._opened = self._opened, self._opened + 1
        outer = self._numbers[_STREAM]
        while True:
            self._numbers[_STREAM] = own
            if self._dead and (dead := self._dead.get((self._piece, self._item, own))) is not None:
                yield at_death(dead)
                break
            thing = next(found, None)
            if thing is None:
                break
            yield thing
        self._numbers[_STREAM] = outer
