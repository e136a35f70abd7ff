"""Which texts may hold a run of the answer, and which of them are worth opening?

A run of ``min_words`` that a text shares has an n-gram which winnowing selects in both
(``transforms.winnowing``). So the texts that hold one of the answer's own selected n-grams are all that can
share such a run; the other n-grams of a short answer are looked up too, because they find texts in which
words were changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.ngrams import Ngrams
from transforms.winnowing import kept_bits, windows
from transforms.words import Words
from warehouse.index.lookup import SegmentIndex

ALL_NGRAMS: Final = 64
"""N-grams up to which all of an answer are looked up, and not only the selected ones."""

MOST_TEXTS: Final = 100
"""Texts that are opened for a long answer at the most, unless all are asked for.

A short answer, which boilerplate may fill, opens up to 4 times as many: of the many texts that hold the
boilerplate, one may hold the words before it too.
"""

_RARE = 100
_OF_COMMON = 3


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What the index says of an answer.

    Attributes:
        segment: int64 [n], number of the segment of each text to open; the most promising first.
        ordinal: int64 [n], its number there.
        unopened: Texts that share a selected n-gram and are not among them.
        firsts: First word of each window of the answer; ``stops`` is the word after its last.
        counts: How many texts hold the n-gram that is selected in it: no more than these share its words.
    """

    segment: NDArray[np.int64]
    ordinal: NDArray[np.int64]
    unopened: int
    firsts: NDArray[np.int64]
    stops: NDArray[np.int64]
    counts: NDArray[np.int64]


def find_candidates(
    words: Words,
    grams: Ngrams,
    min_words: int,
    segments: Sequence[SegmentIndex],
    texts: int,
    each: int | None,
) -> Candidates:
    """Looks an answer up in the index and chooses the texts to open.

    Args:
        words: Of the answer.
        grams: Its n-grams.
        min_words: As the index was made.
        segments: Of the index.
        texts: In all segments.
        each: Texts to open for each n-gram, the most promising ones, where ``MOST_TEXTS`` are not enough for
            all of them; None opens all.
    """
    firsts, stops, selection = windows(grams, words, min_words)
    chosen = np.unique(selection)
    asked = np.arange(len(grams.hashes)) if len(grams.hashes) <= ALL_NGRAMS else chosen
    values, place = np.unique(kept_bits(grams.hashes[asked]), return_inverse=True)
    selected = np.zeros(len(values), np.bool_)
    selected[place[np.isin(asked, chosen, assume_unique=True)]] = True
    found = [segment.find(values) for segment in segments]
    which = np.concatenate([np.empty(0, np.int64), *(one.asked for one in found)])
    keys = [one.ordinal | number << 32 for number, one in enumerate(found)]
    text = np.concatenate([np.empty(0, np.int64), *keys])
    counts = sum((one.counts for one in found), np.zeros(len(values), np.int64))
    known, of = np.unique(text, return_inverse=True)
    bits = np.log2(1 + texts / np.maximum(counts, 1))
    score = np.bincount(of, bits[which], len(known))
    must = np.zeros(len(known), np.bool_)
    must[of[selected[which]]] = True
    # One n-gram that is not selected says nothing of a run; two may be what edits have left of one.
    may = must | (np.bincount(of, minlength=len(known)) > 1)
    order = np.lexsort((known, -score))
    rank = np.empty(len(known), np.int64)
    rank[order] = np.arange(len(known))
    opened = may
    most = most_texts(len(grams.hashes))
    if each is not None and may.sum() > most:
        opened = may & _among_first(which, of, rank, np.where(counts > _RARE, min(each, _OF_COMMON), each))
    rows = order[opened[order]][: None if each is None else most]
    unread = counts - np.bincount(which, minlength=len(values))
    unopened = int(must.sum() - must[rows].sum() + unread[selected].max(initial=0))
    held = counts[place[np.searchsorted(asked, selection)]]
    return Candidates(known[rows] >> 32, known[rows] & 0xFFFFFFFF, unopened, firsts, stops, held)


def most_texts(ngrams: int) -> int:
    """Returns how many texts are opened for an answer of so many n-grams.

    >>> most_texts(20), most_texts(128), most_texts(1000)
    (400, 200, 100)
    """
    return MOST_TEXTS * min(max(256 // max(ngrams, 1), 1), 4)


def _among_first(
    which: NDArray[np.int64], of: NDArray[np.int64], rank: NDArray[np.int64], each: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tells of each text whether it is among the best so many of an n-gram that it holds."""
    order = np.lexsort((rank[of], which))
    which, of = which[order], of[order]
    begins = np.searchsorted(which, which, side="left")
    taken = np.zeros(len(rank), np.bool_)
    taken[of[np.arange(len(which)) - begins < each[which]]] = True
    return taken
