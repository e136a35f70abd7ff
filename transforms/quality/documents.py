"""The step: measures the documents of a batch and refuses those beyond a limit."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.batches import Batch, Signals
from schemas.records import HEAD_CHARS, Document, Rejection
from schemas.specs import Limit, QualitySpec
from transforms.quality.measure import Columns, measure_quality
from transforms.quality.rules import QUALITY_VERSION
from transforms.words import WORDS_VERSION, words_of

STAGE = "quality"


def recipe(spec: QualitySpec) -> dict[str, Any]:
    """Returns what decides the result of this step."""
    limits = [list(asdict(limit).values()) for limit in spec.limits]
    return {"quality": QUALITY_VERSION, "words": WORDS_VERSION, "limits": limits}


def judge_batch(batch: Batch, spec: QualitySpec) -> Batch:
    """Measures every document, and refuses each that a rule refuses; its language should be known by now.

    Returns:
        The batch with ``signals`` of all documents that came in. A rejection (stage ``quality``) names the
        first rule in the order of ``RULES``, with value and limit; ``also`` holds the others.
    """
    if not spec.enabled or not batch.documents:
        return batch
    words = words_of(batch)
    columns = measure_quality(words, [document.language for document in batch.documents])
    ids = tuple(document.doc_id for document in batch.documents)
    signals = Signals(ids, {f"q_{name}": values for name, values in columns.items()})
    batch = replace(batch, words=words, signals=signals)
    if not spec.limits:
        return batch
    refused = np.array([beyond(limit, columns[limit.rule]) for limit in spec.limits])
    if not refused.any():
        return batch
    return batch.settle(_outcomes(batch.documents, columns, spec.limits, refused))


def beyond(limit: Limit, values: NDArray[Any]) -> NDArray[np.bool_]:
    """Tells which values a rule refuses; one that does not apply is never refused."""
    applies = ~np.isnan(values) if values.dtype.kind == "f" else values >= 0
    where = np.zeros(len(values), np.bool_)
    if limit.low is not None:
        where |= values <= limit.low if limit.refused else values < limit.low
    if limit.high is not None:
        where |= values >= limit.high if limit.refused else values > limit.high
    return where & applies


def _outcomes(
    documents: Sequence[Document], columns: Columns, limits: Sequence[Limit], refused: NDArray[np.bool_]
) -> Iterator[Document | Rejection]:
    fallen: NDArray[np.bool_] = np.logical_or.reduce(refused)
    for row, document in enumerate(documents):
        if not fallen[row]:
            yield document
            continue
        first, *others = [limits[place] for place in np.flatnonzero(refused[:, row]).tolist()]
        value = float(columns[first.rule][row])
        low = first.low is not None and (value < first.low or (first.refused and value == first.low))
        yield Rejection(
            doc_id=document.doc_id,
            source=document.source,
            uri=document.uri,
            locator=document.locator,
            stage=STAGE,
            rule=first.rule,
            value=value,
            limit=first.low if low else first.high,
            also=tuple(limit.rule for limit in others),
            head=document.text[:HEAD_CHARS],
            media_type=document.media_type,
            raw_sha256=document.raw_sha256,
        )
