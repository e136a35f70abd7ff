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
written as two hashes, since one alone would let 32 bits decide between a million short documents.
``kernel.c`` finds shingles, or ``transforms.shingling`` in NumPy, the same.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms import kernel
from transforms.shingling import find_shingles, powers, totals_of
from transforms.words import Words

SHINGLES_VERSION: Final = 3
"""Bumped when another hash comes out for the same words."""

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

    def distinct(self) -> "Shingles":
        """Returns the same as sets: each document's different hashes, ascending.

        >>> made = Shingles(np.array([9, 7, 9, 7], np.uint32), np.array([0, 3, 4])).distinct()
        >>> made.hashes.tolist(), made.bounds.tolist()
        ([7, 9, 7], [0, 2, 3])
        """
        numbers = np.arange(len(self.bounds) - 1, dtype=np.uint64) << _HALF
        # A document's number before its hashes: so one sort sorts each document by itself.
        keys = np.repeat(numbers, np.diff(self.bounds)) | self.hashes
        keys.sort()
        first = np.ones(len(keys), np.bool_)
        np.not_equal(keys[1:], keys[:-1], out=first[1:])
        return Shingles(keys[first].astype(np.uint32), totals_of(first)[self.bounds])

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
    up, _ = powers(ngram)
    count = kernel.call("shingles", *parts, documents, ngram, up, made, bounds[1:], lone)
    made.resize(count, refcheck=False)
    short = np.flatnonzero(lone)
    made[np.concatenate([bounds[short], bounds[short] + 1])] = _lone(words, short)
    return Shingles(made, bounds)


def _computed(words: Words, ngram: int) -> Shingles:
    """Shingles by NumPy."""
    hashes, counts, short = find_shingles(words, ngram)
    if not len(short):
        return Shingles(hashes, totals_of(counts))
    counts[short] = _LONE_HASHES
    bounds = totals_of(counts)
    made = np.empty(bounds[-1], np.uint32)
    places = np.concatenate([bounds[short], bounds[short] + 1])
    made[places] = _lone(words, short)
    others = np.ones(len(made), np.bool_)
    others[places] = False
    made[others] = hashes
    return Shingles(made, bounds)


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
