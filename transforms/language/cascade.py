"""Which language is a text in? Fast where that is plain, with more care where it is not.

The cascade asks, in this order, and stops at the first answer:

1. The script. If another one than Latin carries the text and settles the language, that is it.
2. fastText on three samples of 150 characters (head, middle, tail). A probability of ``SURE`` is right
   on every page of documentation tried.
3. fastText once more, on what looks like prose: lines made of words, not of paths, options, tags and
   numbers; in lower case. Both opinions are averaged, and ``LIKELY`` is enough.
4. langdetect on the same prose, as a voice of lesser weight; only where it could change the answer.

``benchmarks/language.py`` measures all of this.
"""

import re
from collections.abc import Callable

from transforms.language.models import (
    fasttext_probabilities,
    langdetect_languages,
    langdetect_probabilities,
)
from transforms.language.scripts import plausible, settled_by_script, without_latin

SEEN_CHARS = 1500
"""Characters of each of the three places of which anything is looked at."""

SAMPLE_CHARS = 150
"""Characters of each of the three samples that fastText reads."""

PROSE_CHARS = 400
"""Characters of each of the three places in which prose is looked for."""

PROSE_SHARE = 0.75
"""Share of such words among the words of a line from which the line is a sentence, not code."""

PROSE_WORDS = 3
"""Words that a sentence has at least."""

SURE = 0.6
"""fastText's probability from which it is believed."""

LIKELY = 0.4
"""Mean of its probabilities for the samples and for the prose from which it is believed."""

LANGDETECT_WEIGHT = 0.25
"""Weight of langdetect's opinion where fastText's two opinions weigh 1 together."""

LANGDETECT_TRIALS = 2
"""Random walks of langdetect; 7, its own number, made no text of the benchmark right that 2 did not."""

UNDETERMINED = "und"
"""ISO 639's code for a text whose language cannot be told."""

_LETTER = re.compile(r"[^\W\d_]")
_CAPITAL = re.compile("[A-ZÀ-ÖØ-ÞΑ-ΩЀ-Я]")
_NO_CAPITALS = bytes(byte for byte in range(256) if byte not in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ\xc3\xce\xd0")
"""Bytes of UTF-8 with which none of ``_CAPITAL`` begins."""
_PROSE_WORD = re.compile(r"""(?<![^\s("'“‘«¿¡\[*])[^\W\d_]+(?:['’-][^\W\d_]+)*(?=[\s.,;:!?)"'”’»…*\]]|$)""")


def detect(text: str, detector: str) -> tuple[str, float]:
    r"""Returns the language of a text and how probable it is.

    The probability is the model's own, where two models were asked their weighted mean, and where the
    script settled it the share of that script's letters. A text without a letter is ``und`` with 0.0.

    Args:
        text: Any text; commands and code between the sentences are expected.
        detector: ``cascade``; ``fasttext`` (step 2 alone); ``langdetect`` (alone, on the first 10,000
            characters).

    Returns:
        ISO 639-1 code, or 639-3 where there is none ("zh" for every Chinese), and 0 to 1.

    Raises:
        KeyError: If there is no such detector.

    >>> detect("Füge alle Dateien zum Index hinzu:\n\ngit add --all", "cascade")[0]
    'de'
    >>> detect("100 %", "cascade")
    ('und', 0.0)
    """
    decide = _DETECTORS[detector]
    if _LETTER.search(text) is None:
        return UNDETERMINED, 0.0
    return decide(text)


def _cascade(text: str) -> tuple[str, float]:
    text = _samples(text, SEEN_CHARS)
    words = without_latin(text)
    if words:
        settled = settled_by_script(_samples(words, SAMPLE_CHARS))
        if settled is not None:
            return settled
        text = words
    first = _fasttext_opinion(_samples(text, SAMPLE_CHARS))
    language, probability = _likeliest(first)
    if probability >= SURE:
        return language, probability
    prose = _samples(_prose(_samples(text, PROSE_CHARS)), SAMPLE_CHARS).lower()
    both = _weighted((first, 0.5), (_fasttext_opinion(prose), 0.5))
    language, probability = _likeliest(both)
    if probability >= LIKELY or _lead(both) > LANGDETECT_WEIGHT or language not in langdetect_languages():
        return language, probability
    third = _plausible(langdetect_probabilities(prose, LANGDETECT_TRIALS), prose)
    total = 1 + LANGDETECT_WEIGHT
    return _likeliest(_weighted((both, 1 / total), (third, LANGDETECT_WEIGHT / total)))


def _fasttext(text: str) -> tuple[str, float]:
    return _likeliest(fasttext_probabilities(_samples(text, SAMPLE_CHARS)))


def _langdetect(text: str) -> tuple[str, float]:
    return _likeliest(langdetect_probabilities(text))


_DETECTORS: dict[str, Callable[[str], tuple[str, float]]] = {
    "cascade": _cascade,
    "fasttext": _fasttext,
    "langdetect": _langdetect,
}


def _samples(text: str, size: int) -> str:
    """Returns head, middle and tail of ``size`` characters each, or all of a text that is shorter."""
    if len(text) <= 3 * size:
        return text
    middle = (len(text) - size) // 2
    return f"{text[:size]} {text[middle : middle + size]} {text[-size:]}"


def _prose(text: str) -> str:
    """Returns the words of the lines that are sentences, or of all lines where none is."""
    sentences: list[str] = []
    for line in text.split("\n"):
        words = _PROSE_WORD.findall(line)
        if len(words) >= max(PROSE_WORDS, PROSE_SHARE * len(line.split())):
            sentences += words
    return " ".join(sentences or _PROSE_WORD.findall(text))


def _fasttext_opinion(sample: str) -> dict[str, float]:
    if _mostly_capitals(sample):
        sample = sample.lower()  # the model takes capitals for Latin, Korean or Japanese
    return _plausible(fasttext_probabilities(sample), sample)


def _mostly_capitals(text: str) -> bool:
    begun = text.encode("utf-8", "replace").translate(None, _NO_CAPITALS)  # no more of them are capitals
    return 2 * len(begun) > len(text) and 2 * len(_CAPITAL.findall(text)) > len(text)


def _plausible(opinion: dict[str, float], text: str) -> dict[str, float]:
    return {code: value for code, value in opinion.items() if plausible(code, text)}


def _weighted(*opinions: tuple[dict[str, float], float]) -> dict[str, float]:
    total: dict[str, float] = {}
    for opinion, weight in opinions:
        for code, probability in opinion.items():
            total[code] = total.get(code, 0.0) + weight * probability
    return total


def _lead(opinion: dict[str, float]) -> float:
    """Returns by how much the most probable language is before the next one, or before none."""
    first, second, *_ = [*sorted(opinion.values(), reverse=True), 0.0, 0.0]
    return first - second


def _likeliest(opinion: dict[str, float]) -> tuple[str, float]:
    """Returns the most probable language, of equals the first by code."""
    if not opinion:
        return UNDETERMINED, 0.0
    return min(opinion.items(), key=lambda each: (-each[1], each[0]))
