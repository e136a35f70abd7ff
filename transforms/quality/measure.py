"""All measures of quality of a batch of documents, as the columns ``q_*`` of the table ``signals``."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from transforms.quality.lines import C4_WORDS, MEASURES, SHORT_CHARS, measure_lines
from transforms.quality.marks import marked
from transforms.quality.repetition import DUPLICATE, TOP, repetition
from transforms.quality.wording import (
    NOT_APPLICABLE,
    alphabetic_words,
    lorem_ipsum,
    mean_word_length,
    stop_words,
    sums,
    syllables,
)
from transforms.words import WHOLE, Words

Columns = dict[str, NDArray[np.float64] | NDArray[np.int32]]
"""Name of a measure -> one value a document; NaN or ``NOT_APPLICABLE`` where it does not apply."""


def measure_quality(words: Words, languages: Sequence[str | None]) -> Columns:
    r"""Measures the documents of a batch; a value depends on the document alone.

    Args:
        words: Of the documents' texts.
        languages: Of the documents, as ISO 639 codes.

    >>> from transforms.words import split_words
    >>> made = measure_quality(split_words(["It is to be, with all that.\n- one"]), ["en"])
    >>> {name: made[name].tolist() for name in ("words", "stop_words", "bullet_lines", "sentences")}
    {'words': [8], 'stop_words': [4], 'bullet_lines': [0.5], 'sentences': [1]}
    """
    texts = words.texts
    counts = np.diff(words.bounds)
    twelfths = sums(words.twelfths.astype(np.int64), words.bounds)
    wholes = sums((words.twelfths == WHOLE).astype(np.int64), words.bounds)
    partly = wholes * WHOLE * 2 < twelfths
    # In scripts without spaces a line is short if it is shorter than five words are long.
    short = np.full(len(texts), float(SHORT_CHARS))
    np.divide((counts - wholes) * WHOLE * C4_WORDS, twelfths - wholes * WHOLE, out=short, where=partly)
    by_line = {name: np.empty(len(texts)) for name in MEASURES}
    lettered, syllabic = np.empty(len(texts), np.int64), np.empty(len(texts), np.int64)
    for marks in marked(words):
        rows = slice(marks.first, marks.last)
        lettered[rows] = alphabetic_words(words, marks)
        syllabic[rows] = syllables(marks)
        for name, values in measure_lines(words, marks, short[rows]).items():
            by_line[name][rows] = values
    repeated = repetition(words)
    ellipses = [text.count("...") + (0 if text.isascii() else text.count("…")) for text in texts]
    return {
        "words": (twelfths // WHOLE).astype(np.int32),
        "mean_word_length": mean_word_length(words, wholes, ~partly & (syllabic * 2 <= wholes)),
        "hash_ratio": _ratio([text.count("#") for text in texts], twelfths, WHOLE),
        "ellipsis_ratio": _ratio(ellipses, twelfths, WHOLE),
        "bullet_lines": by_line["bullet_lines"],
        "ellipsis_lines": by_line["ellipsis_lines"],
        "alphabetic_words": _ratio(lettered, counts),
        "stop_words": stop_words(words, languages),
        "duplicate_lines": by_line["duplicate_lines"],
        "duplicate_paragraphs": by_line["duplicate_paragraphs"],
        "duplicate_line_chars": by_line["duplicate_line_chars"],
        "duplicate_paragraph_chars": by_line["duplicate_paragraph_chars"],
        **{f"top_{ngram}gram_chars": repeated[ngram] for ngram in TOP},
        **{f"duplicate_{ngram}gram_chars": repeated[ngram] for ngram in DUPLICATE},
        "sentences": by_line["sentences"].astype(np.int32),
        "lorem_ipsum": lorem_ipsum(words).astype(np.int32),
        "curly_brackets": np.array([text.count("{") + text.count("}") for text in texts], np.int32),
        "punctuated_lines": by_line["punctuated_lines"],
        "short_lines": by_line["short_lines"],
    }


def _ratio(
    counts: "Sequence[int] | NDArray[np.int64]", of: NDArray[np.int64], times: int = 1
) -> NDArray[np.float64]:
    """Returns ``counts * times / of``; NaN where there is nothing to divide by."""
    ratios = np.full(len(of), np.nan)
    np.divide(np.asarray(counts, np.int64) * times, of, out=ratios, where=of > 0)
    return ratios


__all__ = ["NOT_APPLICABLE", "Columns", "measure_quality"]
