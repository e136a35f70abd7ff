import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.read.helpers import Dribble, fates, read, records, source
from transforms.read import json_file
from transforms.read.reader import read_stream

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(items=st.lists(VALUES, min_size=1), indent=st.sampled_from([None, 2]), step=st.integers(1, 9))
def test_the_bytes_of_each_element_are_found(items, indent, step):
    data = json.dumps(items, indent=indent).encode()
    found = list(read_stream(Dribble(data, step), "a.json", source(format="json")))
    assert [json.loads(record.raw) for record in records(found)] == items
    assert [record.locator for record in found] == [f"item={i}" for i in range(len(items))]
    position = 0
    for record in records(found):
        position = data.index(record.raw, position) + len(record.raw)


@given(items=st.lists(VALUES, min_size=1), cut=st.integers(1, 500))
def test_a_truncated_array_gives_its_whole_items_first(items, cut):
    data = json.dumps(items).encode()
    data = data[: max(1, len(data) - cut)]
    found = read(data, "a.json", format="json")
    good = records(found)
    assert [json.loads(record.raw) for record in good] == items[: len(good)]
    assert fates(found) == ["truncated"]


@pytest.mark.parametrize(
    ("data", "good", "fate"),
    [
        (b"[]", 0, ["empty"]),
        (b'[{"text":"a"},]', 1, []),
        (b'[{"text":"a"} {"text":"b"}, {"text":"c"}]', 1, ["corrupt"]),
        (b'[{"text":"a"}] x', 1, ["corrupt"]),
        (b"[" * 100_000, 0, ["truncated"]),
        (b"[" * 100_000 + b"]" * 100_000, 0, ["parse_error"]),
        (b'{"text":"a"', 0, ["corrupt"]),
        (b'{"text":"a"}', 1, []),
        (b"\xef\xbb\xbf [1, 2]", 2, []),
        (b'{"text":"a"}\n{"text":"b"}\n', 2, []),
        (b'"text"', 1, []),
        ('[{"text":"a"}]'.encode("utf-16"), 0, ["undecodable"]),
    ],
)
def test_odd_files(data, good, fate):
    found = read(data, "a.json")
    assert (len(records(found)), fates(found)) == (good, fate)


def test_an_element_above_the_limit_is_skipped():
    scan = json_file._Scan(limit=100)
    found = list(scan.feed(b'["a", "' + b"x" * 90)) + list(scan.feed(b"x" * 90 + b'", "b"]'))
    assert found == [b'"a"', None, b'"b"']
    assert scan.fault() is None
