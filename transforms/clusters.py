"""Which documents are duplicates of which? Greedy clusters around founders.

Inside a component, documents come in survivor order. The first founds a cluster; each next one is
compared with the founders it shares a band with, joins the most similar that passes the threshold (of
equals the earlier one), or else founds a cluster itself. So each member resembles its survivor, and
nothing is removed through a chain. Of a bucket, the first ``FOUNDERS_COMPARED`` founders are compared with
all that come after them (``transforms.buckets``). So two survivors do not pass the threshold if they
share a bucket in which no more than that many documents survive, or in which the earlier one is among the
first so many.

It is computed founder by founder, not document by document: a founder is compared at once with all
later documents in its buckets, and all components in memory advance together. The comparisons are the
same, in NumPy instead of Python. Components with pairs that could not be judged yet (``transforms.judging``)
are clustered again when what they need is known, as often as new such pairs come up.

Memory: whole components are loaded together up to ``LOAD_ROWS`` rows, so it is bounded by that or by
the largest component, whatever the corpus; of comparisons that did not pass, a few a document are kept.
Time is linear in the documents and bands.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.bands import band_keys
from transforms.buckets import FOUNDERS_COMPARED, Buckets
from transforms.comparisons import Comparisons, Pairs, join
from transforms.components import connect
from transforms.judging import BySignatures, Similarity
from transforms.signatures import estimate

CLUSTERS_VERSION: Final = 2
"""Bumped when other clusters come out for the same signatures."""

LOAD_ROWS: Final = 1 << 15
"""Rows of small components that are clustered together."""

_COMPARED_AT_ONCE = 1 << 12
_FEW_COMPONENTS = 16

Load = Callable[[NDArray[np.int64]], NDArray[np.uint32]]
"""Gives the signatures of rows: uint32, rows × permutations."""


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """The clusters of all rows that have a candidate pair; the others are alone.

    Attributes:
        rows: The rows, ascending.
        founder: Row of the founder of each one's cluster; its own if it founded one.
        component: First row, in survivor order, of each one's component.
        similarity: Of each one with its founder; 1 for founders.
        compared: Founders each one was compared with.
        pairs: The comparisons, those of one ``right`` together and accepted ones first.
        crowded: Buckets with more founders than are compared with the rest of a bucket.
    """

    rows: NDArray[np.int64]
    founder: NDArray[np.int64]
    component: NDArray[np.int64]
    similarity: NDArray[np.float64]
    compared: NDArray[np.int64]
    pairs: Pairs
    crowded: int


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """The documents of all clusters of two or more, survivors among them, as columns.

    Attributes:
        rows: Row of the document, ascending.
        cluster: Row of its cluster's founder.
        component: First row, in survivor order, of its component.
        survivor: Row of its cluster's first document in survivor order, which is the founder.
        exact: Whether its text is the survivor's (kind ``exact``) or only resembles it (``near``).
        similarity: Of its text with the survivor's; 1 where exact; of a contained one the share that is held.
        contained: Whether it founded its cluster and yet stands inside of the survivor, which is of another
            cluster then (``transforms.containing``).
    """

    rows: NDArray[np.int64]
    cluster: NDArray[np.int64]
    component: NDArray[np.int64]
    survivor: NDArray[np.int64]
    exact: NDArray[np.bool_]
    similarity: NDArray[np.float64]
    contained: NDArray[np.bool_]


def cluster(
    order: NDArray[np.int64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    load: Load,
    *,
    bands: int,
    rows: int,
    threshold: float,
    similarity: Similarity | None = None,
) -> Clusters:
    """Clusters all rows that edges connect.

    Only one row of each text may have edges (``transforms.survivors.collapse_exact``).

    Args:
        order: Rank of every row of the corpus in survivor order.
        left: One end of each edge: trees of all buckets (``warehouse.pairing``).
        right: The other end.
        load: Gives signatures.
        bands: Bands of a signature, as the edges were made.
        rows: Values in a band.
        threshold: Similarity from which a document joins a founder.
        similarity: Judges pairs; by signatures alone if not given.
    """
    connected, component = connect(left, right, order)
    return cluster_components(
        order, connected, component, load, bands=bands, rows=rows, threshold=threshold, similarity=similarity
    )


def cluster_components(
    order: NDArray[np.int64],
    connected: NDArray[np.int64],
    component: NDArray[np.int64],
    load: Load,
    *,
    bands: int,
    rows: int,
    threshold: float,
    similarity: Similarity | None = None,
) -> Clusters:
    """Clusters rows whose components are known; else as ``cluster``.

    Args:
        order: Rank of every row of the corpus in survivor order.
        connected: The rows that have edges, ascending.
        component: Of each of them, the first row in survivor order of its component.
        load: Gives signatures.
        bands: Bands of a signature.
        rows: Values in a band.
        threshold: Similarity from which a document joins a founder.
        similarity: Judges pairs; by signatures alone if not given.
    """
    judge = BySignatures() if similarity is None else similarity
    founder = connected.copy()
    best = np.ones(len(connected), np.float64)
    compared = np.zeros(len(connected), np.int64)
    found: list[Pairs] = []
    crowded = 0
    undecided = np.arange(len(connected))
    while len(undecided):
        again, unknown = [], []
        for places in _loads(order[component[undecided]], order[connected[undecided]]):
            places = undecided[places]
            held = _Held(connected[places], component[places], load, bands, rows)
            found.append(held.cluster(threshold, judge))
            founder[places], best[places], compared[places] = held.founder, held.best, held.compared
            crowded += held.crowded()
            again.append(places[held.undecided()])
            unknown.append(held.unknown())
        undecided = np.sort(np.concatenate(again))
        if len(undecided):
            judge.learn(np.unique(np.concatenate(unknown)))
    return Clusters(connected, founder, component, best, compared, join(found), crowded)


def members_of(clusters: Clusters, representatives: NDArray[np.int64]) -> Members:
    """Returns the members of all clusters, exact copies included.

    Args:
        clusters: Of the representatives.
        representatives: For every row of the corpus, the row that stands for its text.
    """
    founder, component = representatives.copy(), representatives.copy()
    similarity = np.ones(len(representatives), np.float64)
    # First of the representatives, then of all others through theirs.
    founder[clusters.rows] = clusters.founder
    component[clusters.rows] = clusters.component
    similarity[clusters.rows] = clusters.similarity
    founder, component = founder[representatives], component[representatives]
    similarity = similarity[representatives]
    sizes = np.bincount(founder, minlength=len(founder))
    rows = np.flatnonzero(sizes[founder] > 1)
    survivor = founder[rows]
    exact = representatives[rows] == survivor
    none = np.zeros(len(rows), np.bool_)
    return Members(rows, survivor, component[rows], survivor, exact, similarity[rows], none)


def _loads(component: NDArray[np.int64], rank: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yields places of rows that are loaded together: whole components, each in survivor order.

    Components of about the same size go together, since they advance together.
    """
    _, labels, sizes = np.unique(component, return_inverse=True, return_counts=True)
    places = np.lexsort((rank, labels, sizes[labels]))
    sizes = np.sort(sizes)
    ends = np.cumsum(sizes)
    first = 0
    while first < len(sizes):
        begin = int(ends[first] - sizes[first])
        stop = max(int(np.searchsorted(ends, begin + LOAD_ROWS, side="right")), first + 1)
        yield places[begin : ends[stop - 1]]
        first = stop


