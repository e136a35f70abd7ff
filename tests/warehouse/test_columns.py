"""Binary columns as arrays."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.columns import fixed_width

WIDTH = 8
DATA = st.lists(st.binary(min_size=WIDTH, max_size=WIDTH), min_size=1, max_size=20)


@given(DATA, st.sampled_from([pa.binary(), pa.binary(WIDTH)]), st.data())
def testfixed_width_of_a_column_or_of_a_piece_of_it(data, kind, draw):
    first = draw.draw(st.integers(0, len(data) - 1))
    length = draw.draw(st.integers(1, len(data) - first))
    column = pa.array(data, kind).slice(first, length)
    made = fixed_width(column, WIDTH)
    assert made.dtype == np.uint8
    assert [row.tobytes() for row in made] == data[first : first + length]
    assert made.view("<u4").shape == (length, WIDTH // 4)


@pytest.mark.parametrize("data", [[b"12345678", None], [b"1234567", b"123456789"], [b"1234"]])
def testfixed_width_of_another_length_are_an_error(data):
    with pytest.raises(ValueError, match="8 bytes"):
        fixed_width(pa.array(data, pa.binary()), WIDTH)
