"""Which words do the texts of a batch hold? Split once, for shingles, rules and counts together.

A word is a run of letters, marks, numbers and underscores; in scripts without spaces each character
with its marks is a word (``transforms.characters``), and counts as a part of one where amounts of text
are compared (``Words.twelfths``). A run of more than ``WORD_CHARS`` code points
(a hex dump, a line of base64) counts as several words. Case is folded. A word's hash depends on
its folded code points only: not on its place, its neighbours or the texts around it.

The hash of code points c_0 … c_n is the polynomial Σ c_i·P^i modulo 2^64, mixed at the end. Every
word's sum is a difference of two prefix sums, times an inverse power of P for its place: exact
integer arithmetic, and no Python per word. Work goes through blocks that fit the processor's cache,
so memory besides the result does not grow with the batch. Time is linear in the characters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.batches import Batch
from transforms import kernel
from transforms.characters import (
    APART,
    ATTACHED,
    CLASS_SHIFT,
    LOGOGRAM,
    SOUND,
    UNICODE_VERSION,
    ascii_table,
    table,
)

WORDS_VERSION: Final = f"2/unicode-{UNICODE_VERSION}"
"""Names what a word and its hash are; part of the recipe of whatever is computed from words."""

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


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of a batch of texts, in order.

    Offsets count code points in the texts joined by one character between each two.

    Attributes:
        hashes: One 64-bit value a word.
        twelfths: How much of a word each is: ``WHOLE``, or less for a character of a script without
            spaces.
        starts: Offset of each word's first code point.
        stops: Offset after each word's last code point.
        bounds: Text i has the words ``bounds[i]`` to ``bounds[i + 1] - 1``; one value more than texts.
        offsets: Text i begins at ``offsets[i]`` and ends before ``offsets[i + 1] - 1``.
        texts: The texts themselves, not copied.
    """

    hashes: NDArray[np.uint64]
    twelfths: NDArray[np.uint8]
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    bounds: NDArray[np.int64]
    offsets: NDArray[np.int64]
    texts: Sequence[str]

    def take(self, rows: Sequence[int]) -> "Words":
        """Returns the words of some of the texts, in the order of ``rows``.

        >>> split_words(["one two", "three"]).take([1, 1]).bounds.tolist()
        [0, 1, 2]
        """
        return self.follow(rows, [self.texts[row] for row in rows])

    def follow(self, rows: Sequence[int], texts: Sequence[str]) -> "Words":
        """Returns the words of texts of which some, the very same objects, are split already.

        Args:
            rows: Of each text, the row here that it may be; another text there is split anew.
            texts: As many.

        >>> words = split_words(["one two", "three"])
        >>> words.follow([1, 0], [words.texts[1], "four five six"]).bounds.tolist()
        [0, 1, 4]
        """
        fresh = [text for row, text in zip(rows, texts, strict=True) if text is not self.texts[row]]
        if not fresh and list(rows) == list(range(len(self.texts))):
            return replace(self, texts=texts)
        split = split_words(fresh)
        pieces: list[tuple[Words, int, int]] = []
        done = 0
        for row, text in zip(rows, texts, strict=True):
            words, place = (self, row) if text is self.texts[row] else (split, done)
            done += words is split
            if pieces and pieces[-1][0] is words and pieces[-1][2] == place:
                pieces[-1] = (words, pieces[-1][1], place + 1)
            else:
                pieces.append((words, place, place + 1))
        return _join(pieces, texts)


def words_of(batch: Batch) -> Words:
    """Returns the words of a batch's documents; splits them where no step did so before."""
    if isinstance(batch.words, Words):
        return batch.words
    return split_words([document.text for document in batch.documents])


