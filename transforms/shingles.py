"""Which runs of n words does each document hold? As 32-bit hashes, for a whole batch at once.

A document is compared with others by the *set* of its shingles (Broder, "On the resemblance and
containment of documents", 1997). At each word begins a run of as many words as make n whole ones:
exactly n where words are written with spaces between them, and about as much text where they are not,
since a character there counts as a part of a word (``Words.twelfths``): five words are also 8 Han
characters, or 20 letters of Thai, or what of each a mixed text holds.

No shingle reaches across documents. A document with one run or none has one shingle, all its words; one
without any word has one too, its text, so that only identical ones meet. These lone shingles are
written as two hashes, since one alone would let 32 bits decide between a million short documents. Time
is linear in the words, but for a search in sorted numbers where words are parts.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.words import WHOLE, Words

SHINGLES_VERSION: Final = 2
"""Bumped when another hash comes out for the same words."""

_BASE = 0xD1342543DE82EF95  # odd, its bits without pattern; each word further back is times it
_BLOCK_WORDS = 1 << 14
_HALF = np.uint64(32)
_LONE_HASHES = 2


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
    >>> made = shingles(split_words(["a b c d", "x a b c d", "b", "…"]), ngram=2)
    >>> made.bounds.tolist(), jaccard(made.of(0), made.of(1))
    ([0, 3, 7, 9, 11], 0.75)
    """
    if ngram < 1:
        raise ValueError(f"ngram must be at least 1, not {ngram}")
    needed = ngram * WHOLE
    amounts = np.zeros(len(words.hashes) + 1, np.int64)
    np.cumsum(words.twelfths, out=amounts[1:])
    # In each document the last run begins where what is left is still enough.
    counts = np.searchsorted(amounts, amounts[words.bounds[1:]] - needed, side="right")
    counts -= words.bounds[:-1]
    short = np.flatnonzero(counts <= 1)
    counts[short] = 0
    runs = _runs(words, amounts, ngram)[_begins(words.bounds, counts)]
    counts[short] = _LONE_HASHES
    bounds = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=bounds[1:])
    if not len(short):
        return Shingles(runs, bounds)
    hashes = np.empty(bounds[-1], np.uint32)
    places = np.concatenate([bounds[short], bounds[short] + 1])
    hashes[places] = _lone(words, short)
    others = np.ones(len(hashes), np.bool_)
    others[places] = False
    hashes[others] = runs
    return Shingles(hashes, bounds)


def _runs(words: Words, amounts: NDArray[np.int64], ngram: int) -> NDArray[np.uint32]:
    """Hashes the run that begins at each word, over the borders of documents too.

    Where the batch ends before a run does, the value means nothing.
    """
    runs = np.empty(len(words.hashes), np.uint32)
    for first in range(0, len(runs), _BLOCK_WORDS):
        last = min(first + _BLOCK_WORDS, len(runs))
        sums = _whole_runs(words.hashes[first : last + ngram - 1], ngram, last - first)
        if words.twelfths[first : last + ngram - 1].min() < WHOLE:
            _lengthen(sums, words, amounts, first, ngram)
        sums ^= sums >> _HALF
        sums *= np.uint64(_BASE)
        sums >>= _HALF
        runs[first:last] = sums
    return runs


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


def _lengthen(
    sums: NDArray[np.uint64], words: Words, amounts: NDArray[np.int64], first: int, ngram: int
) -> None:
    """Replaces the polynomials of runs that need more than ``ngram`` words.

    A longer one is the difference of two prefix sums, times a power of the base for its place: the
    same number as Horner's rule gives.

    Args:
        sums: One a word, from word ``first`` on; written to.
        words: Of the batch.
        amounts: Twelfths before each word, and in the end those of all.
        first: Word that the sums begin with.
        ngram: Words that a run needs if they are whole.
    """
    needed = ngram * WHOLE
    # No run has more words than twelfths, so this many hold all that begin here.
    held = amounts[first : first + len(sums) + needed]
    reach = held[ngram:][: len(sums)]
    begins = np.flatnonzero(reach - held[: len(reach)] < needed)
    stops = np.searchsorted(held, held[begins] + needed)
    complete = stops < len(held)
    begins, stops = begins[complete], stops[complete]
    powers, inverses = _powers(_BLOCK_WORDS + needed)
    prefix = np.zeros(len(held), np.uint64)
    np.multiply(words.hashes[first : first + len(held) - 1], inverses[: len(held) - 1], out=prefix[1:])
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
