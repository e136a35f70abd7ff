"""A stream that can be looked at ahead, and given bytes back: for formats whose records name their length.

Nothing here raises where the stream breaks: what was there is given, and ``broken`` says why no more came.
"""

import re

from schemas.records import MAX_RAW_BYTES
from transforms.read.streams import BLOCK_BYTES, BrokenStream, Readable, read_some

_FEW_BYTES = 64


class Lookahead:
    """Bytes of a stream in order, with the position of the next one.

    Attributes:
        offset: Position of the next byte in the content.
        broken: Why the stream broke, once its last good byte was seen; None if it did not.
    """

    def __init__(self, stream: Readable, offset: int = 0) -> None:
        """Takes a stream that stands at ``offset``."""
        self.offset = offset
        self.broken: BrokenStream | None = None
        self._stream = stream
        self._buffer = b""
        self._at = 0  # of the next byte in the buffer
        self._ended = False

    def peek(self, size: int) -> bytes:
        """Returns the next ``size`` bytes without taking them; fewer only at the end."""
        self._fill(size)
        return self._buffer[self._at : self._at + size]

    def read(self, size: int) -> bytes:
        """Takes the next ``size`` bytes; fewer only at the end."""
        parts = [self._buffer[self._at : self._at + size]]
        missing = size - len(parts[0])
        self._at += len(parts[0])
        while missing > 0 and (more := self._more(min(missing, BLOCK_BYTES))):
            parts.append(more)
            missing -= len(more)
        self.offset += size - missing
        return b"".join(parts)

    def give_back(self, data: bytes) -> None:
        """Puts bytes that were taken before the next one again."""
        self._buffer = data + self._buffer[self._at :]
        self._at = 0
        self.offset -= len(data)

    def skip(self, size: int) -> bool:
        """Passes ``size`` bytes without holding them; False if there were not so many."""
        while size > 0 and (part := self.read(min(size, BLOCK_BYTES))):
            size -= len(part)
        return size == 0

    def skip_any(self, blanks: bytes) -> None:
        """Passes bytes that are one of ``blanks``."""
        size = _FEW_BYTES
        while head := self.peek(size):
            rest = head.lstrip(blanks)
            self.read(len(head) - len(rest))
            if rest:
                return
            size = BLOCK_BYTES

    def take_until(self, mark: re.Pattern[bytes], overlap: int) -> bytes:
        """Takes everything before the next place where ``mark`` matches, or to the end.

        Args:
            mark: What is looked for, not at the very next byte.
            overlap: Longest match, in bytes: one may lie across two blocks.

        Returns:
            What was taken, b"" if it is more than a record may hold.
        """
        parts: list[bytes] = []
        size = 0
        while held := self._fill(overlap + 1):
            found = mark.search(self._buffer, self._at + (0 if size else 1))
            at_end = held <= overlap
            part = self.read(found.start() - self._at if found else held if at_end else held - overlap)
            size += len(part)
            if size <= MAX_RAW_BYTES:
                parts.append(part)
            if found:
                break
        return b"".join(parts) if size <= MAX_RAW_BYTES else b""

    def _fill(self, size: int) -> int:
        """Holds at least ``size`` bytes ahead, fewer only at the end; returns how many."""
        while (held := len(self._buffer) - self._at) < size and (more := self._more(BLOCK_BYTES)):
            self._buffer = self._buffer[self._at :] + more
            self._at = 0
        return held

    def _more(self, size: int) -> bytes:
        """Returns up to ``size`` bytes of the stream, b"" at its end or where it breaks."""
        if self._ended:
            return b""
        try:
            part = read_some(self._stream, size)
        except BrokenStream as broken:
            self.broken = broken
            part = b""
        self._ended = not part
        return part
