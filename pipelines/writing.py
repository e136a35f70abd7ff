"""The end of the ingest chain: writes a unit's parts and then its receipts."""

from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam
from apache_beam import PCollection

from pipelines.chain import Chain, Recipe
from pipelines.memory import give_back_memory
from schemas.batches import Batch
from schemas.tables import INGEST_TABLES
from schemas.units import PartInfo, Receipt, WorkUnit
from warehouse.parts import UnitParts
from warehouse.receipts import INGEST, SIGN, write_receipt
from warehouse.rows import batch_rows, signal_rows
from warehouse.storage import Storage, open_storage


@dataclass(eq=False)
class WriteParts(beam.PTransform[PCollection[Batch], PCollection[Receipt]]):
    """Writes each unit's parts and, after them, its receipts; the receipt of ingest leaves the chain."""

    chain: Chain

    def expand(self, batches: PCollection[Batch]) -> PCollection[Receipt]:  # noqa: D102
        receipts: PCollection[Receipt] = batches | "Write" >> beam.ParDo(_WritePartsFn(self.chain))
        return receipts


class _WritePartsFn(beam.DoFn):
    """Keeps one unit open at a time.

    Batches of a unit arrive in order because the chain is fused. Beam does not promise that, so it is
    asserted here: a runner that cuts a unit apart fails loudly instead of losing rows.
    """

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def setup(self) -> None:
        self._storage = open_storage(self._chain.warehouse)
        self._open: _OpenUnit | None = None

    def process(self, element: Batch) -> Iterator[Receipt]:
        if self._open is None:
            recipe = self._chain.recipes[element.unit.source]
            self._open = _OpenUnit(self._storage, element.unit, recipe)
        self._open.add(element)
        if element.last:
            receipt = self._open.publish()
            self._open = None
            give_back_memory()
            yield receipt

    def finish_bundle(self) -> None:
        if self._open is not None:
            raise RuntimeError(f"bundle ended inside unit {self._open.unit.unit_id}")


_TABLES = tuple(table for table in INGEST_TABLES if table != "signatures")


class _OpenUnit:
    """The parts of the unit that is being written."""

    def __init__(self, storage: Storage, unit: WorkUnit, recipe: Recipe) -> None:
        self.unit = unit
        self._storage = storage
        self._recipe = recipe
        self._digest = recipe.ingest_digest(unit)
        digests = dict.fromkeys(_TABLES, self._digest)
        if recipe.sign is not None:
            digests["signatures"] = recipe.sign_digest(unit)
        self._parts = UnitParts(storage, unit.unit_id, digests, recipe.ingest)
        self._rows = dict.fromkeys(digests, 0)
        self._next = self._read = self._files = self._bytes = 0

    def add(self, batch: Batch) -> None:
        if (batch.unit.unit_id, batch.seq) != (self.unit.unit_id, self._next):
            raise RuntimeError(
                f"unit {batch.unit.unit_id} batch {batch.seq} came where "
                f"unit {self.unit.unit_id} batch {self._next} was due"
            )
        fates = len(batch.documents) + len(batch.rejections) + len(batch.dead_letters)
        if fates != batch.read:
            raise RuntimeError(f"unit {self.unit.unit_id}: {batch.read} records read, {fates} accounted for")
        self._next += 1
        self._read += batch.read
        self._files += batch.files
        self._bytes += batch.bytes
        for table, rows in batch_rows(batch, self._recipe.ingest).items():
            self._parts.write(table, rows)
            self._rows[table] += rows.num_rows
        signals = signal_rows(batch)
        if signals is not None:
            kept, refused = signals
            self._parts.write("signals", kept)
            # After all documents, so that row i of both tables is the same one.
            self._parts.write_last("signals", refused)
            self._rows["signals"] += kept.num_rows + refused.num_rows

    def publish(self) -> Receipt:
        parts = self._parts.publish()
        signed = self._rows.pop("signatures", None)
        ingest = Receipt(
            stage=INGEST,
            unit=self.unit.unit_id,
            digest=self._digest,
            source=self.unit.source,
            recipe=self._recipe.ingest,
            files=self._files,
            bytes=self._bytes,
            read=self._read,
            rows=self._rows,
            parts=tuple(part for part in parts if part.table != "signatures"),
        )
        if signed is not None and self._recipe.sign is not None:
            sign_parts = tuple(part for part in parts if part.table == "signatures")
            write_receipt(self._storage, sign_receipt(self.unit, self._recipe, signed, sign_parts))
        # Last: a unit is done when this one exists.
        write_receipt(self._storage, ingest)
        return ingest


def sign_receipt(unit: WorkUnit, recipe: Recipe, rows: int, parts: tuple[PartInfo, ...]) -> Receipt:
    """Returns the receipt for a unit's signatures."""
    return Receipt(
        stage=SIGN,
        unit=unit.unit_id,
        digest=recipe.sign_digest(unit),
        source=unit.source,
        recipe=str(recipe.sign),
        files=0,
        bytes=0,
        read=rows,
        rows={"signatures": rows},
        parts=parts,
    )
