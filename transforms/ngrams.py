"""Which runs of n words does each text hold, and where? As 64-bit hashes, for a whole batch at once.

What ``transforms.shingles`` compares documents by, with the places kept, and without a stand-in for texts
that are too short. At each word begins a run of as many words as make n whole ones: exactly n where words
are written with spaces between them, and about as much text where they are not (``Words.twelfths``). No run
reaches across texts.

The hash of words w_1 … w_m is the polynomial Σ w_i·B^(m-i) modulo 2^64, mixed at the end: it depends on the
words and their order only, not on the place or what stands around. Each is the difference of two prefix sums
times a power of B for its place, so that time is linear in the words for every n.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.words import WHOLE, Words, mix

NGRAMS_VERSION: Final = 1
"""Bumped when another hash comes out for the same words."""

_BASE = 0xAEF17502108EF2D9  # odd, its bits without pattern; each word further back is times it
_BLOCK_WORDS = 1 << 14


@dataclass(frozen=True, slots=True, eq=False)
class Ngrams:
    """The runs of a batch, in the order of the texts and in each text by their first word.

    Attributes:
        hashes: 64 bits each, evenly spread; any part of the bits may be taken.
        firsts: Number of each run's first word, counted through the batch as ``Words`` counts.
        stops: Number after its last word.
        bounds: Text i has the runs ``bounds[i]`` to ``bounds[i + 1] - 1``, none if it is too short; one
            value more than texts.
    """

    hashes: NDArray[np.uint64]
    firsts: NDArray[np.int64]
    stops: NDArray[np.int64]
    bounds: NDArray[np.int64]


def ngrams(words: Words, length: int) -> Ngrams:
    """Hashes every run of ``length`` words' worth of every text.

    Args:
        words: Of a batch.
        length: Words in a run, at least 1.

    >>> from transforms.words import split_words
    >>> made = ngrams(split_words(["To be, or not to be", "be", "TO BE"]), 2)
    >>> made.bounds.tolist(), made.firsts.tolist()
    ([0, 5, 5, 6], [0, 1, 2, 3, 4, 7])
    >>> bool(made.hashes[0] == made.hashes[4] == made.hashes[5])
    True
    """
    firsts, stops, bounds = runs(words, length)
    hashes = np.empty(len(firsts), np.uint64)
    for first in range(0, len(firsts), _BLOCK_WORDS):
        block = slice(first, first + _BLOCK_WORDS)
        hashes[block] = _hash(words.hashes, firsts[block], stops[block])
    return Ngrams(hashes, firsts, stops, bounds)


def runs(words: Words, length: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Finds the shortest run of at least ``length`` words' worth that begins at each word.

    Returns:
        Numbers of the runs' first words, numbers after their last ones, and bounds, as in ``Ngrams``. Both
        numbers ascend in each text; words too near to its end begin none.
    """
    if length < 1:
        raise ValueError(f"a run has at least 1 word, not {length}")
    amounts = np.zeros(len(words.hashes) + 1, np.int64)
    np.cumsum(words.twelfths, out=amounts[1:])
    needed = length * WHOLE
    # In each text the last run begins where what is left is still enough.
    ends = np.searchsorted(amounts, amounts[words.bounds[1:]] - needed, side="right")
    counts = np.maximum(ends - words.bounds[:-1], 0)
    bounds = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=bounds[1:])
    firsts = np.arange(bounds[-1]) + np.repeat(words.bounds[:-1] - bounds[:-1], counts)
    if amounts[-1] == len(words.hashes) * WHOLE:
        return firsts, firsts + length, bounds
    return firsts, np.searchsorted(amounts, amounts[firsts] + needed), bounds


def _hash(
    words: NDArray[np.uint64], firsts: NDArray[np.int64], stops: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """Returns the mixed polynomial of each run; the runs are neighbours, and at least one."""
    begin, end = int(firsts[0]), int(stops[-1])
    powers, inverses = _powers(-(-(end - begin) // _BLOCK_WORDS) * _BLOCK_WORDS)
    prefix = np.zeros(end - begin + 1, np.uint64)
    np.multiply(words[begin:end], inverses[: end - begin], out=prefix[1:])
    np.cumsum(prefix[1:], out=prefix[1:])
    places = stops - begin
    values: NDArray[np.uint64] = prefix[places]
    values -= prefix[firsts - begin]
    values *= powers[places - 1]
    return mix(values)


@cache
def _powers(count: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Returns B^0, B^1 … and their inverses modulo 2^64."""
    powers = np.full(count, _BASE, np.uint64)
    powers[0] = 1
    inverses = np.full(count, pow(_BASE, -1, 1 << 64), np.uint64)
    inverses[0] = 1
    return np.multiply.accumulate(powers), np.multiply.accumulate(inverses)
