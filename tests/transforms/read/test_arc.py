import gzip
import json
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Document, Rejection
from schemas.specs import IngestSpec
from tests.transforms.read.helpers import fates, read, records, source
from transforms.extract import extract_record
from transforms.read.reader import find_record

HEAD = b"1 0 Archive\nURL IP-address Archive-date Content-type Archive-length\n"
HTTP = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n"


def line(url: str, size: object, *, kind: str = "text/html", more: str = "") -> bytes:
    return f"{url} 127.0.0.1 19970417175710 {kind} {more}{size}\n".encode()


def arc(*pages: bytes, more: str = "") -> list[bytes]:
    first = line("filedesc://x.arc", len(HEAD), kind="text/plain", more=more) + HEAD + b"\n"
    return [
        first,
        *(line(f"http://a/{n}", len(page), more=more) + page + b"\n" for n, page in enumerate(pages)),
    ]


PAGES = [HTTP + b"<html><p>Page %d of an old web</p></html>" % n for n in range(3)]
PARTS = arc(*PAGES)
OFFSETS = [sum(map(len, PARTS[:n])) for n in range(len(PARTS))]


@pytest.mark.parametrize("more", ["", "200 abc - 17 x.arc "])
@pytest.mark.parametrize("packed", [False, True])
def test_records_of_both_versions(packed, more):
    parts = arc(*PAGES, more=more)
    data = b"".join(gzip.compress(part, mtime=0) for part in parts) if packed else b"".join(parts)
    name = "a.arc.gz" if packed else "a.arc"
    found = read(data, name)
    assert fates(found) == ["warcinfo"]
    assert [item.raw for item in records(found)] == PAGES
    offsets = [sum(map(len, parts[:n])) for n in range(len(parts))]
    assert [item.locator for item in found] == [f"byte={offset}" for offset in offsets]
    for item in found:
        assert find_record(BytesIO(data), name, source(), item.locator) == item.raw


def test_a_page_knows_where_it_comes_from():
    (item, *_) = records(read(b"".join(PARTS), "x"))
    found = extract_record("x", item, IngestSpec(source()))
    assert isinstance(found, Document)
    assert found.text == "Page 0 of an old web\n"
    assert json.loads(found.metadata or "") == {
        "content_type": "text/html",
        "http_status": 200,
        "url": "http://a/0",
        "warc_date": "1997-04-17T17:57:10Z",
        "warc_type": "response",
    }


@pytest.mark.parametrize(
    ("header", "block", "rule"),
    [
        (line("http://a/b c", 5, kind="text/plain"), b"plain", None),
        (line("http://a/", 4, kind="image/gif"), b"GIF8", "binary"),
        (line("dns:a.org", 5, kind="text/dns"), b"a A 1", "unsupported_format"),
    ],
)
def test_records_without_http(header, block, rule):
    (item,) = records(read(PARTS[0] + header + block + b"\n", "x"))
    found = extract_record("x", item, IngestSpec(source()))
    assert item.raw == block
    if rule is None:
        assert isinstance(found, Document)
        assert json.loads(found.metadata or "")["url"] == "http://a/b c"
    else:
        assert isinstance(found, Rejection)
        assert found.rule == rule


@pytest.mark.parametrize("size", ["-1", "abc", 10**17, 400, 3])
def test_a_wrong_length_costs_no_neighbour(size):
    wrong = line("http://a/", size) + PAGES[0] + b"\n"
    found = read(PARTS[0] + wrong + PARTS[2] + PARTS[3], "x")
    good = [item.raw for item in records(found)]
    assert good[-1:] == PAGES[2:] or size == 10**17
    assert "corrupt" in fates(found) or fates(found)[-1] == "truncated"


def test_a_file_cut_anywhere_keeps_its_whole_records():
    data = b"".join(PARTS)
    ends = [offset + len(part) - 1 for offset, part in zip(OFFSETS, PARTS, strict=True)]
    for cut in range(10, len(data)):
        found = read(data[:cut], "x")
        assert len(records(found)) == sum(end <= cut for end in ends[1:])
        assert fates(found).count("truncated") <= 1
        assert set(fates(found)) <= {"warcinfo", "truncated", "empty"}


@pytest.mark.parametrize("junk", [b"filedesc:\n", b"filedesc: a b\n", b"http:\n"])
def test_lines_that_are_no_header(junk):
    found = read(junk + PARTS[1], "x.arc", format="arc")
    assert (fates(found), len(records(found))) == (["corrupt"], 1)


@given(st.binary(max_size=300))
def test_any_bytes_are_accounted_for(data):
    found = read(PARTS[0] + data + PARTS[1], "x")
    assert len(found) >= 2
    assert len({item.locator for item in found}) == len(found)
