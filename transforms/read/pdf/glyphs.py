"""The lines of a page as PDFium finds them: words with their places, in the order of the page's content.

PDFium orders characters as the page paints them, puts in the spaces and line ends that are missing, and marks
the hyphens at line ends. Places are in points, ``y`` from the top of the page downwards; lines that run
upwards or downwards are turned, so that the layout sees them like any others.
"""

import ctypes
from collections import Counter
from dataclasses import dataclass, field
from math import degrees
from typing import Any

_HYPHENS = (0xFFFE, 0x02)  # how PDFium writes a hyphen at the end of a line
_BREAKS = (0x0A, 0x0D, 0x0B, 0x0C, 0x2028, 0x2029)
_BLANKS = (0x20, 0xA0, 0x09, 0x3000, *range(0x2000, 0x200B), 0x202F, 0x205F)
_DROPPED = (0x00, 0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))
_PRIVATE = (0xE000, 0xF8FF)
_SYMBOL_BULLETS = {0xF0B7, 0xF0A7, 0xF0A8, 0xF076, 0xF0D8, 0xF0FC, 0xF06E, 0xF071, 0xF075, 0xF0FE}
_LIGATURES = {
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


@dataclass(slots=True)
class _Run:
    """The characters of a line while it is read: code and index of each; None is a space."""

    words: list[tuple[str, int, int, bool]] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    first: int = -1
    last: int = -1

    def add(self, text: str, index: int) -> None:
        if not self.letters:
            self.first = index
        self.letters.append(text)
        self.last = index

    def end_word(self, *, hyphen: bool = False) -> None:
        if self.letters:
            self.words.append(("".join(self.letters), self.first, self.last, hyphen))
            self.letters = []


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
            angle = places.angle(run.words[0][1])
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


def _runs(text: Any, raw: Any, found: PageText) -> list[_Run]:
    """Splits the characters of a page into lines and words."""
    unicode_of, has_error = raw.FPDFText_GetUnicode, raw.FPDFText_HasUnicodeMapError
    runs: list[_Run] = []
    run = _Run()
    for index in range(max(raw.FPDFText_CountChars(text), 0)):
        code = unicode_of(text, index)
        if code in _BLANKS:
            run.end_word()
        elif code in _BREAKS or code in _HYPHENS:
            if code in _HYPHENS:
                run.end_word(hyphen=True)
            run.end_word()
            if run.words:
                runs.append(run)
            run = _Run()
        elif code not in _DROPPED:
            found.letters += 1
            if code in _SYMBOL_BULLETS:
                run.add("•", index)
            elif (
                code < 0x20
                or 0x7F <= code < 0xA0
                or code == 0xFFFD
                or _PRIVATE[0] <= code <= _PRIVATE[1]
                or code > 0xEFFFF
            ):
                found.unknown += 1
                run.add("\ufffd", index)
            elif 0xD800 <= code < 0xE000:
                run.add("\ufffd", index)
            else:
                found.doubtful += has_error(text, index) == 1
                run.add(_LIGATURES.get(code) or chr(code), index)
    run.end_word()
    if run.words:
        runs.append(run)
    return [each for each in map(_without_leaders, runs) if each.words]


def _without_leaders(run: _Run) -> _Run:
    """Drops the dots between an entry of a table of contents and its page."""
    if any(text[0] in "._" for text, *_ in run.words):
        kept: list[tuple[str, int, int, bool]] = []
        dots: list[tuple[str, int, int, bool]] = []
        for word in [*run.words, ("", 0, 0, False)]:
            if word[0] and not word[0].strip("._"):
                dots.append(word)
                continue
            if sum(len(text) for text, *_ in dots) < _LEADERS:
                kept += dots
            dots = []
            if word[0]:
                kept.append(word)
        run.words = kept
    return run


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

    def line(self, run: _Run, angle: int) -> Line:
        """Returns a line with the places of its words."""
        words: list[Word] = []
        top = bottom = 0.0
        tallest = -1.0
        for text, first, last, hyphen in run.words:
            left, upper, right, lower = self.box(first, angle)
            if last != first:
                other = self.box(last, angle)
                left, right = min(left, other[0]), max(right, other[2])
            if lower - upper > tallest:
                top, bottom, tallest = upper, lower, lower - upper
            words.append(Word(text, left, right, hyphen))
        bold = self._is_bold(run.words[0][1]) and self._is_bold(run.words[-1][2])
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


def common_size(lines: list[Line]) -> float:
    """Returns the height that most letters have, in half points."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += sum(len(word.text) for word in line.words)
    return max(sizes, key=lambda size: (sizes[size], -size)) if sizes else 0.0
