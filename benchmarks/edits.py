"""Edited copies of a text: what a deduplication should find, and how far the copy is from the original."""

import re
from itertools import pairwise

from benchmarks.chance import Dice

SHARES = {
    "exact": 0.0,
    "words 1%": 0.01,
    "words 2%": 0.02,
    "words 3%": 0.03,
    "words 5%": 0.05,
    "words 10%": 0.1,
}
"""Kind of edit -> share of the words that are replaced, dropped or put in."""

PAGE_IN_PAGE = "page in page"
"""The whole text in the middle of another one, as a page that is quoted or framed by a site."""

KINDS = (*SHARES, PAGE_IN_PAGE)

# Scripts without spaces: each character is a word.
_ALONE = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    r"\u2e80-\u2fdf\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese, Japanese
)
_WORD = re.compile(rf"[{_ALONE}]|[^\s{_ALONE}]+")


def words(text: str) -> list[str]:
    """Returns the words of a text; in scripts without spaces its characters.

    >>> words("two words, 两个字")
    ['two', 'words,', '两', '个', '字']
    """
    return _WORD.findall(text)


def edit_words(text: str, share: float, dice: Dice) -> str:
    """Returns a copy with a share of its words edited, one at least unless the share is 0.

    An edited word is replaced by another word of the same text (half of the time), dropped, or another
    word is put in before it (a quarter each). White space stays as it is.

    Args:
        text: The original.
        share: Of its words, from 0 to 1.
        dice: Chooses words and edits.
    """
    spans = [found.span() for found in _WORD.finditer(text)]
    count = max(1, round(share * len(spans))) if share and spans else 0
    pieces: list[str] = []
    done = 0
    for position in dice.positions(count, len(spans)):
        start, end = spans[position]
        other = text[slice(*dice.choice(spans))]
        if other == text[start:end]:
            other += other
        action = dice.below(4)
        pieces.append(text[done:start])
        if action == 0:
            pass  # dropped
        elif action == 1:
            gap = "" if re.match(f"[{_ALONE}]", text[start:end]) else " "
            pieces.append(other + gap + text[start:end])
        else:
            pieces.append(other)
        done = end
    return "".join(pieces) + text[done:]


def page_in_page(text: str, frame: str, dice: Dice) -> str:
    """Returns the text between a beginning and an end of another one, each up to a quarter of its length."""
    lines = frame.splitlines()
    room = len(text) // 4
    cut = dice.below(len(lines)) if lines else 0
    return "\n\n".join(part for part in (_fill(lines[:cut], room), text, _fill(lines[cut:], room)) if part)


def edited(text: str, kind: str, frame: str, dice: Dice) -> str:
    """Returns a copy of a text.

    Args:
        text: The original.
        kind: One of ``KINDS``.
        frame: The other text of ``page in page``.
        dice: Chooses what is edited.
    """
    if kind == PAGE_IN_PAGE:
        return page_in_page(text, frame, dice)
    return edit_words(text, SHARES[kind], dice)


def jaccard(left: str, right: str, ngram: int = 5) -> float:
    """Returns the Jaccard similarity of the sets of word n-grams, 1.0 where both are empty."""
    first, second = (_ngrams(words(text.lower()), ngram) for text in (left, right))
    return len(first & second) / len(first | second) if first or second else 1.0


def _ngrams(tokens: list[str], size: int) -> set[tuple[str, ...]]:
    starts = range(max(1, len(tokens) - size + 1)) if tokens else ()
    return {tuple(tokens[start : start + size]) for start in starts}


def _fill(lines: list[str], room: int) -> str:
    ends = [0]
    for line in lines:
        ends.append(ends[-1] + len(line) + 1)
    kept = sum(1 for _, end in pairwise(ends) if end <= room)
    return "\n".join(lines[:kept])
