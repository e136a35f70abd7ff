"""Which comparisons were made? All that passed, and for each document the nearest that did not.

Documents that share boilerplate can be compared m² times without one being like another; so rejected
comparisons are counted in full but kept only where they came nearest to passing.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

REJECTED_KEPT: Final = 8
"""Rejected comparisons that are kept of a document: the most similar, of equals the lowest rows."""

_PRUNE_ABOVE = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Comparisons of founders with later documents, as columns.

    Attributes:
        left: Row of the founder.
        right: Row of the document that was compared with it.
        similarity: What the comparison gave.
        accepted: Whether that passed the threshold. A document joins the best of those that accept it.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    similarity: NDArray[np.float64]
    accepted: NDArray[np.bool_]

    def take(self, places: NDArray[np.intp] | NDArray[np.bool_]) -> "Pairs":
        """Returns the pairs at ``places``, which index or mask them."""
        return Pairs(self.left[places], self.right[places], self.similarity[places], self.accepted[places])


class Comparisons:
    """Collects comparisons in memory linear in the documents."""

    def __init__(self) -> None:
        self._kept: list[Pairs] = []
        self._rejected = 0

    def add(self, pairs: Pairs) -> None:
        """Adds comparisons, none of which was added before."""
        self._kept.append(pairs)
        self._rejected += len(pairs.left) - int(np.count_nonzero(pairs.accepted))
        if self._rejected > _PRUNE_ABOVE:
            self._kept = [_prune(_join(self._kept))]
            # What pruning has to leave counts no more, or it would be pruned at every step.
            self._rejected = 0

    def pairs(self) -> Pairs:
        """Returns what is kept, by right and left row."""
        pairs = _prune(_join(self._kept))
        return pairs.take(np.lexsort((pairs.left, pairs.right)))


def _join(parts: list[Pairs]) -> Pairs:
    if not parts:
        none = np.empty(0, np.int64)
        return Pairs(none, none, np.empty(0, np.float64), np.empty(0, np.bool_))
    return Pairs(
        np.concatenate([part.left for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.similarity for part in parts]),
        np.concatenate([part.accepted for part in parts]),
    )


def _prune(pairs: Pairs) -> Pairs:
    rejected = np.flatnonzero(~pairs.accepted)
    left, right = pairs.left[rejected], pairs.right[rejected]
    order = np.lexsort((left, -pairs.similarity[rejected], right))
    rejected, right = rejected[order], right[order]
    heads = np.flatnonzero(np.diff(right, prepend=-1))
    nth = np.arange(len(right)) - np.repeat(heads, np.diff(heads, append=len(right)))
    keep = pairs.accepted.copy()
    keep[rejected[nth < REJECTED_KEPT]] = True
    return pairs.take(keep)
