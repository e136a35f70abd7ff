"""The gate before ftfy: which lines of a text could ``ftfy.fix_text`` change at all?

ftfy reads clean text at 3-5 MB/s; almost no line needs it. ``SUSPECT`` is one regular expression that
matches in every line that ftfy would change otherwise than by NFC and by CR LF -> LF. It may match in
lines that ftfy leaves alone, never the other way round. Why that holds:

* ftfy repairs encodings only where ``ftfy.badness.BADNESS_RE`` matches. Each of its alternatives holds
  two neighbouring characters that this expression matches too: a *pivot* (a rare sign such as a
  currency sign, a box line or an accented capital) beside another character known from mojibake.
* Every other fix of ours acts on single characters, and those stand in ``_CHANGED``.

The tests do not take this on trust: they take BADNESS_RE of the installed ftfy apart and try every
alternative with every kind of character, and they try all code points with ftfy itself.
"""

import re
from collections.abc import Iterable

from ftfy.badness import MOJIBAKE_CATEGORIES
from ftfy.chardata import CONTROL_CHARS, LIGATURES


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
_AFTER_CAPITAL = _KINDS["common"] + " šŸž"

SUSPECT = re.compile(
    # A class in front of everything lets the search skip from one candidate to the next.
    rf"[{_CHANGED}{_KINDS['bad']}{_PIVOT}\r](?:"
    rf"(?<=[{_CHANGED}{_KINDS['bad']}])"
    rf"|(?<=[{_PIVOT}])(?=[{_AFTER}])"
    rf"|(?<=[{_BEFORE}][{_PIVOT}])"
    rf"|(?<=[{_KINDS['lower_common']}][{_KINDS['upper_accented']}])"
    rf"|(?<=[ÂÃÎÐØÙ√])(?=[{_AFTER_CAPITAL}])"
    r"|(?<=[Œœ])(?![A-Za-z])"
    r"|(?<=\r)(?!\n)"
    r")"
)
"""Matches in every line that ftfy changes otherwise than by NFC and by CR LF -> LF."""

SUSPECT_ASCII = re.compile(r"[\x00-\x08\x0b\r\x0e-\x1f\x7f](?:(?<!\r)|(?!\n))")
"""What ``SUSPECT`` can match in ASCII text, where no pair of characters is mojibake."""
