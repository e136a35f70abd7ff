import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import MAX_RAW_BYTES
from tests.transforms.read.helpers import fates, read, records

CELLS = st.text(alphabet=st.sampled_from('ab ,;"\nä'), max_size=6)


@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1), ends=st.sampled_from(["\n", "\r\n"]))
def test_raw_bytes_together_are_the_file_without_its_header(rows, ends):
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=ends, quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "text", "x"])
    header = len(out.getvalue().encode())
    writer.writerows(rows)
    data = out.getvalue().encode()
    found = read(data, "a.csv")
    assert b"".join(record.raw for record in records(found)) == data[header:]
    assert [tuple(record.fields.values()) for record in records(found)] == rows
    for record in records(found):
        offset = int(record.locator.removeprefix("byte="))
        assert data[offset : offset + len(record.raw)] == record.raw


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    data = f"id{delimiter}text\n1{delimiter}a b: c\n2{delimiter}d\n".encode()
    assert [record.fields for record in read(data, "a.csv")] == [
        {"id": "1", "text": "a b: c"},
        {"id": "2", "text": "d"},
    ]


def test_columns_without_or_with_the_same_name():
    (record,) = read(b"text,text,\na,b,c,d\n", "a.csv")
    assert record.fields == {"text": "a", "text_2": "b", "column_3": "c", "column_4": "d"}


def test_a_quote_that_is_never_closed_is_truncated():
    found = read(b'id,text\n1,a\n2,"b\n3,c\n', "a.csv")
    assert (len(records(found)), fates(found)) == (1, ["truncated"])


def test_a_row_above_the_limit_falls_and_the_next_line_goes_on(monkeypatch):
    monkeypatch.setattr("transforms.read.delimited.MAX_RAW_BYTES", 100)
    found = read(b"id,text\n1,a\n2," + b"x" * 200 + b"\n3,c\n", "a.csv")
    assert [record.fields["id"] for record in records(found)] == ["1", "3"]
    assert fates(found) == ["too_large"]
    assert csv.field_size_limit() <= MAX_RAW_BYTES


@pytest.mark.parametrize(
    ("data", "good", "fate"),
    [
        (b"id,text\n", 0, ["empty"]),
        (b"id,text\n\n1,a\n\n", 1, []),
        (b"id,text\r1,a\r2,b\r", 2, []),
        (b"\xef\xbb\xbfid,text\n1,a\n", 1, []),
        (b'id,text\n1,5" pipe\n2,b\n', 2, []),
        ("id,text\n1,a\n".encode("utf-16"), 0, ["undecodable"]),
        (b"id,text\n1,a\x00b\n", 0, ["binary"]),
    ],
)
def test_odd_files(data, good, fate):
    found = read(data, "a.csv")
    assert (len(records(found)), fates(found)) == (good, fate)
    if good:
        assert "id" in records(found)[0].fields


def test_legacy_encodings_are_read():
    data = b"id;text\n" + "".join(f"{i};Größe und Übermaß für alle\n" for i in range(40)).encode("cp1252")
    found = read(data, "a.csv")
    assert found[3].fields["text"] == "Größe und Übermaß für alle"


def test_tsv():
    (record,) = read(b"id\ttext\n1\ta, b; c\n", "a.tsv")
    assert record.fields == {"id": "1", "text": "a, b; c"}
