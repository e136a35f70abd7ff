"""The encodings that mails name: which are believed, before ``transforms.read.decode`` judges the bytes.

Beside what the web does, mail has encodings that look like ASCII until they are decoded (ISO-2022-JP,
UTF-7), and names that only say that the sender did not know (``unknown-8bit``, ``x-user-defined``).
"""

import codecs

from schemas.records import Dead
from transforms.read.decode import decode

_ALIASES = {
    "ansi_x3.110-1983": "cp1252",
    "cp-850": "cp850",
    "iso-8859-6-e": "iso8859-6",
    "iso-8859-6-i": "iso8859-6",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-8-i": "iso8859-8",
    "ks_c_5601": "cp949",
    "unicode-1-1-utf-7": "utf-7",
    "windows-874": "cp874",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac-roman",
    "x-sjis": "cp932",
    "x-windows-949": "cp949",
}
_SEVEN_BIT = ("utf-7", "hz", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_3", "iso2022_kr")
_ASCII = ("ascii", "us-ascii", "ansi_x3.4-1968", "646")


def decode_mail(raw: bytes, declared: str | None) -> str | Dead:
    r"""Decodes text of a mail.

    Args:
        raw: Its bytes, the transfer encoding undone.
        declared: The ``charset`` that is stated, if any.

    >>> decode_mail("日本".encode("iso-2022-jp"), "ISO-2022-JP"), decode_mail(b"caf\xe9", "iso-8859-1")
    ('日本', 'café')
    """
    name = (declared or "").strip(" \"'").lower()
    name = _ALIASES.get(name, name)
    if _codec(name) in _SEVEN_BIT and raw.isascii():
        try:
            return raw.decode(name)
        except UnicodeError:
            return raw.decode(name, "replace")
    if name in _ASCII:
        name = ""  # with bytes above ASCII the statement is worth nothing
    found = decode(raw, name or None)
    return found if isinstance(found, Dead) else found[0]


def _codec(name: str) -> str | None:
    """Returns Python's name of an encoding; None if there is none."""
    try:
        return codecs.lookup(name).name if name else None
    except (LookupError, ValueError):
        return None
