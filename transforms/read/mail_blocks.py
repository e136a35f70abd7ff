"""Blocks within the text of a mail that are no text: uuencoded files, armour of OpenPGP, stray Base64.

They are left out, and said to be: they are files and signatures that nobody reads as language, and a mail
with one would fall by the quality rules as a whole. Its bytes stay what they are in the source.
"""

import re

_UU_BEGIN = re.compile(r"begin (?:0?[0-7]{3}) (\S.*)")
_UU_LINE = re.compile(r"[ -`]{2,62}|[ -`]")
_ARMOUR = re.compile(r"-----BEGIN PGP ([A-Z ]+?)(?:, PART .*)?-----")
_ARMOUR_LINE = re.compile(r"[A-Za-z0-9+/]{1,100}={0,2}|=[A-Za-z0-9+/]{4}|[A-Z][A-Za-z]+: .*|")
_BASE64_LINE = re.compile(r"[A-Za-z0-9+/]{40,100}={0,2}")
_MIXED = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9+/]"))
_MIN_BASE64 = 5  # lines
_MAX_NOTES = 20
_SIGNED = "SIGNED MESSAGE"


def drop_blocks(text: str) -> tuple[str, list[str]]:
    r"""Leaves out what is no text.

    Of a clear-signed message (RFC 9580, 7) the text stays, its dashes unescaped.

    Returns:
        The text, and what was left out; ``pgp message`` is an encrypted one.

    >>> drop_blocks("Hi\nbegin 644 a.gif\n#0V%T\n`\nend\nbye\n")
    ('Hi\nbye\n', ['uuencode a.gif'])
    """
    lines = text.split("\n")
    out: list[str] = []
    notes: list[str] = []
    signed = False
    position = 0
    while position < len(lines):
        line = lines[position]
        bare = line.rstrip()
        if line.startswith("-----BEGIN PGP") and (armour := _ARMOUR.fullmatch(bare)):
            signed = armour[1] == _SIGNED
            position = _after_headers(lines, position) if signed else _after_armour(lines, position)
            notes.append(f"pgp {armour[1].lower()}")
        elif (
            line.startswith("begin ")
            and (begin := _UU_BEGIN.fullmatch(bare))
            and (end := _after_uuencoded(lines, position)) > position
        ):
            notes.append(f"uuencode {begin[1]}")
            position = end
        elif len(line) >= 40 and (end := _after_base64(lines, position)) > position:
            notes.append(f"base64, {end - position} lines")
            position = end
        else:
            out.append(line[2:] if signed and line.startswith("- ") else line)
            position += 1
    return "\n".join(out), notes[:_MAX_NOTES]


def _after_headers(lines: list[str], start: int) -> int:
    """Returns where the text of a clear-signed message begins."""
    end = start + 1
    while end < len(lines) and ":" in lines[end]:
        end += 1
    return end + 1 if end < len(lines) and not lines[end].strip() else end


def _after_armour(lines: list[str], start: int) -> int:
    end = start + 1
    while end < len(lines) and _ARMOUR_LINE.fullmatch(lines[end].rstrip()):
        end += 1
    return end + 1 if end < len(lines) and lines[end].startswith("-----END PGP ") else end


def _after_uuencoded(lines: list[str], start: int) -> int:
    """Returns the line after ``end``, or after the last line of a file that is cut off."""
    end = start + 1
    while end < len(lines) and _is_uuencoded(lines[end]):
        end += 1
    if end == start + 1:
        return start
    return end + 1 if end < len(lines) and lines[end].rstrip() == "end" else end


def _is_uuencoded(line: str) -> bool:
    """Tells whether a line is as long as its first character says; blanks at its end may be lost."""
    if not line or not _UU_LINE.fullmatch(line.rstrip()):
        return False
    promised = 1 + (((ord(line[0]) - 32) & 63) + 2) // 3 * 4
    return len(line.rstrip()) <= promised + 1 and len(line) >= promised - 3


def _after_base64(lines: list[str], start: int) -> int:
    end = start
    while end < len(lines) and _is_base64(lines[end].rstrip()):
        end += 1
    return end if end - start >= _MIN_BASE64 else start


def _is_base64(line: str) -> bool:
    return _BASE64_LINE.fullmatch(line) is not None and all(kind.search(line) for kind in _MIXED)
