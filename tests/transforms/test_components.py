"""Connected components, named by their first row in survivor order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from transforms.components import connect


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
