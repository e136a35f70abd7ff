"""Who is credited for each word of an answer, and with how much?

A word counts for the strictest kind by which a document holds it, and for that kind only. Its weight of 1 is
split equally among the contributors whose documents hold it by that kind, and each part equally among that
contributor's documents: two copies of a text earn no more than one. Reference sources get no credit; a word
that only they hold has no weight. So the weights of an answer sum to its supported words less those public
ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.grounds import KINDS, GroundKind
from schemas.traces import SimilarHolder, Trace, TraceHolder
from transforms.terms import runs_of
from transforms.words import WHOLE, Words

NONE = len(KINDS) - 1
"""Place of ``none`` in ``KINDS``."""


@dataclass(frozen=True, slots=True, eq=False)
class Holding:
    """Words of an answer that a document holds by one kind.

    Attributes:
        kind: Its place in ``KINDS``.
        words: bool, one value a word of the answer.
        share: Part of the words (``near``) or terms (``similar``) that are the same.
    """

    doc_id: str
    contributor: str
    source: str
    license: str
    reference: bool
    kind: int
    words: NDArray[np.bool_]
    share: float


@dataclass(frozen=True, slots=True)
class Credit:
    """A run of words that is credited to a document: first word, word after the last, and their weight."""

    holding: Holding
    first: int
    stop: int
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """What became of each word.

    Attributes:
        kinds: uint8, place in ``KINDS`` of each word's kind.
        public: bool, whether only reference sources hold it.
        credits: By first word, kind and document.
    """

    kinds: NDArray[np.uint8]
    public: NDArray[np.bool_]
    credits: tuple[Credit, ...]


def holdings(trace: Trace, words: Words) -> list[Holding]:
    """Returns what documents hold of an answer, each document once for each kind."""
    made: dict[tuple[str, int], Holding] = {}

    def hold(
        holder: TraceHolder | SimilarHolder, kind: GroundKind, start: int, stop: int, share: float
    ) -> None:
        key = (holder.doc_id, KINDS.index(kind))
        if key not in made:
            stated = {
                name: getattr(holder, name) for name in ("contributor", "source", "license", "reference")
            }
            mask = np.zeros(len(words.hashes), np.bool_)
            made[key] = Holding(doc_id=key[0], kind=key[1], words=mask, share=share, **stated)
        first, last = np.searchsorted(words.starts, [start, stop])
        made[key].words[first:last] = True

    for span in trace.spans:
        for holder in span.holders:
            for piece in holder.pieces:
                first, last = np.searchsorted(words.starts, [piece.start, piece.stop])
                worth = int(words.twelfths[first:last].sum(dtype=np.int64))
                whole = holder.kind != "near" or worth >= trace.guaranteed * WHOLE
                kind: GroundKind = "verbatim" if whole else "near"
                hold(holder, kind, piece.start, piece.stop, 1.0 if whole else holder.share)
    for sentence in trace.similar:
        for passage in sentence.passages:
            for document in passage.holders:
                for start, stop in passage.held:
                    hold(document, "similar", start, stop, passage.share)
    return list(made.values())


def settle(count: int, held: Sequence[Holding]) -> Settled:
    """Gives each word its kind and its weight to its holders.

    Args:
        count: Words of the answer.
        held: Each document at most once for each kind.
    """
    kinds = np.full(count, NONE, np.uint8)
    for one in held:
        kinds[one.words] = np.minimum(kinds[one.words], one.kind)
    public = kinds < NONE
    found: list[Credit] = []
    for kind in range(NONE):
        mine = [(one, one.words & (kinds == kind)) for one in held if one.kind == kind]
        of: dict[str, NDArray[np.int64]] = {}
        for one, words in mine:
            if not one.reference:
                of[one.contributor] = of.get(one.contributor, np.zeros(count, np.int64)) + words
        contributors = sum((mask > 0 for mask in of.values()), np.zeros(count, np.int64))
        public &= contributors == 0
        for one, words in mine:
            weight = np.zeros(count)
            if not one.reference:
                weight[words] = 1 / (contributors[words] * of[one.contributor][words])
            found += [Credit(one, a, b, float(weight[a:b].sum())) for a, b in runs_of(words)]
    found.sort(key=lambda one: (one.first, one.holding.kind, one.holding.doc_id))
    return Settled(kinds, public, tuple(found))
