"""Lines of a stream with their byte offsets, in memory bounded by the longest line that is allowed.

``io.BufferedReader`` would do, but it loses what it has read when the stream breaks under it, and it
has no limit for a line.
"""

from collections.abc import Iterator

from schemas.records import MAX_RAW_BYTES
from transforms.read.streams import BLOCK_BYTES, Readable, read_some


class Lines:
    """Iterates over ``(offset, line)``; the line ends with its newline, the last one maybe not.

    A line above the limit is given as ``(offset, None)``, once, without ever being held as a whole.

    Attributes:
        offset: Where the next line begins; when the stream breaks, where its unreadable rest begins.
    """

    def __init__(
        self,
        stream: Readable,
        offset: int = 0,
        newline: bytes = b"\n",
        limit: int = MAX_RAW_BYTES,
    ) -> None:
        """Takes a stream that stands at ``offset``, the beginning of a line.

        Args:
            stream: Where the bytes come from.
            offset: Position of its next byte in the file.
            newline: The one byte that ends a line.
            limit: Longest line, in bytes, with its newline.
        """
        self.offset = offset
        self._stream = stream
        self._newline = newline
        self._limit = limit

    def __iter__(self) -> Iterator[tuple[int, bytes | None]]:
        """Yields the lines up to the end of the stream.

        Raises:
            BrokenStream: Where the stream breaks; the unfinished line is not given.
        """
        pending: list[bytes] = []
        held = 0
        total = 0  # bytes of the unfinished line, also those that were dropped
        while block := read_some(self._stream, BLOCK_BYTES):
            begin = 0
            while (end := block.find(self._newline, begin)) >= 0:
                piece = block[begin : end + 1]
                begin = end + 1
                start = self.offset
                self.offset += total + len(piece)
                if total + len(piece) > self._limit:
                    yield start, None
                elif pending:
                    pending.append(piece)
                    yield start, b"".join(pending)
                else:
                    yield start, piece
                pending.clear()
                held = total = 0
            tail = block[begin:] if begin else block
            total += len(tail)
            if total <= self._limit:
                if tail:
                    pending.append(tail)
                    held += len(tail)
            elif held:
                pending.clear()
                held = 0
        if total:
            start = self.offset
            self.offset += total
            yield start, b"".join(pending) if total <= self._limit else None
