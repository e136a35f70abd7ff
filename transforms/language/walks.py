"""langdetect's random walks, with arrays in place of lists: the same numbers in a quarter of the time.

A walk draws n-grams of the text and multiplies the probability of each of 55 languages by how often it has
that n-gram, until one is certain (Nakatani 2010, "Language Detection Library for Java"). Profiles are read
without the package's lists of 55 numbers for each of 88,000 n-grams.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import orjson
from langdetect.detector import Detector
from langdetect.detector_factory import DetectorFactory
from langdetect.utils.ngram import NGram
from numpy.typing import NDArray

Vector = NDArray[np.float64]


class Frequencies(dict[str, Vector]):
    """N-gram -> how often each language has it; arrays are made when they are asked for.

    ``in`` knows only what was asked for; ask ``known``.
    """

    def __init__(self, known: Mapping[str, Sequence[tuple[int, float]]], languages: int) -> None:
        super().__init__()
        self.known = known
        self._languages = languages

    def __missing__(self, ngram: str) -> Vector:
        made = self[ngram] = np.zeros(self._languages)
        for language, frequency in self.known[ngram]:
            made[language] = frequency
        return made


@cache
def profiles() -> DetectorFactory:
    """Returns the languages that langdetect knows, in order of their names, with its seed fixed.

    A factory of our own: the package's reads its profiles in the order of the directory, which is another one
    on another machine, and its seed is anyone's to change. 0.1 s.
    """
    paths = (each for each in files("langdetect").joinpath("profiles").iterdir() if each.is_file())
    known: dict[str, list[tuple[int, float]]] = {}
    factory = DetectorFactory()
    for index, path in enumerate(sorted(paths, key=lambda each: each.name)):
        profile = orjson.loads(path.read_bytes())
        factory.langlist.append(profile["name"])
        totals = profile["n_words"]
        for ngram, count in profile["freq"].items():
            if len(ngram) <= len(totals):
                known.setdefault(ngram, []).append((index, count / totals[len(ngram) - 1]))
    factory.word_lang_prob_map = Frequencies(known, len(factory.langlist))
    factory.set_seed(0)
    return factory


class Walker(Detector):  # type: ignore[misc]
    """A detector for one text, with the languages of ``profiles``."""

    def __init__(self, trials: int) -> None:
        super().__init__(profiles())
        self.n_trial = trials

    def _extract_ngrams(self) -> list[str]:
        known = self.word_lang_prob_map.known
        found: list[str] = []
        ngram, capitals = " ", False
        for character in map(_normalized, self.text):
            last = ngram[-1]
            if last == " ":
                ngram, capitals = " ", False
                if character == " ":
                    continue
            elif len(ngram) >= NGram.N_GRAM:
                ngram = ngram[1:]
            ngram += character
            capitals = character.isupper() and (capitals or last.isupper())
            if not capitals:
                ends = (ngram[-size:] for size in range(1, len(ngram) + 1))
                found += [end for end in ends if end != " " and end in known]
        return found

    def _init_probability(self) -> Vector:
        return np.full(len(self.langlist), 1.0 / len(self.langlist))

    def _update_lang_prob(self, prob: Vector, word: str, alpha: float) -> bool:
        prob *= self.word_lang_prob_map[word] + alpha / self.BASE_FREQ
        return True

    def _normalize_prob(self, prob: Vector) -> Any:
        prob /= np.cumsum(prob)[-1]  # one after the other, as in a list
        return prob.max()


@cache
def _normalized(character: str) -> str:
    found: str = NGram.normalize(character)
    return found
