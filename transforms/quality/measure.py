"""All measures of quality of a batch of documents, as the columns ``q_*`` of the table ``signals``."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.quality.counting import lines_counted, words_counted
from transforms.quality.lines import C4_WORDS, SHORT_CHARS, line_measures
from transforms.quality.repetition import DUPLICATE, TOP, repetition
from transforms.quality.wording import lorem_ipsum, mean_word_length, without_stop_words
from transforms.words import WHOLE, Words

NOT_APPLICABLE: Final = -1
"""In a column of whole numbers: the measure does not apply to the document."""

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
    counts = np.diff(words.bounds)
    worded = words_counted(words, languages)
    twelfths, wholes = worded["twelfths"], worded["wholes"]
    # In scripts without spaces a line is short if it is shorter than five words are long.
    short = np.full(len(counts), float(SHORT_CHARS))
    partly = wholes * WHOLE * 2 < twelfths
    np.divide((counts - wholes) * WHOLE * C4_WORDS, twelfths - wholes * WHOLE, out=short, where=partly)
    lined = lines_counted(words, short)
    by_line = line_measures(lined)
    repeated = repetition(words)
    stop_words = worded["stop_words"].astype(np.int32)
    stop_words[without_stop_words(languages)] = NOT_APPLICABLE
    return {
        "words": (twelfths // WHOLE).astype(np.int32),
        "mean_word_length": mean_word_length(worded),
        "hash_ratio": _ratio(worded["hashes"] * WHOLE, twelfths),
        "ellipsis_ratio": _ratio(worded["ellipses"] * WHOLE, twelfths),
        "bullet_lines": by_line["bullet_lines"],
        "ellipsis_lines": by_line["ellipsis_lines"],
        "alphabetic_words": _ratio(worded["alphabetic_words"], counts),
        "stop_words": stop_words,
        "duplicate_lines": by_line["duplicate_lines"],
        "duplicate_paragraphs": by_line["duplicate_paragraphs"],
        "duplicate_line_chars": by_line["duplicate_line_chars"],
        "duplicate_paragraph_chars": by_line["duplicate_paragraph_chars"],
        **{f"top_{ngram}gram_chars": repeated[ngram] for ngram in TOP},
        **{f"duplicate_{ngram}gram_chars": repeated[ngram] for ngram in DUPLICATE},
        "sentences": lined["sentences"].astype(np.int32),
        "lorem_ipsum": lorem_ipsum(words).astype(np.int32),
        "curly_brackets": worded["curly_brackets"].astype(np.int32),
        "punctuated_lines": by_line["punctuated_lines"],
        "short_lines": by_line["short_lines"],
    }


def _ratio(counts: NDArray[np.int64], of: NDArray[np.int64]) -> NDArray[np.float64]:
    """Returns ``counts / of``; NaN where there is nothing to divide by."""
    ratios = np.full(len(of), np.nan)
    np.divide(counts, of, out=ratios, where=of > 0)
    return ratios
