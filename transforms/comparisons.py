"""Which comparisons were made? All that passed, and for each document the nearest that did not.

Documents that share boilerplate can be compared m² times without one being like another; so rejected
comparisons are counted in full but kept only where they came nearest to passing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

REJECTED_KEPT: Final = 8
"""Rejected comparisons that are kept of a document: the most similar, of equals the earlier founders."""

_PRUNE_ABOVE = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Comparisons of founders with later documents, as columns.

    Attributes:
        left: Row of the founder.
        right: Row of the document that was compared with it.
        similarity: What the comparison gave.
        accepted: Whether that passed the threshold. A document joins the best of those that accept it.
        exact: Whether the similarity is that of the shingle sets; else it is estimated from signatures.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    similarity: NDArray[np.float64]
    accepted: NDArray[np.bool_]
    exact: NDArray[np.bool_]

    def take(self, places: NDArray[np.intp] | NDArray[np.bool_]) -> "Pairs":
        """Returns the pairs at ``places``, which index or mask them."""
        return Pairs(
            self.left[places],
            self.right[places],
            self.similarity[places],
            self.accepted[places],
            self.exact[places],
        )


class Comparisons:
    """Collects the comparisons of documents that are clustered together, in memory linear in them."""

    def __init__(self) -> None:
        self._kept: list[Pairs] = []
        self._new = 0
        self._prune_at = _PRUNE_ABOVE

    def add(self, pairs: Pairs) -> None:
        """Adds comparisons, none of which was added before; of a document, in the order of founders.

        ``right`` must be below 2^32.
        """
        self._kept.append(pairs)
        self._new += len(pairs.left)
        if self._new > self._prune_at:
            kept = _prune(join(self._kept))
            self._kept, self._new = [kept], 0
            # What is kept is sorted again each time, so at least as much must have come.
            self._prune_at = max(_PRUNE_ABOVE, len(kept.left))

    def pairs(self) -> Pairs:
        """Returns what is kept, by ``right``, and accepted ones before rejected ones."""
        return _prune(join(self._kept))


def join(parts: Sequence[Pairs]) -> Pairs:
    """Returns one after another as one."""
    if not parts:
        none, no = np.empty(0, np.int64), np.empty(0, np.bool_)
        return Pairs(none, none, np.empty(0, np.float64), no, no)
    return Pairs(
        np.concatenate([part.left for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.similarity for part in parts]),
        np.concatenate([part.accepted for part in parts]),
        np.concatenate([part.exact for part in parts]),
    )


def _prune(pairs: Pairs) -> Pairs:
    # One sort by (document, accepted first, similarity): the bits of a float of one sign sort like it.
    likeness = pairs.similarity.astype(np.float32) + np.float32(1) + np.float32(4) * pairs.accepted
    key = (pairs.right.astype(np.uint64) << np.uint64(32)) | ~likeness.view(np.uint32)
    order = np.argsort(key, kind="stable")
    right = pairs.right[order]
    heads = np.flatnonzero(np.diff(right, prepend=-1))
    accepted = pairs.accepted[order]
    rejected_before: NDArray[np.int64] = np.cumsum(~accepted) - ~accepted
    nth: NDArray[np.int64] = rejected_before - np.repeat(
        rejected_before[heads], np.diff(heads, append=len(right))
    )
    return pairs.take(order[accepted | (nth < REJECTED_KEPT)])
