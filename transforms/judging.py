"""How similar are two documents? By their signatures, and near the threshold by their shingles.

A signature of n values estimates a similarity s with a standard deviation of √(s(1-s)/n), 0.04 at 0.7 with
128 values. So a pair whose estimate is within two of them of the threshold could be on either side of it;
only such pairs are judged by the exact Jaccard similarity of their shingle sets, which needs their texts.

Texts cannot be read pair by pair. What a judge does not know yet, it leaves open; whoever asks collects
the rows of all open pairs, lets the judge learn them at once, and asks again.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from transforms import kernel
from transforms.shingles import Shingles

DEVIATIONS: Final = 2.0
"""Standard deviations around the threshold within which estimates are not trusted."""

_HALF = np.uint64(32)
_VALUES_AT_ONCE = 1 << 15  # shingles that are compared at once: they and their keys stay in the cache


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What is known of some pairs.

    Attributes:
        similarity: From 0 to 1; of open pairs the estimate.
        exact: Whether it is the similarity of the shingle sets, and no estimate.
        open: Whether it must be judged again once both rows are learned.
    """

    similarity: NDArray[np.float64]
    exact: NDArray[np.bool_]
    open: NDArray[np.bool_]


class Similarity(Protocol):
    """Judges pairs of a founder and a later document."""

    def __call__(
        self, left: NDArray[np.int64], right: NDArray[np.int64], estimates: NDArray[np.float64]
    ) -> Judged:
        """Judges pairs (left rows, right rows, estimates from their signatures)."""

    def learn(self, rows: NDArray[np.int64]) -> None:
        """Makes rows known, which are ascending and of pairs that were open."""


