"""Scripts: which one is a text written in, and does that settle the language?

Documents about software are written in one language and full of commands in Latin letters. So the
letters of another script tell more than their number says: what stands between the commands is the
text. Scripts that one living language of any size uses (Hangul, Thai, Georgian …) name the language by
themselves; Cyrillic, Arabic, Devanagari and some others are only separated from the Latin.
"""

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

NOT_LATIN_SHARE = 0.1
"""Share of a text's UTF-8 bytes from which the letters of other scripts are the text.

In bytes, because a Han character says about as much as three Latin letters. Of 2,771 pages in Latin
script none reached 0.05; of 2,476 pages in other scripts 11 stay below 0.1, nearly all of them English
but for their head.
"""

NOT_LATIN_LINE = 0.3
"""Share of a line's UTF-8 bytes from which they are the line."""

KANA_SHARE = 0.2
"""Share of kana among kana and Han from which a text is Japanese; 338 Japanese texts had 0.28 to 0.95,
538 Chinese ones 0.0."""

_NOT_LATIN = re.compile(
    "[\u0370-\u1dbf\u1f00-\u1fff\u2c80-\u2dff\u3005-\u3007\u3041-\u30ff\u3105-\u318e\u31a0-\u31ff"
    "\u3400-\u4dbf\u4e00-\ua4cf\ua500-\ua71f\ua800-\uab2f\uab70-\ufaff\ufb13-\ufdff\ufe70-\ufefc"
    "\uff66-\uffdc\U00010000-\U0001d3ff\U0001e000-\U0001efff\U0001f000-\U0001f000\U00020000-\U0003ffff]+"
)

_NO_FIRST_BYTES = bytes(byte for byte in range(256) if byte < 0xCD)
"""Bytes of UTF-8 with which no character of another script than Latin begins."""

_SCRIPTS = {
    "ja": "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d",  # kana; "々" and the like count for neither
    "zh": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u3105-\u312f\u31a0-\u31bf",
    "ko": "\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\uac00-\ud7ff\uffa1-\uffdc",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "am": "\u1200-\u139f\u2d80-\u2ddf\uab00-\uab2f",
    "hy": "\u0530-\u058f\ufb13-\ufb17",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "or": "\u0b00-\u0b7f",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
    "th": "\u0e00-\u0e7f",
    "lo": "\u0e80-\u0eff",
    "bo": "\u0f00-\u0fff",
    "my": "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f",
    "ka": "\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f",
    "km": "\u1780-\u17ff",
    "dv": "\u0780-\u07bf",
    "chr": "\u13a0-\u13ff\uab70-\uabbf",
    "iu": "\u1400-\u167f",
}
"""The language that a script settles, and the script's blocks."""

NEVER_LATIN = frozenset(_SCRIPTS) | frozenset(
    "ar arz as av azb ba be bg bh bn bpy ce ckb cv dty fa gom he hi kk krc kv ky lez lrc mai mhr mk mn mr "  # noqa: SIM905
    "mrj myv mzn ne new os pnb ps ru rue sa sah sd tg tt tyv udm ug uk ur wuu xal xmf yi yue".split()
)
"""Languages of fastText's list whose texts are not in Latin script, whatever it says of code."""


def without_latin(text: str) -> str:
    r"""Returns the words of other scripts than Latin if they are what the text is written in, else "".

    Where Latin letters prevail, only lines count that are not Latin themselves: a command between two
    lines of Russian is no English, a Russian word in an English line is no Russian.

    >>> without_latin("Выполните команду:\n\n    git commit --amend --no-edit --all")
    'Выполните команду'
    >>> without_latin("The word спутник means a companion, and a satellite.")
    ''
    """
    if text.isascii():
        return ""
    encoded = text.encode("utf-8", "replace")
    whole = len(encoded)
    # With the blank between two words a character takes five bytes at the most.
    if 5 * len(encoded.translate(None, _NO_FIRST_BYTES)) < NOT_LATIN_SHARE * whole:
        return ""
    words = " ".join(_NOT_LATIN.findall(text))
    if _bytes(words) >= NOT_LATIN_LINE * whole:
        return words
    if _bytes(words) >= NOT_LATIN_SHARE * whole:
        lines = [
            part
            for line in text.split("\n")
            if not line.isascii()
            and _bytes(part := " ".join(_NOT_LATIN.findall(line))) >= NOT_LATIN_LINE * _bytes(line)
        ]
        words = " ".join(lines)  # less is enough of whole lines: a line with an address counts for none
        if 2 * _bytes(words) >= NOT_LATIN_SHARE * whole:
            return words
    return ""


def plausible(language: str, text: str) -> bool:
    """Returns False for a language of another script than Latin if the text has no such letter.

    >>> plausible("ko", "LICENSE"), plausible("ko", "한글"), plausible("la", "LICENSE")
    (False, True, True)
    """
    return language not in NEVER_LATIN or (not text.isascii() and _NOT_LATIN.search(text) is not None)


def settled_by_script(text: str) -> tuple[str, float] | None:
    """Returns the language that the script of most letters settles, and their share, or None.

    Args:
        text: Words without Latin ones, as ``without_latin`` returns them.

    >>> settled_by_script("日本語のテキスト"), settled_by_script("中文文本")
    (('ja', 1.0), ('zh', 1.0))
    >>> settled_by_script("Выполните команду") is None
    True
    """
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    numbers = np.bincount(_settling()[points], minlength=len(_SCRIPTS) + 1).tolist()
    counts = dict(zip(_SCRIPTS, numbers, strict=False))  # without the last one, of what settles nothing
    letters = len(text) - text.count(" ")
    kana, han = counts["ja"], counts["zh"]
    japanese = kana >= KANA_SHARE * (kana + han)
    counts["ja"], counts["zh"] = (kana + han, 0) if japanese else (0, kana + han)
    share, code = max((number, code) for code, number in counts.items())
    return (code, share / letters) if 2 * share >= letters > 0 else None


@cache
def _settling() -> NDArray[np.uint8]:
    """Returns, of every code point, the place of its script in ``_SCRIPTS``, or one more than they are."""
    places = np.full(0x110000, len(_SCRIPTS), np.uint8)
    for place, blocks in reversed(list(enumerate(_SCRIPTS.values()))):
        for first, last in zip(blocks[0::3], blocks[2::3], strict=True):
            places[ord(first) : ord(last) + 1] = place
    return places


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
