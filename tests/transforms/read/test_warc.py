import gzip
import json
import time
from dataclasses import replace
from io import BytesIO

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Dead, DeadLetter, Document, Record, Rejection
from schemas.specs import IngestSpec, Named
from tests.transforms.read.helpers import Dribble, fallen, fates, read, records, source
from transforms.extract import extract_record
from transforms.read.reader import find_record, read_stream

PAGE = b"<html lang=de><title>T</title><body><article><p>%s</p></article></body></html>"


def record(kind: str, block: bytes, *headers: str, length: object = None, version: str = "WARC/1.0") -> bytes:
    lines = [
        version,
        f"WARC-Type: {kind}",
        *headers,
        f"Content-Length: {len(block) if length is None else length}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def response(body: bytes, status: str = "200 OK", content_type: str = "text/html", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def page(number: int, **options: object) -> bytes:
    body = PAGE % f"Page {number} says something that is long enough to be its main text. ".encode() * 3
    url = f"WARC-Target-URI: http://example.org/{number}"
    return record("response", response(body), url, "WARC-Date: 2020-01-02T03:04:05Z", **options)  # type: ignore[arg-type]


def documents(data: bytes, name: str = "a.warc") -> list[Document | Rejection | DeadLetter]:
    return [extract_record(name, item, IngestSpec(source())) for item in records(read(data, name))]


PARTS = [
    record("warcinfo", b"software: x"),
    page(1),
    record("request", b"GET / HTTP/1.1\r\n\r\n"),
    page(2),
    page(3),
]
WARC = b"".join(PARTS)
OFFSETS = [sum(map(len, PARTS[:n])) for n in range(len(PARTS))]
PACKED = {
    "a.warc": WARC,
    "a.warc.gz": b"".join(gzip.compress(part, mtime=0) for part in PARTS),
    "whole.warc.gz": gzip.compress(WARC, mtime=0),
    "a.warc.zst": b"".join(zstandard.compress(part) for part in PARTS),
    "nameless": WARC,
}


@pytest.mark.parametrize("name", PACKED)
def test_records_stand_at_the_byte_of_the_content_however_it_is_packed(name):
    found = read(PACKED[name], name)
    assert [item.locator for item in found] == [f"byte={offset}" for offset in OFFSETS]
    assert fates(found) == ["warcinfo", "request"]
    assert found == list(read_stream(Dribble(PACKED[name], 5), name, source()))
    for item in found:
        assert find_record(BytesIO(PACKED[name]), name, source(), item.locator) == item.raw


def test_a_record_is_found_without_reading_what_stands_before_it():
    data = WARC * 3000

    class Counted(BytesIO):
        total = 0

        def read(self, size: int | None = -1, /) -> bytes:
            part = super().read(size)
            self.total += len(part)
            return part

    stream = Counted(data)
    offset = len(WARC) * 2500 + OFFSETS[1]
    assert find_record(stream, "a.warc", source(), f"byte={offset}") == records(read(WARC, "a.warc"))[0].raw
    assert stream.total < 3 << 20
    assert find_record(stream, "a.warc", source(), f"byte={offset + 1}") is None


def test_a_page_is_what_its_content_is_and_knows_where_it_comes_from():
    (first, *_) = documents(WARC)
    assert isinstance(first, Document)
    assert (first.title, first.media_type, first.created_at) == ("T", "text/html", None)
    assert first.text.startswith("Page 1 says something")
    assert json.loads(first.metadata or "") == {
        "content_type": "text/html",
        "http_status": 200,
        "lang": "de",
        "url": "http://example.org/1",
        "warc_date": "2020-01-02T03:04:05Z",
        "warc_type": "response",
    }


def test_a_contributor_may_be_the_address():
    (item, *_) = records(read(WARC, "a.warc"))
    spec = IngestSpec(replace(source(), contributor=Named(field_name="url")))
    found = extract_record("a", item, spec)
    assert isinstance(found, Document)
    assert found.contributor == "http://example.org/1"


@pytest.mark.parametrize(
    ("kind", "block", "rule"),
    [
        ("revisit", b"HTTP/1.1 200 OK\r\n\r\n", "revisit"),
        ("Metadata", b"x", "metadata"),
        ("continuation", b"x", "continuation"),
        ("monkeys", b"x", "unknown_record_type"),
        ("response", b"", "empty"),
    ],
)
def test_what_holds_no_content_is_refused_by_the_reader(kind, block, rule):
    (item,) = fallen(read(record(kind, block), "a.warc"))
    assert (item.fate.rule, item.raw) == (rule, block)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("block", "rule", "value", "detail"),
    [
        (response(b"gone", "404 Not Found"), "http_status", 404.0, None),
        (response(b"x", "301 Moved"), "http_status", 301.0, None),
        (response(b"\x89PNG\r\n\x1a\n", content_type="image/png"), "binary", None, "image/png"),
        (response(b"%PDF-1.7 x", content_type="image/gif")[:15], "empty", None, None),
        (response(b"a{}", content_type="text/css"), "unsupported_format", None, "text/css"),
        (
            response(b"<rss/>", content_type="application/rss+xml"),
            "unsupported_format",
            None,
            "application/rss+xml",
        ),
        (response(b"a,b\n1,2\n", content_type="text/csv; header"), "unsupported_format", None, "csv"),
        (response(b'{"a": 1}', content_type="application/json"), "missing_field", None, "text"),
        (response(b" \r\n "), "empty", None, None),
        (response(WARC, content_type="application/warc"), "unsupported_format", None, "warc"),
        (b"\0\1\2\3" * 9, "binary", None, None),
    ],
)
def test_what_is_no_text_is_refused(block, rule, value, detail):
    (found,) = documents(record("response", block))
    assert isinstance(found, Rejection)
    assert (found.stage, found.rule, found.value) == ("extract", rule, value)
    assert detail is None or found.detail == detail


