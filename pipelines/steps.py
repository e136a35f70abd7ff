"""The steps of the ingest chain as PTransforms: wiring only, the work is done by ``transforms``.

Read to write is one fused chain: no Reshuffle, GroupByKey or second consumer of batches stands in it,
so text never leaves the process that read it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import apache_beam as beam
from apache_beam import PCollection

from pipelines.chain import Chain
from pipelines.reading import read_unit
from schemas.batches import Batch, RawBatch
from schemas.specs import IngestSpec
from schemas.units import WorkUnit
from transforms.clean import clean_document
from transforms.extract import extract_record
from transforms.language import detect_documents
from transforms.measures import measure
from transforms.shingles import shingles
from transforms.signatures import sign
from transforms.words import words_of
from warehouse.receipts import INGEST, read_receipt
from warehouse.storage import open_storage


def extract_batch(raw: RawBatch, spec: IngestSpec) -> Batch:
    """Turns records into documents; what has no text falls."""
    batch = Batch(
        unit=raw.unit,
        seq=raw.seq,
        last=raw.last,
        read=raw.read,
        files=raw.files,
        bytes=raw.bytes,
        documents=(),
        rejections=raw.rejections,
        dead_letters=raw.dead_letters,
    )
    return batch.settle(extract_record(path, record, spec) for path, record in raw.records)


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


def sign_batch(batch: Batch, spec: IngestSpec) -> Batch:
    """Counts words and signs the documents of a batch; the words are split once, for all steps."""
    if not batch.documents:
        return batch
    words = words_of(batch)
    signed = replace(batch, measures=measure(words))
    if not spec.dedup.enabled:
        return signed
    return replace(signed, signatures=sign(shingles(words, spec.dedup.ngram), spec.dedup.permutations))


@dataclass(eq=False)
class ReadUnits(beam.PTransform[PCollection[WorkUnit], PCollection[RawBatch]]):
    """Reads units; one whose receipt exists is skipped, so that a retry does no work twice."""

    chain: Chain

    def expand(self, units: PCollection[WorkUnit]) -> PCollection[RawBatch]:  # noqa: D102
        batches: PCollection[RawBatch] = units | "Read" >> beam.ParDo(_ReadUnitFn(self.chain))
        return batches


class _ReadUnitFn(beam.DoFn):
    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def setup(self) -> None:
        self._storage = open_storage(self._chain.warehouse)

    def process(self, element: WorkUnit) -> Iterator[RawBatch]:
        digest = self._chain.recipes[element.source].ingest_digest(element)
        if read_receipt(self._storage, INGEST, element.unit_id, digest) is None:
            spec = self._chain.specs[element.source]
            yield from read_unit(element, spec.source, spec.sample)


@dataclass(eq=False)
class TransformBatches(beam.PTransform[PCollection[RawBatch], PCollection[Batch]]):
    """Extracts, cleans, tells the language, measures and signs, a batch at a time."""

    chain: Chain

    def expand(self, raw: PCollection[RawBatch]) -> PCollection[Batch]:  # noqa: D102
        batches: PCollection[Batch] = (
            raw
            | "Extract" >> beam.ParDo(_BatchFn(extract_batch, self.chain))
            | "Clean" >> beam.ParDo(_BatchFn(clean_batch, self.chain))
            | "Language" >> beam.ParDo(_BatchFn(language_batch, self.chain))
            | "Sign" >> beam.ParDo(_BatchFn(sign_batch, self.chain))
        )
        return batches


class _BatchFn(beam.DoFn):
    """Applies a pure function of (batch, options of its source)."""

    def __init__(self, function: Callable[..., Batch], chain: Chain) -> None:
        self._function = function
        self._chain = chain

    def process(self, element: "RawBatch | Batch") -> Iterator[Batch]:
        yield self._function(element, self._chain.specs[element.unit.source])
