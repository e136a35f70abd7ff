"""What stands in the texts of a batch, counted by compiled loops or by NumPy."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from transforms import compiled
from transforms.quality.lines import C4_PHRASES, C4_WORDS, count_lines
from transforms.quality.lines import COUNTED as LINES_COUNTED
from transforms.quality.marks import Ints, flag_table, marked
from transforms.quality.stop_words import stop_word_table
from transforms.quality.wording import COUNTED as WORDS_COUNTED
from transforms.quality.wording import count_words
from transforms.words import WHOLE, Words, split_words


def words_counted(words: Words, languages: Sequence[str | None]) -> dict[str, Ints]:
    """Counts what ``transforms.quality.wording.COUNTED`` names, one value a text.

    Args:
        words: Of the batch.
        languages: ISO 639 code of each text.
    """
    loops = compiled.loops("quality.wording")
    if loops is None:
        parts = [count_words(words, marks, languages) for marks in marked(words)]
        return {name: _joined([part[name] for part in parts]) for name in WORDS_COUNTED}
    counts = np.empty((len(words.texts), len(WORDS_COUNTED)), np.int64)
    table = stop_word_table()
    loops.count_words(
        *_parts(words), table.rows(languages), table.slots, table.hashes, table.belongs, counts, table.shift
    )
    return {name: counts[:, column] for column, name in enumerate(WORDS_COUNTED)}


def lines_counted(words: Words, short: NDArray[np.float64]) -> dict[str, Ints]:
    """Counts what ``transforms.quality.lines.COUNTED`` names, one value a text.

    Args:
        words: Of the batch.
        short: Of each text, from how many characters on a line is not short.
    """
    loops = compiled.loops("quality.lines")
    if loops is None:
        parts = [count_lines(words, marks, short[marks.first : marks.last]) for marks in marked(words)]
        return {name: _joined([part[name] for part in parts]) for name in LINES_COUNTED}
    counts = np.empty((len(words.texts), len(LINES_COUNTED)), np.int64)
    loops.count_lines(*_parts(words), short, _phrases(), counts, C4_WORDS * WHOLE)
    return {name: counts[:, column] for column, name in enumerate(LINES_COUNTED)}


def _parts(words: Words) -> tuple[object, ...]:
    """Returns what the compiled loops take of words."""
    columns = words.hashes, words.twelfths, words.starts, words.stops, words.bounds, words.offsets
    return list(words.texts), flag_table(), *columns


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate([np.empty(0, np.int64), *parts])


@cache
def _phrases() -> NDArray[np.uint64]:
    """Returns C4's phrases one after another, each as its number of words and their hashes."""
    hashes = [split_words([phrase]).hashes.tolist() for phrase in C4_PHRASES]
    return np.array([value for each in hashes for value in (len(each), *each)], np.uint64)