@pytest.mark.parametrize(
    ("url", "content_type", "body", "media_type", "text"),
    [
        ("http://a/", "text/plain", b"plain", "text/plain", "plain"),
        ("http://a/x.md", "text/plain", b"# A\n\n*b*", "text/markdown", "A\n\nb\n"),
        ("http://a/x.md?y", "text/markdown; charset=utf-8", b"# A\n\n*b*", "text/markdown", "A\n\nb\n"),
        ("http://a/x.md", "application/octet-stream", b"*b*", "text/markdown", "b\n"),
        ("http://a/x.py", "text/plain", b"x = 1", "text/plain", "x = 1"),
        ("http://a/x.php", "", b"plain", "text/plain", "plain"),
        ("http://[bad", "", b"plain", "text/plain", "plain"),
        ("http://a/x.png", "text/plain", b"plain", "text/plain", "plain"),
        ("http://a/", "application/json", b'{"text": "a", "x": 1}', "application/json", "a"),
        (
            "http://a/",
            "text/plain; charset=windows-1251",
            "Привет, мир".encode("cp1251"),
            "text/plain",
            "Привет, мир",
        ),
    ],
)
def test_the_format_of_a_body(url, content_type, body, media_type, text):
    block = response(body, "200 OK", content_type)
    (found,) = documents(record("response", block, f"WARC-Target-URI: {url}"))
    assert isinstance(found, Document)
    assert (found.media_type, found.text) == (media_type, text)
    assert json.loads(found.metadata or "")["url"] == url


def test_the_charset_of_the_response_goes_before_that_of_the_page():
    body = PAGE.replace(b"<title>", b"<meta charset=iso-8859-7><title>") % (
        "Слово за словом, и вот уже фраза. " * 9
    ).encode("koi8-r")
    (found,) = documents(record("response", response(body, "200 OK", "text/html; charset=KOI8-R")))
    assert isinstance(found, Document)
    assert found.text.startswith("Слово за словом")
    assert json.loads(found.metadata or "")["charset"] == "koi8-r"


