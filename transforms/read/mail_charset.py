"""The encodings that mails name: which are believed, before ``transforms.read.decode`` judges the bytes.

Beside what the web does, mail has encodings that look like ASCII until they are decoded (ISO-2022-JP,
UTF-7), and names that only say that the sender did not know (``unknown-8bit``, ``x-user-defined``).
"""

from schemas.records import Dead
from transforms.read.decode import decode, known_encoding

_ALIASES = {
    "ansi_x3.110-1983": "cp1252",
    "chinesebig5": "big5",
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
_FEW = 0.015  # of the bytes
_MAX_FOREIGN = 0.2
_MAX_REPLACED = 0.1
_ASCII = ("ascii", "us-ascii", "ansi_x3.4-1968", "646")


def decode_mail(raw: bytes, declared: str | None) -> str | Dead:
    r"""Decodes text of a mail.

    Args:
        raw: Its bytes, the transfer encoding undone.
        declared: The ``charset`` that is stated, if any.

    >>> decode_mail("日本".encode("iso-2022-jp"), "ISO-2022-JP"), decode_mail(b"caf\xe9", "iso-8859-1")
    ('日本', 'café')
    """
    name = stated_encoding(declared)
    if name in _SEVEN_BIT and raw.isascii():
        return raw.decode(name, "replace")
    found = decode(raw, name if name and name != "utf-8" else _default(raw))
    if not isinstance(found, Dead):
        return found[0]
    return found if b"\0" in raw else _as_it_looks(raw, name) or found


def encoding_of_mail(raw: bytes) -> str:
    """Returns the encoding as which text of a mail that states none is decoded; "" if none fits."""
    found = decode(raw, _default(raw))
    return "" if isinstance(found, Dead) else found[1]


def stated_encoding(declared: str | None) -> str | None:
    """Returns Python's name of an encoding that is stated; None if nothing is, or nothing to be believed."""
    name = (declared or "").strip(" \"'").lower().removesuffix("_charset")
    # That bytes above ASCII are ASCII says nothing.
    return None if name in _ASCII else known_encoding(_ALIASES.get(name, name))


def _default(raw: bytes) -> str | None:
    """Returns what a browser takes, where statistics have too little to go by.

    Of 150 real mails below this limit that state nothing, nearly all are Windows-1252 (a dash, an apostrophe,
    a name); statistics say so of a few, of the others Windows-1250 or a code page of DOS.
    """
    return "cp1252" if _foreign(raw) < _FEW * len(raw) else None


def _as_it_looks(raw: bytes, name: str | None) -> str | None:
    """Decodes text that no encoding fits: as stated, else as a browser would what is nearly ASCII."""
    if name is None and _foreign(raw) > _MAX_FOREIGN * len(raw):
        return None
    text = raw.decode(name or "cp1252", "replace")
    return text if text.count("\ufffd") <= _MAX_REPLACED * len(text) else None


def _foreign(raw: bytes) -> int:
    """Returns the number of bytes above ASCII."""
    return len(raw) - len(raw.decode("ascii", "ignore"))
