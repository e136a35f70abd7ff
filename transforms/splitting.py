"""Where do the words of texts begin and end, and what are their hashes? By NumPy, for all of a block at once.

What a word and its hash are stands in ``transforms.words``. Every word's polynomial is a difference of two
prefix sums, times an inverse power of P for its place: exact integer arithmetic, and no Python per word. Work
goes through blocks that fit the processor's cache. ``kernel_words.c`` computes the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.characters import (
    APART,
    ATTACHED,
    CLASS_SHIFT,
    LOGOGRAM,
    SOUND,
    ascii_table,
    table,
)

WORD_CHARS: Final = 256
"""Longest word, in code points."""

WHOLE: Final = 12
"""Twelfths of a word that a word of a script with spaces is."""

# What a character of a script without spaces says of a word, from the Universal Declaration of Human
# Rights: for a word of the median of 76 languages with spaces, 1.5 Han characters stand, 4 to 5 Thai,
# Lao, Khmer or Burmese letters with their marks, and 4.5 kana beside the Han of Japanese.
_TWELFTHS = bytes({LOGOGRAM: 8, SOUND: 3}.get(kind, WHOLE) for kind in range(256))

_BLOCK_CHARS = 1 << 16
_BASE = 0x9E3779B97F4A7C15  # P: odd, its bits without pattern (2^64 divided by the golden ratio)
_MIX_1 = np.uint64(0xFF51AFD7ED558CCD)  # the finaliser of MurmurHash3 (Appleby), a bijection
_MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
_MIX_SHIFT = np.uint64(33)


Found = tuple[NDArray[np.uint64], NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]
"""Of some words: hashes, twelfths, starts and stops, as ``transforms.words.Words`` has them."""


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spreads each value over all 64 bits, in place: a bijection (MurmurHash3's ``fmix64``).

    >>> mix(np.array([1], np.uint64))
    array([12994781566227106604], dtype=uint64)
    """
    values ^= values >> _MIX_SHIFT
    values *= _MIX_1
    values ^= values >> _MIX_SHIFT
    values *= _MIX_2
    values ^= values >> _MIX_SHIFT
    return values


def find_words(texts: Sequence[str], offsets: NDArray[np.int64]) -> Iterator[Found]:
    """Yields the words of texts, some at a time.

    Args:
        texts: The texts.
        offsets: Where each begins, as ``transforms.words.Words`` has it.
    """
    sums = np.zeros(_BLOCK_CHARS + 1, np.uint64)
    for first, last in _groups(offsets):
        base = int(offsets[first])
        for block in _blocks("\n".join(texts[first:last]), sums):
            moved = base + block.begin
            yield block.hashes, block.twelfths, block.starts + moved, block.stops + moved


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """The words of a piece of text that begins at ``begin``; offsets count from there."""

    begin: int
    hashes: NDArray[np.uint64]
    twelfths: NDArray[np.uint8]
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]


