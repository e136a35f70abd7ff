"""Which runs of words count as shingles? By NumPy, block by block.

What a shingle is stands in ``transforms.shingles``. Time is linear in the words, but for a search in sorted
numbers where words are parts. ``kernel.c`` computes the same.
"""

from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from transforms.words import WHOLE, Words

USUAL_LETTERS: Final = 5
"""Letters of a word that weighs one; those of an English text have 4.8."""

MOST_LETTERS: Final = 20
"""A longer word weighs no more than this one: an address, a hash or a line of base64 is one thing said."""

_BASE = 0xD1342543DE82EF95  # odd, its bits without pattern; each word further back is times it
_BLOCK_WORDS = 1 << 14
_HALF = np.uint64(32)
_NEXT = np.uint32(0x9E3779B9)  # from one shingle of a run to its next one: odd, so 2^32 different ones
_CHANCE_BITS = np.int64(16)  # of the run's hash, that decide on the part of a shingle


def find_shingles(
    words: Words, ngram: int
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
    """Returns the shingles of all documents of which more than one run counts.

    Args:
        words: Of a batch.
        ngram: Words in a shingle.

    Returns:
        The hashes; how many each document has; and which documents, ascending, have none therefore.
    """
    needed = ngram * WHOLE
    amounts = totals_of(words.twelfths)
    # In each document the last run begins where what is left is still enough.
    counts = np.searchsorted(amounts, amounts[words.bounds[1:]] - needed, side="right")
    counts -= words.bounds[:-1]
    runs, times = _runs(words, amounts, ngram)
    times *= _begins(words.bounds, np.maximum(counts, 0))
    kept = np.diff(totals_of(times > 0)[words.bounds])
    short = np.flatnonzero(kept <= 1)
    for document in short[kept[short] == 1].tolist():
        times[words.bounds[document] : words.bounds[document + 1]] = 0
    return _repeat(runs, times), np.diff(totals_of(times)[words.bounds]), short


def totals_of(counts: NDArray[Any]) -> NDArray[np.int64]:
    """Returns the sum of the counts before each one, and in the end that of all."""
    totals = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=totals[1:])
    return totals


