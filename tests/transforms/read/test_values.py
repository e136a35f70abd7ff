"""Values made plain, and the JSON that stands for them."""

import json
from datetime import UTC, date, datetime
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.read.values import TooComplex, canonical_json, plain, valid_text

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | TEXT
VALUES = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def as_python_writes_it(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Named(str):
    """As parsers make them."""


@given(st.dictionaries(TEXT, VALUES, max_size=5) | st.dictionaries(TEXT, SCALARS, max_size=5))
def test_canonical_json_is_what_the_standard_library_writes(value):
    assert plain(value) == value
    assert canonical_json(value) == as_python_writes_it(value)


def test_every_character_is_written_as_it_stands():
    text = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    assert canonical_json({text: text}) == as_python_writes_it({text: text})


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"a": 1e16, "b": 1.5}, '{"a":1e+16,"b":1.5}'),
        ({"a": float("nan"), "b": [float("inf")]}, '{"a":null,"b":[null]}'),
        ({"a": 2**64, "b": -(2**63) - 1}, '{"a":"18446744073709551616","b":"-9223372036854775809"}'),
        ({"a\ud800": "\udfffé", "b": "\ud800"}, '{"a�":"�é","b":"�"}'),
        ({Named("b"): Named("é"), Named("ä"): 1}, '{"b":"é","ä":1}'),
        ({1: 2, None: 3, False: 4}, '{"1":2,"False":4,"None":3}'),
        ({"d": date(2024, 2, 29), "t": datetime(2024, 2, 29, tzinfo=UTC)},
         '{"d":"2024-02-29","t":"2024-02-29T00:00:00+00:00"}'),
        (MappingProxyType({"b": b"\xff", "a": {"y", "x"}}), '{"a":["x","y"],"b":"/w=="}'),
        ({}, "{}"),
    ],
)  # fmt: skip
def test_what_json_cannot_hold_is_written_as_text_or_null(value, written):
    assert canonical_json(value) == written


def test_plain_gives_an_object_of_its_own():
    value = {"a": "b"}
    made = plain(value)
    made["c"] = "d"
    assert value == {"a": "b"}


def test_what_is_too_deep_or_too_large_is_refused():
    deep: object = "x"
    for _ in range(70):
        deep = {"a": deep}
    for value in (deep, dict.fromkeys(map(str, range(100_000)))):
        with pytest.raises(TooComplex):
            plain(value)
    assert len(plain(dict.fromkeys(map(str, range(99_999))))) == 99_999


@given(st.text(st.characters(), max_size=20))
def test_valid_text_can_be_encoded_and_keeps_the_rest(text):
    made = valid_text(text)
    made.encode()
    assert len(made) == len(text)
    assert all(
        new == old or (new == "\ufffd" and 0xD800 <= ord(old) < 0xE000)
        for new, old in zip(made, text, strict=True)
    )
