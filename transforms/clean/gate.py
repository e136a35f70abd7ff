"""The gate before ftfy: which lines of a text could ``ftfy.fix_text`` change at all?

ftfy reads clean text at 3-5 MB/s; almost no line needs it. ``SUSPECT`` is one regular expression that
matches in every line that ftfy would change otherwise than by NFC and by CR LF -> LF. It may match in
lines that ftfy leaves alone, never the other way round. Why that holds:

* ftfy repairs encodings only where ``ftfy.badness.BADNESS_RE`` matches. Each of its alternatives holds
  two neighbouring characters that this expression matches too: a *pivot* (a rare sign such as a
  currency sign, a box line or an accented capital) beside another character known from mojibake.
* Every other fix of ours acts on single characters, and those stand in ``_CHANGED``.

The tests do not take this on trust: they take BADNESS_RE of the installed ftfy apart and try every
alternative with every kind of character, and they try all code points with ftfy itself. ``gate.c`` searches
for the same by a table, at ten times the speed.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

import numpy as np
from ftfy.badness import MOJIBAKE_CATEGORIES
from ftfy.chardata import CONTROL_CHARS, LIGATURES
from numpy.typing import NDArray

from transforms import compiled


def _characters(codes: Iterable[int]) -> str:
    return "".join(rf"\U{code:08x}" for code in sorted(codes))


_CHANGED = (
    _characters([*CONTROL_CHARS, *LIGATURES])  # removed; taken apart
    + "\x80-\x9f"  # C1 controls: read as Windows-1252
    + "\u2028\u2029"  # become line feeds (so does U+0085, a C1 control)
    + "\ud800-\udfff"  # joined to pairs or replaced
)
"""Characters that ftfy changes wherever they stand, as the inside of a character class."""

_KINDS = dict(MOJIBAKE_CATEGORIES)
_ACCENTED = _KINDS["lower_accented"] + _KINDS["upper_accented"]
_PUNCTUATION = _KINDS["start_punctuation"] + _KINDS["end_punctuation"]
_NUMBERS = _KINDS["numeric"] + _KINDS["law"]

_PIVOT = _KINDS["upper_accented"] + _KINDS["box"] + _PUNCTUATION + _KINDS["currency"] + _NUMBERS + "ØÙÎÐ°ЂŒœ"
_COUNTED = _ACCENTED + _KINDS["box"] + _PUNCTUATION + _KINDS["currency"] + _NUMBERS
_BEFORE = _COUNTED + "ÙÎÐвВГРСβΒΓΞΟā"
_AFTER = _COUNTED + _KINDS["kaomoji"]
_CAPITAL = "ÂÃÎÐØÙ√"
_AFTER_CAPITAL = _KINDS["common"] + " šŸž"
_FIRST = _CHANGED + _KINDS["bad"] + _PIVOT + "\r"

SUSPECT = re.compile(
    # A class in front of everything lets the search skip from one candidate to the next.
    rf"[{_FIRST}](?:"
    rf"(?<=[{_CHANGED}{_KINDS['bad']}])"
    rf"|(?<=[{_PIVOT}])(?=[{_AFTER}])"
    rf"|(?<=[{_BEFORE}][{_PIVOT}])"
    rf"|(?<=[{_KINDS['lower_common']}][{_KINDS['upper_accented']}])"
    rf"|(?<=[{_CAPITAL}])(?=[{_AFTER_CAPITAL}])"
    r"|(?<=[Œœ])(?![A-Za-z])"
    r"|(?<=\r)(?!\n)"
    r")"
)
"""Matches in every line that ftfy changes otherwise than by NFC and by CR LF -> LF."""

SUSPECT_ASCII = re.compile(r"[\x00-\x08\x0b\r\x0e-\x1f\x7f](?:(?<!\r)|(?!\n))")
"""What ``SUSPECT`` can match in ASCII text, where no pair of characters is mojibake."""

SPACES: Final = "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""White space beyond ASCII, as the inside of a character class."""

_SPACE_AT_END = re.compile(f"[{SPACES}]\n")

_FLAGS = (
    _FIRST,
    _CHANGED + _KINDS["bad"],
    _PIVOT,
    _BEFORE,
    _AFTER,
    _KINDS["lower_common"],
    _KINDS["upper_accented"],
    _CAPITAL,
    _AFTER_CAPITAL,
    "Œœ",
    "A-Za-z",
    " \t" + SPACES,
)
"""Character classes: the flags of ``gate.c``, from the lowest bit on."""


@cache
def flag_table() -> NDArray[np.uint16]:
    """Returns which of ``_FLAGS`` each character of the basic plane is in; no other character is in one."""
    plane = "".join(map(chr, range(0x10000)))
    table = np.zeros(len(plane), np.uint16)
    for bit, inside in enumerate(_FLAGS):
        held = [found.start() for found in re.finditer(f"[{inside}]", plane)]
        table[held] |= np.uint16(1 << bit)
    return table


def first_suspect(text: str, place: int = 0) -> int:
    """Returns the index of the first suspect character from ``place`` on, or -1.

    >>> first_suspect("schÃ¶n"), first_suspect("schön")
    (3, -1)
    """
    loops = compiled.loops("clean.gate")
    if loops is not None:
        found: int = loops.first_suspect(text, flag_table(), place)
        return found
    match = (SUSPECT_ASCII if text.isascii() else SUSPECT).search(text, place)
    return match.start() if match else -1


def space_at_line_end(text: str) -> bool:
    r"""Tells whether white space stands before a line feed.

    >>> space_at_line_end("one \ntwo"), space_at_line_end("one\ntwo ")
    (True, False)
    """
    loops = compiled.loops("clean.gate")
    if loops is not None:
        found: bool = loops.space_at_line_end(text, flag_table())
        return found
    # Most texts have none, and looking for the usual ones is cheap.
    return " \n" in text or "\t\n" in text or (not text.isascii() and _SPACE_AT_END.search(text) is not None)