def _repeat(runs: NDArray[np.uint32], times: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Returns each run's shingles, as many as its times, one after the other."""
    kept = np.flatnonzero(times)
    times = times[kept]
    hashes = np.repeat(runs[kept], times)
    several = np.flatnonzero(times > 1)
    if len(several):
        ends = np.cumsum(times)[several]
        times = times[several]
        nth = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
        hashes[np.repeat(ends - times, times) + nth] += nth.astype(np.uint32) * _NEXT
    return hashes


def _runs(
    words: Words, amounts: NDArray[np.int64], ngram: int
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Hashes the run that begins at each word, over the borders of documents too.

    Where the batch ends before a run does, the values mean nothing.

    Returns:
        Each run's hash, and of how many shingles it counts.
    """
    runs = np.empty(len(words.hashes), np.uint32)
    times = np.empty(len(words.hashes), np.int64)
    for first in range(0, len(runs), _BLOCK_WORDS):
        last = min(first + _BLOCK_WORDS, len(runs))
        sums = _whole_runs(words.hashes[first : last + ngram - 1], ngram, last - first)
        letters, stops = _letters(words, amounts, first, last, ngram)
        if stops is not None:
            _lengthen(sums, words, first, ngram, stops)
        sums ^= sums >> _HALF
        sums *= np.uint64(_BASE)
        # The upper half is the hash; of the lower one, the better bits are the chance.
        chance = (sums.astype(np.uint32) >> np.uint32(32 - _CHANCE_BITS)).astype(np.int64)
        sums >>= _HALF
        runs[first:last] = sums
        letters <<= _CHANCE_BITS
        letters //= USUAL_LETTERS * WHOLE * ngram
        letters += chance
        letters >>= _CHANCE_BITS
        times[first:last] = letters
    return runs, times


def _whole_runs(hashes: NDArray[np.uint64], ngram: int, count: int) -> NDArray[np.uint64]:
    """Returns the polynomial of each ``ngram`` words that follow one another, by Horner's rule."""
    sums = np.empty(count, np.uint64)
    whole = max(len(hashes) - ngram + 1, 0)
    held = sums[:whole]
    held[:] = hashes[:whole]
    sums[whole:] = 0
    for place in range(1, ngram):
        held *= np.uint64(_BASE)
        held += hashes[place : place + whole]
    return sums


def _letters(
    words: Words, amounts: NDArray[np.int64], first: int, last: int, ngram: int
) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
    """Returns how many letters the run of each of some words has, in twelfths of a letter, and its end.

    Args:
        words: Of the batch.
        amounts: Twelfths before each word, and in the end those of all.
        first: Of the words.
        last: After the last one.
        ngram: Words that a run needs if they are whole.

    Returns:
        Twelfths of letters; and after which word each run ends, counted from ``first``, or None if all
        words are whole. A run that the batch cuts short has the values of the one before it.
    """
    needed = ngram * WHOLE
    parts = words.twelfths[first : last + ngram - 1].min() < WHOLE
    # No run has more words than twelfths, so this many hold all that begin here.
    reach = slice(first, last + (needed if parts else ngram) - 1)
    letters = np.minimum(words.stops[reach] - words.starts[reach], MOST_LETTERS)
    letters *= WHOLE
    if parts:
        twelfths = words.twelfths[reach]
        smaller = np.flatnonzero(twelfths < WHOLE)
        letters[smaller] = twelfths[smaller].astype(np.int64) * USUAL_LETTERS
    before = totals_of(letters)
    if not parts:
        stops = np.minimum(np.arange(ngram, last - first + ngram), len(letters))
        return before[stops] - before[: last - first], None
    held = amounts[first : first + len(before)]
    ends = np.minimum(np.searchsorted(held, held[: last - first] + needed), len(letters))
    return before[ends] - before[: last - first], ends


def _lengthen(
    sums: NDArray[np.uint64], words: Words, first: int, ngram: int, stops: NDArray[np.int64]
) -> None:
    """Replaces the polynomials of runs that need more than ``ngram`` words.

    A longer one is the difference of two prefix sums, times a power of the base for its place: the
    same number as Horner's rule gives.

    Args:
        sums: One a word, from word ``first`` on; written to.
        words: Of the batch.
        first: Word that the sums begin with.
        ngram: Words that a run needs if they are whole.
        stops: After which word each run ends, counted from ``first``.
    """
    begins = np.flatnonzero(stops - np.arange(len(sums)) > ngram)
    stops = stops[begins]
    up, down = powers(ngram)
    hashes = words.hashes[first : first + int(stops.max(initial=0))]
    prefix = np.zeros(len(hashes) + 1, np.uint64)
    np.multiply(hashes, down[: len(hashes)], out=prefix[1:])
    np.cumsum(prefix[1:], out=prefix[1:])
    sums[begins] = (prefix[stops] - prefix[begins]) * up[stops - 1]


@cache
def powers(ngram: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Returns B^0, B^1 … and their inverses modulo 2^64, for all words of a block and its last run."""
    count = _BLOCK_WORDS + ngram * WHOLE
    up = np.full(count, _BASE, np.uint64)
    up[0] = 1
    down = np.full(count, pow(_BASE, -1, 1 << 64), np.uint64)
    down[0] = 1
    return np.multiply.accumulate(up), np.multiply.accumulate(down)


def _begins(bounds: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tells of each word whether it begins one of the runs, ``counts`` of them from each document's first."""
    lengths = np.empty(2 * len(counts), np.int64)
    lengths[0::2] = counts
    lengths[1::2] = np.diff(bounds) - counts
    return np.repeat(np.tile(np.array([True, False]), len(counts)), lengths)
