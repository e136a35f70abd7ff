"""The other list: sentences that stand nowhere word for word, and passages that say something similar.

Candidates come by BM25. Each that is named was opened, and the words of the sentence that it holds were
looked up in its text; how many it holds, weighted by rarity, decides. That is likeness of vocabulary, not of
meaning: a passage that says the opposite in the same words is similar.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from schemas.manifest import Manifest
from schemas.traces import SimilarHolder, SimilarPassage, Trace, TraceSimilar
from transforms.ngrams import Ngrams
from transforms.sentences import CLAIM_WORDS, claims
from transforms.terms import runs_of, terms
from transforms.words import WHOLE, Words, split_words
from warehouse.catalog import Catalog
from warehouse.passages.search import Hit, Passages, Place
from warehouse.trace.copies import MOST_COPIES, Copies, described
from warehouse.trace.documents import Row

SIMILAR: Final = 3
"""Passages that are named for a sentence, unless told otherwise."""

SHARE: Final = 0.45
"""Weighted share of a sentence's terms from which a passage is similar; docs/trace.md has its reason."""

RAREST: Final = 2.5
"""Words that no other passage holds, so many of which a similar one holds, or others of the same weight."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What is asked for of a sentence.

    Attributes:
        distinct: Its terms, each once.
        of: Which of these each term is, in the order of the sentence.
        firsts: First word of each term, counted in the answer; ``stops`` is the word after its last.
        weights: Of each word of the answer: the mean rarity of the terms that it is part of, for as much of a
            word as it is; 0 outside of the sentence.
        bits: Rarity of each distinct term, for as much of a word as it adds to the one before.
    """

    distinct: NDArray[np.uint64]
    of: NDArray[np.int64]
    firsts: NDArray[np.int64]
    stops: NDArray[np.int64]
    weights: NDArray[np.float64]
    bits: NDArray[np.float64]


