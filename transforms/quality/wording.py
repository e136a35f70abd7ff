"""What are the words of each text like? How many, how long, with letters, which of them stop words.

From the words that are split once for a whole batch (``transforms.words``).
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.quality.marks import LETTER, SYLLABLE, Marks
from transforms.quality.stop_words import stop_word_table
from transforms.words import WHOLE, Words, split_words

NOT_APPLICABLE: Final = -1
"""In a column of whole numbers: the measure does not apply to the document."""


def sums(values: NDArray[np.int64], bounds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns the sum of the values of each document."""
    total = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=total[1:])
    return total[bounds[1:]] - total[bounds[:-1]]


def mean_word_length(
    words: Words, wholes: NDArray[np.int64], applies: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Returns the mean length of each text's words in characters.

    It is a measure for alphabets, with limits that were found in one. A text has none if a character is
    a word or a part of one there, and none if it is a syllable: a Korean word has 3 of them, one of
    Malayalam 11 with its vowel signs, and one of Punjabi 2.4 without.

    Args:
        words: Of a batch.
        wholes: Words of scripts with spaces, of each text.
        applies: Whether a text is in an alphabet.
    """
    lengths = np.where(words.twelfths == WHOLE, words.stops - words.starts, 0)
    means = np.full(len(words.texts), np.nan)
    np.divide(sums(lengths, words.bounds), wholes, out=means, where=(wholes > 0) & applies)
    return means


def syllables(marks: Marks) -> NDArray[np.int64]:
    """Counts the characters of each text that are syllables or signs of one."""
    found = marks.flags & np.uint8(SYLLABLE)
    if marks.points.dtype == np.uint8 or not found.any():
        return np.zeros(len(marks.offsets) - 1, np.int64)
    return np.diff(np.searchsorted(np.flatnonzero(found), marks.offsets))


def alphabetic_words(words: Words, marks: Marks) -> NDArray[np.int64]:
    """Counts the words of each text in which a letter stands."""
    bounds = words.bounds[marks.first : marks.last + 1]
    counts = np.diff(bounds)
    held = slice(bounds[0], bounds[-1])
    starts, stops = words.starts[held], words.stops[held]
    base = words.offsets[marks.first]
    # Most words begin with a letter; of the others, look on until there is one.
    places = np.flatnonzero(~marks.has(starts - base, LETTER))
    at = starts[places] - base
    while len(at):
        at += 1
        ended = at >= stops[places] - base
        rows = np.searchsorted(bounds, bounds[0] + places[ended], side="right") - 1
        counts -= np.bincount(rows, minlength=len(counts))
        at, places = at[~ended], places[~ended]
        left = ~marks.has(at, LETTER)
        at, places = at[left], places[left]
    return counts


def stop_words(words: Words, languages: Sequence[str | None]) -> NDArray[np.int32]:
    """Counts the different stop words of its language in each text.

    Args:
        words: Of a batch.
        languages: ISO 639 code of each text; ``NOT_APPLICABLE`` comes out where it has no list.
    """
    table = stop_word_table()
    places, found = table.find(words.hashes)
    rows = np.repeat(np.arange(len(words.texts)), np.diff(words.bounds))[places]
    seen = np.zeros((len(words.texts), len(table.hashes)), np.bool_)
    seen[rows, found] = True
    lists = np.array([table.languages.get(code or "", -1) for code in languages], np.int64)
    counts: NDArray[np.int32] = (seen & table.belongs[lists]).sum(axis=1, dtype=np.int32)
    counts[lists < 0] = NOT_APPLICABLE
    return counts


def lorem_ipsum(words: Words) -> NDArray[np.int64]:
    """Counts in each text how often the word "lorem" stands before "ipsum"."""
    places = phrase_places(words.hashes, "lorem ipsum")
    rows = np.searchsorted(words.bounds, places, side="right") - 1
    inside = places + 1 < words.bounds[rows + 1]
    return np.bincount(rows[inside], minlength=len(words.texts))


def phrase_places(hashes: NDArray[np.uint64], phrase: str) -> NDArray[np.int64]:
    """Returns where the words of a phrase begin to stand one after another, across texts and lines too."""
    first, *others = _hashes(phrase).tolist()
    places = np.flatnonzero(hashes == np.uint64(first))
    for ahead, value in enumerate(others, 1):
        places = places[places + ahead < len(hashes)]
        places = places[hashes[places + ahead] == np.uint64(value)]
    return places


@cache
def _hashes(text: str) -> NDArray[np.uint64]:
    return split_words([text]).hashes
