"""The lines of a page as PDFium finds them: words with their places, in the order of the page's content.

PDFium orders characters as the page paints them, puts in the spaces and line ends that are missing, and marks
the hyphens at line ends. Places are in points, ``y`` from the top of the page downwards; lines that run
upwards or downwards are turned, so that the layout sees them like any others.
"""

import ctypes
import re
from dataclasses import dataclass
from itertools import pairwise
from math import degrees
from typing import Any

_BREAKS = "\n\r\v\f\u2028\u2029"
_HYPHENS = "\x02"  # how PDFium writes a hyphen at the end of a line
_MARKED = re.compile("\ufffe")
_BLANKS = " \u00a0\t\u3000\u2000-\u200a\u202f\u205f"
_TOKEN = re.compile(f"[{_BREAKS}{_HYPHENS}]|[^{_BREAKS}{_HYPHENS}{_BLANKS}]+")
_UNKNOWN = re.compile("[\x00-\x1f\ufffe\uffff\x7f-\x9f\ue000-\uf8ff\ud800-\udfff\U000f0000-\U0010ffff]")
_DROPPED = (0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))
_SYMBOL_BULLETS = (0xF0B7, 0xF0A7, 0xF0A8, 0xF076, 0xF0D8, 0xF0FC, 0xF06E, 0xF071, 0xF075, 0xF0FE)
_CLEAN = {
    **dict.fromkeys(_DROPPED),
    **dict.fromkeys(_SYMBOL_BULLETS, "•"),
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
_LEADERS = 4  # dots in a row that only lead the eye to a page number
_FONT_NAME_BYTES = 128
_LAST = 0x10FFFF


@dataclass(slots=True)
class Word:
    """A word with the place where it begins and ends; ``hyphen`` if the line end broke it."""

    text: str
    left: float
    right: float
    hyphen: bool = False


@dataclass(slots=True)
class Line:
    """Words that stand next to one another.

    Attributes:
        words: The words, from left to right for most scripts.
        left: Where it begins, right where it ends, top and bottom likewise; ``size`` is its height.
        bold: True if its first and last letter are.
    """

    words: list[Word]
    left: float
    right: float
    top: float
    bottom: float
    bold: bool = False

    @property
    def size(self) -> float:
        """The height of its letters, in points."""
        return self.bottom - self.top

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join(word.text for word in self.words)


@dataclass(slots=True)
class PageText:
    """What stands on a page.

    Attributes:
        lines: Its lines, in the order of the content.
        width: Of the page, and ``height``, in points.
        letters: Characters that are text.
        unknown: Characters that are none (control characters, private ones).
        doubtful: Characters of which PDFium says that their font has no map to Unicode; many are right.
    """

    lines: list[Line]
    width: float
    height: float
    letters: int = 0
    unknown: int = 0
    doubtful: int = 0


_Token = tuple[str, int, int, bool]
"""A word, the indices of its first and last character, and whether the line end broke it."""


def page_text(page: Any, raw: Any) -> PageText:
    """Reads a page.

    Args:
        page: A page of pypdfium2.
        raw: The module with PDFium's own functions.
    """
    width, height = page.get_size()
    found = PageText([], width, height)
    text_page = page.get_textpage()
    try:
        runs = _runs(text_page.raw, raw, found)
        places = _Places(text_page.raw, raw, width, height)
        lines: dict[int, list[Line]] = {}
        for run in runs:
            angle = places.angle(run[0][1])
            if angle is not None:
                lines.setdefault(angle, []).append(places.line(run, angle))
    finally:
        text_page.close()
    if lines:
        letters = {angle: sum(len(line.text) for line in each) for angle, each in lines.items()}
        main = max(letters, key=lambda angle: (letters[angle], -angle))
        found.lines = lines.pop(main)
        if main % 2:
            found.width, found.height = height, width
        for _, each in sorted(lines.items()):
            found.lines += _below(found.lines, each)
    return found


def _runs(text: Any, raw: Any, found: PageText) -> list[list[_Token]]:
    """Splits the characters of a page into lines and words."""
    runs: list[list[_Token]] = [[]]
    for match in _TOKEN.finditer(_characters(text, raw)):
        word, first = match[0], match.start()
        if word in _BREAKS or word in _HYPHENS:
            if word in _HYPHENS and runs[-1] and runs[-1][-1][2] == first - 1:
                runs[-1][-1] = (*runs[-1][-1][:3], True)
            runs.append([])
            continue
        if not (word.isascii() and word.isprintable()):
            word = _UNKNOWN.sub("\ufffd", word.translate(_CLEAN))
            found.unknown += word.count("\ufffd")
        if word:
            found.letters += len(word)
            # One of its characters speaks for the word.
            found.doubtful += len(word) * (raw.FPDFText_HasUnicodeMapError(text, first) == 1)
            runs[-1].append((word, first, match.end() - 1, False))
    return [run for run in map(_without_leaders, runs) if run]


def _characters(text: Any, raw: Any) -> str:
    """Returns the text of a page in which the character at an index is PDFium's with that index.

    A hyphen at a line end is U+0002 in it, a character without a meaning U+0000; the text that PDFium gives
    at once has U+FFFE for both.
    """
    count = max(raw.FPDFText_CountChars(text), 0)
    buffer = (ctypes.c_ushort * (count + 1))()
    if raw.FPDFText_GetText(text, 0, count, buffer) == count + 1:
        whole = bytes(buffer)[: 2 * count].decode("utf-16-le", "surrogatepass")
        if len(whole) == count:
            return _MARKED.sub(lambda found: chr(raw.FPDFText_GetUnicode(text, found.start())), whole)
    # Characters without a meaning are not in that text, and those beyond the first plane are two here.
    found = [chr(min(raw.FPDFText_GetUnicode(text, index), _LAST)) for index in range(count)]
    for index, (high, low) in enumerate(pairwise(found)):
        if "\ud800" <= high < "\udc00" <= low < "\ue000":
            found[index] = "\ufeff"
            found[index + 1] = chr(0x10000 + ((ord(high) - 0xD800) << 10) + ord(low) - 0xDC00)
    return "".join(found)


def _without_leaders(run: list[_Token]) -> list[_Token]:
    """Drops the dots between an entry of a table of contents and its page."""
    if not any(text[0] in "._" for text, *_ in run):
        return run
    kept: list[_Token] = []
    dots: list[_Token] = []
    for word in [*run, ("", 0, 0, False)]:
        if word[0] and not word[0].strip("._"):
            dots.append(word)
            continue
        if sum(len(text) for text, *_ in dots) < _LEADERS:
            kept += dots
        dots = []
        if word[0]:
            kept.append(word)
    return kept


class _Places:
    """Asks where characters stand."""

    def __init__(self, text: Any, raw: Any, width: float, height: float) -> None:
        self._width = width
        self._height = height
        self._text = text
        self._raw = raw
        self._box = raw.FS_RECTF()
        self._name = ctypes.create_string_buffer(_FONT_NAME_BYTES)
        self._flags = ctypes.c_int()

    def angle(self, index: int) -> int | None:
        """Returns the quarter turns of a character; None if it is slanted, like a watermark."""
        turned = degrees(self._raw.FPDFText_GetCharAngle(self._text, index)) % 360
        quarter = round(turned / 90)
        return quarter % 4 if abs(turned - 90 * quarter) < 5 else None

    def box(self, index: int, angle: int) -> tuple[float, float, float, float]:
        """Returns left, top, right and bottom of a character, as it stands when its line is turned level."""
        self._raw.FPDFText_GetLooseCharBox(self._text, index, self._box)
        left, right = sorted((self._box.left, self._box.right))
        low, high = sorted((self._box.bottom, self._box.top))
        match angle:
            case 0:
                return left, self._height - high, right, self._height - low
            case 1:  # PDFium counts clockwise: read downwards
                return self._height - high, self._width - right, self._height - low, self._width - left
            case 2:
                return self._width - right, low, self._width - left, high
        return low, left, high, right

    def line(self, run: list[_Token], angle: int) -> Line:
        """Returns a line with the places of its words."""
        words: list[Word] = []
        top = bottom = 0.0
        tallest = -1.0
        for text, first, last, hyphen in run:
            left, upper, right, lower = self.box(first, angle)
            if last != first:
                other = self.box(last, angle)
                left, right = min(left, other[0]), max(right, other[2])
            if lower - upper > tallest:
                top, bottom, tallest = upper, lower, lower - upper
            words.append(Word(text, left, right, hyphen))
        bold = self._is_bold(run[0][1]) and self._is_bold(run[-1][2])
        return Line(words, min(w.left for w in words), max(w.right for w in words), top, bottom, bold)

    def _is_bold(self, index: int) -> bool:
        size = self._raw.FPDFText_GetFontInfo(self._text, index, self._name, _FONT_NAME_BYTES, self._flags)
        if not 0 < size <= _FONT_NAME_BYTES:
            return False
        name = self._name.value.lower()
        return b"bold" in name or b"black" in name or b"heavy" in name or b"demi" in name


def _below(lines: list[Line], others: list[Line]) -> list[Line]:
    """Moves lines of another direction below the others, so that they never stand among these."""
    lowest = max(line.bottom for line in lines)
    highest = min(line.top for line in others)
    tallest = max(line.size for line in others)
    down = lowest - highest + 4 * tallest
    for line in others:
        line.top += down
        line.bottom += down
    return others
