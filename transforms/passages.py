"""What do an answer and a document have in common, word for word or nearly so, and where exactly?

Shared n-grams are the anchors. Around the diagonals (place in the document less place in the answer) on
which they lie, every word of the answer is compared with its partner, and with those a few places off, where
a word was put in or left out. Runs of equal words along one diagonal are maximal by construction; runs that
follow one another across small gaps are chained to a passage by dynamic programming: a matched word counts
one, a word of a gap takes one away, and a gap itself one and a half. Every run of at least ``shortest``
words' worth is in the result, alone or in a chain; equality of hashes is never believed: what is returned was
compared character by character.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from transforms.characters import CLASS_SHIFT, table
from transforms.ngrams import Ngrams
from transforms.words import WHOLE, Words

PASSAGES_VERSION: Final = 1
"""Bumped when other passages come out for the same texts."""

NEAR_SHARE: Final = 0.7
"""Share of equal words from which a chain of runs is a nearly verbatim passage."""

NEAR_LENGTH: Final = 0.75
"""Length of the shortest nearly verbatim passage, in those of a verbatim one: edits also cut its ends off."""

Kind = Literal["verbatim", "words", "near"]
"""The same characters; the same words in other case, spacing or punctuation; here and there another word."""

_BAND = 6  # places off a diagonal that are looked at: words put in or left out
_REACH = 64  # words around the anchors that are compared
_MAX_GAP = 12 * WHOLE  # of a chain, in twelfths of a word
_MIN_RUN = 3 * WHOLE  # of a chain
_STEP = WHOLE * 3 // 2  # what a gap costs besides its words: beside a passage two words agree by chance
_MAX_RUNS = 400  # of a chain's candidates; the longest are taken
_MAX_REPEATS = 64  # places of one n-gram in the document; 8 in the answer
_MAX_DIAGONALS = 24  # of a region; those with the most anchors


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that both texts hold; numbers of words, the second after the last.

    Attributes:
        exact: Whether also everything between the words is the same, and their case.
    """

    query: tuple[int, int]
    document: tuple[int, int]
    exact: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """One or more pieces that follow one another in both texts.

    Attributes:
        kind: Of one piece ``verbatim`` or ``words``; of more ``near``.
        query: Words of the answer from the first piece to the last.
        document: Likewise of the document.
        pieces: In their order.
        share: Part of the words of the longer side that is in pieces; 1 for one piece.
    """

    kind: Kind
    query: tuple[int, int]
    document: tuple[int, int]
    pieces: tuple[Piece, ...]
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class _Runs:
    """Runs of equal words: where they begin in both texts, their words, and their worth in twelfths."""

    query: NDArray[np.int64]
    document: NDArray[np.int64]
    words: NDArray[np.int64]
    worth: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "_Runs":
        return _Runs(self.query[rows], self.document[rows], self.words[rows], self.worth[rows])


def find_passages(
    query: Words, query_grams: Ngrams, document: Words, document_grams: Ngrams, shortest: int
) -> list[Passage]:
    """Finds what two texts have in common.

    Args:
        query: The words of one text, the answer.
        query_grams: Its n-grams; every shared run of that length is an anchor.
        document: The words of the other text.
        document_grams: Its n-grams of the same length.
        shortest: Worth in words of the shortest passage, at least that of an n-gram.

    Returns:
        Passages by their place in the answer; of a region of the answer and the document the best chain, and
        every run of enough words that is not in it.

    >>> from transforms.ngrams import ngrams
    >>> from transforms.words import split_words
    >>> answer = split_words(["so it was the best of times, it was the worst of times they say"])
    >>> book = split_words(["It was the best of times; it was THE BAD worst of times!"])
    >>> (found,) = find_passages(answer, ngrams(answer, 4), book, ngrams(book, 4), shortest=6)
    >>> found.kind, found.query, found.document, [piece.exact for piece in found.pieces]
    ('near', (1, 13), (0, 13), [False, True])
    """
    amounts = np.zeros(len(query.hashes) + 1, np.int64)
    np.cumsum(query.twelfths, out=amounts[1:])
    others = np.zeros(len(document.hashes) + 1, np.int64)
    np.cumsum(document.twelfths, out=others[1:])
    found: dict[tuple[tuple[int, int], tuple[int, int]], Passage] = {}
    for places, diagonals in _regions(*_anchors(query_grams, document_grams)):
        runs = _equal_runs(query.hashes, document.hashes, amounts, places, diagonals)
        chains = [_best_chain(runs, amounts, others)]
        chained = set(chains[0].tolist())
        long = np.flatnonzero(runs.worth >= shortest * WHOLE).tolist()
        chains += [np.array([row]) for row in long if row not in chained]
        for chain in chains:
            for passage in _passages(query, document, runs.take(chain), amounts, others, shortest):
                found[passage.query, passage.document] = passage
    return sorted(found.values(), key=lambda passage: (passage.query, passage.document))


