"""What each character says of lines and words: one byte of flags a character, for some texts at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.words import Words

LETTER: Final = 1
SPACE: Final = 2  # what str.strip takes away
PUNCTUATION: Final = 4  # what a line that ends like a sentence ends with
SENTENCE_END: Final = 8  # ends a sentence before a space
WIDE_END: Final = 16  # ends a sentence wherever it stands
BULLET: Final = 32  # makes a line an item of a list
TYPED_BULLET: Final = 64  # makes it one before a space
SYLLABLE: Final = 128  # a syllable, or a part of one that is no letter

BULLETS: Final = "•‣⁃◦▪▫●○■□◆◇▶►➢➤✓✔·∙"
TYPED_BULLETS: Final = "-*+–—"
WIDE_ENDS: Final = "。！？｡．"
SENTENCE_ENDS: Final = ".!?।॥؟۔።፧។᠃‼⁇⁈⁉"
"""Marks that end a sentence in the scripts that have one (Unicode's Sentence_Terminal, those in use)."""

CLOSING_QUOTES: Final = "\"'”’»›」』"
"""Quotation marks that may stand after the mark that ends a sentence."""

_SYLLABLES = (
    # Vowel signs of the scripts of India and around it, and of Tibetan
    *((0x0900, 0x0903), (0x093A, 0x094F), (0x0981, 0x0983), (0x09BC, 0x09CD), (0x0A01, 0x0A03)),
    *((0x0A3C, 0x0A4D), (0x0A70, 0x0A71), (0x0A81, 0x0A83), (0x0ABC, 0x0ACD), (0x0B01, 0x0B03)),
    *((0x0B3C, 0x0B4D), (0x0B82, 0x0B82), (0x0BBE, 0x0BCD), (0x0C00, 0x0C04), (0x0C3E, 0x0C4D)),
    *((0x0C81, 0x0C83), (0x0CBC, 0x0CCD), (0x0D00, 0x0D03), (0x0D3E, 0x0D4D), (0x0D81, 0x0D83)),
    *((0x0DCA, 0x0DDF), (0x0F71, 0x0F84), (0x0F8D, 0x0FBC)),
    # Hangul as letters, Ethiopic, Cherokee, Canadian syllables, Hangul
    *((0x1100, 0x11FF), (0x1200, 0x139F), (0x13A0, 0x167F), (0xAB70, 0xABBF), (0xAC00, 0xD7FF)),
)

_BLOCK_CHARS = 1 << 18
_LAST_LETTER = 0x323B0  # beyond the last one
LINE_FEED: Final = 0x0A
FULL_STOP: Final = 0x2E
ELLIPSIS: Final = 0x2026
BLANK: Final = 0x20

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Some texts of a batch, joined by a line feed between each two.

    Attributes:
        first: Row of the first text in the batch.
        last: Row after the last one.
        text: The texts, joined.
        points: Its code points.
        flags: Of each.
        offsets: Text i of these begins at ``offsets[i]`` and ends before ``offsets[i + 1] - 1``.
    """

    first: int
    last: int
    text: str
    points: NDArray[np.uint8] | NDArray[np.uint32]
    flags: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def has(self, places: NDArray[np.int64], flag: int) -> NDArray[np.bool_]:
        """Tells which of the characters at ``places`` have a flag."""
        found: NDArray[np.bool_] = self.flags[places] & np.uint8(flag) != 0
        return found


def marked(words: Words) -> Iterator[Marks]:
    """Yields the texts of a batch in groups that fit the processor's cache; a long text stands alone."""
    first, count = 0, len(words.texts)
    while first < count:
        end = int(np.searchsorted(words.offsets, words.offsets[first] + _BLOCK_CHARS, side="right")) - 1
        last = min(max(end, first + 1), count)
        text = "\n".join(words.texts[first:last])
        offsets = words.offsets[first : last + 1] - words.offsets[first]
        if text.isascii():
            data = text.encode("ascii")
            flags = np.frombuffer(data.translate(_ascii_table()), np.uint8)
            yield Marks(first, last, text, np.frombuffer(data, np.uint8), flags, offsets)
        else:
            points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
            yield Marks(first, last, text, points, flag_table().take(points), offsets)
        first = last


@cache
def flag_table() -> NDArray[np.uint8]:
    """Returns the flags of every code point; 20 ms, 1.1 MB."""
    flags = np.zeros(0x110000, np.uint8)
    flags[:_LAST_LETTER] = [chr(code).isalpha() * LETTER for code in range(_LAST_LETTER)]
    flags[[code for code in range(0x3001) if chr(code).isspace()]] |= SPACE
    for characters, flag in (
        (BULLETS, BULLET),
        (TYPED_BULLETS, TYPED_BULLET),
        (WIDE_ENDS, WIDE_END | PUNCTUATION),
        (SENTENCE_ENDS, SENTENCE_END | PUNCTUATION),
        (CLOSING_QUOTES, PUNCTUATION),
    ):
        flags[[ord(character) for character in characters]] |= flag
    for low, high in _SYLLABLES:
        flags[low : high + 1] |= SYLLABLE
    flags.flags.writeable = False
    return flags


@cache
def _ascii_table() -> bytes:
    return flag_table()[:256].tobytes()
