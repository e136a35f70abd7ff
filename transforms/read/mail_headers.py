"""Headers of a mail: encoded words (RFC 2047) and raw bytes to text; who wrote it, when, in answer to what.

Of the headers, those that name the mail, its people and its thread are kept; how it travelled is not.
"""

import binascii
import re
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from schemas.records import Dead
from transforms.read.dates import parse_timestamp
from transforms.read.mail_charset import decode_mail, encoding_of_mail, stated_encoding
from transforms.read.mail_message import Part, from_base64
from transforms.read.values import valid_text

_KEPT = ("From", "Sender", "Reply-To", "To", "Cc", "Message-ID", "In-Reply-To", "List-Id", "Newsgroups")
_MAX_VALUE = 1 << 14  # characters of a header that is decoded
_MAX_CONTEXT = 1 << 15  # bytes
_MAX_AUTHORS = 1 << 10
_MAX_DATE = 128
_MAX_REPEATED = 10
_MAX_REFERENCES = 1_000
_BYTES = re.compile("[\udc80-\udcff]")  # as the parser gives bytes above ASCII
_WORD = re.compile(r"=\?([^?=\s]{1,75})\?([bBqQ])\?([^?]*)\?=")
_FOLD = re.compile(r"[\r\n]+[ \t]*|[\0\t]+")
_ADDRESS = re.compile(r"<([^<>\s]+@[^<>\s]+)>|([^<>\s()\",;:]+@[^<>\s()\",;:]+)")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,998}>")


def header(message: Part, name: str, charset: str = "") -> str | None:
    """Returns the first header of that name, decoded, on one line; None if it says nothing."""
    value = message.get(name)
    return header_text(value, charset) if value else None


def charset_of(part: Part) -> str:
    """Returns the encoding that a part or a mail states for its text, "" if it states none."""
    return part.parameter("content-type", "charset")


def charset_of_headers(message: Part) -> str:
    """Returns the encoding of bytes above ASCII in the headers of a mail; "" if there are none or none fits.

    They are of the encoding that its text states, else that its text has: a subject is too short to tell.
    """
    raw = [value.encode("ascii", "surrogateescape") for _, value in message.items() if _has_bytes(value)]
    if not raw:
        return ""
    part = message
    while stated_encoding(charset_of(part)) is None and part.parts:
        part = part.parts[0]
    return stated_encoding(charset_of(part)) or encoding_of_mail(
        b"\n".join([*raw, part.content()[:_MAX_CONTEXT]])[: 2 * _MAX_CONTEXT]
    )


def _has_bytes(value: str) -> bool:
    return not value.isascii() and _BYTES.search(value) is not None


def header_text(value: str, charset: str = "") -> str | None:
    """Decodes the value of a header.

    The standard library's ``decode_header`` gives up on a wrong Base64 word, escapes characters outside of
    Latin-1 between the words, and takes quadratic time on words that do not end; hence not used here.

    Args:
        value: The header as the parser gives it, bytes above ASCII as lone surrogates.
        charset: What the mail says of its text; taken for such bytes too.

    Returns:
        The text on one line; None if nothing is left.

    >>> header_text("=?utf-8?q?Gr=C3=BC=C3=9Fe?= =?utf-8?b?IQ==?=")
    'Grüße!'
    """
    text = _FOLD.sub(" ", _raw_text(value[:_MAX_VALUE], charset))
    out: list[str] = []
    words: list[tuple[str, bytes]] = []  # neighbours, decoded together: they may share a character
    end = 0
    for found in _WORD.finditer(text):
        between = text[end : found.start()]
        if between and (not words or between.strip()):
            out.append(_words(words))
            words = []
            out.append(between)
        encoding = found[1].partition("*")[0].lower()  # without the language of RFC 2231, 5
        word = _word(found[2], found[3])
        if words and words[-1][0] == encoding:
            words[-1] = encoding, words[-1][1] + word
        else:
            words.append((encoding, word))
        end = found.end()
    out += [_words(words), text[end:]]
    return " ".join(valid_text("".join(out)).split()) or None


def author_of(message: Part, charset: str = "") -> str | None:
    """Returns the names of those in ``From``, else their addresses."""
    value = message.get("From") or message.get("Sender") or ""
    try:
        pairs = getaddresses([_FOLD.sub(" ", value[:_MAX_AUTHORS])])
    except Exception:  # comments in comments, groups in groups
        pairs = []
    if pairs and all(_ADDRESS.fullmatch(address) for _, address in pairs):
        return ", ".join(header_text(name, charset) or address for name, address in pairs)
    address = _ADDRESS.search(value[:_MAX_AUTHORS])
    return (address[1] or address[2]) if address else header_text(value, charset)


def date_of(message: Part) -> int | None:
    """Returns ``Date`` in microseconds UTC; None if there is none that is one."""
    value = " ".join((message.get("Date") or "")[:_MAX_DATE].split())
    try:
        moment = parsedate_to_datetime(value)
    except Exception:  # on odd dates it raises more than it says
        return parse_timestamp(value)
    return parse_timestamp(moment)


def metadata_of(message: Part, charset: str = "") -> dict[str, Any]:
    """Returns the headers that are kept, under their names in lower case with underscores."""
    found: dict[str, Any] = {}
    for name in _KEPT:
        values = [header_text(value, charset) for value in message.get_all(name, [])[:_MAX_REPEATED]]
        if stated := [value for value in values if value]:
            found[name.lower().replace("-", "_")] = ", ".join(stated)
    references = _MESSAGE_ID.findall(message.get("References") or "")
    if references:
        found["references"] = references[:_MAX_REFERENCES]
    return found


def _raw_text(value: str, charset: str) -> str:
    """Decodes the bytes above ASCII of a header."""
    if not _has_bytes(value):
        return value
    raw = value.encode("utf-8", "surrogateescape")
    found = decode_mail(raw, charset)
    return raw.decode("utf-8", "replace") if isinstance(found, Dead) else found


def _word(how: str, text: str) -> bytes:
    """Undoes the encoding of an encoded word."""
    raw = text.encode("utf-8", "replace")
    return binascii.a2b_qp(raw, header=True) if how in "qQ" else from_base64(raw)


def _words(words: list[tuple[str, bytes]]) -> str:
    decoded = (decode_mail(raw, encoding) for encoding, raw in words)
    return "".join(text if isinstance(text, str) else "\ufffd" for text in decoded)
