"""Which runs of n words does each document hold? As 32-bit hashes, for a whole batch at once.

A document is compared with others by the *set* of its shingles (Broder, "On the resemblance and
containment of documents", 1997). No shingle reaches across documents. A document of n words or fewer
has one shingle, all its words; one without any word has one too, its text, so that only identical
ones meet. These lone shingles are written as two hashes, since one alone would let 32 bits decide
between a million short documents. Time is linear in the words.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.words import Words

SHINGLES_VERSION: Final = 1
"""Bumped when another hash comes out for the same words."""

_BASE = np.uint64(0xD1342543DE82EF95)  # odd, its bits without pattern; each word further back is times it
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
    """Hashes every run of ``ngram`` words of every document.

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
    counts = np.diff(words.bounds)
    short = np.flatnonzero(counts <= ngram)
    bounds = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(np.where(counts <= ngram, _LONE_HASHES, counts - ngram + 1), out=bounds[1:])
    runs = _runs(words.hashes, ngram)
    runs = runs[_begins(words.bounds, counts, ngram)[: len(runs)]]
    if not len(short):
        return Shingles(runs, bounds)
    hashes = np.empty(bounds[-1], np.uint32)
    places = np.concatenate([bounds[short], bounds[short] + 1])
    hashes[places] = _lone(words, short)
    others = np.ones(len(hashes), np.bool_)
    others[places] = False
    hashes[others] = runs
    return Shingles(hashes, bounds)


def _runs(hashes: NDArray[np.uint64], ngram: int) -> NDArray[np.uint32]:
    """Hashes each ``ngram`` words that follow one another, over the borders of documents too."""
    count = max(len(hashes) - ngram + 1, 0)
    sums = hashes[:count].copy()
    for place in range(1, ngram):
        sums *= _BASE
        sums += hashes[place : place + count]
    sums ^= sums >> _HALF
    sums *= _BASE
    sums >>= _HALF
    return sums.astype(np.uint32)


def _begins(bounds: NDArray[np.int64], counts: NDArray[np.int64], ngram: int) -> NDArray[np.bool_]:
    """Tells of each word whether a run begins there that its document holds, and holds more of."""
    begins = np.ones(bounds[-1], np.bool_)
    for place in range(1, ngram):
        begins[bounds[1:][counts >= place] - place] = False
    begins[bounds[1:][counts == ngram] - ngram] = False
    return begins


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
