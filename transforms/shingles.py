"""Which runs of n words does each document hold? As 32-bit hashes, for a whole batch at once.

A document is compared with others by the *set* of its shingles (Broder, "On the resemblance and
containment of documents", 1997). At each word begins a run of as many words as make n whole ones:
exactly n where words are written with spaces between them, and about as much text where they are not,
since a character there counts as a part of a word (``Words.twelfths``): three words are also 5 Han
characters, or 12 letters of Thai, or what of each a mixed text holds.

Runs count by their letters, since "it is in the" says less about a text than "exclusive tokens of
contributors": a run of n words of five letters, the usual length, is one shingle; one of twice as many
letters is two; of half as many, it is one or none. Which of both, its own hash decides, so that its
expected number of shingles is its weight, and any two documents that hold it agree. So the Jaccard
similarity of these sets is, but for chance, that of the runs weighted by their letters, for as many
shingles as there are words. Characters of scripts without spaces are taken for what they are of a word.

No shingle reaches across documents. A document of which no two runs count has one, all its words; one
without any word has one too, its text, so that only identical ones meet. These lone shingles are
written as two hashes, since one alone would let 32 bits decide between a million short documents. Time
is linear in the words, but for a search in sorted numbers where words are parts.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from transforms import kernel
from transforms.words import WHOLE, Words

SHINGLES_VERSION: Final = 3
"""Bumped when another hash comes out for the same words."""

USUAL_LETTERS: Final = 5
"""Letters of a word that weighs one; those of an English text have 4.8."""

MOST_LETTERS: Final = 20
"""A longer word weighs no more than this one: an address, a hash or a line of base64 is one thing said."""

_BASE = 0xD1342543DE82EF95  # odd, its bits without pattern; each word further back is times it
_BLOCK_WORDS = 1 << 14
_HALF = np.uint64(32)
_LONE_HASHES = 2
_NEXT = np.uint32(0x9E3779B9)  # from one shingle of a run to its next one: odd, so 2^32 different ones
_CHANCE_BITS = np.int64(16)  # of the run's hash, that decide on the part of a shingle


@dataclass(frozen=True, slots=True, eq=False)
class Shingles:
    """The shingles of a batch, in the order of the texts.

    Attributes:
        hashes: 32 bits each; one that comes twice in a document stands here twice.
        bounds: Document i has ``bounds[i]`` to ``bounds[i + 1] - 1``, at least one; one value more
            than documents.
    """

    hashes: NDArray[np.uint32]
    bounds: NDArray[np.int64]

    def of(self, document: int) -> NDArray[np.uint32]:
        """Returns the hashes of one document of the batch."""
        return self.hashes[self.bounds[document] : self.bounds[document + 1]]


def shingles(words: Words, ngram: int) -> Shingles:
    """Hashes every run of ``ngram`` words' worth of every document.

    Args:
        words: Of a batch.
        ngram: Words in a shingle, at least 1.

    >>> from transforms.words import split_words
    >>> made = shingles(split_words(["these words count once", "again these words count once", "b"]), ngram=2)
    >>> made.bounds.tolist(), jaccard(made.of(0), made.of(1))
    ([0, 3, 7, 9], 0.75)
    """
    if ngram < 1:
        raise ValueError(f"ngram must be at least 1, not {ngram}")
    return _compiled(words, ngram) if kernel.compiled() else _computed(words, ngram)


def _compiled(words: Words, ngram: int) -> Shingles:
    """Shingles by the compiled loops."""
    documents = len(words.bounds) - 1
    made = np.empty(len(words.hashes) * kernel.MOST_SHINGLES + documents * _LONE_HASHES, np.uint32)
    bounds, lone = np.zeros(documents + 1, np.int64), np.empty(documents, np.bool_)
    parts = words.hashes, words.twelfths, words.starts, words.stops, words.bounds
    powers, _ = _powers(_BLOCK_WORDS + ngram * WHOLE)
    count = kernel.call("shingles", *parts, documents, ngram, powers, made, bounds[1:], lone)
    hashes = made[:count].copy()
    short = np.flatnonzero(lone)
    hashes[np.concatenate([bounds[short], bounds[short] + 1])] = _lone(words, short)
    return Shingles(hashes, bounds)


def _computed(words: Words, ngram: int) -> Shingles:
    """Shingles by NumPy."""
    needed = ngram * WHOLE
    amounts = _totals(words.twelfths)
    # In each document the last run begins where what is left is still enough.
    counts = np.searchsorted(amounts, amounts[words.bounds[1:]] - needed, side="right")
    counts -= words.bounds[:-1]
    runs, times = _runs(words, amounts, ngram)
    times *= _begins(words.bounds, np.maximum(counts, 0))
    kept = np.diff(_totals(times > 0)[words.bounds])
    short = np.flatnonzero(kept <= 1)
    for document in short[kept[short] == 1].tolist():
        times[words.bounds[document] : words.bounds[document + 1]] = 0
    totals = _totals(times)
    hashes = _repeat(runs, times)
    if not len(short):
        return Shingles(hashes, totals[words.bounds])
    counts = np.diff(totals[words.bounds])
    counts[short] = _LONE_HASHES
    bounds = _totals(counts)
    made = np.empty(bounds[-1], np.uint32)
    places = np.concatenate([bounds[short], bounds[short] + 1])
    made[places] = _lone(words, short)
    others = np.ones(len(made), np.bool_)
    others[places] = False
    made[others] = hashes
    return Shingles(made, bounds)


def _totals(counts: NDArray[Any]) -> NDArray[np.int64]:
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
    before = _totals(letters)
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
    powers, inverses = _powers(_BLOCK_WORDS + ngram * WHOLE)
    hashes = words.hashes[first : first + int(stops.max(initial=0))]
    prefix = np.zeros(len(hashes) + 1, np.uint64)
    np.multiply(hashes, inverses[: len(hashes)], out=prefix[1:])
    np.cumsum(prefix[1:], out=prefix[1:])
    sums[begins] = (prefix[stops] - prefix[begins]) * powers[stops - 1]


@cache
def _powers(count: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Returns B^0, B^1 … and their inverses modulo 2^64."""
    powers = np.full(count, _BASE, np.uint64)
    powers[0] = 1
    inverses = np.full(count, pow(_BASE, -1, 1 << 64), np.uint64)
    inverses[0] = 1
    return np.multiply.accumulate(powers), np.multiply.accumulate(inverses)