class _Held:
    """Components in memory; their documents are numbered by component and in it by survivor order."""

    def __init__(
        self, rows: NDArray[np.int64], component: NDArray[np.int64], load: Load, bands: int, band_rows: int
    ) -> None:
        self._rows = rows
        heads = np.flatnonzero(np.diff(component, prepend=-1))
        self._ends = np.append(heads[1:], len(rows))
        self._component = np.repeat(np.arange(len(heads)), self._ends - heads)
        self._next = heads  # of each component, the number from which on a founder is looked for
        self._signatures = load(rows)
        keys = band_keys(self._signatures, bands, band_rows)
        self._buckets = Buckets(keys, self._component, FOUNDERS_COMPARED)
        self._free = np.ones(len(rows), np.bool_)
        self._open = np.zeros(len(heads), np.bool_)  # components with a pair that cannot be judged yet
        self._unknown = np.zeros(len(rows), np.bool_)
        self.founder = rows.copy()
        self.best = np.full(len(rows), -1.0)
        self.compared = np.zeros(len(rows), np.int64)

    def cluster(self, threshold: float, similarity: Similarity) -> Pairs:
        """Clusters all components; returns the comparisons of those where every pair could be judged.

        In the others open pairs are taken for what they are estimated to be, which shows most of the
        pairs that will have to be judged.
        """
        comparisons = Comparisons()
        founder_of = np.zeros(len(self._next), np.int64)
        while len(founders := self._founders()):
            self._free[founders] = False
            self.best[founders] = 1.0
            founder_of[self._component[founders]] = founders
            later = self._buckets.later(founders)
            for first in range(0, len(later), _COMPARED_AT_ONCE):
                right = later[first : first + _COMPARED_AT_ONCE]
                left = founder_of[self._component[right]]
                comparisons.add(self._compare(left, right, threshold, similarity))
        pairs = comparisons.pairs()
        pairs = pairs.take(~self._open[self._component[pairs.right]])
        return replace(pairs, left=self._rows[pairs.left], right=self._rows[pairs.right])

    def undecided(self) -> NDArray[np.bool_]:
        """Tells which documents are in a component with a pair that could not be judged."""
        return self._open[self._component]

    def unknown(self) -> NDArray[np.int64]:
        """Returns the rows of the pairs that could not be judged."""
        return self._rows[self._unknown]

    def crowded(self) -> int:
        """Counts the crowded buckets of components that are done with."""
        return int(np.count_nonzero(~self._open[self._component[self._buckets.crowded()]]))

    def _compare(
        self, left: NDArray[np.int64], right: NDArray[np.int64], threshold: float, similarity: Similarity
    ) -> Pairs:
        """Compares founders with later documents, and lets these join where it is the best so far."""
        signatures = self._signatures
        estimates = estimate(signatures.take(left, axis=0), signatures.take(right, axis=0))
        judged = similarity(self._rows[left], self._rows[right], estimates)
        accepted = judged.similarity >= threshold
        self.compared[right] += 1
        self._free[right[accepted]] = False
        better = accepted & (judged.similarity > self.best[right])  # an equal one keeps the earlier founder
        self.best[right[better]] = judged.similarity[better]
        self.founder[right[better]] = self._rows[left[better]]
        self._unknown[left[judged.open]] = self._unknown[right[judged.open]] = True
        self._open[self._component[right[judged.open]]] = True
        return Pairs(left, right, judged.similarity, accepted, judged.exact)

    def _founders(self) -> NDArray[np.int64]:
        """Returns the next founder of each component that has one: its first that is still free."""
        active = np.flatnonzero(self._next < self._ends)
        if len(active) <= _FEW_COMPONENTS:
            for number in active.tolist():
                begin, end = int(self._next[number]), int(self._ends[number])
                step = int(self._free[begin:end].argmax())  # stops at the first one, unlike any array step
                self._next[number] = begin + step if self._free[begin + step] else end
        else:
            taken = active[~self._free[self._next[active]]]
            while len(taken):
                self._next[taken] += 1
                taken = taken[self._next[taken] < self._ends[taken]]
                taken = taken[~self._free[self._next[taken]]]
        return self._next[active[self._next[active] < self._ends[active]]]
