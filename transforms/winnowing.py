"""Which of a text's n-grams stand for it, so that no long run is without one? Winnowing, column-wise.

Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting" (SIGMOD 2003): of
every window of w neighbouring n-grams the one with the least hash is selected, of equal ones the last. A
window that two texts share has the same selection in both, so every shared run of w + n - 1 words has a
selected n-gram in common (the paper's guarantee threshold t), and about 2 of w + 1 n-grams are selected.

Here a window is all n-grams inside of the shortest run of at least ``min_words`` words' worth that begins at
a word. With words between spaces these are w = min_words - n + 1; where a character is a part of a word, as
many as that amount of text holds. So the guarantee is one of amounts, also in mixed scripts: **whoever shares
a run of at least min_words words' worth shares a selected n-gram inside of it.** A text with less than that,
but with an n-gram, has one window, all of it.

The order among n-grams is by other bits of the hash than those that are kept, so that what is kept is
evenly spread.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.ngrams import Ngrams, ngrams, runs
from transforms.words import Words

WINNOWING_VERSION: Final = 1
"""Bumped when another selection or another hash comes out for the same words."""

HASH_BITS: Final = 40
"""Bits of a hash that are kept: of a thousand million hashes, one in a thousand finds a false partner."""

_PLACE_BITS = np.uint64(64 - HASH_BITS)
_BLOCK = 1 << 16  # n-grams; their places must fit in the bits of a place


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprints:
    """The selected n-grams of a batch, in the order of the texts and in each text by their place.

    Attributes:
        hashes: ``HASH_BITS`` bits each; one that is selected at two places stands here twice.
        firsts: Number of each one's first word, counted through the batch as ``Words`` counts.
        stops: Number after its last word.
        bounds: Text i has ``bounds[i]`` to ``bounds[i + 1] - 1``; one value more than texts.
    """

    hashes: NDArray[np.int64]
    firsts: NDArray[np.int64]
    stops: NDArray[np.int64]
    bounds: NDArray[np.int64]


def kept_bits(hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Returns what is kept of the hashes of n-grams."""
    return (hashes & np.uint64((1 << HASH_BITS) - 1)).astype(np.int64)


def fingerprint(words: Words, ngram: int, min_words: int) -> Fingerprints:
    """Selects n-grams of every text of a batch.

    Args:
        words: Of a batch.
        ngram: Words in an n-gram; a text with fewer has no fingerprint.
        min_words: Words' worth of a run that cannot be missed, at least ``ngram``.

    >>> from transforms.words import split_words
    >>> texts = split_words(["a b c d e f g h i j", "x x c d e f g h y y"])
    >>> made = fingerprint(texts, ngram=3, min_words=6)
    >>> shared = set(made.hashes[: made.bounds[1]].tolist()) & set(made.hashes[made.bounds[1] :].tolist())
    >>> len(shared) > 0, len(made.hashes) < 16
    (True, True)
    """
    if min_words < ngram:
        raise ValueError(f"min_words must be at least the n-gram's {ngram}, not {min_words}")
    grams = ngrams(words, ngram)
    chosen = select(grams, words, min_words)
    bounds = np.searchsorted(chosen, grams.bounds)
    return Fingerprints(kept_bits(grams.hashes[chosen]), grams.firsts[chosen], grams.stops[chosen], bounds)


def select(grams: Ngrams, words: Words, min_words: int) -> NDArray[np.int64]:
    """Returns the numbers of the selected n-grams, ascending.

    Args:
        grams: Of a batch.
        words: Of the same batch.
        min_words: As in ``fingerprint``.
    """
    chosen = windows(grams, words, min_words)[2]
    # Windows move on with both ends, and of equal hashes the last is taken: so the selected ones ascend.
    return chosen[np.diff(chosen, prepend=-1) > 0]


def windows(
    grams: Ngrams, words: Words, min_words: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Returns of every window its first word, the word after its last, and the n-gram selected in it.

    A text that shares all words of a window has the same n-gram selected: so no more texts share a run than
    hold the selected n-gram of any window inside of it.
    """
    begins, lasts = _windows(grams, words, min_words)
    found: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    for first, last in _blocks(begins, lasts):
        found.append(_last_minima(grams.hashes, begins[first:last], lasts[first:last]))
    return grams.firsts[begins], grams.stops[lasts], np.concatenate(found)


def _windows(grams: Ngrams, words: Words, min_words: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns the first and the last n-gram of each window; both ascend."""
    firsts, stops, bounds = runs(words, min_words)
    counts = np.diff(bounds)
    begins = np.arange(len(firsts)) + np.repeat(grams.bounds[:-1] - bounds[:-1], counts)
    lasts = np.searchsorted(grams.stops, stops, side="right") - 1
    short = np.flatnonzero((counts == 0) & (np.diff(grams.bounds) > 0))
    if not len(short):
        return begins, lasts
    places = bounds[short]
    return np.insert(begins, places, grams.bounds[short]), np.insert(
        lasts, places, grams.bounds[short + 1] - 1
    )


def _blocks(begins: NDArray[np.int64], lasts: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Returns ranges of windows that lie in few enough n-grams."""
    blocks, first = [], 0
    while first < len(begins):
        last = int(np.searchsorted(lasts, begins[first] + _BLOCK, side="left"))
        blocks.append((first, max(last, first + 1)))
        first = blocks[-1][1]
    return blocks


def _last_minima(
    hashes: NDArray[np.uint64], begins: NDArray[np.int64], lasts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Returns the number of the least hash in each window, of equal ones the last.

    A hash and its place counted from behind are one number, so that the least number says both; a table of
    the least in each 1, 2, 4 … neighbours gives that of any window as the lesser of two entries.
    """
    base, end = int(begins[0]), int(lasts[-1]) + 1
    least = hashes[base:end] & ~np.uint64((1 << int(_PLACE_BITS)) - 1)
    least |= np.arange(end - base - 1, -1, -1, dtype=np.uint64)
    sizes = lasts - begins + 1
    levels = np.frexp(sizes)[1] - 1  # of the largest power of two that is not larger than the window
    result = np.empty(len(begins), np.uint64)
    for level in range(int(levels.max()) + 1):
        width = 1 << level
        rows = np.flatnonzero(levels == level)
        if len(rows):
            result[rows] = np.minimum(least[begins[rows] - base], least[lasts[rows] + 1 - width - base])
        if len(least) > width:
            least = np.concatenate([np.minimum(least[:-width], least[width:]), least[len(least) - width :]])
    places = (result & np.uint64((1 << int(_PLACE_BITS)) - 1)).astype(np.int64)
    return end - 1 - places
