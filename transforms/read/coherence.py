"""Encodings told by the text that they give: it is of one script, or of a language that uses them.

Statistics of bytes (charset-normalizer) do not tell UTF-16 without zero bytes, and confuse the single-byte
encodings of Europe, whose letters stand in the same places.
"""

import re

_SAMPLE = 4096  # bytes
_COHERENT = 0.95
_SCRIPTS = tuple(
    re.compile(f"[\\s!-~\u00a0-\u00bf\u2010-\u2026{letters}]")
    for letters in (
        "\u0370-\u03ff",
        "\u0400-\u052f",
        "\u0590-\u05ff",
        "\u0600-\u06ff",
        "\u0900-\u097f",
        "\u0e00-\u0e7f",
        "\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef",
        "\u3000-\u303f\uac00-\ud7a3",
    )
)
_WIDE = ("utf-16-le", "utf-16-be")
_EAST_ASIAN = ("cp932", "euc-jp", "gb18030", "big5", "cp949")
_ISO_2022 = (
    (re.compile(rb"\x1b\$\)C"), "iso2022-kr"),
    (re.compile(rb"\x1b\$[@B]|\x1b\$\([@BD]"), "iso2022-jp-2"),
)

_LATIN = re.compile(
    r"cp125[02478]|iso8859-(?:1|2|3|4|9|10|13|14|15|16)$|cp(?:437|775|85[0278]|86[0135])|mac|hp-roman8"
)
_C1 = re.compile(rb"[\x80-\x9f]")
_FOREIGN_WORD = re.compile(r"\S*[^\x00-\x7f]\S*")
_MAX_WORDS = 100
_MARGIN = 0.01
_LIKELY = 0.5
_UNUSUAL = 0.02  # less for an encoding that is hardly ever met


def _languages(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


_LANGUAGES = {
    "cp1252": _languages("en de fr es pt it nl sv da no nn fi is ca gl eu ga af oc br sco lb fy wa ast"),
    "cp1254": _languages("tr az"),
    "cp1250": _languages("pl cs sk hu sl hr bs sh sr ro sq hsb dsb"),
}
_LANGUAGES["iso8859-2"] = _LANGUAGES["cp1250"]


def iso_2022(raw: bytes) -> str | None:
    """Returns the encoding of text of seven bits with the escape sequences of ISO 2022, if it is that.

    >>> iso_2022("한글".encode("iso2022-kr"))
    'iso2022-kr'
    """
    if b"\x1b$" not in raw or not raw.isascii():
        return None
    for sequence, name in _ISO_2022:
        if sequence.search(raw):
            try:
                raw.decode(name)
            except UnicodeDecodeError:
                continue
            return name
    return None


def wide_by_script(raw: bytes) -> str | None:
    """Returns UTF-16 or UTF-32 if content without a mark is text of one script in it.

    >>> wide_by_script("你好，世界。".encode("utf-16-be"))
    'utf-16-be'
    """
    sample = raw[:_SAMPLE]
    if len(sample) < 8 or len(raw) % 2:
        return None
    if len(raw) % 4 == 0 and b"\0" in sample:
        units = [sample[i::4] for i in range(4)]
        for name, high, plane in (("utf-32-le", units[3], units[2]), ("utf-32-be", units[0], units[1])):
            if (
                not any(high)
                and max(plane) <= 0x10
                and coherence(sample.decode(name, "replace")) >= _COHERENT
            ):
                return name
    found = max((coherence(sample.decode(name, "replace")), name) for name in _WIDE)
    return found[1] if found[0] >= _COHERENT else None


def east_asian(raw: bytes) -> str | None:
    """Returns the encoding in which content with some broken bytes is Chinese, Japanese or Korean."""
    best = max(
        (coherence(raw[: 4 * _SAMPLE].decode(name, "replace")), -i) for i, name in enumerate(_EAST_ASIAN)
    )
    return _EAST_ASIAN[-best[1]] if best[0] >= _COHERENT else None


def coherence(text: str) -> float:
    """Returns the largest share of a text that is of one script that is not Latin, with ASCII."""
    return max(len(script.findall(text)) for script in _SCRIPTS) / len(text) if text else 0.0


def latin(raw: bytes, guess: str) -> str:
    """Returns a better name than the guess where a language speaks for it.

    It is asked how likely the words that are not ASCII are, in each encoding, of a language that uses it.
    Without bytes 80 to 9F, Central European text is ISO 8859-2: Windows has š, ś, ž and ť there.

    Args:
        raw: A sample.
        guess: Python's name of an encoding.
    """
    if not _LATIN.match(guess):
        return guess
    central = "cp1250" if _C1.search(raw) else "iso8859-2"
    if guess == "cp1250":
        guess = central
    scores = {name: _likelihood(raw, name) for name in ("cp1252", "cp1254", central)}
    best = max(scores, key=lambda name: scores[name])
    mine = scores[guess] if guess in scores else _likelihood(raw, guess) - _UNUSUAL
    return best if scores[best] > max(_LIKELY, mine + _MARGIN) else guess


def _likelihood(raw: bytes, name: str) -> float:
    from transforms.language.models import fasttext_probabilities  # loads its model at the first such content

    words = _FOREIGN_WORD.findall(raw.decode(name, "replace"))[:_MAX_WORDS]
    opinion = fasttext_probabilities(" ".join(words))
    languages = _LANGUAGES.get(name)
    return max(
        (share for code, share in opinion.items() if languages is None or code in languages), default=0.0
    )
