"""Bytes to the tree of a MIME message (RFC 5322, RFC 2045, RFC 2046), whatever the bytes are.

The standard library's feed parser does it, under the old ``compat32`` rules: the newer policies parse each
header into objects, are many times slower, and raise on hostile headers. What it lacks is set here:

* Messages within a message stay leaves with the bytes that they have in the file. The parser would take them
  apart and could not give these bytes back.
* Limits of depth, parts, lines and headers, so that time and memory stay in proportion to the mail's size.
"""

import binascii
import quopri
import re
from email._policybase import Compat32
from email.feedparser import BytesFeedParser
from email.message import Message
from typing import Any

from schemas.records import Dead
from transforms.read.mail_charset import decode_mail

MAX_LINES = 1_500_000
"""Lines of a mail; 64 MB in Base64 have 0.9 million. The parser keeps each line as an object."""

MAX_PARTS = 2_000
"""Parts of a mail, at all levels."""

MAX_DEPTH = 16
"""Multiparts in multiparts; what lies deeper is not taken apart."""

MAX_HEADERS = 1_000
"""Headers of a part; those after them are dropped."""

TOO_DEEP = "application/x-too-deep"
"""``kind`` of a multipart beyond ``MAX_DEPTH``."""

_MAX_VALUE = 1 << 16  # characters of a header
_MAX_PARAMETERS = 1 << 11  # of one with parameters, which are parsed in quadratic time
_MAX_HEAD = 1 << 18  # bytes in which the end of the headers is looked for, to mend them
_CHUNK = 1 << 16
_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
_BLANK = re.compile(rb"\r?\n\r?\n|\r\r")
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:|[ \t]|>?From ")
_SURE_HEADER = re.compile(
    rb"(?:x-[!-9;-~]+|from|to|cc|bcc|subject|date|sender|reply-to|return-path|received|message-id|in-reply-to"
    rb"|references|mime-version|content-(?:[a-z]+-)?[a-z]+|delivered-to|list-[a-z]+|errors-to)[ \t]*:",
    re.IGNORECASE,
)
_PARAMETER = r"(?:^|;)\s*{}\s*=\s*(?:\"([^\"]*)\"|([^\s;\"]+))"
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_MAX_NOT_BASE64 = 0.05


class Part(Message):
    """A message or a part of one, as the parser sees it.

    Attributes:
        depth: How many multiparts it lies in.
    """

    _payload: Any  # text of a leaf with bytes above ASCII as lone surrogates, or the list of parts

    def __init__(self, policy: Any = None) -> None:
        super().__init__(policy or _POLICY)
        self.depth = 0
        self._seen = [0]
        self._first: dict[str, str] = {}
        self.defects = _Forgetful()

    @property
    def kind(self) -> str:
        """The media type in lower case; ``text/plain`` where none or no valid one is stated."""
        return TOO_DEEP if self.get_content_type() == TOO_DEEP else super().get_content_type()

    @property
    def parts(self) -> "list[Part]":
        """The parts of a multipart; none for a leaf."""
        payload = self._payload
        return [part for part in payload if isinstance(part, Part)] if isinstance(payload, list) else []

    def parameter(self, header: str, name: str) -> str:
        """Returns a parameter of a header, with RFC 2231 undone; "" if there is none."""
        try:
            found = self.get_param(name, "", header)
            if isinstance(found, tuple):  # charset, language, value
                decoded = decode_mail(found[2].encode("latin-1", "replace"), found[0])
                return "" if isinstance(decoded, Dead) else decoded
            return str(found).strip()
        except Exception:  # hostile continuations, lengths and charsets
            plain = re.search(_PARAMETER.format(name), self.get(header) or "", re.IGNORECASE)
            return (plain[1] or plain[2] or "").strip() if plain else ""

    def content(self) -> bytes:
        """Returns the bytes of a leaf, its transfer encoding undone where it is of that encoding."""
        payload = self._payload
        if not isinstance(payload, str):
            return b""
        raw = payload.encode("ascii", "surrogateescape")
        match (self.get("content-transfer-encoding") or "").partition(";")[0].strip(" \t\r\n\"'").lower():
            case "quoted-printable" | "quoted_printable":
                return quopri.decodestring(raw)
            case "base64":
                return from_base64(raw)
            case "x-uuencode" | "uuencode" | "x-uue" | "uue":
                return _from_uuencode(raw)
        return raw

    # What follows is called by the parser.

    def attach(self, payload: Any) -> None:
        """Adds a part.

        Raises:
            _TooMany: If the mail has too many.
        """
        payload.depth = self.depth + 1
        payload._seen = self._seen
        self._seen[0] += 1
        if self._seen[0] > MAX_PARTS:
            raise _TooMany
        super().attach(payload)

    def get_content_type(self) -> str:
        """Hides from the parser what it must not take apart."""
        found = super().get_content_type()
        if found.startswith("message/"):
            return "application/octet-stream"
        return TOO_DEEP if self.depth >= MAX_DEPTH and found.startswith("multipart/") else found

    def get_boundary(self, failobj: Any = None) -> Any:
        """Returns the boundary of a multipart, also where other parameters are broken."""
        return self.parameter("content-type", "boundary").rstrip() or failobj

    def set_raw(self, name: str, value: str) -> None:
        """Adds a header as it stands."""
        if len(self) < MAX_HEADERS:
            super().set_raw(name, value)
            self._first.setdefault(name.lower(), value)

    def get(self, name: str, failobj: Any = None) -> Any:
        """Returns the first header of that name; the inherited one goes through all headers each time."""
        return self._first.get(name.lower(), failobj)


