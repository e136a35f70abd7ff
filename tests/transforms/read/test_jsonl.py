import json
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Extracted, Refused
from tests.transforms.read.helpers import Dribble, fallen, fates, read, records, source
from transforms.read import jsonl
from transforms.read.formats import ExtractOptions
from transforms.read.lines import Lines
from transforms.read.reader import read_stream

ROWS = st.lists(
    st.sampled_from(
        [
            b'{"text":"a"}',
            b'{"text":"\xc3\xa4"}\r',
            b"",
            b"  ",
            b"{broken",
            b'{"text":"' + b"x" * 50 + b'"}',
            b"7",
        ]
    ),
    max_size=12,
)


@given(rows=ROWS, ends=st.booleans(), cuts=st.sets(st.integers(0, 400), max_size=5))
def test_any_ranges_give_the_same_records_as_the_whole(rows, ends, cuts):
    data = b"\n".join(rows) + (b"\n" if ends else b"")
    whole = [item for item in read(data, "a.jsonl", format="jsonl") if item.locator]
    borders = [0, *sorted(cut for cut in cuts if 0 < cut < len(data)), len(data)]
    pieces = [
        item
        for start, stop in pairwise(borders)
        for item in (read(data, "a.jsonl", start, stop, format="jsonl") if data else [])
    ]
    assert pieces == whole


@given(rows=ROWS)
def test_each_line_that_is_not_blank_is_read_once(rows):
    data = b"".join(row + b"\n" for row in rows)
    found = [item for item in read(data, "a.jsonl", format="jsonl") if item.locator]
    assert len(found) == sum(bool(row.strip()) for row in rows)
    for item in found:
        offset = int(item.locator.removeprefix("byte="))
        assert data[offset : offset + len(item.raw)] == item.raw


def test_a_stream_that_cannot_seek_gives_the_same():
    data = b'{"text":"a"}\n{"text":"b"}\n'
    assert list(read_stream(Dribble(data), "a.jsonl", source())) == read(data, "a.jsonl")


def test_a_line_above_the_limit_is_never_held():
    class Huge:
        left = 40

        def read(self, size: int, /) -> bytes:
            self.left -= 1
            return b"" if self.left < 0 else b"x" * (1 << 20) if self.left else b"\nshort\n"

    found = list(Lines(Huge(), limit=3 << 20))
    assert found == [(0, None), ((39 << 20) + 1, b"short\n")]


def test_a_huge_line_is_one_dead_letter_and_the_next_goes_on(monkeypatch):
    monkeypatch.setattr("transforms.read.lines.Lines.__init__.__defaults__", (0, b"\n", 100))
    found = read(b'{"text":"a"}\n' + b"x" * 500 + b'\n{"text":"b"}\n', "a.jsonl")
    assert [record.raw for record in records(found)] == [b'{"text":"a"}', b'{"text":"b"}']
    assert fates(found) == ["too_large"]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b'\xef\xbb\xbf{"text":"bom"}', "bom"),
        (b'{"text":"a","text":"b"}', "b"),
        (b'{"text":"n","x":NaN}', "n"),
        (b'{"text":"a\\ud800b"}', "a\ufffdb"),
        (b'{"text":"\\ud83d\\ude00"}', "\U0001f600"),
    ],
)
def test_odd_lines_are_read(line, text):
    (record,) = read(line + b"\r\n", "a.jsonl")
    found = jsonl.extract(record.raw, ExtractOptions(parsed=record.fields))
    assert isinstance(found, Extracted)
    assert found.text == text


@pytest.mark.parametrize(
    ("line", "fate"),
    [
        (b"{", "corrupt"),
        (b'{"text":"\xff"}', "corrupt"),
        (b"[" * 5000, "parse_error"),
        (b"9" * 5000, "corrupt"),
    ],
)
def test_bad_lines_are_dead_letters(line, fate):
    found = read(b'{"text":"a"}\n' + line + b'\n{"text":"b"}\n', "a.jsonl")
    assert len(records(found)) == 2
    assert fates(found) == [fate]
    assert fallen(found)[0].raw == line


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"body": "a"}, Refused("missing_field", detail="text")),
        ({"text": 7}, Refused("not_text", detail="int")),
        ({"text": None}, Refused("missing_field", detail="text")),
        ({"text": "  "}, Refused("empty")),
        ({"messages": ["a"]}, Refused("not_text", detail="messages")),
    ],
)
def test_a_record_without_text_is_refused(fields, refused):
    assert jsonl.extract(json.dumps(fields).encode(), ExtractOptions()) == refused


def test_fields_become_attributes_and_the_others_metadata():
    row = {
        "body": "a",
        "headline": "T",
        "author": [{"name": "A"}, "B"],
        "date": "2020-01-02",
        "id": 7,
        "meta": {"x": 1},
    }
    options = ExtractOptions("body", {"title": "headline", "created_at": "date"})
    found = jsonl.extract(json.dumps(row).encode(), options)
    assert found == Extracted("a", "T", "A, B", 1577923200000000, None, {"id": 7, "meta": {"x": 1}})


def test_messages_are_rendered():
    turns = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": [{"type": "text", "text": "Hello"}]},
    ]
    found = jsonl.extract(json.dumps({"messages": turns}).encode(), ExtractOptions())
    assert isinstance(found, Extracted)
    assert found.text == "user: Hi\n\nassistant: Hello"
    assert json.loads(found.messages or "") == turns


def test_a_file_of_blank_lines_leaves_a_trace():
    assert fates(read(b"\n\n  \n", "a.jsonl")) == ["empty"]


def test_unreadable_streams_are_dead_letters():
    class Failing(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "no")

    (found,) = read_stream(Failing(), "a.jsonl", source())
    assert found.fate.reason == "unreadable"
