"""Walks a slice of a unit: opens its file and yields what is found there, in an order that never changes.

The same walk again finds the same things: so a parser that died is replaced by another one, which goes on
at the same place.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, BinaryIO, cast

from pipelines.slices import TO_THE_END
from pipelines.watching import NOBODY, WalkWatch
from schemas.locators import step
from schemas.records import Dead, Fallen, Record
from schemas.specs import SourceSpec
from schemas.units import FileSlice
from transforms.read.archives import open_members
from transforms.read.reader import read_stream
from warehouse.storage.inputs import open_input, stat_input

Found = tuple[str, Record | Fallen | None]
"""(path, what was found there); None says that a file or member is finished."""


def walk(piece: FileSlice, spec: SourceSpec, watch: WalkWatch = NOBODY) -> Iterator[Found]:
    """Yields what stands in a slice.

    Args:
        piece: What to read.
        spec: Its source.
        watch: Follows the slice and the streams within it.
    """
    return watch.follow(_walk(piece, spec, watch), _rest_of(piece.path))


def _rest_of(path: str) -> Callable[[Dead], Found]:
    return lambda dead: (path, Fallen("", dead))


def _walk(piece: FileSlice, spec: SourceSpec, watch: WalkWatch) -> Iterator[Found]:
    try:
        now = stat_input(piece.root, piece.path)
        if now is None or (now.size, now.stamp) != (piece.size, piece.stamp):
            # The next build sees the new stamp and plans the file anew.
            yield piece.path, Fallen("", Dead("changed", "file changed or vanished after it was planned"))
            return
        stream = open_input(piece.root, piece.path)
    except OSError as error:
        yield piece.path, Fallen("", Dead("unreadable", f"{type(error).__name__}: cannot be opened"))
        return
    with closing(stream):
        if watch is not NOBODY:
            stream = cast("BinaryIO", _Moving(stream, watch))
        if piece.kind == "members":
            yield from _members(stream, piece, spec, watch)
        else:
            ranged = piece.kind != "whole"
            start, stop = (piece.start, piece.stop) if ranged else (None, None)
            for found in read_stream(stream, piece.path, spec, "", start, stop, watch):
                yield piece.path, found
            yield piece.path, None


def _members(stream: BinaryIO, piece: FileSlice, spec: SourceSpec, watch: WalkWatch) -> Iterator[Found]:
    stop = None if piece.stop == TO_THE_END else piece.stop
    for found in open_members(stream, piece.path, piece.start, stop):
        if isinstance(found, Fallen):
            yield piece.path, found
        else:
            name, member = found
            for record in read_stream(member, name, spec, step("member", name), watch=watch):
                yield piece.path, record
            yield piece.path, None


class _Moving:
    """A file that tells its watch of every read."""

    def __init__(self, file: BinaryIO, watch: WalkWatch) -> None:
        self._file = file
        self._watch = watch

    def read(self, size: int = -1, /) -> bytes:
        self._watch.moves()
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
