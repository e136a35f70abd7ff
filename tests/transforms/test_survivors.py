"""The survivor order, and documents that hold the very same text."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from transforms.survivors import NO_DATE, collapse_exact, survivor_order

DOCUMENT = st.tuples(
    st.booleans(),
    st.integers(-2, 2),
    st.integers(0, 3),
    st.sampled_from([0, -5, 5, None]),
    st.binary(min_size=16, max_size=16),
)


@given(st.lists(DOCUMENT, max_size=30, unique_by=lambda document: document[4]))
def test_the_order_is_that_of_plain_tuples(documents):
    reference, priority, chars, created, ids = zip(*documents, strict=True) if documents else ([],) * 5
    rank = survivor_order(
        np.array(reference, np.bool_),
        np.array(priority, np.int32),
        np.array(chars, np.int32),
        np.array([NO_DATE if date is None else date for date in created], np.int64),
        np.frombuffer(b"".join(ids), np.uint8).reshape(-1, 16),
    )

    def key(row: int) -> tuple[object, ...]:
        late = created[row] is None
        return reference[row], -priority[row], -chars[row], late, created[row] or 0, ids[row]

    assert np.argsort(rank).tolist() == sorted(range(len(documents)), key=key)


@given(st.lists(st.sampled_from([bytes(32), bytes(31) + b"\1", b"\1" + bytes(31), b"\1" * 32]), max_size=20))
def test_the_first_of_each_text_stands_for_it(hashes):
    order = np.random.default_rng(len(hashes)).permutation(len(hashes))
    rows = collapse_exact(np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32), order)
    for row, text in enumerate(hashes):
        assert rows[row] == min(
            (other for other in range(len(hashes)) if hashes[other] == text), key=lambda r: order[r]
        )
