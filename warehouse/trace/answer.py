"""Puts what the texts proved into an answer: spans with their holders, coverage, shares."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.manifest import SourceRow
from schemas.traces import Trace, TraceHolder, TraceKind, TracePiece, TraceShare, TraceSpan
from transforms.passages import Passage
from transforms.words import WHOLE, Words
from warehouse.trace.copies import described
from warehouse.trace.documents import Row

COMMON: Final = 1000
"""Texts from which a span is called common: boilerplate that says little of its source."""

_KINDS: tuple[TraceKind, ...] = ("verbatim", "words", "near")


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A text and what it shares with the answer.

    Attributes:
        holders: The documents that have it; the first is the one that was opened.
        more: Documents that have it too and were not looked at.
        words: Of the text.
        passages: That it shares.
    """

    holders: Sequence[Row]
    more: int
    words: Words
    passages: Sequence[Passage]


def answer(
    frame: Trace,
    words: Words,
    windows: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    hits: Sequence[Hit],
    texts: int,
    sources: Sequence[SourceRow],
) -> Trace:
    """Fills the frame of an answer.

    Args:
        frame: What is known without the texts.
        words: Of the answer.
        windows: First word, word after the last, and number of texts that may share it, of each window.
        hits: The texts that share something.
        texts: In the index.
        sources: Of the snapshot.
    """
    known = {source.source: source for source in sources}
    groups: dict[tuple[int, int], list[tuple[Hit, Passage]]] = defaultdict(list)
    for hit in hits:
        for passage in hit.passages:
            groups[passage.query].append((hit, passage))
    queries = np.array([passage.query for hit in hits for passage in hit.passages], np.int64).reshape(-1, 2)
    spans = [
        # Whoever holds a longer stretch holds this one too.
        _span(words, query, group, _covering(queries, query), windows, texts, known)
        for query, group in groups.items()
    ]
    spans.sort(key=lambda span: (-span.score, span.start, span.stop))
    verbatim, all_ = (np.zeros(len(words.hashes), np.bool_) for _ in range(2))
    for hit in hits:
        for passage in hit.passages:
            all_[slice(*passage.query)] = True
            for piece in passage.pieces:
                worth = int(words.twelfths[slice(*piece.query)].sum(dtype=np.int64))
                if passage.kind != "near" or worth >= frame.guaranteed * WHOLE:
                    verbatim[slice(*piece.query)] = True
    return frame.model_copy(
        update={
            "spans": tuple(spans),
            "verbatim_words": int(verbatim.sum()),
            "near_words": int((all_ & ~verbatim).sum()),
            "coverage": round(float(all_.mean()), 4) if len(all_) else 0.0,
            "contributors": _shares(words, spans, lambda holder: holder.contributor),
            "licenses": _shares(words, spans, lambda holder: holder.license),
        }
    )


def _covering(queries: NDArray[np.int64], query: tuple[int, int]) -> int:
    """Counts the passages that reach at least from one word to the other."""
    return int(np.count_nonzero((queries[:, 0] <= query[0]) & (queries[:, 1] >= query[1])))


def _span(
    words: Words,
    query: tuple[int, int],
    group: Sequence[tuple[Hit, Passage]],
    opened: int,
    windows: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    texts: int,
    sources: dict[str, SourceRow],
) -> TraceSpan:
    firsts, stops, counts = windows
    inside = counts[(firsts >= query[0]) & (stops <= query[1]) & (counts > 0)]
    holding = max(int(inside.min()) if len(inside) else opened, opened)
    holders = [holder for hit, passage in group for holder in _holders(words, hit, passage, sources)]
    holders.sort(
        key=lambda holder: (
            _KINDS.index(holder.kind), holder.reference, -holder.share, holder.copy_of is not None,
            holder.contributor, holder.uri, holder.locator, holder.start, holder.doc_id,
        )
    )  # fmt: skip
    count = query[1] - query[0]
    start, stop = int(words.starts[query[0]]), int(words.stops[query[1] - 1])
    return TraceSpan(
        start=start,
        stop=stop,
        text=words.texts[0][start:stop],
        kind=holders[0].kind,
        words=count,
        texts=holding,
        common=holding >= COMMON,
        score=round(count * holders[0].share * float(np.log2(1 + texts / holding)), 3),
        holders=tuple(holders),
        more=sum(hit.more for hit, _ in group),
    )


def _holders(words: Words, hit: Hit, passage: Passage, sources: dict[str, SourceRow]) -> list[TraceHolder]:
    stored = hit.words
    pieces = tuple(
        TracePiece(
            start=int(words.starts[piece.query[0]]),
            stop=int(words.stops[piece.query[1] - 1]),
            document_start=int(stored.starts[piece.document[0]]),
            document_stop=int(stored.stops[piece.document[1] - 1]),
            exact=piece.exact,
        )
        for piece in passage.pieces
    )
    return [
        TraceHolder(
            **described(row, hit.holders[0], sources),
            kind=passage.kind,
            start=pieces[0].document_start,
            stop=pieces[-1].document_stop,
            share=passage.share,
            pieces=pieces,
        )
        for row in hit.holders
    ]


def _shares(
    words: Words, spans: Sequence[TraceSpan], name_of: Callable[[TraceHolder], str]
) -> tuple[TraceShare, ...]:
    """Returns how much of the answer each name holds; reference sources stand among the others."""
    covered: dict[str, NDArray[np.bool_]] = {}
    documents: dict[str, set[str]] = defaultdict(set)
    for span in spans:
        low, high = np.searchsorted(words.starts, [span.start, span.stop])
        for holder in span.holders:
            name = name_of(holder)
            covered.setdefault(name, np.zeros(len(words.hashes), np.bool_))[low:high] = True
            documents[name].add(holder.doc_id)
    shares = [
        TraceShare(
            name=name,
            words=int(mask.sum()),
            share=round(float(mask.mean()), 4),
            documents=len(documents[name]),
        )
        for name, mask in covered.items()
    ]
    return tuple(sorted(shares, key=lambda share: (-share.words, share.name)))
