"""How much of a part of an item stands in a stretch of a document, in the part's order?

The heaviest common subsequence of the two runs of words (Wagner and Fischer 1974, each word weighing its
bits): words that were changed, put in or left out cost what they say, not the whole item.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

MAX_WORDS: Final = 1000
"""Words of a part that are compared; of a longer one its first."""

_APART = 3  # words between a match and the others from which it may be there by chance
_CHANCE_BITS = 10.0


@dataclass(frozen=True, slots=True)
class Alignment:
    """What of a part was found.

    Attributes:
        bits: Of the words that were found.
        start: Number of the first word of the document that belongs to it; ``stop`` after the last.
    """

    bits: float
    start: int
    stop: int


def align(
    part: NDArray[np.uint64],
    bits: NDArray[np.float32],
    stretch: NDArray[np.uint64],
    offset: int,
    least: float,
) -> Alignment | None:
    """Aligns a part with a stretch of a document.

    Args:
        part: Hashes of the part's words.
        bits: Of each of them.
        stretch: Hashes of the stretch's words.
        offset: Number of the stretch's first word.
        least: Bits below which nothing is returned.

    >>> import numpy as np
    >>> part, stretch = np.array([1, 2, 3, 4], np.uint64), np.array([9, 1, 2, 8, 4, 9], np.uint64)
    >>> align(part, np.ones(4, np.float32), stretch, offset=100, least=2)
    Alignment(bits=3.0, start=101, stop=105)
    """
    part, bits = part[:MAX_WORDS], bits[:MAX_WORDS]
    if not len(stretch) or not len(part):
        return None
    shared = _occur(part, np.sort(stretch))
    # No order of them can give more than all that occur.
    if float(bits[shared].sum()) < least or not shared.any():
        return None
    part, bits = part[shared], bits[shared]
    columns = np.flatnonzero(_occur(stretch, np.sort(part)))
    matches = _heaviest(part, bits, stretch[columns])
    found = float(bits[[row for row, _ in matches]].sum())
    if found < least:
        return None
    rows, places = np.array(matches, np.int64).T
    first, last = _without_chance(columns[places], bits[rows])
    return Alignment(found, offset + first, offset + last + 1)


def _occur(values: NDArray[np.uint64], ordered: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Tells which values occur among others, at least one, that are sorted."""
    place = np.searchsorted(ordered, values)
    return np.asarray(ordered[np.minimum(place, len(ordered) - 1)] == values, np.bool_)


def _heaviest(
    part: NDArray[np.uint64], bits: NDArray[np.float32], stretch: NDArray[np.uint64]
) -> list[tuple[int, int]]:
    """Returns (place in the part, place in the stretch) of the words of the heaviest common subsequence."""
    best = np.zeros((len(part) + 1, len(stretch) + 1), np.float32)
    for row, (word, weight) in enumerate(zip(part, bits, strict=True)):
        taken = np.where(stretch == word, best[row, :-1] + weight, best[row, 1:])
        np.maximum(taken, best[row, 1:], out=taken)
        np.maximum.accumulate(taken, out=best[row + 1, 1:])
    matches = []
    row, column = len(part), len(stretch)
    while row and column:
        if best[row, column] == best[row - 1, column]:
            row -= 1
        elif best[row, column] == best[row, column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            matches.append((row, column))
    return matches[::-1]


def _without_chance(places: NDArray[np.int64], bits: NDArray[np.float32]) -> tuple[int, int]:
    """Returns the first and last place, without words at the ends that are there by chance."""
    groups = np.split(np.arange(len(places)), np.flatnonzero(np.diff(places) > _APART) + 1)
    weights = [float(bits[group].sum()) for group in groups]
    first, last = 0, len(groups) - 1
    while first < last and weights[first] < _CHANCE_BITS:
        first += 1
    while last > first and weights[last] < _CHANCE_BITS:
        last -= 1
    return int(places[groups[first][0]]), int(places[groups[last][-1]])
