"""Connected components, named by their first row in survivor order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms import components as module
from transforms.components import connect, connect_pieces


@given(st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25)), max_size=40), st.permutations(range(26)))
def test_components_are_those_of_a_plain_search(edges, order):
    left, right = np.array(edges, np.int64).reshape(-1, 2).T
    rows, component = connect(left, right, np.array(order))
    neighbours: dict[int, set[int]] = {}
    for one, other in edges:
        neighbours.setdefault(one, set()).add(other)
        neighbours.setdefault(other, set()).add(one)
    assert rows.tolist() == sorted(neighbours)
    for row, first in zip(rows.tolist(), component.tolist(), strict=True):
        reached, ahead = {row}, [row]
        while ahead:
            found = neighbours[ahead.pop()] - reached
            reached |= found
            ahead.extend(found)
        assert first == min(reached, key=lambda other: order[other])


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=80),
    st.permutations(range(41)),
    st.sampled_from([1, 3, 10]),
)
def test_how_many_edges_are_connected_at_once_does_not_matter(edges, order, at_once):
    left, right = np.array(edges, np.int64).reshape(-1, 2).T
    whole = connect(left, right, np.array(order))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "EDGES_AT_ONCE", at_once)
        pieces = connect(left, right, np.array(order))
    assert [column.tolist() for column in pieces] == [column.tolist() for column in whole]


def test_pieces_of_any_size_are_connected():
    left, right = np.random.default_rng(2).integers(0, 500, (2, 300))
    order = np.arange(500)
    pieces = zip(
        np.array_split(left, [0, 1, 9, 9, 200]), np.array_split(right, [0, 1, 9, 9, 200]), strict=True
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "EDGES_AT_ONCE", 20)
        made = connect_pieces(pieces, order)
    assert [column.tolist() for column in made] == [column.tolist() for column in connect(left, right, order)]
    assert [len(column) for column in connect_pieces(iter([]), order)] == [0, 0]


def test_a_long_path_in_small_pieces():
    """The forest must not grow as deep as the path is long."""
    order = np.random.default_rng(1).permutation(200_000)
    left, right = np.arange(199_999), np.arange(1, 200_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "EDGES_AT_ONCE", 1_000)
        rows, component = connect(left[::-1], right[::-1], order)
    assert len(rows) == 200_000
    assert set(component.tolist()) == {int(np.argmin(order))}