class ShingleSets(Protocol):
    """The shingle sets of the rows that were learned."""

    def learn(self, rows: NDArray[np.int64]) -> None:
        """Makes rows known: ascending, distinct, none of them known yet."""

    def known(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tells which rows are known."""

    def sizes(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns how many shingles the set of each row has, one at least; all rows must be known."""

    def read(self, rows: NDArray[np.int64]) -> Shingles:
        """Returns the sets of the rows, each as ascending distinct hashes; all rows must be known."""


class HeldShingles:
    """The shingle sets of documents whose shingles are in memory; row i is document i.

    Args:
        made: The shingles.
    """

    def __init__(self, made: Shingles) -> None:
        sets = made.distinct()
        self._sets = [sets.of(row) for row in range(len(made.bounds) - 1)]

    def learn(self, rows: NDArray[np.int64]) -> None:
        """Has nothing to learn, as all rows are known."""

    def known(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tells that all rows are known."""
        return np.ones(len(rows), np.bool_)

    def sizes(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns the sizes of the sets."""
        return np.array([len(self._sets[row]) for row in rows.tolist()], np.int64)

    def read(self, rows: NDArray[np.int64]) -> Shingles:
        """Returns the sets."""
        hashes = np.concatenate([self._sets[row] for row in rows.tolist()])
        return Shingles(hashes, np.concatenate([[0], np.cumsum(self.sizes(rows))]))


class BySignatures:
    """Takes every estimate for true."""

    def __call__(
        self, left: NDArray[np.int64], right: NDArray[np.int64], estimates: NDArray[np.float64]
    ) -> Judged:
        """Returns the estimates."""
        none = np.zeros(len(left), np.bool_)
        return Judged(estimates, none, none)

    def learn(self, rows: NDArray[np.int64]) -> None:
        """Has nothing to learn, as no pair is left open."""


class ByShingles:
    """Judges pairs near the threshold by their shingle sets, the others by their signatures.

    Args:
        sets: The shingle sets.
        threshold: Similarity that decides.
        permutations: Values in a signature.
    """

    def __init__(self, sets: ShingleSets, threshold: float, permutations: int) -> None:
        self._sets = sets
        self._threshold = threshold
        self._permutations = permutations

    def __call__(
        self, left: NDArray[np.int64], right: NDArray[np.int64], estimates: NDArray[np.float64]
    ) -> Judged:
        """Judges pairs; those near the threshold whose rows are not both known stay open."""
        near = np.flatnonzero(uncertain(estimates, self._threshold, self._permutations))
        known = self._sets.known(left[near]) & self._sets.known(right[near])
        judged = Judged(estimates.copy(), np.zeros(len(left), np.bool_), np.zeros(len(left), np.bool_))
        judged.open[near[~known]] = True
        certain = near[known]
        certain = certain[np.argsort(left[certain], kind="stable")]
        judged.similarity[certain] = self._exact(left[certain], right[certain])
        judged.exact[certain] = True
        return judged

    def _exact(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float64]:
        """Returns the similarities of pairs, those of one left row together, in bounded memory."""
        new = np.diff(left, prepend=-1) != 0
        values = np.cumsum(self._sets.sizes(right) + new * self._sets.sizes(left))
        borders = np.flatnonzero(np.diff(values // _VALUES_AT_ONCE)) + 1
        found = []
        for some in np.split(np.arange(len(left)), borders) if len(left) else ():
            distinct, which = np.unique(left[some], return_inverse=True)
            ones, others = self._sets.read(distinct), self._sets.read(right[some])
            found.append(set_similarities(ones, others, which))
        return np.concatenate([np.empty(0, np.float64), *found])

    def learn(self, rows: NDArray[np.int64]) -> None:
        """Learns those of the rows that are not known."""
        self._sets.learn(rows[~self._sets.known(rows)])


def uncertain(estimates: NDArray[np.float64], threshold: float, permutations: int) -> NDArray[np.bool_]:
    """Tells which estimates are within ``DEVIATIONS`` standard deviations of the threshold.

    The deviation is that of a pair right at the threshold (Broder 1997: the count of equal values is
    binomial).

    >>> uncertain(np.array([0.6, 0.62, 0.78, 0.79]), 0.7, 128).tolist()
    [False, True, True, False]
    """
    margin = DEVIATIONS * (threshold * (1 - threshold) / permutations) ** 0.5
    return np.asarray(np.abs(estimates - threshold) <= margin)


def set_similarities(ones: Shingles, others: Shingles, which: NDArray[np.int64]) -> NDArray[np.float64]:
    """Returns the Jaccard similarity of each of ``others`` with one of ``ones``.

    Args:
        ones: Sets of ascending distinct hashes, one hash at least.
        others: Likewise.
        which: Of each of the others, the number among ``ones`` that it is compared with.

    >>> ones = Shingles(np.array([1, 2, 3, 7], np.uint32), np.array([0, 3, 4]))
    >>> others = Shingles(np.array([2, 3, 9, 7, 1, 2, 3], np.uint32), np.array([0, 3, 4, 7]))
    >>> set_similarities(ones, others, np.array([0, 1, 0])).tolist()
    [0.5, 1.0, 1.0]
    """
    sizes, of_one = np.diff(others.bounds), np.diff(ones.bounds)
    shared = _shared(ones, others, which)
    return np.asarray(shared / (of_one[which] + sizes - shared))


def set_containments(wholes: Shingles, parts: Shingles, which: NDArray[np.int64]) -> NDArray[np.float64]:
    """Returns the share of each of ``parts`` that one of ``wholes`` holds (Broder 1997, containment).

    Args:
        wholes: Sets of ascending distinct hashes, one hash at least.
        parts: Likewise.
        which: Of each part, the number among ``wholes`` that it is sought in.

    >>> wholes = Shingles(np.array([1, 2, 3, 7], np.uint32), np.array([0, 3, 4]))
    >>> parts = Shingles(np.array([2, 9, 7], np.uint32), np.array([0, 2, 3]))
    >>> set_containments(wholes, parts, np.array([0, 1])).tolist()
    [0.5, 1.0]
    """
    return np.asarray(_shared(wholes, parts, which) / np.diff(parts.bounds))


def _shared(ones: Shingles, others: Shingles, which: NDArray[np.int64]) -> NDArray[np.int64]:
    if kernel.compiled():
        shared = np.empty(len(which), np.int64)
        parts = [ones.hashes, ones.bounds, others.hashes, others.bounds, which]
        kernel.call("shared", *map(np.ascontiguousarray, parts), len(which), shared)
        return shared
    sizes, of_one = np.diff(others.bounds), np.diff(ones.bounds)
    # A set's number before its hashes makes all sets one ascending list.
    there = np.repeat(np.arange(len(of_one), dtype=np.uint64) << _HALF, of_one) | ones.hashes
    sought = np.repeat(which.astype(np.uint64) << _HALF, sizes) | others.hashes
    places = there.searchsorted(sought)
    places[places == len(there)] = 0  # greater than all: whichever it is compared with, it is not equal
    return np.add.reduceat((there[places] == sought).astype(np.int64), others.bounds[:-1])