def test_conversions_are_text_and_wget_logs_are_not():
    wet = record(
        "conversion", b"<html> is a tag", "Content-Type: text/plain", "WARC-Target-URI: <http://a/b c>"
    )
    log = record("resource", b"log", "Content-Type: text/plain", "WARC-Target-URI: metadata://gnu.org/x")
    resource = record("resource", b"<html><p>a page</p>", "Content-Type: text/html")
    data = wet + log + resource
    assert fates(read(data, "a.wet")) == ["metadata"]
    texts = [item.text for item in documents(data, "a.wet") if isinstance(item, Document)]
    assert texts[0] == "<html> is a tag"
    assert "a page" in texts[1]
    first = documents(wet)[0]
    assert isinstance(first, Document)
    assert json.loads(first.metadata or "")["url"] == "http://a/b c"


def test_headers_in_odd_forms():
    folded = b"warc/0.17\r\nWARC-TYPE:\r\n\tRESPONSE\r\ncontent-length :\r\n 5\r\nContent-Length: 7\r\n"
    folded += b"\r\nplain\r\n\r\n"
    unix = b"WARC/1.1\nWARC-Type: response\nContent-Length: 5\n\nplain\n\n"
    joined = record("response", b"plain")[:-4]
    assert [item.raw for item in read(folded + unix + joined + unix, "x")] == [b"plain"] * 4


# Broken files


@pytest.mark.parametrize("name", PACKED)
def test_a_file_cut_anywhere_gives_its_whole_records_and_one_dead_letter(name):
    data = PACKED[name]
    whole = read(data, name)
    for cut in range(20, len(data), 13):
        found = read(data[:cut], name)
        good = [item for item in found if not isinstance(getattr(item, "fate", None), Dead)]
        assert good == whole[: len(good)]
        dead = [item for item in found if isinstance(getattr(item, "fate", None), Dead)]
        assert len(dead) <= 1
        assert found == good + dead
        if name == "a.warc":
            ends = [offset + len(part) - 4 for offset, part in zip(OFFSETS, PARTS, strict=True)]
            assert len(good) == sum(end <= cut for end in ends)
            assert all(item.fate.reason == "truncated" for item in dead)


def test_a_cut_gzip_names_the_place():
    (*_, last) = read(PACKED["a.warc.gz"][:-30], "a.warc.gz")
    assert last.locator == f"byte={OFFSETS[-1]}"
    assert "bytes in" in last.fate.message  # type: ignore[union-attr]
    assert find_record(BytesIO(PACKED["a.warc.gz"][:-30]), "a.warc.gz", source(), last.locator) == last.raw


@pytest.mark.parametrize(
    "junk", [b"junk", b"junk\r\n\r\n", b"\0" * 99 + b"x\n", b"a: b\r\n" * 5000, b"WARC/", b"x" * (1 << 21)]
)
def test_junk_between_records_costs_no_neighbour(junk):
    found = read(PARTS[1] + junk + b"\n" + PARTS[3], "a.warc")
    assert [item.raw for item in records(found)] == [item.raw for item in records(read(WARC, "x"))[:2]]
    assert fates(found) == ["corrupt"]


@pytest.mark.parametrize("length", ["", "x", "-1", "1e3", "9" * 30, "0x10"])
def test_without_a_length_the_next_record_is_searched(length):
    found = read(PARTS[1] + page(9, length=length) + PARTS[3], "a.warc")
    assert len(records(found)) == 2
    assert fates(found) == ["corrupt"]


@pytest.mark.parametrize("more", [5, 300, 10**6])
def test_a_length_that_reaches_into_other_records_costs_only_its_own(more):
    size = len(records(read(PARTS[1], "x"))[0].raw)
    found = read(page(1, length=size + more) + PARTS[2] + PARTS[3] + PARTS[4], "a.warc")
    assert fates(found) == ["corrupt", "request"]
    assert len(records(found)) == 2


def test_a_length_that_is_too_small_leaves_a_rest_that_is_told():
    size = len(records(read(PARTS[1], "x"))[0].raw)
    found = read(page(1, length=size - 40) + PARTS[3], "a.warc")
    assert len(records(found)) == 2
    assert fates(found) == ["corrupt"]


