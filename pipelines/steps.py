"""The steps of the ingest chain as PTransforms: wiring only, the work is done by ``transforms``.

Read to write is one fused chain: no Reshuffle, GroupByKey or second consumer of batches stands in it,
so text never leaves the process that read it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import apache_beam as beam
from apache_beam import PCollection

from pipelines.bounded import is_bounded
from pipelines.chain import Chain
from pipelines.sandbox import borrowed
from pipelines.stretches import as_batches
from schemas.batches import Batch
from schemas.specs import IngestSpec
from schemas.units import WorkUnit
from transforms.clean import clean_document
from transforms.language import detect_documents
from transforms.measures import measure
from transforms.pii.document import protect_document, protect_fallen
from transforms.quality import judge_batch
from transforms.shingles import shingles
from transforms.signatures import sign
from transforms.sketches import sketch
from transforms.words import words_of
from warehouse.receipts import INGEST, read_receipt
from warehouse.storage import open_storage


def clean_batch(batch: Batch, spec: IngestSpec) -> Batch:
    """Repairs the texts of a batch."""
    if not spec.clean.enabled:
        return batch
    return batch.apply(lambda document: clean_document(document, spec.clean))


def language_batch(batch: Batch, spec: IngestSpec) -> Batch:
    """Tells the languages of a batch, and refuses those that are not kept."""
    if not spec.language.enabled:
        return batch
    return batch.settle(detect_documents(batch.documents, spec.language))


def quality_batch(batch: Batch, spec: IngestSpec) -> Batch:
    """Measures the texts of a batch, and refuses those beyond a limit."""
    return judge_batch(batch, spec.quality)


def pii_batch(batch: Batch, spec: IngestSpec) -> Batch:
    """Counts, hides or refuses personal data, in documents and in what is told of the fallen."""
    if not spec.pii.enabled:
        return batch
    batch = replace(
        batch,
        rejections=protect_fallen(batch.rejections, spec.pii),
        dead_letters=protect_fallen(batch.dead_letters, spec.pii),
    )
    return batch.apply(lambda document: protect_document(document, spec.pii))


def sign_batch(batch: Batch, spec: IngestSpec) -> Batch:
    """Counts words and signs the documents of a batch; the words are split once, for all steps."""
    if not batch.documents:
        return batch
    if not spec.dedup.enabled:
        return replace(batch, measures=measure(words_of(batch)))
    ngram, permutations = spec.dedup.ngram, spec.dedup.permutations
    if batch.words is None:
        measures, signatures = sketch([document.text for document in batch.documents], ngram, permutations)
    else:
        words = words_of(batch)
        measures, signatures = measure(words), sign(shingles(words, ngram), permutations)
    return replace(batch, measures=measures, signatures=signatures)


@dataclass(eq=False)
class ReadUnits(beam.PTransform[PCollection[WorkUnit], PCollection[Batch]]):
    """Reads units and extracts the texts of their records, in a sandbox if they could do harm.

    A unit whose receipt exists is skipped, so that a retry does no work twice.
    """

    chain: Chain

    def expand(self, units: PCollection[WorkUnit]) -> PCollection[Batch]:  # noqa: D102
        batches: PCollection[Batch] = units | "Read" >> beam.ParDo(_ReadUnitFn(self.chain))
        return batches


class _ReadUnitFn(beam.DoFn):
    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def setup(self) -> None:
        self._chain.check_plugins()
        self._storage = open_storage(self._chain.warehouse)

    def process(self, element: WorkUnit) -> Iterator[Batch]:
        digest = self._chain.recipes[element.source].ingest_digest(element)
        if read_receipt(self._storage, INGEST, element.unit_id, digest) is not None:
            return
        spec = self._chain.specs[element.source]
        if not spec.limits.sandbox or is_bounded(element, spec.source):
            from pipelines.reading import read_unit  # and with it all parsers, which a worker need not have

            yield from read_unit(element, spec)
            return
        with borrowed() as sandbox:
            yield from as_batches(element, sandbox.settle(element, spec))


@dataclass(eq=False)
class TransformBatches(beam.PTransform[PCollection[Batch], PCollection[Batch]]):
    """Cleans, tells the language, judges, protects, decontaminates, counts and signs, a batch at a time."""

    chain: Chain

    def expand(self, read: PCollection[Batch]) -> PCollection[Batch]:  # noqa: D102
        batches: PCollection[Batch] = (
            read
            | "Clean" >> beam.ParDo(_BatchFn(clean_batch, self.chain))
            | "Language" >> beam.ParDo(_BatchFn(language_batch, self.chain))
            | "Quality" >> beam.ParDo(_BatchFn(quality_batch, self.chain))
            | "Pii" >> beam.ParDo(_BatchFn(pii_batch, self.chain))
            | "Decontaminate" >> beam.ParDo(_DecontaminateFn(self.chain))
            | "Sign" >> beam.ParDo(_BatchFn(sign_batch, self.chain))
        )
        return batches


class _DecontaminateFn(beam.DoFn):
    """Holds batches against the benchmarks of their source, which each worker reads once."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def setup(self) -> None:
        self._storage = open_storage(self._chain.warehouse)

    def process(self, element: Batch) -> Iterator[Batch]:
        spec = self._chain.specs[element.unit.source].decontaminate
        if not spec.enabled:
            yield element
            return
        from transforms.decontaminate.documents import decontaminate_batch
        from warehouse.benchmarks import cached_items

        yield decontaminate_batch(element, spec, cached_items(self._storage, spec.items))


class _BatchFn(beam.DoFn):
    """Applies a pure function of (batch, options of its source)."""

    def __init__(self, function: Callable[..., Batch], chain: Chain) -> None:
        self._function = function
        self._chain = chain

    def process(self, element: Batch) -> Iterator[Batch]:
        yield self._function(element, self._chain.specs[element.unit.source])
