"""Where do sentences end? For claims of an answer, and for passages of a document that are cut between them.

A sentence ends at a mark before a space where no small Latin letter follows ("e.g. this"), at a wide mark
wherever it stands, and with its paragraph: at an empty line, after a heading, and before an item of a list, a
row of a table or a quotation. A line break alone ends none, because lines are wrapped. Time is linear.
"""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.quality.marks import BULLETS, CLOSING_QUOTES, SENTENCE_ENDS, WIDE_ENDS
from transforms.words import WHOLE, Words

SENTENCES_VERSION: Final = 1
"""Bumped when other borders come out for the same text."""

PASSAGE_WORDS: Final = 120
"""Words' worth from which a passage ends with the next sentence; from half of it with a paragraph."""

CLAIM_WORDS: Final = 4
"""Words' worth below which a sentence of an answer belongs to the one after it."""

_LONGEST = 160
_CLOSE = re.escape(CLOSING_QUOTES + ")]*_`")
_BORDER = re.compile(
    rf"(?P<paragraph>\n[ \t]*\n\s*|^#{{1,6}}[ \t].*\n)"
    rf"|\n(?=[ \t]*(?:[-*+|>#{BULLETS}]|\d{{1,3}}[.)]\s))"
    rf"|[{re.escape(SENTENCE_ENDS)}][{_CLOSE}]*(?=\s)(?!\s+[a-z])"
    rf"|[{WIDE_ENDS}][{_CLOSE}]*",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, eq=False)
class Borders:
    """Where the sentences of a text end, counted in its words.

    Attributes:
        stops: int64 [n], number of the word after each sentence's last, ascending, the last one that of the
            text; sentences without a word are not there.
        paragraph: bool [n], whether a paragraph ends there too.
    """

    stops: NDArray[np.int64]
    paragraph: NDArray[np.bool_]


def borders(words: Words, row: int = 0) -> Borders:
    """Finds the sentences of a text of a batch.

    Args:
        words: Of the batch.
        row: Of the text.

    >>> from transforms.words import split_words
    >>> borders(split_words(["It works, e.g. here. Does it? 是的。好"])).stops.tolist()
    [5, 7, 9, 10]
    """
    first, stop = int(words.bounds[row]), int(words.bounds[row + 1])
    found = [(match.end(), match["paragraph"] is not None) for match in _BORDER.finditer(words.texts[row])]
    places = np.array([place for place, _ in found], np.int64) + words.offsets[row]
    ends = np.append(np.searchsorted(words.starts[first:stop], places), stop - first)
    paragraph = np.array([*(mark for _, mark in found), True], np.bool_)
    # Of several borders with no word between them the last one stands, and a paragraph's counts.
    stops, of = np.unique(ends, return_inverse=True)
    marked = np.bincount(of, paragraph, len(stops)) > 0
    full = stops > 0
    return Borders(stops[full], marked[full])


def claims(words: Words) -> list[tuple[int, int]]:
    """Cuts an answer into what it claims: its sentences, short ones joined to the next.

    Returns:
        (first word, word after the last), in order, all words of the answer.

    >>> from transforms.words import split_words
    >>> claims(split_words(["Yes. It moves the value into the function. Then it ends there."]))
    [(0, 8), (8, 12)]
    """
    amounts = np.concatenate([[0], np.cumsum(words.twelfths, dtype=np.int64)])
    found: list[tuple[int, int]] = []
    first = 0
    for stop in borders(words).stops.tolist():
        if amounts[stop] - amounts[first] >= CLAIM_WORDS * WHOLE:
            found.append((first, stop))
            first = stop
    if first < len(words.hashes):
        begin = found.pop()[0] if found else 0
        found.append((begin, len(words.hashes)))
    return found


def windows(words: Words, row: int) -> list[tuple[int, int]]:
    """Cuts a text of a batch into passages of about ``PASSAGE_WORDS`` words' worth, between sentences.

    Returns:
        (first word, word after the last), counted in the text, in order, all its words. A sentence that is
        too long is cut within.
    """
    begin, end = int(words.bounds[row]), int(words.bounds[row + 1])
    amounts = np.zeros(end - begin + 1, np.int64)
    np.cumsum(words.twelfths[begin:end], out=amounts[1:], dtype=np.int64)
    found = borders(words, row)
    made: list[tuple[int, int]] = []
    first = 0
    for stop, paragraph in zip(found.stops.tolist(), found.paragraph.tolist(), strict=True):
        while amounts[stop] - amounts[first] > _LONGEST * WHOLE:
            cut = int(np.searchsorted(amounts, amounts[first] + PASSAGE_WORDS * WHOLE))
            made.append((first, cut))
            first = cut
        if amounts[stop] - amounts[first] >= PASSAGE_WORDS * WHOLE // (2 if paragraph else 1):
            made.append((first, stop))
            first = stop
    if first < end - begin:
        made.append((first, end - begin))
    return made
