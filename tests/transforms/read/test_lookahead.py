import re
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Dead
from tests.transforms.read.helpers import Dribble
from transforms.read.lookahead import Lookahead
from transforms.read.streams import BrokenStream

STEPS = st.lists(
    st.tuples(st.sampled_from(["peek", "read", "skip", "back", "blanks", "until"]), st.integers(0, 40)),
    max_size=30,
)


class Breaks:
    """Gives its bytes, and breaks."""

    def __init__(self, data: bytes) -> None:
        self._stream = BytesIO(data)

    def read(self, size: int, /) -> bytes:
        part = self._stream.read(min(size, 3))
        if not part:
            raise BrokenStream(Dead("truncated", "x"))
        return part


@given(st.binary(max_size=200) | st.text("ab \n", max_size=200).map(str.encode), STEPS, st.integers(1, 50))
def test_it_is_the_same_bytes_in_whatever_way_they_are_taken(data, steps, step):
    source = Lookahead(Dribble(data, step))
    at = 0
    for kind, size in steps:
        match kind:
            case "peek":
                assert source.peek(size) == data[at : at + size]
            case "read":
                assert source.read(size) == data[at : at + size]
                at = min(len(data), at + size)
            case "skip":
                assert source.skip(size) == (at + size <= len(data))
                at = min(len(data), at + size)
            case "back":
                size = min(size, at)
                source.give_back(data[at - size : at])
                at -= size
            case "blanks":
                source.skip_any(b" \n")
                at = len(data) - len(data[at:].lstrip(b" \n"))
            case "until":
                found = re.compile(rb"(?<=\n)a").search(data, at + 1)
                end = found.start() if found else len(data)
                # What stands before the position counts too, as long as it was not given away.
                if at < len(data):
                    taken = source.take_until(re.compile(rb"(?<=\n)a"), 4)
                    assert taken == data[at:end]
                    at = end
        assert source.offset == at


def test_a_break_gives_the_good_bytes_and_is_remembered():
    source = Lookahead(Breaks(b"abcdef"), offset=100)
    assert source.peek(4) == b"abcd"
    assert source.broken is None
    assert source.read(99) == b"abcdef"
    assert (source.offset, source.broken.dead.reason) == (106, "truncated")  # type: ignore[union-attr]
    assert source.read(1) == source.peek(1) == b""


def test_what_is_searched_may_lie_across_blocks(monkeypatch):
    monkeypatch.setattr("transforms.read.lookahead.BLOCK_BYTES", 8)
    data = b"0123456\nMARK and more"
    assert Lookahead(BytesIO(data)).take_until(re.compile(b"MARK"), 4) == b"0123456\n"
    assert Lookahead(BytesIO(data)).take_until(re.compile(b"nothing"), 4) == data


def test_more_than_a_record_may_hold_is_passed_but_not_kept(monkeypatch):
    monkeypatch.setattr("transforms.read.lookahead.MAX_RAW_BYTES", 10)
    source = Lookahead(BytesIO(b"x" * 50 + b"MARK"))
    assert source.take_until(re.compile(b"MARK"), 4) == b""
    assert source.peek(9) == b"MARK"


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 1 << 20, (1 << 20) + 77])
def test_long_runs_of_blanks(size):
    source = Lookahead(BytesIO(b"\0" * size + b"x"))
    source.skip_any(b"\0")
    assert (source.offset, source.peek(2)) == (size, b"x")
