"""Which words do the texts of a batch hold? Split once, for shingles, rules and counts together.

A word is a run of letters, marks, numbers and underscores; in scripts without spaces each character
with its marks is a word (``transforms.characters``), and counts as a part of one where amounts of text
are compared (``Words.twelfths``). A run of more than ``splitting.WORD_CHARS`` code points (a hex dump,
a line of base64) counts as several words. Case is folded. A word's hash depends on its folded code points
only: not on its place, its neighbours or the texts around it.

The hash of code points c_0 … c_n is the polynomial Σ c_i·P^i modulo 2^64, mixed at the end. Compiled
loops compute it, or ``transforms.splitting`` in NumPy, the same. Time is linear in the characters.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.batches import Batch
from transforms import kernel
from transforms.characters import UNICODE_VERSION, table
from transforms.splitting import WHOLE, Found, find_words, mix, powers

__all__ = ["WHOLE", "WORDS_VERSION", "Words", "mix", "split_words", "words_of"]

WORDS_VERSION: Final = f"2/unicode-{UNICODE_VERSION}"
"""Names what a word and its hash are; part of the recipe of whatever is computed from words."""


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of a batch of texts, in order.

    Offsets count code points in the texts joined by one character between each two.

    Attributes:
        hashes: One 64-bit value a word.
        twelfths: How much of a word each is: ``WHOLE``, or less for a character of a script without
            spaces.
        starts: Offset of each word's first code point.
        stops: Offset after each word's last code point.
        bounds: Text i has the words ``bounds[i]`` to ``bounds[i + 1] - 1``; one value more than texts.
        offsets: Text i begins at ``offsets[i]`` and ends before ``offsets[i + 1] - 1``.
        texts: The texts themselves, not copied.
    """

    hashes: NDArray[np.uint64]
    twelfths: NDArray[np.uint8]
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    bounds: NDArray[np.int64]
    offsets: NDArray[np.int64]
    texts: Sequence[str]

    def take(self, rows: Sequence[int]) -> "Words":
        """Returns the words of some of the texts, in the order of ``rows``.

        >>> split_words(["one two", "three"]).take([1, 1]).bounds.tolist()
        [0, 1, 2]
        """
        return self.follow(rows, [self.texts[row] for row in rows])

    def follow(self, rows: Sequence[int], texts: Sequence[str]) -> "Words":
        """Returns the words of texts of which some, the very same objects, are split already.

        Args:
            rows: Of each text, the row here that it may be; another text there is split anew.
            texts: As many.

        >>> words = split_words(["one two", "three"])
        >>> words.follow([1, 0], [words.texts[1], "four five six"]).bounds.tolist()
        [0, 1, 4]
        """
        fresh = [text for row, text in zip(rows, texts, strict=True) if text is not self.texts[row]]
        if not fresh and list(rows) == list(range(len(self.texts))):
            return replace(self, texts=texts)
        split = split_words(fresh)
        pieces: list[tuple[Words, int, int]] = []
        done = 0
        for row, text in zip(rows, texts, strict=True):
            words, place = (self, row) if text is self.texts[row] else (split, done)
            done += words is split
            if pieces and pieces[-1][0] is words and pieces[-1][2] == place:
                pieces[-1] = (words, pieces[-1][1], place + 1)
            else:
                pieces.append((words, place, place + 1))
        return _join(pieces, texts)


def words_of(batch: Batch) -> Words:
    """Returns the words of a batch's documents; splits them where no step did so before."""
    if isinstance(batch.words, Words):
        return batch.words
    return split_words([document.text for document in batch.documents])


def _join(pieces: Sequence[tuple[Words, int, int]], texts: Sequence[str]) -> Words:
    """Joins ranges of texts (first, last + 1), each of its words, to the words of ``texts``."""
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1, out=offsets[1:])
    counts = [np.diff(words.bounds[first : last + 1]) for words, first, last in pieces]
    bounds = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.concatenate([np.empty(0, np.int64), *counts]), out=bounds[1:])
    hashes: list[NDArray[np.uint64]] = [np.empty(0, np.uint64)]
    twelfths: list[NDArray[np.uint8]] = [np.empty(0, np.uint8)]
    starts: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    stops: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    place = 0
    for words, first, last in pieces:
        held = slice(words.bounds[first], words.bounds[last])
        moved = offsets[place] - words.offsets[first]
        hashes.append(words.hashes[held])
        twelfths.append(words.twelfths[held])
        starts.append(words.starts[held] + moved)
        stops.append(words.stops[held] + moved)
        place += last - first
    return Words(
        np.concatenate(hashes),
        np.concatenate(twelfths),
        np.concatenate(starts),
        np.concatenate(stops),
        bounds,
        offsets,
        texts,
    )


def split_words(texts: Sequence[str]) -> Words:
    """Splits all texts of a batch into words.

    Args:
        texts: Any number of texts of any length; lone surrogates separate words.

    >>> words = split_words(["Ein Wort, ein WORT", "中文"])
    >>> words.bounds.tolist(), (words.stops - words.starts).tolist()
    ([0, 4, 6], [3, 4, 3, 4, 1, 1])
    >>> words.hashes[:2].tolist() == words.hashes[2:4].tolist(), words.twelfths.tolist()
    (True, [12, 12, 12, 12, 8, 8])
    """
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1, out=offsets[1:])
    if kernel.compiled():
        return _compiled(texts, offsets)
    hashes, twelfths, starts, stops = _computed(texts, offsets)
    return Words(hashes, twelfths, starts, stops, np.searchsorted(starts, offsets), offsets, texts)


def _compiled(texts: Sequence[str], offsets: NDArray[np.int64]) -> Words:
    """Finds words by the compiled loops."""
    room = int(offsets[-1])  # a word has a character at least; what no word fills never becomes memory
    hashes, twelfths = np.empty(room, np.uint64), np.empty(room, np.uint8)
    starts, stops = np.empty(room, np.int64), np.empty(room, np.int64)
    bounds = np.zeros(len(texts) + 1, np.int64)
    found = hashes, twelfths, starts, stops
    count = kernel.call("words", list(texts), 0, table(), *powers(), *found, bounds[1:])
    for values in found:
        values.resize(count, refcheck=False)
    return Words(*found, bounds, offsets, texts)


def _computed(texts: Sequence[str], offsets: NDArray[np.int64]) -> Found:
    """Finds the same by NumPy."""
    none = np.empty(0, np.int64)
    found = [*find_words(texts, offsets), (none.view(np.uint64), none.view(np.uint8), none, none)]
    return (
        np.concatenate([some[0] for some in found]),
        np.concatenate([some[1] for some in found]),
        np.concatenate([some[2] for some in found]),
        np.concatenate([some[3] for some in found]),
    )
