"""A set of benchmark items as the step looks documents up in it.

Each part of an item (question, answer, passage) is split into words like any text. Its n-grams, hashed by
``transforms.ngrams`` as those of the index are, lead from a place in a document to the items that may stand
there. How much a word says is its information in bits, by how many items hold it:

    bits(w) = log2((N + 1000) / (df(w) + 1000·f)),   f = 1/4 for a stop word of any language, else 1/1000

(inverse document frequency, Spärck Jones 1972, smoothed by a thousand items that do not exist: so a set of
four items weighs words almost as one of thousands does). A character of a script without spaces counts as
the part of a word that it is (``Words.twelfths``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.benchmarks import PARTS, BenchmarkItem
from transforms.ngrams import ngrams
from transforms.quality.stop_words import STOP_WORDS
from transforms.words import WHOLE, Words, split_words

NGRAM: Final = 4
"""Words' worth of a shared run that makes an item a candidate; a part with less cannot be looked for."""

_PRIOR = 1000.0
_STOP_SHARE, _WORD_SHARE = 1 / 4, 1 / 1000
_MAX_PLACES = 64  # items that an n-gram leads to; one that more hold says nothing of any of them


@dataclass(frozen=True, slots=True, eq=False)
class ItemSet:
    """Items, ready to be looked for; travels to no one, it is made from the items in each worker.

    Attributes:
        items: In their order.
        words: Of all parts; text ``3 * i + k`` is part ``PARTS[k]`` of item i.
        bits: float32, one a word of ``words``.
        totals: float64 [3 * items], the bits of each part.
        keys: uint64, the distinct hashes of the parts' n-grams, ascending.
        bounds: n-gram i of ``keys`` stands at the places ``bounds[i]`` to ``bounds[i + 1] - 1``.
        places: int64, numbers of the first words of n-grams.
        owners: int32, the part that each place belongs to.
    """

    items: Sequence[BenchmarkItem]
    words: Words
    bits: NDArray[np.float32]
    totals: NDArray[np.float64]
    keys: NDArray[np.uint64]
    bounds: NDArray[np.int64]
    places: NDArray[np.int64]
    owners: NDArray[np.int32]
    _sieve: NDArray[np.bool_]

    def find(self, hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Returns which of some n-grams stand in the set: their numbers, and their numbers in ``keys``."""
        near = np.flatnonzero(self._sieve[(hashes & np.uint64(len(self._sieve) - 1)).astype(np.int64)])
        if not len(near) or not len(self.keys):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        place = np.minimum(np.searchsorted(self.keys, hashes[near]), len(self.keys) - 1)
        found = self.keys[place] == hashes[near]
        return near[found], place[found]

    def searchable(self) -> NDArray[np.bool_]:
        """Tells of each item whether its question or its answer is long enough to be looked for."""
        owned = np.bincount(self.owners, minlength=len(self.totals)).reshape(-1, len(PARTS))
        return np.asarray((owned[:, :2] > 0).any(axis=1), np.bool_)


def make_items(items: Sequence[BenchmarkItem]) -> ItemSet:
    """Prepares items.

    >>> made = make_items([BenchmarkItem("b", "0", "What is the airspeed of an unladen swallow?")])
    >>> made.searchable().tolist(), len(made.keys), round(float(made.totals[0]))
    ([True], 5, 44)
    """
    words = split_words([getattr(item, part) for item in items for part in PARTS])
    bits = _bits(words, len(items))
    totals = np.add.reduceat(np.append(bits, 0).astype(np.float64), words.bounds[:-1])
    totals[words.bounds[:-1] == words.bounds[1:]] = 0
    grams = ngrams(words, NGRAM)
    owner = np.repeat(np.arange(len(totals), dtype=np.int32), np.diff(grams.bounds))
    order = np.lexsort((grams.firsts, grams.hashes))
    keys, counts = np.unique(grams.hashes, return_counts=True)
    telling = counts <= _MAX_PLACES
    kept = np.repeat(telling, counts)
    bounds = np.zeros(int(telling.sum()) + 1, np.int64)
    np.cumsum(counts[telling], out=bounds[1:])
    size = 1 << max(16, int(len(keys) * 64 - 1).bit_length())
    sieve = np.zeros(size, np.bool_)
    sieve[(keys[telling] & np.uint64(size - 1)).astype(np.int64)] = True
    return ItemSet(
        items,
        words,
        bits,
        totals,
        keys[telling],
        bounds,
        grams.firsts[order][kept],
        owner[order][kept],
        sieve,
    )


def _bits(words: Words, items: int) -> NDArray[np.float32]:
    """Returns the information of each word."""
    values, inverse = np.unique(words.hashes, return_inverse=True)
    item = np.repeat(np.arange(len(words.bounds) - 1), np.diff(words.bounds)) // len(PARTS)
    pairs = np.unique(np.stack([inverse.astype(np.int64), item]), axis=1)
    held = np.bincount(pairs[0], minlength=len(values))
    share = np.where(np.isin(values, _stop_hashes()), _STOP_SHARE, _WORD_SHARE)
    bits = np.log2((items + _PRIOR) / (held + _PRIOR * share))
    return (np.maximum(bits, 0.1)[inverse] * words.twelfths / WHOLE).astype(np.float32)


@cache
def _stop_hashes() -> NDArray[np.uint64]:
    return np.unique(split_words(list(STOP_WORDS.values())).hashes)