def _join(pieces: Sequence[tuple[Words, int, int]], texts: Sequence[str]) -> Words:
    """Joins ranges of texts (first, last + 1), each of its words, to the words of ``texts``."""
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1, out=offsets[1:])
    counts = [np.diff(words.bounds[first : last + 1]) for words, first, last in pieces]
    bounds = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.concatenate([np.empty(0, np.int64), *counts]), out=bounds[1:])
    hashes: list[NDArray[np.uint64]] = [np.empty(0, np.uint64)]
    twelfths: list[NDArray[np.uint8]] = [np.empty(0, np.uint8)]
    starts: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    stops: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    place = 0
    for words, first, last in pieces:
        held = slice(words.bounds[first], words.bounds[last])
        moved = offsets[place] - words.offsets[first]
        hashes.append(words.hashes[held])
        twelfths.append(words.twelfths[held])
        starts.append(words.starts[held] + moved)
        stops.append(words.stops[held] + moved)
        place += last - first
    return Words(
        np.concatenate(hashes),
        np.concatenate(twelfths),
        np.concatenate(starts),
        np.concatenate(stops),
        bounds,
        offsets,
        texts,
    )


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


def split_words(texts: Sequence[str]) -> Words:
    """Splits all texts of a batch into words.

    Args:
        texts: Any number of texts of any length; lone surrogates separate words.

    >>> words = split_words(["Ein Wort, ein WORT", "中文"])
    >>> words.bounds.tolist(), (words.stops - words.starts).tolist()
    ([0, 4, 6], [3, 4, 3, 4, 1, 1])
    >>> words.hashes[:2].tolist() == words.hashes[2:4].tolist(), words.twelfths.tolist()
    (True, [12, 12, 12, 12, 8, 8])
    """
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1, out=offsets[1:])
    found = list(_compiled(texts, offsets) if kernel.compiled() else _computed(texts, offsets))
    if len(found) == 1:
        hashes, twelfths, starts, stops = found[0]
    else:
        none = np.empty(0, np.int64)
        found.append((none.view(np.uint64), none.view(np.uint8), none, none))
        hashes = np.concatenate([some[0] for some in found])
        twelfths = np.concatenate([some[1] for some in found])
        starts = np.concatenate([some[2] for some in found])
        stops = np.concatenate([some[3] for some in found])
    return Words(hashes, twelfths, starts, stops, np.searchsorted(starts, offsets), offsets, texts)


_Found = tuple[NDArray[np.uint64], NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]


def _compiled(texts: Sequence[str], offsets: NDArray[np.int64]) -> Iterator[_Found]:
    """Yields hashes, twelfths, starts and stops of words, by the compiled loops."""
    powers, _ = _powers()
    for first, last in _groups(offsets):
        some = list(texts[first:last])
        room = int(offsets[last] - offsets[first])
        hashes, twelfths = np.empty(room, np.uint64), np.empty(room, np.uint8)
        starts, stops = np.empty(room, np.int64), np.empty(room, np.int64)
        ends = np.empty(len(some), np.int64)
        count = kernel.call(
            "words", some, int(offsets[first]), table(), powers, hashes, twelfths, starts, stops, ends
        )
        yield hashes[:count], twelfths[:count], starts[:count], stops[:count]


def _computed(texts: Sequence[str], offsets: NDArray[np.int64]) -> Iterator[_Found]:
    """Yields the same by NumPy."""
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
def _powers() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Returns P^0, P^1 … and their inverses modulo 2^64, for each place in a block."""
    powers = np.full(_BLOCK_CHARS, _BASE, np.uint64)
    powers[0] = 1
    inverses = np.full(_BLOCK_CHARS, pow(_BASE, -1, 1 << 64), np.uint64)
    inverses[0] = 1
    return np.multiply.accumulate(powers), np.multiply.accumulate(inverses)


def _hash(
    codes: NDArray[np.uint8] | NDArray[np.uint32],
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    sums: NDArray[np.uint64],
) -> NDArray[np.uint64]:
    """Returns the hash of each word; ``sums`` is scratch for the prefix sums, its first value zero."""
    powers, inverses = _powers()
    prefix = sums[: len(codes) + 1]
    np.multiply(codes, powers[: len(codes)], out=prefix[1:])
    np.cumsum(prefix[1:], out=prefix[1:])
    values: NDArray[np.uint64] = prefix[stops]
    values -= prefix[starts]
    values *= inverses[starts]
    return mix(values)