def _begins(bounds: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tells of each word whether it begins one of the runs, ``counts`` of them from each document's first."""
    lengths = np.empty(2 * len(counts), np.int64)
    lengths[0::2] = counts
    lengths[1::2] = np.diff(bounds) - counts
    return np.repeat(np.tile(np.array([True, False]), len(counts)), lengths)


def _lone(words: Words, documents: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Returns the lone shingles of short documents: the first halves of all, then the second ones."""
    digests = bytearray()
    for document in documents.tolist():
        hashes = words.hashes[words.bounds[document] : words.bounds[document + 1]]
        if len(hashes):
            data, kind = hashes.astype("<u8").tobytes(), b"words"
        else:
            data, kind = words.texts[document].encode("utf-8", "surrogatepass"), b"text"
        digests += blake2b(data, digest_size=8, person=kind).digest()
    return np.frombuffer(digests, "<u4").reshape(-1, _LONE_HASHES).T.ravel()


def jaccard(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> float:
    """Returns the exact Jaccard similarity of two sets of shingles: shared ones over all different ones.

    The reference for the estimate from signatures. Two empty sets have similarity 1.

    >>> jaccard(np.array([1, 2, 2, 3], np.uint32), np.array([2, 3, 4], np.uint32))
    0.5
    """
    left, right = np.unique(left), np.unique(right)
    shared = len(np.intersect1d(left, right, assume_unique=True))
    union = len(left) + len(right) - shared
    return shared / union if union else 1.0


def containment(whole: NDArray[np.uint32], part: NDArray[np.uint32]) -> float:
    """Returns how much of a set of shingles another one holds: shared ones over those of ``part``.

    An empty set is part of every other.

    >>> containment(np.array([1, 2, 3, 4], np.uint32), np.array([3, 4, 4, 5], np.uint32))
    0.6666666666666666
    """
    held = np.unique(part)
    return float(np.isin(held, whole).mean()) if len(held) else 1.0
