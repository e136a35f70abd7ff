"""What are the words of each text like? How many, how long, with letters, which of them stop words.

From the words that are split once for a whole batch (``transforms.words``); ``transforms.quality.counting``
says whether NumPy counts, here, or compiled loops.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from transforms.quality.marks import LETTER, SYLLABLE, Ints, Marks
from transforms.quality.stop_words import stop_word_table
from transforms.words import WHOLE, Words, split_words

COUNTED: Final = (
    "twelfths",
    "wholes",
    "whole_chars",
    "alphabetic_words",
    "stop_words",
    "syllables",
    "hashes",
    "ellipses",
    "curly_brackets",
)
"""What is counted of a text, here in NumPy, and the same in ``wording.c``.

``twelfths`` of all its words; ``wholes``, those of scripts with spaces, and their characters; different
``stop_words`` of its language; ``hashes`` are the signs; ``ellipses`` are dots or a sign.
"""


def count_words(words: Words, marks: Marks, languages: Sequence[str | None]) -> dict[str, Ints]:
    """Counts in some texts of a batch.

    Args:
        words: Of the batch.
        marks: Of some of its texts.
        languages: ISO 639 code of each text of the batch.
    """
    bounds = words.bounds[marks.first : marks.last + 1]
    held = slice(bounds[0], bounds[-1])
    bounds = bounds - bounds[0]
    twelfths = words.twelfths[held]
    whole = twelfths == WHOLE
    texts = words.texts[marks.first : marks.last]
    return {
        "twelfths": _sums(twelfths, bounds),
        "wholes": _sums(whole, bounds),
        "whole_chars": _sums(np.where(whole, words.stops[held] - words.starts[held], 0), bounds),
        "alphabetic_words": _alphabetic_words(words, marks),
        "stop_words": _stop_words(words.hashes[held], bounds, languages[marks.first : marks.last]),
        "syllables": _syllables(marks),
        "hashes": _each(text.count("#") for text in texts),
        "ellipses": _each(text.count("...") + text.count("…") for text in texts),
        "curly_brackets": _each(text.count("{") + text.count("}") for text in texts),
    }


def mean_word_length(counts: Mapping[str, Ints]) -> NDArray[np.float64]:
    """Returns the mean length of each text's words in characters; NaN where it does not apply.

    It is a measure for alphabets, with limits that were found in one. A text has none if a character is
    a word or a part of one there, and none if it is a syllable: a Korean word has 3 of them, one of
    Malayalam 11 with its vowel signs, and one of Punjabi 2.4 without.
    """
    wholes = counts["wholes"]
    applies = (wholes > 0) & (wholes * WHOLE * 2 >= counts["twelfths"]) & (counts["syllables"] * 2 <= wholes)
    means = np.full(len(wholes), np.nan)
    np.divide(counts["whole_chars"], wholes, out=means, where=applies)
    return means


def _each(values: Iterable[int]) -> Ints:
    return np.array(list(values), np.int64)


def _sums(values: NDArray[Any], bounds: Ints) -> Ints:
    """Returns the sum of the values of each text."""
    total = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=total[1:])
    return total[bounds[1:]] - total[bounds[:-1]]


def _syllables(marks: Marks) -> Ints:
    """Counts the characters of each text that are syllables or signs of one."""
    found = marks.flags & np.uint8(SYLLABLE)
    if marks.points.dtype == np.uint8 or not found.any():
        return np.zeros(len(marks.offsets) - 1, np.int64)
    return np.diff(np.searchsorted(np.flatnonzero(found), marks.offsets))


def _alphabetic_words(words: Words, marks: Marks) -> Ints:
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


def _stop_words(hashes: NDArray[np.uint64], bounds: Ints, languages: Sequence[str | None]) -> Ints:
    """Counts the different stop words of its language in each text; none where it has no list."""
    table = stop_word_table()
    places, found = table.find(hashes)
    rows = np.repeat(np.arange(len(languages)), np.diff(bounds))[places]
    seen = np.zeros((len(languages), len(table.hashes)), np.bool_)
    seen[rows, found] = True
    counts: Ints = (seen & table.belongs[table.rows(languages)]).sum(axis=1)
    return counts


def without_stop_words(languages: Sequence[str | None]) -> NDArray[np.bool_]:
    """Tells which texts are in a language that has no list of stop words."""
    table = stop_word_table()
    without: NDArray[np.bool_] = table.rows(languages) == len(table.languages)
    return without


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