def _anchors(query: Ngrams, document: Ngrams) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns the first words of shared n-grams in both texts; of what repeats itself only some."""
    order = np.argsort(query.hashes, kind="stable")
    known = query.hashes[order]
    low = np.searchsorted(known, document.hashes, side="left")
    counts = np.minimum(np.searchsorted(known, document.hashes, side="right") - low, 8)
    rows = np.flatnonzero(counts)
    if not len(rows):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    # The nth time that the document holds a hash, in the order of the document.
    by_hash = rows[np.argsort(document.hashes[rows], kind="stable")]
    values = document.hashes[by_hash]
    heads = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    nth = np.arange(len(values)) - np.repeat(heads, np.diff(np.append(heads, len(values))))
    rows = by_hash[nth < _MAX_REPEATS]
    counts, low = counts[rows], low[rows]
    steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    partners = order[np.repeat(low, counts) + steps]
    return query.firsts[partners], document.firsts[np.repeat(rows, counts)]


def _regions(
    query: NDArray[np.int64], document: NDArray[np.int64]
) -> Iterator[tuple[tuple[int, int], NDArray[np.int64]]]:
    """Yields (first and last place in the answer, diagonals) of anchors that lie near one another."""
    diagonals = document - query
    order = np.lexsort((query, diagonals))
    query, diagonals = query[order], diagonals[order]
    for group in np.split(np.arange(len(order)), np.flatnonzero(np.diff(diagonals) > _BAND) + 1):
        group = group[np.argsort(query[group], kind="stable")]
        for near in np.split(group, np.flatnonzero(np.diff(query[group]) > _REACH) + 1):
            if len(near):
                lines, anchors = np.unique(diagonals[near], return_counts=True)
                lines = lines[np.argsort(-anchors, kind="stable")[:_MAX_DIAGONALS]]
                around = np.unique(np.add.outer(lines, np.arange(-_BAND, _BAND + 1)))
                yield (int(query[near].min()), int(query[near].max())), around


def _equal_runs(
    query: NDArray[np.uint64],
    document: NDArray[np.uint64],
    amounts: NDArray[np.int64],
    places: tuple[int, int],
    diagonals: NDArray[np.int64],
) -> _Runs:
    """Returns the maximal runs of equal words along some diagonals, around some places of the answer."""
    first, last = max(places[0] - _REACH, 0), min(places[1] + _REACH, len(query))
    while True:
        columns = np.arange(first, last)
        partners = columns + diagonals[:, None]
        inside = (partners >= 0) & (partners < len(document))
        equal = np.zeros((len(diagonals), len(columns) + 2), np.bool_)
        np.equal(query[columns], document[np.where(inside, partners, 0)], out=equal[:, 1:-1])
        equal[:, 1:-1] &= inside
        # A run that reaches the border may go on beyond it.
        grown = (
            max(first - _REACH * 4, 0) if equal[:, 1].any() else first,
            min(last + _REACH * 4, len(query)) if equal[:, -2].any() else last,
        )
        if grown == (first, last):
            break
        first, last = grown
    rows, begins = np.nonzero(equal[:, 1:] & ~equal[:, :-1])
    _, ends = np.nonzero(equal[:, :-1] & ~equal[:, 1:])
    begins, ends = begins + first, ends + first
    runs = _Runs(begins, begins + diagonals[rows], ends - begins, amounts[ends] - amounts[begins])
    runs = runs.take(np.flatnonzero(runs.worth >= _MIN_RUN))
    runs = runs.take(np.argsort(-runs.worth, kind="stable")[:_MAX_RUNS])
    return runs.take(np.lexsort((runs.document, runs.query)))


def _best_chain(runs: _Runs, amounts: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns the numbers of the runs of the best chain, in their order."""
    query_ends, document_ends = runs.query + runs.words, runs.document + runs.words
    best = runs.worth.copy()
    before = np.full(len(best), -1)
    for row in range(1, len(best)):
        gaps = amounts[runs.query[row]] - amounts[query_ends[:row]]
        skips = others[runs.document[row]] - others[document_ends[:row]]
        scores = best[:row] - np.maximum(gaps, skips) - _STEP + runs.worth[row]
        scores[(gaps < 0) | (skips < 0) | (np.maximum(gaps, skips) > _MAX_GAP)] = 0
        previous = int(scores.argmax())
        if scores[previous] > best[row]:
            best[row], before[row] = scores[previous], previous
    chain = [int(best.argmax())]
    while before[chain[-1]] >= 0:
        chain.append(int(before[chain[-1]]))
    return np.array(chain[::-1])


