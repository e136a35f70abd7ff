"""Byte streams: the little that readers ask of a file, and how a stream says that it is broken.

Readers get a stream and never open a file. All they use is ``read``; ranges and Parquet also need
``seek``. A stream that turns out to be damaged first gives all its good bytes and then raises
``BrokenStream``, so that the records before the damage are read like any others.
"""

from typing import Protocol, runtime_checkable

from schemas.records import Dead

BLOCK_BYTES = 1 << 20
"""How much record readers ask for at once, in bytes."""


class Readable(Protocol):
    """What every reader can read from: ``read(n)`` gives 1 to ``n`` bytes, and b"" only at the end."""

    def read(self, size: int, /) -> bytes:
        """Returns up to ``size`` bytes."""
        ...


@runtime_checkable
class Seekable(Protocol):
    """A stream that may know how to move; ``seekable()`` says whether it does."""

    def read(self, size: int, /) -> bytes:
        """Returns up to ``size`` bytes."""
        ...

    def seekable(self) -> bool:
        """Tells whether ``seek`` works."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Moves to ``offset``."""
        ...


class BrokenStream(Exception):  # noqa: N818 - it says what the stream is
    """The stream cannot go on; everything before was given. Caught by the readers, never by callers.

    Attributes:
        dead: What the rest of the stream becomes.
    """

    def __init__(self, dead: Dead) -> None:
        super().__init__(dead)
        self.dead = dead


def read_some(stream: Readable, size: int) -> bytes:
    """Reads up to ``size`` bytes; a file system that refuses is a broken stream.

    Raises:
        BrokenStream: If the stream is damaged or cannot be read.
    """
    try:
        return stream.read(size)
    except OSError as error:
        raise BrokenStream(Dead("unreadable", f"{type(error).__name__}: cannot be read")) from error


def read_fully(stream: Readable, size: int) -> bytes:
    """Reads exactly ``size`` bytes, or all there are; short reads of the stream do not show.

    Raises:
        BrokenStream: If the stream breaks before.
    """
    parts: list[bytes] = []
    missing = size
    while missing > 0:
        part = read_some(stream, missing)
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def as_seekable(stream: Readable) -> Seekable | None:
    """Returns the stream if it can seek, else None."""
    return stream if isinstance(stream, Seekable) and stream.seekable() else None


def move_to(stream: Readable, offset: int) -> None:
    """Moves a stream that stands at its beginning to ``offset``: seeks, or reads and drops.

    Raises:
        BrokenStream: If the stream breaks on the way.
    """
    movable = as_seekable(stream)
    if movable is not None:
        movable.seek(offset)
        return
    while offset > 0:
        part = read_some(stream, min(offset, BLOCK_BYTES))
        if not part:
            return
        offset -= len(part)


class Peeked:
    """A stream whose first bytes were taken to look at, put together again."""

    def __init__(self, head: bytes, rest: Readable, broken: BrokenStream | None = None) -> None:
        self._head = memoryview(head)
        self._rest = rest
        self._broken = broken

    def read(self, size: int, /) -> bytes:
        """Returns up to ``size`` bytes: first of the head, then of the rest."""
        if self._head:
            part, self._head = bytes(self._head[:size]), self._head[size:]
            return part
        if self._broken is not None:
            raise self._broken
        return self._rest.read(size)


def peek(stream: Readable, size: int) -> tuple[bytes, Readable]:
    """Returns the first ``size`` bytes (fewer if there are no more) and the whole stream again.

    A stream that breaks within these bytes still gives the good ones, and breaks when it is read.
    """
    movable = as_seekable(stream)
    parts: list[bytes] = []
    missing = size
    broken: BrokenStream | None = None
    while missing > 0:
        try:
            part = read_some(stream, missing)
        except BrokenStream as error:
            broken = error
            break
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    head = b"".join(parts)
    if movable is not None and broken is None:
        movable.seek(0)
        return head, stream
    return head, Peeked(head, stream, broken)