class Similar:
    """Finds similar passages in a snapshot."""

    def __init__(
        self,
        catalog: Catalog,
        manifest: Manifest,
        copies: Copies,
        share: float = SHARE,
        rarest: float = RAREST,
    ) -> None:
        self._share, self._rarest = share, rarest
        self._passages = Passages(catalog, manifest)
        self._copies = copies
        self._sources = {source.source: source for source in manifest.sources}
        self._command = f"`datamoat index {catalog.storage.location}`"

    @property
    def missing(self) -> int:
        """Texts of the snapshot whose passages are not indexed on this machine."""
        return self._passages.missing

    def find(self, trace: Trace, words: Words, count: int) -> dict[str, Any]:
        """Returns the fields ``similar`` and ``similar_note`` of a trace.

        Args:
            trace: What was found word for word.
            words: Of its text.
            count: Passages to name for a sentence.
        """
        if not self._passages.there:
            return {
                "similar_note": f"similar passages were not looked for: those of {self.missing:,} texts are "
                f"not indexed on this machine; {self._command} does it"
            }
        note = None
        if self.missing:
            note = (
                f"similar passages were looked for without those of {self.missing:,} texts, which are not "
                f"indexed on this machine; {self._command} does it"
            )
        left = np.ones(len(words.hashes), np.bool_)
        for span in trace.spans:
            left[slice(*np.searchsorted(words.starts, [span.start, span.stop]))] = False
        made = terms(words)
        parts = [(0, len(words.hashes))] if trace.shorter else claims(words)
        found = [self._claim(words, made, part, left, count) for part in parts]
        return {"similar": tuple(one for one in found if one is not None), "similar_note": note}

    def _claim(
        self, words: Words, made: Ngrams, part: tuple[int, int], left: NDArray[np.bool_], count: int
    ) -> TraceSimilar | None:
        """Looks for one sentence; None where too little of it is left."""
        first, stop = part
        mine = np.arange(first, stop)[left[first:stop]]
        if words.twelfths[mine].sum(dtype=np.int64) < CLAIM_WORDS * WHOLE:
            return None
        low, high = np.searchsorted(made.firsts, [first, stop])
        # A term that reaches into a span is not among what is left.
        gone = np.concatenate([[0], np.cumsum(~left)])
        places = np.arange(low, high)
        ends = np.minimum(made.stops[low:high], stop)
        places = places[(gone[ends] == gone[made.firsts[low:high]]) & (made.stops[low:high] <= stop)]
        if not len(places):
            return None
        asked = self._asked(words, made, places)
        hits = self._passages.find(asked.distinct, count)
        passages: list[SimilarPassage] = []
        for begin in range(0, count * 2, count):
            if len(passages) < count:
                passages += self._opened(words, asked, hits[begin : begin + count])
        begin, end = int(words.starts[first]), int(words.stops[stop - 1])
        return TraceSimilar(
            start=begin,
            stop=end,
            text=words.texts[0][begin:end],
            words=len(mine),
            passages=tuple(passages[:count]),
        )

    def _asked(self, words: Words, made: Ngrams, places: NDArray[np.int64]) -> _Asked:
        """Weighs what is asked for; ``places`` are its terms among all of the answer."""
        distinct, first, of = np.unique(made.hashes[places], return_index=True, return_inverse=True)
        rarity = self._passages.weigh(distinct)
        begins, ends = made.firsts[places], made.stops[places]
        covered = _covered(len(words.hashes), begins, ends, np.ones(len(places)))
        sums = _covered(len(words.hashes), begins, ends, rarity[of])
        parts = words.twelfths / WHOLE
        return _Asked(
            distinct=distinct,
            of=of,
            firsts=begins,
            stops=ends,
            weights=np.divide(sums, covered, out=np.zeros(len(sums)), where=covered > 0) * parts,
            bits=rarity / np.log(2) * parts[begins[first]],
        )

    def _opened(self, words: Words, asked: _Asked, hits: Sequence[Hit]) -> Iterator[SimilarPassage]:
        """Opens passages; those that do not hold enough, or that nobody has any more, are left out."""
        placed = self._copies.places(
            [place.segment for hit in hits for place in hit.places],
            [place.doc for hit in hits for place in hit.places],
        )
        known = [(hit, p) for hit in hits for p in hit.places if (p.segment, p.doc) in placed]
        copies = [placed[place.segment, place.doc] for _, place in known]
        rows = self._copies.read(copies)
        opened = [one for one in zip(known, copies, rows, strict=True) if one[2] is not None]
        held = self._copies.holders([text for _, text, _ in opened], [row for *_, row in opened if row])
        for hit in hits:
            mine = [
                (place, text, row, holders)
                for ((of, place), text, row), holders in zip(opened, held, strict=True)
                if of is hit and row is not None and holders
            ]
            if mine:
                place, _, row, _ = mine[0]
                passage = self._judged(words, asked, row["text"][place.first : place.stop])
                if passage is not None:
                    yield passage.model_copy(
                        update={
                            "score": hit.score,
                            "holders": self._described([(place, holders) for place, *_, holders in mine]),
                            "more": sum(max(len(text) - MOST_COPIES, 0) for _, text, *_ in mine),
                        }
                    )

    def _judged(self, words: Words, asked: _Asked, text: str) -> SimilarPassage | None:
        """Compares what is asked for with a passage; None where it does not hold enough."""
        there = np.isin(asked.distinct, terms(split_words([text])).hashes)
        mine = there[asked.of]
        held = _covered(len(words.hashes), asked.firsts[mine], asked.stops[mine], np.ones(mine.sum())) > 0
        share = float(asked.weights[held].sum() / asked.weights.sum())
        bits = float(asked.bits[there].sum())
        if share < self._share or bits < self._rarest * float(np.log2(1 + self._passages.count)):
            return None
        runs = tuple((int(words.starts[first]), int(words.stops[stop - 1])) for first, stop in runs_of(held))
        return SimilarPassage(
            text=text, score=0.0, share=round(share, 4), bits=round(bits, 2), held=runs, holders=()
        )

    def _described(self, found: Sequence[tuple[Place, Sequence[Row]]]) -> tuple[SimilarHolder, ...]:
        made: dict[str, SimilarHolder] = {}
        for place, rows in found:
            for row in rows:
                stated: Mapping[str, Any] = described(row, rows[0], self._sources)
                made.setdefault(stated["doc_id"], SimilarHolder(**stated, start=place.first, stop=place.stop))
        return tuple(
            sorted(
                made.values(),
                key=lambda one: (
                    one.reference,
                    one.copy_of is not None,
                    one.contributor,
                    one.uri,
                    one.locator,
                ),
            )
        )


def _covered(
    count: int, firsts: NDArray[np.int64], stops: NDArray[np.int64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Returns for each word the sum of the values of the terms that it is part of."""
    # Differences of sums of weights leave dust where there is nothing, so that each run is added by itself.
    sums = np.zeros(count)
    for first, stop, value in zip(firsts.tolist(), stops.tolist(), values.tolist(), strict=True):
        sums[first:stop] += value
    return sums
