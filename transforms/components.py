"""Which documents are connected through candidate pairs, however far apart they are?

A component is no cluster: its members need not be alike. It bounds who can be compared with whom, so
components are clustered one by one, and a split that keeps components whole leaks nothing.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

EDGES_AT_ONCE: Final = 1 << 20
"""Edges that are connected at once."""

_Forest = NDArray[np.int32] | NDArray[np.int64]


def connect(
    left: NDArray[np.int64], right: NDArray[np.int64], order: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns the rows that have edges, and of each the first row, in survivor order, of its component.

    Args:
        left: One end of each edge.
        right: The other end.
        order: Rank of every row.

    Returns:
        (rows, ascending; component of each).

    >>> rows, component = connect(np.array([1, 1, 5]), np.array([2, 4, 7]), np.arange(8)[::-1])
    >>> rows.tolist(), component.tolist()
    ([1, 2, 4, 5, 7], [4, 4, 4, 7, 7])
    """
    starts = range(0, len(left), EDGES_AT_ONCE)
    pieces = ((left[at : at + EDGES_AT_ONCE], right[at : at + EDGES_AT_ONCE]) for at in starts)
    return connect_pieces(pieces, order)


def connect_pieces(
    pieces: Iterable[tuple[NDArray[np.int64], NDArray[np.int64]]], order: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Connects edges that come piece by piece, and are not held; else as ``connect``.

    A forest over all rows takes in the edges: union-find, whose unions are done for many edges at
    once. Memory is 5 bytes a row (9 from 2^31 rows on), 130 MB for a million edges at once, and 40 bytes a
    row that has edges; nothing grows with the edges.

    Args:
        pieces: Both ends of some edges each.
        order: Rank of every row.
    """
    small = len(order) <= np.iinfo(np.int32).max
    parent: _Forest = np.arange(len(order), dtype=np.int32) if small else np.arange(len(order))
    touched = np.zeros(len(order), np.bool_)
    for left, right in _gathered(pieces):
        touched[left] = touched[right] = True
        _unite(parent, _roots(parent, left), _roots(parent, right))
    rows = np.flatnonzero(touched)
    return rows, name_components(rows, _roots(parent, rows), order)


def name_components(
    rows: NDArray[np.int64], labels: NDArray[np.integer], order: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Returns of each row the first row, in survivor order, among those with the same label.

    Args:
        rows: Rows.
        labels: Of each of them: any number that its component alone has.
        order: Rank of every row of the corpus.

    >>> name_components(np.array([3, 5, 6]), np.array([9, 9, 2]), np.arange(8)[::-1]).tolist()
    [5, 5, 6]
    """
    _, components = np.unique(labels, return_inverse=True)
    by_rank = np.argsort(order[rows])[::-1]
    first = np.empty(len(rows), np.int64)
    first[components[by_rank]] = rows[by_rank]  # of equal indices, the last one assigned stays
    return first[components]


def _gathered(
    pieces: Iterable[tuple[NDArray[np.int64], NDArray[np.int64]]],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yields pieces, small ones joined until they are worth their while."""
    held: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    count = 0
    for piece in pieces:
        held.append(piece)
        count += len(piece[0])
        if count >= EDGES_AT_ONCE:
            yield np.concatenate([left for left, _ in held]), np.concatenate([right for _, right in held])
            held, count = [], 0
    if count:
        yield np.concatenate([left for left, _ in held]), np.concatenate([right for _, right in held])


def _roots(parent: _Forest, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns the root of each row's tree, and lets the rows hang from it."""
    roots = parent[rows]
    while len(higher := np.flatnonzero(parent[roots] != roots)):
        roots[higher] = parent[roots[higher]]
    parent[rows] = roots
    return roots.astype(np.int64)


def _unite(parent: _Forest, left: NDArray[np.int64], right: NDArray[np.int64]) -> None:
    """Lets the smallest of all roots that edges connect be the root of the others.

    Again and again each root hangs itself to the smallest one that it has an edge to, if that is smaller
    (Shiloach and Vishkin, "An O(log n) parallel connectivity algorithm", 1982): as nothing ever hangs
    from a larger one, no circle comes up, and what is left over is the smallest.
    """
    while len(apart := np.flatnonzero(left != right)):
        left, right = left[apart], right[apart]
        low, high = np.minimum(left, right), np.maximum(left, right)
        np.minimum.at(parent, high, low.astype(parent.dtype))
        # Chains have come up: with each step, what hangs from another hangs from what that hangs from.
        while (parent[high] != (above := parent[parent[high]])).any():
            parent[high] = above
        left, right = parent[left].astype(np.int64), parent[right].astype(np.int64)