def _groups(offsets: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yields ranges of texts that fill a block; a text longer than that stands alone."""
    count = len(offsets) - 1
    first = 0
    while first < count:
        end = int(np.searchsorted(offsets, offsets[first] + _BLOCK_CHARS, side="right")) - 1
        last = min(max(end, first + 1), count)
        yield first, last
        first = last


def _blocks(text: str, sums: NDArray[np.uint64]) -> Iterator[_Block]:
    """Yields the words of ``text`` piece by piece; a word that a piece cuts goes into the next one."""
    begin = 0
    before = APART  # what attached characters at the beginning of the piece are attached to
    while begin < len(text):
        piece = text[begin : begin + _BLOCK_CHARS]
        end = begin + len(piece)
        if piece.isascii():
            codes: NDArray[np.uint8] | NDArray[np.uint32]
            codes = np.frombuffer(piece.encode("ascii").translate(ascii_table()), np.uint8)
            starts, stops = _find_ascii(codes)
        else:
            points = np.frombuffer(piece.encode("utf-32-le", "surrogatepass"), "<u4")
            codes = table().take(points)
            starts, stops = _find(codes, before)
        starts, stops = _shorten(starts, stops)
        if end < len(text) and len(stops) and stops[-1] == len(piece):
            end = begin + int(starts[-1])
            before = _class_at(codes, int(starts[-1]), before)
            starts, stops = starts[:-1], stops[:-1]
        else:
            before = APART
        yield _Block(begin, _hash(codes, starts, stops, sums), _parts(codes, starts), starts, stops)
        begin = end


def _find_ascii(codes: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns where the runs of values other than zero begin and end."""
    inside = np.zeros(len(codes) + 2, np.bool_)
    np.not_equal(codes, 0, out=inside[1:-1])
    borders = np.flatnonzero(inside[1:] != inside[:-1])
    return borders[0::2], borders[1::2]


def _class_at(codes: NDArray[np.uint8] | NDArray[np.uint32], place: int, before: int) -> int:
    """Returns the class of a character inside a word, or of that which it is attached to."""
    for code in map(int, codes[place::-1]):
        if code >> CLASS_SHIFT != ATTACHED:
            return code >> CLASS_SHIFT
    return before


def _find(entries: NDArray[np.uint32], before: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns where words begin and end: where the class changes, and at each LOGOGRAM or SOUND.

    Args:
        entries: Of the character table.
        before: Class of what attached characters at the very beginning are attached to.
    """
    classes = (entries >> np.uint32(CLASS_SHIFT)).astype(np.uint8)
    alone = classes >= LOGOGRAM
    attached = np.flatnonzero(classes == ATTACHED)
    if len(attached):
        # Each takes the class of the last character before it that is not attached itself.
        heads = np.flatnonzero(np.diff(attached, prepend=-2) != 1)
        bases = np.repeat(attached[heads] - 1, np.diff(heads, append=len(attached)))
        classes[attached] = np.where(bases < 0, before, classes[bases])
    borders = np.empty(len(classes) + 1, np.bool_)
    borders[0] = borders[-1] = True
    np.not_equal(classes[1:], classes[:-1], out=borders[1:-1])
    borders[:-1] |= alone
    word = classes != APART
    starts = np.flatnonzero(borders[:-1] & word)
    stops = np.flatnonzero(borders[1:] & word) + 1
    return starts, stops


def _shorten(
    starts: NDArray[np.int64], stops: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cuts runs of more than ``WORD_CHARS`` characters."""
    lengths = stops - starts
    if lengths.max(initial=0) <= WORD_CHARS:
        return starts, stops
    pieces = -(-lengths // WORD_CHARS)
    run = np.repeat(np.arange(len(starts)), pieces)
    nth = np.arange(len(run)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    begins = starts[run] + nth * WORD_CHARS
    return begins, np.minimum(begins + WORD_CHARS, stops[run])


def _parts(codes: NDArray[np.uint8] | NDArray[np.uint32], starts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Returns how much of a word each is, by its first character."""
    if codes.max(initial=0) < LOGOGRAM << CLASS_SHIFT:
        return np.full(len(starts), WHOLE, np.uint8)
    classes = (codes[starts] >> np.uint32(CLASS_SHIFT)).astype(np.uint8)
    return np.frombuffer(classes.tobytes().translate(_TWELFTHS), np.uint8)


@cache
def powers() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Returns P^0, P^1 … and their inverses modulo 2^64, for each place in a block."""
    up = np.full(_BLOCK_CHARS, _BASE, np.uint64)
    up[0] = 1
    down = np.full(_BLOCK_CHARS, pow(_BASE, -1, 1 << 64), np.uint64)
    down[0] = 1
    return np.multiply.accumulate(up), np.multiply.accumulate(down)


def _hash(
    codes: NDArray[np.uint8] | NDArray[np.uint32],
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    sums: NDArray[np.uint64],
) -> NDArray[np.uint64]:
    """Returns the hash of each word; ``sums`` is scratch for the prefix sums, its first value zero."""
    up, down = powers()
    prefix = sums[: len(codes) + 1]
    np.multiply(codes, up[: len(codes)], out=prefix[1:])
    np.cumsum(prefix[1:], out=prefix[1:])
    values: NDArray[np.uint64] = prefix[stops]
    values -= prefix[starts]
    values *= down[starts]
    return mix(values)
