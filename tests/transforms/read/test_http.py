import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Dead
from transforms.read.http import Response, parse_response, unwrap

BODY = "<p>Größe</p>".encode() * 20


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def chunked(data: bytes, size: int = 7) -> bytes:
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


CODINGS = {
    "gzip": gzip.compress(BODY, mtime=0),
    "x-gzip": gzip.compress(BODY, mtime=0),
    "deflate": zlib.compress(BODY),
    "Deflate": raw_deflate(BODY),
    "br": brotli.compress(BODY),
    "zstd": zstandard.compress(BODY),
    "identity": BODY,
    "utf-8": BODY,
    "": BODY,
    "gzip, br": brotli.compress(gzip.compress(BODY, mtime=0)),
}


def response(body: bytes, **headers: str) -> Response:
    return Response(body, 200, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("coding", CODINGS)
def test_content_codings_are_undone(coding):
    assert unwrap(response(CODINGS[coding], content_encoding=coding)) == BODY


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate"])
def test_within_chunks(coding):
    wrapped = chunked(CODINGS[coding])
    assert unwrap(response(wrapped, content_encoding=coding, transfer_encoding="Chunked")) == BODY


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate", "gzip, br"])
def test_text_that_was_stored_unwrapped_is_taken_as_it_is(coding):
    assert unwrap(response(BODY, content_encoding=coding)) == BODY
    assert unwrap(response(BODY, transfer_encoding="chunked")) == BODY


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate"])
def test_a_damaged_body_is_dead(coding):
    cut = unwrap(response(CODINGS[coding][:-9], content_encoding=coding))
    assert isinstance(cut, Dead)
    assert cut.reason == "truncated"
    broken = unwrap(response(bytes(range(256)), content_encoding=coding))
    assert isinstance(broken, Dead)
    assert broken.reason in {"corrupt", "truncated"}


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate"])
def test_a_bomb_is_too_large(coding, monkeypatch):
    monkeypatch.setattr("transforms.read.http.MAX_RAW_BYTES", 1000)
    bomb = b"\0" * 500_000
    packed = {
        "gzip": gzip.compress(bomb),
        "br": brotli.compress(bomb),
        "zstd": zstandard.compress(bomb),
        "deflate": zlib.compress(bomb),
    }[coding]
    found = unwrap(response(packed, content_encoding=coding))
    assert isinstance(found, Dead)
    assert found.reason == "too_large"


def test_chunks_that_end_early_give_what_is_there():
    whole = chunked(BODY, 50)
    assert BODY.startswith(unwrap(response(whole[:120], transfer_encoding="chunked")))  # type: ignore[arg-type]


@given(st.binary(max_size=300), st.sampled_from([*CODINGS, "chunked"]))
def test_any_body_is_bytes_or_dead(body, coding):
    found = unwrap(response(body, content_encoding=coding, transfer_encoding="chunked"))
    assert isinstance(found, bytes | Dead)


def test_a_response_is_taken_apart():
    block = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html;\r\n charset=x\r\nX-A: 1\r\nx-a: 2\r\n\r\n"
    block += b"body\r\n\r\n"
    found = parse_response(block)
    assert found == Response(b"body\r\n\r\n", 404, {"content-type": "text/html; charset=x", "x-a": "1"})
    assert parse_response(block.replace(b"\r\n", b"\n")) == Response(b"body\n\n", 404, found.headers)


@pytest.mark.parametrize(
    ("block", "status", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nA: b", 200, b""),
        (b"HTTP/1.1 2000 OK\r\n\r\nx", None, b"x"),
        (b"HTTP/1.1 \xff\r\n\r\nx", None, b"x"),
        (b"HTTP/2 200\r\n\r\nx", 200, b"x"),
        (b"HTTP/", None, b""),
        (b"no header", None, b"no header"),
        (b"HTTP/1.1 \xc2\xb2\xc2\xb2\xc2\xb2 OK\r\n\r\nx", None, b"x"),
    ],
)
def test_odd_responses(block, status, body):
    found = parse_response(block)
    assert isinstance(found, Response)
    assert (found.status, found.body) == (status, body)


def test_a_bomb_of_headers_is_dead():
    found = parse_response(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 100_000 + b"\r\nbody")
    assert isinstance(found, Dead)
    assert found.reason == "parse_error"