def test_absurd_lengths_and_headers(monkeypatch):
    found = read(PARTS[1] + page(2, length=10**17) + PARTS[4], "a.warc")
    assert (len(records(found)), fates(found)) == (1, ["truncated"])
    monkeypatch.setattr("transforms.read.frames.MAX_RAW_BYTES", 2000)
    found = read(PARTS[1] + record("response", b"x" * 3000) + PARTS[4], "a.warc")
    assert (len(records(found)), fates(found)) == (2, ["too_large"])
    bomb = b"WARC/1.0\r\n" + b"A: b\r\n" * 400_000 + b"\r\n\r\n"
    found = read(PARTS[1] + bomb + PARTS[4], "a.warc")
    assert (len(records(found)), fates(found)) == (2, ["too_large"])
    endless = b"WARC/1.0\r\nA: " + b"b" * (3 << 20)
    assert fates(read(PARTS[1] + endless, "a.warc")) == ["too_large"]


def test_a_warc_within_a_page_is_a_part_of_the_page():
    (item,) = records(read(record("resource", WARC), "a.warc"))
    assert item.raw == WARC


@given(st.binary(max_size=400))
def test_any_bytes_are_accounted_for(data):
    for content in (data, b"WARC/1.0\r\n" + data, PARTS[0] + data + PARTS[1]):
        found = read(content, "a.warc")
        assert found
        assert len({item.locator for item in found}) == len(found)
        for item in found:
            if isinstance(item, Record):
                assert extract_record("a", item, IngestSpec(source()))


@given(st.integers(0, len(WARC) - 1), st.integers(0, 255), st.integers(0, 40))
def test_a_changed_byte_costs_little(place, byte, gone):
    changed = WARC[:place] + bytes([byte]) + WARC[place + 1 + gone :]
    found = read(changed, "a.warc")
    intact = sum(part in changed for part in PARTS)
    whole = {item.raw for item in read(WARC, "a.warc")}
    assert sum(item.raw in whole for item in found) >= intact


def test_many_small_records_are_read_in_time_linear_in_their_number():
    began = time.process_time()
    assert len(read(PARTS[2] * 20_000, "a.warc")) == 20_000
    assert time.process_time() - began < 20


def test_nothing_is_empty():
    assert fates(read(b"\r\n\r\n", "a.warc")) == ["empty"]
    assert fates(read(b"this is no archive\n", "a.warc")) == ["corrupt"]
    assert fates(read(b"this is no archive\n", "a.arc")) == ["unsupported_format"]


def test_real_archives(shared_data):
    counts = {}
    for path in sorted((shared_data / "samples" / "C_warc").glob("*/*")):
        data = path.read_bytes()
        found = read(data, path.name)
        assert found
        made = [extract_record(path.name, item, IngestSpec(source())) for item in records(found)]
        kept = sum(isinstance(item, Document) for item in made)
        dead = sum(reason in {"corrupt", "truncated"} for reason in fates(found))
        counts[path.name] = (len(found), kept, dead + sum(isinstance(item, DeadLetter) for item in made))
        for item in (found[0], found[len(found) // 2], found[-1]):
            if item.raw:
                assert find_record(BytesIO(data), path.name, source(), item.locator) == item.raw
    assert counts["iana.warc.gz"] == (343, 16, 0)
    assert counts["warcfile.warc.gz"] == (50, 16, 0)
    assert counts["sample-0000.warc.gz"] == (48, 22, 0)
    assert counts["example-bad-non-chunked.warc.gz"] == counts["example.warc"] == (6, 1, 0)
    assert counts["example-trunc.warc"] == (4, 0, 1)
    assert counts["clipped.warc.gz"] == (1, 0, 1)
    assert counts["valid-warcfile-upper-lower-case.warc"] == (5, 0, 0)
    assert counts["small_BNF.arc"] == (6, 3, 0)
    assert sum(records for records, _, _ in counts.values()) == 585
