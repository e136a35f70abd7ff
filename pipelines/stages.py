"""Runs a stage over the units that lack its receipt, and reads the receipts back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.chain import Chain
from pipelines.jobs import IN_MEMORY, IngestJob, Job, SignJob
from pipelines.progress import Tally, show_progress
from pipelines.workers import run_in_children
from schemas.errors import WorkFailed
from schemas.units import Receipt, WorkUnit
from warehouse.receipts import INGEST, SIGN, finished, read_receipt
from warehouse.storage import Storage


@dataclass(frozen=True, slots=True)
class How:
    """How a build runs.

    Attributes:
        workers: Child processes of this machine; 0 runs in this process.
        flags: Beam flags that choose another runner; empty means child processes.
        quiet: Shows no progress.
    """

    workers: int = 2
    flags: tuple[str, ...] = ()
    quiet: bool = False


def ingest(storage: Storage, units: Sequence[WorkUnit], chain: Chain, how: How) -> list[Receipt]:
    """Reads and writes the units that are not yet done; returns the receipts of all, in their order."""

    def digest(unit: WorkUnit) -> str:
        return chain.recipes[unit.source].ingest_digest(unit)

    return _run(storage, INGEST, units, digest, IngestJob(chain), how)


def sign(storage: Storage, units: Sequence[WorkUnit], chain: Chain, how: How) -> list[Receipt]:
    """Signs the ingested units that are not yet signed; returns the receipts of all that are to be."""

    def digest(unit: WorkUnit) -> str:
        return chain.recipes[unit.source].sign_digest(unit)

    wanted = [unit for unit in units if chain.recipes[unit.source].sign is not None]
    return _run(storage, SIGN, wanted, digest, SignJob(chain), how)


def _run(
    storage: Storage,
    stage: str,
    units: Sequence[WorkUnit],
    digest: Callable[[WorkUnit], str],
    job: Job[WorkUnit],
    how: How,
) -> list[Receipt]:
    keys = {unit.unit_id: digest(unit) for unit in units}
    done = finished(storage, stage)
    todo = [unit for unit in units if (unit.unit_id, keys[unit.unit_id]) not in done]
    # The largest first, so that no worker starts a long one when the others are through.
    todo.sort(key=lambda unit: (-unit.bytes, unit.unit_id))
    if todo:
        expected = {(unit.unit_id, keys[unit.unit_id]): unit.bytes for unit in todo}
        with show_progress(Tally(storage, stage, expected), stage, quiet=how.quiet):
            _dispatch(job, todo, how)
    return _receipts(storage, stage, keys)


def _dispatch(job: Job[WorkUnit], units: Sequence[WorkUnit], how: How) -> None:
    # The names of an archive's members are for the plan; a reader needs the range alone.
    units = [replace(unit, slices=tuple(replace(s, members=()) for s in unit.slices)) for unit in units]
    if how.flags:
        job.run(units, how.flags)
    elif how.workers:
        run_in_children(job, units, how.workers)
    else:
        job.run(units, IN_MEMORY)


def _receipts(storage: Storage, stage: str, keys: Mapping[str, str]) -> list[Receipt]:
    receipts = []
    for unit, digest in keys.items():
        receipt = read_receipt(storage, stage, unit, digest)
        if receipt is None:
            raise WorkFailed(f"{stage} ended without the receipt of unit {unit}; run the build again")
        receipts.append(receipt)
    return receipts
