"""Records that stand one after the other, each with a header that names the length of its block.

WARC and ARC are so. Of a broken file as many records as can be told apart are kept: where a record does
not end at the next one's header, the next header is searched. Libraries that read these formats either
stop there (FastWARC) or take the bytes between for records (warcio).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from schemas.records import MAX_RAW_BYTES, Dead
from transforms.read.lookahead import Lookahead

MAX_HEADER_BYTES = 1 << 20
"""Longest header of a record, in bytes."""

_FIRST_BYTES = 1 << 13  # where nearly all headers have ended
_BLANKS = b"\r\n\t \0"
_NEXT_BYTES = 256
_LONGEST_LINE = 1 << 14  # that a boundary matches

Header = tuple[Mapping[str, str], int | None]
"""Fields of a header, and the length of its block; None if it names none."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How the records of a format follow one another.

    Attributes:
        name: Of the format, for messages.
        begins: Matches where a record begins, if the bytes go on.
        may_begin: Tells of the few last bytes of a content whether a record may begin with them.
        ends: Matches the end of a header.
        boundary: Matches in the middle of other bytes where a record surely begins.
        parse: Reads a header.
    """

    name: str
    begins: re.Pattern[bytes]
    may_begin: Callable[[bytes], bool]
    ends: re.Pattern[bytes]
    boundary: re.Pattern[bytes]
    parse: Callable[[bytes], Header]


@dataclass(frozen=True, slots=True)
class Frame:
    """A record, or a piece of content that is none.

    Attributes:
        offset: Where its header begins.
        fields: Of its header.
        block: What follows the header; of a piece that is no record, all of it.
        fault: Why it is no record, else None.
    """

    offset: int
    fields: Mapping[str, str]
    block: bytes
    fault: Dead | None = None


def frames(source: Lookahead, framing: Framing) -> Iterator[Frame]:
    """Yields the records of a content in order, with what lies between them and is none.

    Content that ends or breaks within a record gives its good records and one fault for the rest.
    """
    while True:
        source.skip_any(_BLANKS)
        offset = source.offset
        head = source.peek(_FIRST_BYTES)
        if not head:
            if source.broken is not None:
                yield Frame(offset, {}, b"", source.broken.dead)
            return
        if not _begins(head, framing):
            rest = source.take_until(framing.boundary, _LONGEST_LINE)
            yield Frame(
                offset, {}, rest, _fault(source, Dead("corrupt", "ValueError: no record begins here"))
            )
        elif (size := _header_size(source, framing)) is None:
            ended = len(source.peek(MAX_HEADER_BYTES)) < MAX_HEADER_BYTES
            reason = _truncated(source) if ended else Dead("too_large", "the header of a record is too long")
            rest = source.take_until(framing.boundary, _LONGEST_LINE)
            yield Frame(offset, {}, rest, reason if ended else _fault(source, reason))
        else:
            frame = _frame(source, framing, size)
            yield frame
            if frame.fault is None:
                continue
        if source.broken is not None and not source.peek(1):
            return


def _frame(source: Lookahead, framing: Framing, header_size: int) -> Frame:
    offset = source.offset
    fields, length = framing.parse(source.peek(header_size))
    if length is None:
        rest = source.take_until(framing.boundary, _LONGEST_LINE)
        return Frame(offset, fields, rest, _fault(source, Dead("corrupt", "ValueError: no valid length")))
    source.skip(header_size)
    if length > MAX_RAW_BYTES:
        whole = source.skip(length)
        large = Dead("too_large", f"a record of more than {MAX_RAW_BYTES} bytes")
        return Frame(offset, fields, b"", large if whole else _truncated(source))
    block = source.read(length)
    if len(block) == length and _at_border(source, framing):
        return Frame(offset, fields, block)
    # The next record's header may begin within the block and end behind it.
    inside = framing.boundary.search(block + source.peek(_NEXT_BYTES))
    if inside is not None and inside.start() < len(block):
        # The length is wrong, and the next record was taken for a part of this one.
        source.give_back(block[inside.start() :])
        kept = block[: inside.start()]
        fault = Dead("corrupt", "ValueError: the length reaches into another record")
        return Frame(offset, fields, kept, fault)
    if len(block) < length:
        return Frame(offset, fields, block, _truncated(source))
    return Frame(offset, fields, block)


def _begins(head: bytes, framing: Framing) -> bool:
    return framing.begins.match(head) is not None or framing.may_begin(head)


def _at_border(source: Lookahead, framing: Framing) -> bool:
    """Tells whether the content ends here or goes on with a record, behind nothing but blanks."""
    following = source.peek(_NEXT_BYTES).lstrip(_BLANKS)
    return not following or _begins(source.peek(_FIRST_BYTES).lstrip(_BLANKS), framing)


def _header_size(source: Lookahead, framing: Framing) -> int | None:
    """Returns the bytes of the header with its end; None if it does not end."""
    for size in (_FIRST_BYTES, MAX_HEADER_BYTES):
        if (found := framing.ends.search(source.peek(size))) is not None:
            return found.end()
    return None


def _truncated(source: Lookahead) -> Dead:
    """Returns why a record is cut off."""
    if source.broken is not None:
        return source.broken.dead
    return Dead("truncated", f"EOFError: the content ends within a record (at byte {source.offset})")


def _fault(source: Lookahead, fault: Dead) -> Dead:
    """Returns what is wrong with a piece: where it runs to the place where the stream breaks, that counts."""
    return source.broken.dead if source.broken is not None and not source.peek(1) else fault
