"""How long is each document of a batch: characters, words, and about how many tokens?

Tokens are an estimate, the same on every machine, for planning and for comparing; the real count
depends on the tokenizer and belongs to an export. The rule: a character counts by the first byte of
its UTF-8 form, which tells its script well enough. In 240ths of a token:

    ASCII letter            60   (1/4)      ASCII digit, line end           120   (1/2)
    space, tab              10   (1/24)     other ASCII                     160   (2/3)
    Latin with marks, IPA  120   (1/2)      Greek, Cyrillic, Hebrew, Arabic  96   (2/5)
    Indic, Thai, Lao       144   (3/5)      Georgian, Khmer, Ethiopic …     144   (3/5)
    kana, Han, Hangul      192   (4/5)      other punctuation and symbols   144   (3/5)
    emoji, rare scripts    240   (1)

A space costs little because tokenizers join it to the word that follows. Sums are
rounded up. NUL counts nothing.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.batches import Measures
from transforms import kernel
from transforms.words import Words

TOKENS_VERSION: Final = 1
"""Bumped when the rule above changes."""

_PARTS = 240  # of a token
_BLOCK_TEXTS = 64


@cache
def _byte_weights() -> NDArray[np.uint8]:
    """Returns the weight of each byte of UTF-8; a byte that continues a character has none."""
    made = np.zeros(256, np.uint8)
    made[1:0x80] = 160
    for letters in (b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz"):
        made[list(letters)] = 60
    made[list(b"0123456789\n")] = 120
    made[list(b" \t")] = 10
    made[0xC2:0xCC] = 120  # U+0080 – U+02FF
    made[0xCC:0xE0] = 96  # U+0300 – U+07FF
    made[0xE0:0xE3] = 144  # U+0800 – U+2FFF
    made[0xE3:0xEE] = 192  # U+3000 – U+DFFF
    made[0xEE:0xF0] = 144  # U+E000 – U+FFFF
    made[0xF0:0xF5] = 240
    return made


@cache
def weights() -> NDArray[np.uint8]:
    """Returns the weight of each character up to U+FFFF, and then one for all others."""
    points = np.arange(0x10000)
    first = np.select([points < 0x80, points < 0x800], [points, 0xC0 | points >> 6], 0xE0 | points >> 12)
    return np.append(_byte_weights()[first], _byte_weights()[0xF0])


def measure(words: Words) -> Measures:
    """Counts characters (code points), words and estimated tokens of each document.

    >>> from transforms.words import split_words
    >>> made = measure(split_words(["Four words stand here.", "中文", ""]))
    >>> made.chars.tolist(), made.words.tolist(), made.tokens.tolist()
    ([22, 2, 0], [4, 2, 0], [6, 2, 0])
    """
    texts = words.texts
    sums = np.empty(len(texts), np.int64)
    if kernel.compiled():
        kernel.call("weigh", list(texts), weights(), sums)
    else:
        for first in range(0, len(texts), _BLOCK_TEXTS):
            sums[first : first + _BLOCK_TEXTS] = _weigh(texts[first : first + _BLOCK_TEXTS])
    chars = (np.diff(words.offsets) - 1).astype(np.int32)
    return Measures(chars, np.diff(words.bounds).astype(np.int32), tokens_of(sums))


def tokens_of(sums: NDArray[np.int64]) -> NDArray[np.int32]:
    """Returns the tokens of texts, given the weights of their characters together."""
    return (-(-sums // _PARTS)).astype(np.int32)


def _weigh(texts: Sequence[str]) -> NDArray[np.int64]:
    """Returns the weights of some texts, by NumPy."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    # A zero byte, which weighs nothing, after each text: reduceat knows no empty slice.
    weighed = np.frombuffer((b"\0".join(encoded) + b"\0").translate(_byte_weights().tobytes()), np.uint8)
    starts = np.zeros(len(encoded), np.int64)
    np.cumsum([len(data) + 1 for data in encoded[:-1]], out=starts[1:])
    return np.add.reduceat(weighed, starts, dtype=np.int64)
