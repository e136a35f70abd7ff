"""Grounds answers: traces each, counts its words by what supports them, and credits their holders."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.grounds import (
    KINDS,
    Ground,
    GroundAnswer,
    GroundClaim,
    GroundCounts,
    GroundCredit,
    GroundKind,
    GroundModel,
    GroundSpan,
)
from schemas.tables import TABLES
from schemas.traces import Trace
from transforms.sentences import claims
from transforms.terms import runs_of
from transforms.words import Words, split_words
from warehouse.grounding.credit import NONE, Credit, Settled, holdings, settle
from warehouse.rows import uuids
from warehouse.trace.similar import SHARE


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to ground; ``model`` is who gave it, if that is known."""

    id: str
    text: str
    model: str | None = None


class Grounding:
    """Gathers answers of a run, one after another."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._answers: list[GroundAnswer] = []
        self._credits: list[tuple[GroundAnswer, Credit]] = []
        self._unindexed = 0

    def add(self, answer: Answer, trace: Trace) -> GroundAnswer:
        """Adds an answer and what was found of it."""
        words = split_words([trace.text])
        settled = settle(len(words.hashes), holdings(trace, words))
        weights: dict[str, float] = defaultdict(float)
        for credit in settled.credits:
            weights[credit.holding.contributor] += credit.weight
        ground = GroundAnswer(
            id=answer.id,
            model=answer.model,
            text=trace.text,
            counts=_counts(settled.kinds, settled.public),
            claims=tuple(_claims(words, settled)),
            spans=tuple(_spans(words, settled)),
            shorter=trace.shorter,
            truncated=trace.truncated,
            unopened=trace.unopened,
            contributors={name: weight for name, weight in sorted(weights.items()) if weight},
        )
        self._answers.append(ground)
        self._credits += [(ground, _placed(credit, words)) for credit in settled.credits]
        self._unindexed = trace.unindexed
        return ground

    def table(self) -> pa.Table:
        """Returns the run's rows of ``attributions``, in the order of the answers."""
        rows = [(answer, credit) for answer, credit in self._credits]
        columns = {
            "run": [self._run] * len(rows),
            "answer": [answer.id for answer, _ in rows],
            "model": [answer.model for answer, _ in rows],
            "start": [credit.first for _, credit in rows],
            "end": [credit.stop for _, credit in rows],
            "doc_id": uuids([bytes.fromhex(credit.holding.doc_id) for _, credit in rows]),
            "kind": [KINDS[credit.holding.kind] for _, credit in rows],
            "share": [credit.holding.share for _, credit in rows],
            "weight": [credit.weight for _, credit in rows],
        }
        return pa.Table.from_pydict(columns, TABLES["attributions"])

    def result(self, snapshot: int, written: int | None) -> Ground:
        """Returns the figures.

        Args:
            snapshot: That the answers were traced in.
            written: Number of the snapshot with the run's rows, if they were written.
        """
        by_model: dict[str | None, list[GroundAnswer]] = defaultdict(list)
        for answer in self._answers:
            by_model[answer.model].append(answer)
        return Ground(
            snapshot=snapshot,
            written=written,
            run=self._run,
            share=SHARE,
            unindexed=self._unindexed,
            total=_model(None, self._answers),
            models=tuple(_model(name, by_model[name]) for name in sorted(by_model, key=lambda m: m or "")),
            contributors=self._credited(lambda credit: credit.holding.contributor),
            sources=self._credited(lambda credit: credit.holding.source),
            licenses=self._credited(lambda credit: credit.holding.license),
            answers=tuple(self._answers),
        )

    def _credited(self, name_of: Callable[[Credit], str]) -> tuple[GroundCredit, ...]:
        total = max(sum(answer.counts.words for answer in self._answers), 1)
        groups: dict[str, list[tuple[GroundAnswer, Credit]]] = defaultdict(list)
        for answer, credit in self._credits:
            if not credit.holding.reference:
                groups[name_of(credit)].append((answer, credit))
        made = []
        for name, group in groups.items():
            of = {
                kind: round(sum(one.weight for _, one in group if one.holding.kind == number), 6)
                for number, kind in enumerate(KINDS[:NONE])
            }
            weight = sum(of.values())
            made.append(
                GroundCredit(
                    name=name,
                    weight=round(weight, 6),
                    share=round(weight / total, 6),
                    documents=len({one.holding.doc_id for _, one in group}),
                    answers=len({answer.id for answer, _ in group}),
                    verbatim=of["verbatim"],
                    near=of["near"],
                    similar=of["similar"],
                )
            )
        return tuple(sorted(made, key=lambda one: (-one.weight, one.name)))


def _placed(credit: Credit, words: Words) -> Credit:
    """Returns a credit with code points of the answer for numbers of words."""
    start, stop = int(words.starts[credit.first]), int(words.stops[credit.stop - 1])
    return Credit(credit.holding, start, stop, credit.weight)


def _counts(kinds: NDArray[np.uint8], public: NDArray[np.bool_]) -> GroundCounts:
    found = np.bincount(kinds, minlength=len(KINDS)).tolist()
    return _stated(found, int(public.sum()))


def _stated(found: Sequence[int], public: int) -> GroundCounts:
    words = sum(found)
    shares: dict[GroundKind, float] = {
        kind: count / words if words else float(kind == "none")
        for kind, count in zip(KINDS, found, strict=True)
    }
    verbatim, near, similar, none = found
    return GroundCounts(
        words=words, verbatim=verbatim, near=near, similar=similar, none=none, public=public, shares=shares
    )


def _model(name: str | None, answers: Sequence[GroundAnswer]) -> GroundModel:
    counts = [answer.counts for answer in answers]
    found = [sum(getattr(one, kind) for one in counts) for kind in KINDS]
    public = sum(one.public for one in counts)
    return GroundModel(model=name, answers=len(answers), counts=_stated(found, public))


def _claims(words: Words, settled: Settled) -> Iterator[GroundClaim]:
    for first, stop in claims(words):
        counts = _counts(settled.kinds[first:stop], settled.public[first:stop])
        yield GroundClaim(
            start=int(words.starts[first]), stop=int(words.stops[stop - 1]), kind=_kind(counts), counts=counts
        )


def _kind(counts: GroundCounts) -> GroundKind:
    if counts.verbatim * 2 >= counts.words:
        return "verbatim"
    if (counts.verbatim + counts.near) * 2 >= counts.words:
        return "near"
    return "similar" if counts.similar or (counts.words - counts.none) * 2 >= counts.words else "none"


def _spans(words: Words, settled: Settled) -> Iterable[GroundSpan]:
    found = [
        (first, stop, kind)
        for number, kind in enumerate(KINDS)
        for first, stop in runs_of(settled.kinds == number)
    ]
    for first, stop, kind in sorted(found):
        start, end = int(words.starts[first]), int(words.stops[stop - 1])
        yield GroundSpan(start=start, stop=end, kind=kind, words=stop - first)