def _passages(
    query: Words,
    document: Words,
    chain: _Runs,
    amounts: NDArray[np.int64],
    others: NDArray[np.int64],
    shortest: int,
) -> Iterator[Passage]:
    """Yields the passage of a chain if it is one, else those of its pieces that are long enough alone."""
    pieces = [piece for row in range(len(chain.query)) for piece in _verified(query, document, chain, row)]
    if len(pieces) > 1:
        ends = (pieces[0].query[0], pieces[-1].query[1]), (pieces[0].document[0], pieces[-1].document[1])
        worth = sum(int(amounts[piece.query[1]] - amounts[piece.query[0]]) for piece in pieces)
        longer = max(amounts[ends[0][1]] - amounts[ends[0][0]], others[ends[1][1]] - others[ends[1][0]])
        if longer >= NEAR_LENGTH * shortest * WHOLE and worth >= NEAR_SHARE * longer:
            yield Passage("near", *ends, tuple(pieces), round(worth / int(longer), 4))
            return
    for piece in pieces:
        if amounts[piece.query[1]] - amounts[piece.query[0]] >= shortest * WHOLE:
            kind: Kind = "verbatim" if piece.exact else "words"
            yield Passage(kind, piece.query, piece.document, (piece,), 1.0)


def _verified(query: Words, document: Words, runs: _Runs, row: int) -> Iterator[Piece]:
    """Yields what of a run is the same character by character: all of it, unless hashes collided."""
    first, other, count = int(runs.query[row]), int(runs.document[row]), int(runs.words[row])
    text, stored = (
        words.texts[0][words.starts[begin] : words.stops[begin + count - 1]]
        for words, begin in ((query, first), (document, other))
    )
    if text == stored:
        yield Piece((first, first + count), (other, other + count), exact=True)
        return
    same = _same_words(query, first, document, other, count)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
    for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        yield Piece((first + begin, first + end), (other + begin, other + end), exact=False)


def _same_words(query: Words, first: int, document: Words, other: int, count: int) -> NDArray[np.bool_]:
    """Tells of each of some words whether its folded characters are those of its partner."""
    lengths = query.stops[first : first + count] - query.starts[first : first + count]
    same = lengths == document.stops[other : other + count] - document.starts[other : other + count]
    rows = np.flatnonzero(same)
    lengths = lengths[rows]
    inside = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    left, right = (
        _folded(words, begin, count)[
            np.repeat(words.starts[begin + rows] - words.starts[begin], lengths) + inside
        ]
        for words, begin in ((query, first), (document, other))
    )
    same[np.repeat(rows, lengths)[left != right]] = False
    return np.asarray(same, np.bool_)


def _folded(words: Words, first: int, count: int) -> NDArray[np.uint32]:
    """Returns the folded characters from the beginning of one word to the end of another."""
    text = words.texts[0][words.starts[first] : words.stops[first + count - 1]]
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    folded: NDArray[np.uint32] = table()[points] & np.uint32((1 << CLASS_SHIFT) - 1)
    return folded
