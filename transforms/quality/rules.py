"""The rules: what is measured, which side of which limit is refused, and what the presets set.

Published numbers, each with its place:

* Rae et al. 2021, "Scaling Language Models: Methods, Analysis & Insights from Training Gopher",
  appendix A1.1: "Quality Filtering" and "Repetition Removal" with table A1.
* Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified Text-to-Text
  Transformer", JMLR 21, section 2.2. Its rules for pages; those for lines change texts, and here
  only choose the lines whose sentences count.
* Penedo et al. 2024, "The FineWeb Datasets: Decanting the Web for the Finest Text Data at Scale",
  section 3.6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from schemas.specs import Limit

QUALITY_VERSION: Final = 2
"""Bumped by hand whenever another value comes out of the same text, or another rule comes first."""


class Side(Enum):
    """Which values a rule can refuse."""

    LEAST = "below its limit"
    MOST = "above its limit"
    BOTH = "outside of its limits"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule measures, in words, and which side of it is refused."""

    text: str
    side: Side = Side.MOST


RULES: Final[Mapping[str, Rule]] = {
    "words": Rule("Words of the text", Side.BOTH),
    "mean_word_length": Rule("Mean length of a word, in characters", Side.BOTH),
    "hash_ratio": Rule("Hash signs for each word"),
    "ellipsis_ratio": Rule("Ellipses for each word"),
    "bullet_lines": Rule("Part of the lines that begin with a bullet"),
    "ellipsis_lines": Rule("Part of the lines that end with an ellipsis"),
    "alphabetic_words": Rule("Part of the words in which a letter stands", Side.LEAST),
    "stop_words": Rule("Different stop words of the language", Side.LEAST),
    "duplicate_lines": Rule("Part of the lines that came before"),
    "duplicate_paragraphs": Rule("Part of the paragraphs that came before"),
    "duplicate_line_chars": Rule("Part of the characters in lines that came before"),
    "duplicate_paragraph_chars": Rule("Part of the characters in paragraphs that came before"),
    "top_2gram_chars": Rule("Part of the characters in the most frequent 2 words"),
    "top_3gram_chars": Rule("Part of the characters in the most frequent 3 words"),
    "top_4gram_chars": Rule("Part of the characters in the most frequent 4 words"),
    "duplicate_5gram_chars": Rule("Part of the characters in 5 words that came before"),
    "duplicate_6gram_chars": Rule("Part of the characters in 6 words that came before"),
    "duplicate_7gram_chars": Rule("Part of the characters in 7 words that came before"),
    "duplicate_8gram_chars": Rule("Part of the characters in 8 words that came before"),
    "duplicate_9gram_chars": Rule("Part of the characters in 9 words that came before"),
    "duplicate_10gram_chars": Rule("Part of the characters in 10 words that came before"),
    "sentences": Rule("Sentences in lines that end like one and hold five words", Side.LEAST),
    "lorem_ipsum": Rule('Times that "lorem ipsum" is said'),
    "curly_brackets": Rule("Curly brackets"),
    "punctuated_lines": Rule("Part of the lines that end with punctuation", Side.LEAST),
    "short_lines": Rule("Part of the lines of fewer than 30 characters"),
}
"""The rules in the order in which they are asked; the column of each is ``q_`` and its name."""

_Limits = tuple[float | None, float | None, bool]


def _least(value: float, *, refused: bool = False) -> _Limits:
    return value, None, refused


def _most(value: float, *, refused: bool = False) -> _Limits:
    return None, value, refused


# (low, high, whether the limit itself is refused)
_GOPHER: Mapping[str, _Limits] = {
    # appendix A1.1, Quality Filtering
    "words": (50, 100_000, False),
    "mean_word_length": (3, 10, False),
    "hash_ratio": _most(0.1),
    "ellipsis_ratio": _most(0.1),
    "bullet_lines": _most(0.9),
    "ellipsis_lines": _most(0.3),
    "alphabetic_words": _least(0.8),
    "stop_words": _least(2),
    # appendix A1.1, Repetition Removal, table A1
    "duplicate_lines": _most(0.30),
    "duplicate_paragraphs": _most(0.30),
    "duplicate_line_chars": _most(0.20),
    "duplicate_paragraph_chars": _most(0.20),
    "top_2gram_chars": _most(0.20),
    "top_3gram_chars": _most(0.18),
    "top_4gram_chars": _most(0.16),
    "duplicate_5gram_chars": _most(0.15),
    "duplicate_6gram_chars": _most(0.14),
    "duplicate_7gram_chars": _most(0.13),
    "duplicate_8gram_chars": _most(0.12),
    "duplicate_9gram_chars": _most(0.11),
    "duplicate_10gram_chars": _most(0.10),
}

_C4: Mapping[str, _Limits] = {
    # section 2.2
    "sentences": _least(3),
    "lorem_ipsum": _most(0),
    "curly_brackets": _most(0),
}

_FINEWEB: Mapping[str, _Limits] = {
    # section 3.6: at most 0.12, at least 0.1, at least 0.67 are removed
    "duplicate_line_chars": _most(0.1, refused=True),
    "punctuated_lines": _least(0.12, refused=True),
    "short_lines": _most(0.67, refused=True),
}

PRESETS: Final[Mapping[str, Mapping[str, _Limits]]] = {
    "none": {},
    "gopher": _GOPHER,
    "c4": _C4,
    "fineweb": _FINEWEB,
}
"""Preset -> rule -> (least value, greatest value, whether the limits themselves are refused)."""


def limits_of(
    presets: tuple[str, ...], changes: Mapping[str, tuple[float | None, float | None] | None]
) -> tuple[Limit, ...]:
    """Returns the limits of presets, later ones over earlier ones, with changes over them.

    Args:
        presets: Names in ``PRESETS``.
        changes: Rule -> (least value, greatest value), both of which are kept; None switches it off.

    Returns:
        In the order in which the rules are asked.

    >>> [limit.rule for limit in limits_of(("c4",), {"words": (10, None), "sentences": None})]
    ['words', 'lorem_ipsum', 'curly_brackets']
    """
    set_to: dict[str, Limit] = {}
    for preset in presets:
        set_to |= {rule: Limit(rule, *limits) for rule, limits in PRESETS[preset].items()}
    for rule, change in changes.items():
        set_to.pop(rule, None)
        if change is not None and change != (None, None):
            set_to[rule] = Limit(rule, *change)
    return tuple(set_to[rule] for rule in RULES if rule in set_to)
