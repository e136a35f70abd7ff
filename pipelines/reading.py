"""Reads a work unit: settles what the walk finds there, and says where its batches end.

Every record, living or fallen, is counted here once, before any other step sees it.
"""

from collections.abc import Iterator

from pipelines.stretches import Resume, Stretch, as_batches
from pipelines.walk import walk
from pipelines.watching import NOBODY, WalkWatch
from schemas.batches import BATCH_BYTES, BATCH_RECORDS, Batch
from schemas.ids import document_id
from schemas.records import Dead, DeadLetter, Document, Fallen, Record, Rejection
from schemas.specs import IngestSpec
from schemas.units import WorkUnit
from transforms.extract import extract_record
from transforms.settle import settle_dead, settle_fallen

STRETCH_RECORDS = 256
STRETCH_BYTES = 256 << 10
"""A stretch ends at so many records or so many bytes of them: what a dead parser did in vain is small."""


def read_unit(unit: WorkUnit, spec: IngestSpec) -> Iterator[Batch]:
    """Reads a unit in this process, as batches numbered from 0 of which exactly the last is ``last``."""
    return as_batches(unit, settle_unit(unit, spec))


def settle_unit(
    unit: WorkUnit, spec: IngestSpec, resume: Resume | None = None, watch: WalkWatch = NOBODY
) -> Iterator[Stretch]:
    """Settles what stands in a unit: each record becomes a document, a rejection or a dead letter.

    Args:
        unit: What to read.
        spec: Its source, and the part of the records to take; which ones depends on their ids alone.
        resume: Where to go on; None begins at the beginning.
        watch: Follows it.

    Yields:
        Stretches, of which exactly the last one is ``last``. Where they end does not change the batches.
    """
    resume = resume or Resume()
    records, size = resume.records, resume.bytes  # of the open batch
    stretch = Stretch()
    for number in range(resume.piece, len(unit.slices)):
        watch.begins(number)
        settled = resume.settled if number == resume.piece else 0
        for item, (path, found) in enumerate(walk(unit.slices[number], spec.source, watch)):
            if item >= settled:
                if found is None:
                    stretch.files += 1
                elif _taken(unit.source, path, found.locator, spec.sample):
                    watch.extracts(item)
                    stretch.add(_outcome(path, found, spec, resume.dead.get((number, item))), len(found.raw))
                stretch.piece, stretch.settled = number, item + 1
                stretch.full = records + stretch.read >= BATCH_RECORDS or size + stretch.bytes >= BATCH_BYTES
                if stretch.full or stretch.read >= STRETCH_RECORDS or stretch.bytes >= STRETCH_BYTES:
                    records, size = (0, 0) if stretch.full else (records + stretch.read, size + stretch.bytes)
                    yield stretch
                    stretch = Stretch(number, item + 1)
            watch.settles(item)
    stretch.last = True
    yield stretch


def _outcome(
    path: str, found: Record | Fallen, spec: IngestSpec, dead: Dead | None
) -> Document | Rejection | DeadLetter:
    if isinstance(found, Fallen):
        return settle_fallen(path, found, spec.source.name)
    if dead is not None:
        return settle_dead(path, found, dead, spec.source.name)
    return extract_record(path, found, spec)


def _taken(source: str, path: str, locator: str, sample: float) -> bool:
    if sample >= 1:
        return True
    return int.from_bytes(document_id(source, path, locator)[:8]) < sample * 2**64
