"""A text in one byte a code point, so that one ASCII pattern finds what is written in any script.

Digits of all scripts, full-width forms, dashes and spaces become their ASCII counterparts; letters of
scripts that have case (Latin with marks, Greek, Cyrillic) become ``LETTER``, because names in mail addresses
and words around a number may hold them; everything else becomes ``OTHER``, which ends what stands
beside it, since Chinese and Japanese are written without spaces around a number. An offset in the bytes
is the offset in the text.

What a text must hold for there to be anything in it is seen first, in one pass of ``plain.c`` or by NumPy.
"""

import unicodedata
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms import compiled

LETTER: Final = 0x80
OTHER: Final = 0x81

UNICODE_VERSION: Final = unicodedata.unidata_version
"""Version of the Unicode character database that says what a digit is."""

WORD: Final = rb"A-Za-z0-9_\x80"
"""Characters of a word, for use between the brackets of a pattern."""

MIXED_CHARS: Final = 5
"""Least length of a word of letters and digits that may be, or be a part of, a secret."""

LONG_CHARS: Final = 4096
"""A longer word is data, no secret."""

AFTER_LETTER: Final = 1
"""Sign: a digit follows a letter of ASCII."""

NUMBER: Final = 2
"""Sign: 7 digits stand within 26 characters, as in every number that is looked for."""

LONG_NUMBER: Final = 4
"""Sign: 12 digits stand within 42 characters, as in every number of a card or an account."""

DOTTED: Final = 8
"""Sign: three times or more a single character stands between two digits, as in an address of version 4."""

_SIGNS_OF_NUMBERS = ((NUMBER, 7, 26), (LONG_NUMBER, 12, 42))

_APART = bytes((byte not in b"_-" and not chr(byte).isalnum()) or byte > 127 for byte in range(256))
_BEFORE_FIRST = np.array([-1])
_ZERO, _TEN = np.uint8(48), np.uint8(10)
_SMALL_A, _LETTERS, _CASE_BIT = np.uint8(97), np.uint8(26), np.uint8(32)
_LAST_DIGIT = 0x20000  # no decimal digit has a higher code point

_CASED = (
    (0x00AA, 0x00AA),
    (0x00B5, 0x00B5),
    (0x00BA, 0x00BA),
    (0x00C0, 0x00D6),
    (0x00D8, 0x00F6),
    (0x00F8, 0x02AF),
    (0x0370, 0x052F),
    (0x0531, 0x0587),  # Armenian
    (0x10A0, 0x10FF),  # Georgian
    (0x1E00, 0x1FFF),
)
_SAME_AS = {
    "-": (0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0xFE58, 0xFE63),
    " ": (0x00A0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000),
    '"': (0x201C, 0x201D, 0x201E),
    "'": (0x2018, 0x2019),
    "@": (0xFE6B,),
    "+": (0xFE62,),
}


class Plain:
    """A text as bytes, and where its digits stand.

    Attributes:
        text: The text itself.
        data: One byte a code point.
        signs: Those that hold of it: ``AFTER_LETTER``, ``NUMBER`` …
        view: The bytes as an array.
    """

    __slots__ = ("_digits", "_mixed", "_runs", "data", "signs", "text", "view")

    def __init__(self, text: str) -> None:
        self.text = text
        if text.isascii():
            self.data = text.encode("ascii")
        else:
            codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
            self.data = _table().take(codes).tobytes()
        self.view: NDArray[np.uint8] = np.frombuffer(self.data, np.uint8)
        self._digits: NDArray[np.int64] | None = None
        self._mixed: list[tuple[int, int, int]] | None = None
        self._runs: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None
        loops = compiled.loops("pii.plain")
        self.signs: int = self._signs() if loops is None else loops.signs(self.data)

    @property
    def digits(self) -> NDArray[np.int64]:
        """Offset of each digit."""
        if self._digits is None:
            self._digits = ((self.view - _ZERO) < _TEN).nonzero()[0]
        return self._digits

    def _signs(self) -> int:
        digits = self.digits
        signs = AFTER_LETTER if len(self.digits_after_letters()) else 0
        for sign, count, chars in _SIGNS_OF_NUMBERS:
            if len(digits) >= count and (digits[count - 1 :] - digits[: 1 - count]).min() < chars:
                signs |= sign
        return signs | DOTTED if np.count_nonzero(digits[1:] - digits[:-1] == 2) >= 3 else signs

    def digits_after_letters(self) -> NDArray[np.int64]:
        """Returns the offsets of digits that follow a letter of ASCII."""
        digits = self.digits
        if not len(digits):
            return digits
        before = self.view[digits - 1] | _CASE_BIT
        return digits[((before - _SMALL_A) < _LETTERS) & (digits > 0)]

    def mixed_words(self) -> list[tuple[int, int, int]]:
        """Returns the words in which a digit follows a letter: offset, offset after, of the first such digit.

        A word is made of letters and digits of ASCII, ``_`` and ``-``, ``MIXED_CHARS`` to ``LONG_CHARS``
        of them.
        """
        if self._mixed is None:
            some = self.signs & AFTER_LETTER
            self._mixed = self._words_around(self.digits_after_letters()) if some else []
        return self._mixed

    def _words_around(self, at: NDArray[np.int64]) -> list[tuple[int, int, int]]:
        apart = np.flatnonzero(np.frombuffer(self.data.translate(_APART), np.bool_))
        edges = np.concatenate((_BEFORE_FIRST, apart, [len(self.data)]))
        place = np.searchsorted(edges, at)
        chars = edges[place] - edges[place - 1] - 1
        # Each word once, by the first of its digits.
        once = (
            np.concatenate(([True], place[1:] > place[:-1])) & (chars >= MIXED_CHARS) & (chars <= LONG_CHARS)
        )
        place, at = place[once], at[once]
        return list(zip((edges[place - 1] + 1).tolist(), edges[place].tolist(), at.tolist(), strict=True))

    def runs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Returns the offset of each run of digits, and the offset after it."""
        if self._runs is None:
            digits = self.digits
            ends = np.flatnonzero(np.diff(digits) > 1)
            starts = digits[np.concatenate(([0], ends + 1))] if len(digits) else digits
            stops = digits[np.concatenate((ends, [len(digits) - 1]))] + 1 if len(digits) else digits
            self._runs = starts, stops
        return self._runs


@cache
def _table() -> NDArray[np.uint8]:
    table = np.full(0x110000, OTHER, np.uint8)
    table[:0x80] = np.arange(0x80)
    table[0xFF01:0xFF5F] = np.arange(0x21, 0x7F)  # full-width forms
    for first, last in _CASED:
        table[first : last + 1] = LETTER
    for same, codes in _SAME_AS.items():
        table[list(codes)] = ord(same)
    for code in range(0x80, _LAST_DIGIT):
        if (value := unicodedata.decimal(chr(code), -1)) >= 0:
            table[code] = 48 + value
    return table
