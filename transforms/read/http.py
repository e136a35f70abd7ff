"""HTTP responses (RFC 9110, 9112) as web archives keep them: header, and the body out of its wrapping."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO

import brotli
from warcio.bufferedreaders import ChunkedDataReader
from warcio.statusandheaders import StatusAndHeadersParser

from schemas.records import MAX_RAW_BYTES, Dead
from transforms.read.compression import Decompressed
from transforms.read.decode import looks_like_text
from transforms.read.streams import BrokenStream, read_fully

MAX_HEADER_BYTES = 1 << 18
"""Longest header of a response, in bytes."""

_HEADER_END = re.compile(rb"\r?\n\r?\n")
_PARSER = StatusAndHeadersParser([], verify=False)
_CHUNK_BYTES = 1 << 16
_HEAD_BYTES = 1 << 16
_TOO_LARGE = Dead("too_large", f"a body of more than {MAX_RAW_BYTES} bytes")


@dataclass(frozen=True, slots=True)
class Response:
    """A response.

    Attributes:
        body: As it was sent, still wrapped.
        status: Its code; None if there is none.
        headers: Name in lower case -> value; of a repeated one the first.
    """

    body: bytes
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def parse_response(block: bytes) -> Response | Dead:
    """Takes a response apart; content without an HTTP header is all body."""
    if not block.startswith(b"HTTP/"):
        return Response(block)
    end = _HEADER_END.search(block, 0, MAX_HEADER_BYTES)
    if end is None and len(block) > MAX_HEADER_BYTES:
        return Dead("parse_error", f"ValueError: an HTTP header of more than {MAX_HEADER_BYTES} bytes")
    size = end.end() if end else len(block)
    parsed = _PARSER.parse(BytesIO(block[:size]))
    headers: dict[str, str] = {}
    for name, value in parsed.headers:
        headers.setdefault(name.strip().lower(), value.strip())
    code = parsed.statusline.split(" ", 1)[0]
    status = int(code) if re.fullmatch(r"[0-9]{3}", code) else None
    return Response(block[size:], status, headers)


def unwrap(response: Response) -> bytes | Dead:
    """Returns the body without its chunks and content codings (gzip, deflate, br, zstd).

    Many archives store a body unwrapped and keep the header that says it is not; what is text as it
    stands is taken so.
    """
    body = response.body
    if "chunked" in response.headers.get("transfer-encoding", "").lower():
        unchunked = _unchunk(body)
        if isinstance(unchunked, Dead):
            return unchunked
        body = unchunked
    codings = response.headers.get("content-encoding", "").lower().split(",")
    for coding in reversed(codings[:4]):
        decoded = _decode(body, coding.strip())
        if isinstance(decoded, Dead):
            return body if looks_like_text(body[:_HEAD_BYTES]) else decoded
        body = decoded
    return body


def _unchunk(body: bytes) -> bytes | Dead:
    """Joins chunks; a body that has none is returned as it is."""
    reader = ChunkedDataReader(BytesIO(body))
    parts = []
    size = 0
    while part := reader.read(_CHUNK_BYTES):
        parts.append(part)
        size += len(part)
        if size > MAX_RAW_BYTES:
            return _TOO_LARGE
    return b"".join(parts)


def _decode(body: bytes, coding: str) -> bytes | Dead:
    match coding:
        case "gzip" | "x-gzip":
            return _inflate(body, 31)
        case "deflate":
            # Servers mean either zlib's format, as the RFC says, or the bare stream.
            found = _inflate(body, 15)
            return _inflate(body, -15) if isinstance(found, Dead) and found.reason == "corrupt" else found
        case "br":
            return _unbrotli(body)
        case "zstd":
            return _unzstd(body)
    return body


def _inflate(body: bytes, window: int) -> bytes | Dead:
    decoder = zlib.decompressobj(window)
    try:
        found = decoder.decompress(body, MAX_RAW_BYTES + 1)
    except zlib.error:
        return Dead("corrupt", "error: the body is not compressed as its header says")
    if len(found) > MAX_RAW_BYTES:
        return _TOO_LARGE
    return found if decoder.eof else Dead("truncated", "EOFError: the compressed body ends early")


def _unbrotli(body: bytes) -> bytes | Dead:
    decoder = brotli.Decompressor()
    try:
        found: bytes = decoder.process(body, output_buffer_limit=MAX_RAW_BYTES + 1)
    except brotli.error:
        return Dead("corrupt", "error: the body is not compressed as its header says")
    if len(found) > MAX_RAW_BYTES:
        return _TOO_LARGE
    if not decoder.is_finished():
        return Dead("truncated", "EOFError: the compressed body ends early")
    return found


def _unzstd(body: bytes) -> bytes | Dead:
    try:
        found = read_fully(Decompressed(BytesIO(body), "zst"), MAX_RAW_BYTES + 1)
    except BrokenStream as broken:
        return broken.dead
    return found if len(found) <= MAX_RAW_BYTES else _TOO_LARGE