class _TooMany(Exception):  # noqa: N818
    pass


class _Forgetful(list[Any]):
    """The parser's notes on each wrong line; nobody reads them, and there may be millions."""

    def append(self, _item: Any, /) -> None:
        pass


class _Rules(Compat32):
    """Headers as text with the bytes above ASCII as lone surrogates, and of bounded length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = sourcelines[0].split(":", 1)
        limit = _MAX_PARAMETERS if name.lower().startswith("content-") else _MAX_VALUE
        whole = "".join(line.rstrip("\r\n") for line in (value, *sourcelines[1 : limit // 2]))
        return name.rstrip(" \t"), whole.strip(" \t")[:limit]

    def header_fetch_parse(self, name: str, value: str) -> Any:
        return value


_POLICY = _Rules()


def parse(raw: bytes) -> Part | Dead:
    """Takes a mail apart.

    Returns:
        Its tree; ``too_large`` if it has too many lines or parts; ``parse_error`` if the parser gave up.
    """
    if raw.startswith(_WIDE_BOMS):
        raw = raw.decode("utf-16", "replace").encode("utf-8", "replace")
    raw = raw.removeprefix(_BOM)
    if _SURE_HEADER.match(begun := raw.lstrip(b"\r\n")):
        raw = begun
    raw = _mended(raw)
    if raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n") > MAX_LINES:
        return Dead("too_large", f"a mail of more than {MAX_LINES} lines")
    try:
        parser: Any = BytesFeedParser(_factory=Part, policy=_POLICY)
        for begin in range(0, len(raw), _CHUNK):  # at once, every line would be an object at the same time
            parser.feed(raw[begin : begin + _CHUNK])
        found: Part = parser.close()
    except _TooMany:
        return Dead("too_large", f"a mail of more than {MAX_PARTS} parts")
    except Exception as error:  # the parser asserts and converts what it finds in hostile headers
        return Dead("parse_error", f"{type(error).__name__}: the mail cannot be taken apart")
    return found


def from_base64(raw: bytes) -> bytes:
    """Undoes Base64 up to its end; text that only claims to be encoded stays."""
    if len(_NOT_BASE64.findall(raw)) > _MAX_NOT_BASE64 * len(raw):
        return raw
    try:
        return binascii.a2b_base64(raw + b"==")
    except binascii.Error:  # one character is left over: a cut
        letters = b"".join(_NOT_BASE64.sub(b"", raw).partition(b"=")[0].split())
        return binascii.a2b_base64(letters[: len(letters) - (len(letters) % 4 == 1)] + b"==")


def _mended(raw: bytes) -> bytes:
    """Drops lines among the headers that are none; the parser would take the rest for the body."""
    blank = _BLANK.search(raw, 0, _MAX_HEAD)
    if blank is None or not _HEADER.match(raw):
        return raw
    lines = raw[: blank.start()].splitlines(keepends=True)
    if all(map(_HEADER.match, lines)):
        return raw
    last = max((number for number, line in enumerate(lines) if _SURE_HEADER.match(line)), default=0)
    kept = [line for number, line in enumerate(lines) if number > last or _HEADER.match(line)]
    return b"".join(kept) + raw[blank.start() :]


def _from_uuencode(raw: bytes) -> bytes:
    """Undoes uuencoding between ``begin`` and ``end``; without them the bytes stay."""
    lines = iter(raw.splitlines())
    if not any(line.startswith(b"begin ") for line in lines):
        return raw
    decoded = []
    for line in lines:
        if line.strip(b" \t") in (b"end", b"`"):
            break
        try:
            decoded.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3  # workaround for encoders with trailing characters
            try:
                decoded.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                break
    return b"".join(decoded)
