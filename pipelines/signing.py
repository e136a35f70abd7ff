"""Signs documents that are already in the warehouse: a new ``[dedup] ngram`` reads no source."""

from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam
from apache_beam import PCollection

from pipelines.chain import Chain
from pipelines.writing import sign_receipt
from schemas.units import Receipt, WorkUnit
from transforms.sketches import sketch
from warehouse.parts import UnitParts, open_part
from warehouse.receipts import INGEST, SIGN, read_receipt, write_receipt
from warehouse.rows import signature_rows
from warehouse.storage import open_storage


@dataclass(eq=False)
class SignDocuments(beam.PTransform[PCollection[WorkUnit], PCollection[Receipt]]):
    """Writes the signatures of units whose documents are written."""

    chain: Chain

    def expand(self, units: PCollection[WorkUnit]) -> PCollection[Receipt]:  # noqa: D102
        receipts: PCollection[Receipt] = units | "Sign" >> beam.ParDo(_SignUnitFn(self.chain))
        return receipts


class _SignUnitFn(beam.DoFn):
    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def setup(self) -> None:
        self._storage = open_storage(self._chain.warehouse)

    def process(self, element: WorkUnit) -> Iterator[Receipt]:
        recipe = self._chain.recipes[element.source]
        spec = self._chain.specs[element.source].dedup
        digest = recipe.sign_digest(element)
        if read_receipt(self._storage, SIGN, element.unit_id, digest) is not None:
            return
        ingest = read_receipt(self._storage, INGEST, element.unit_id, recipe.ingest_digest(element))
        if ingest is None:
            raise RuntimeError(f"unit {element.unit_id} is signed before it is read")
        parts = UnitParts(self._storage, element.unit_id, {"signatures": digest}, str(recipe.sign))
        rows = 0
        for path in (part.path for part in ingest.parts if part.table == "documents"):
            with open_part(self._storage, path) as part:
                for batch in part.iter_batches(columns=["doc_id", "text_sha256", "text"], batch_size=256):
                    texts = batch.column("text").to_pylist()
                    _, signatures = sketch(texts, spec.ngram, spec.permutations)
                    ids = batch.column("doc_id").storage.to_pylist()
                    hashes = batch.column("text_sha256").to_pylist()
                    parts.write("signatures", signature_rows(ids, hashes, signatures))
                    rows += batch.num_rows
        receipt = sign_receipt(element, recipe, rows, tuple(parts.publish()))
        write_receipt(self._storage, receipt)
        yield receipt
