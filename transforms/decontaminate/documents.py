"""The step: documents held against benchmarks; what is found is listed, masked, or refuses the document."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Final

from schemas.batches import Batch
from schemas.benchmarks import Action, Contamination
from schemas.records import HEAD_CHARS, Document, Rejection
from schemas.specs import DecontaminateSpec
from transforms.decontaminate.items import ItemSet
from transforms.decontaminate.score import Hit, find_items
from transforms.ngrams import NGRAMS_VERSION
from transforms.words import WORDS_VERSION, Words, words_of

STAGE: Final = "decontaminate"

DECONTAMINATE_VERSION: Final = 1
"""Bumped by hand whenever something else may be found in the same text, or other scores."""

MASK: Final = "<BENCHMARK>"
"""What stands in a masked text in the place of an item."""


def recipe(spec: DecontaminateSpec) -> dict[str, Any]:
    """Returns what decides the result of this step."""
    return {
        "decontaminate": DECONTAMINATE_VERSION,
        "words": WORDS_VERSION,
        "ngrams": NGRAMS_VERSION,
        "items": spec.items,
        "action": spec.action,
        "threshold": spec.threshold,
        "report": spec.report,
    }


def decontaminate_batch(batch: Batch, spec: DecontaminateSpec, items: ItemSet) -> Batch:
    """Looks for items in every document.

    Returns:
        The batch with ``contamination``: a row for each item and place from the score ``report`` on. From
        ``threshold`` on the action is that of the spec, below it is ``keep``. A rejection (stage
        ``decontaminate``) names the benchmark of the highest score, with score and threshold; ``also`` holds
        the other benchmarks.
    """
    if not spec.enabled or not batch.documents:
        return batch
    words = words_of(batch)
    batch = replace(batch, words=words)
    hits = find_items(words, items, min(spec.report, spec.threshold))
    if not hits:
        return batch
    of = {document: list(group) for document, group in groupby(hits, key=lambda hit: hit.document)}
    rows: list[Contamination] = []
    outcomes: list[Document | Rejection] = []
    for number, document in enumerate(batch.documents):
        outcome, found = _judge(document, of.get(number, ()), spec, items, words, number)
        outcomes.append(outcome)
        rows.extend(found)
    return replace(batch.settle(outcomes), contamination=(*batch.contamination, *rows))


def _judge(
    document: Document,
    hits: Sequence[Hit],
    spec: DecontaminateSpec,
    items: ItemSet,
    words: Words,
    number: int,
) -> tuple[Document | Rejection, list[Contamination]]:
    spans = [_span(words, number, hit) for hit in hits]
    sure = [hit.score >= spec.threshold for hit in hits]
    actions: list[Action] = [_action(spec, one) for one in sure]
    outcome: Document | Rejection = document
    places = spans
    if any(sure) and spec.action == "reject":
        outcome = _refuse(document, [hit for hit, one in zip(hits, sure, strict=True) if one], spec, items)
    elif any(sure) and spec.action == "mask":
        hidden = _joined([span for span, one in zip(spans, sure, strict=True) if one])
        # The turns of a conversation say again what the text says.
        outcome = replace(document, text=_masked(document.text, hidden), messages=None)
        places = [_moved(span, hidden) for span in spans]
    rows = []
    for hit, action, span, place in zip(hits, actions, spans, places, strict=True):
        item = items.items[hit.item]
        rows.append(
            Contamination(
                doc_id=document.doc_id,
                source=document.source,
                uri=document.uri,
                locator=document.locator,
                benchmark=item.benchmark,
                item=item.item,
                start=place[0],
                end=place[1],
                score=hit.score,
                question=hit.shares[0],
                answer=hit.shares[1],
                passage=hit.shares[2],
                bits=hit.bits,
                action=action,
                excerpt=document.text[span[0] : span[1]][:HEAD_CHARS],
            )
        )
    return outcome, rows


def _action(spec: DecontaminateSpec, sure: bool) -> Action:
    if not sure or spec.action == "keep":
        return "keep"
    return "mask" if spec.action == "mask" else "reject"


def _span(words: Words, document: int, hit: Hit) -> tuple[int, int]:
    """Returns where a hit stands in its document, in code points."""
    offset = int(words.offsets[document])
    return int(words.starts[hit.start]) - offset, int(words.stops[hit.stop - 1]) - offset


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Returns spans sorted and apart from one another."""
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], stop)
        else:
            joined.append((start, stop))
    return joined


def _masked(text: str, hidden: Sequence[tuple[int, int]]) -> str:
    def pieces() -> Iterator[str]:
        done = 0
        for start, stop in hidden:
            yield text[done:start]
            yield MASK
            done = stop
        yield text[done:]

    return "".join(pieces())


def _moved(span: tuple[int, int], hidden: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Returns where a span stands once others are masked; what is masked itself is where the mask is."""

    def move(place: int, *, end: bool) -> int:
        shift = 0
        for start, stop in hidden:
            if place >= stop:
                shift += len(MASK) - (stop - start)
            elif place > start or (place == start and not end):
                return start + shift + (len(MASK) if end else 0)
        return place + shift

    return move(span[0], end=False), move(span[1], end=True)


def _refuse(document: Document, hits: Sequence[Hit], spec: DecontaminateSpec, items: ItemSet) -> Rejection:
    best = max(hits, key=lambda hit: hit.score)
    rule = items.items[best.item].benchmark
    others = sorted({items.items[hit.item].benchmark for hit in hits} - {rule})
    return Rejection(
        doc_id=document.doc_id,
        source=document.source,
        uri=document.uri,
        locator=document.locator,
        stage=STAGE,
        rule=rule,
        value=best.score,
        limit=spec.threshold,
        detail=f"item {items.items[best.item].item}",
        also=tuple(others),
        head=document.text[:HEAD_CHARS],
        media_type=document.media_type,
        raw_sha256=document.raw_sha256,
    )
