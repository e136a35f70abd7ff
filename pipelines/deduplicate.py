"""Finds duplicates among all documents of a build: writes ``members`` and ``pairs``.

Hashes and row numbers move, never text: exact copies collapse to one row each, band keys of those rows
are paired to tree edges (by DuckDB here, by Beam on a cluster), and each connected component is clustered
around founders.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.recipes import dedup_stage
from schemas.ids import recipe_digest
from schemas.manifest import SourceRow
from schemas.specs import DedupSpec
from schemas.tables import TABLES
from schemas.units import PartInfo, Receipt
from transforms import bands as banding
from transforms import clusters
from warehouse.columns import DocumentColumns, iter_signatures, load_columns
from warehouse.pairing import pair_bands
from warehouse.parts import UnitParts, part_digest
from warehouse.receipts import read_receipt, write_receipt
from warehouse.rows import uuids
from warehouse.storage import Storage

STAGE = "dedup"
POLICY = "reference last, priority, longer, earlier, id"
MEMORY_LIMIT = "600MB"


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """What deduplication made.

    Attributes:
        digest: Of everything that ``members`` and ``pairs`` depend on.
        parts: Parts of ``members`` and ``pairs``.
        duplicates: Documents that do not survive.
        made: False if it was there already.
    """

    digest: str
    parts: tuple[PartInfo, ...]
    duplicates: int
    made: bool


def deduplicate(
    storage: Storage,
    spec: DedupSpec,
    sources: Sequence[SourceRow],
    receipts: Sequence[tuple[Receipt, Receipt]],
    *,
    flags: Sequence[str] = (),
    threads: int = 2,
) -> Deduplicated:
    """Clusters the documents of all units.

    Args:
        storage: Of the warehouse.
        spec: Threshold and signature options.
        sources: The sources as configured: reference and priority decide who survives.
        receipts: (ingest, sign) of every unit that takes part.
        flags: Beam flags; with them the bands are paired by that runner.
        threads: Threads of the local engine.
    """
    documents = [part for ingest, _ in receipts for part in ingest.parts if part.table == "documents"]
    signatures = [part for _, sign in receipts for part in sign.parts]
    documents.sort(key=lambda part: part.unit)
    signatures.sort(key=lambda part: part.unit)
    if [(part.unit, part.rows) for part in documents] != [(part.unit, part.rows) for part in signatures]:
        raise RuntimeError("documents and signatures do not have the same rows")
    source_of = {ingest.unit: ingest.source for ingest, _ in receipts}
    ranking = {row.source: (row.reference, row.priority) for row in sources}
    recipe = recipe_digest(
        dedup_stage(
            spec.threshold,
            spec.permutations,
            {source: ranking[source] for source in source_of.values()},
            (part.sha256 for part in [*documents, *signatures]),
        )
    )
    digest = part_digest("", recipe)
    done = read_receipt(storage, STAGE, STAGE, digest)
    if done is not None:
        return Deduplicated(digest, done.parts, done.rows["duplicates"], made=False)
    columns = load_columns(storage, documents, source_of)
    parts = UnitParts(storage, STAGE, {"members": digest, "pairs": digest}, recipe)
    duplicates = _write(parts, storage, spec, ranking, columns, signatures, flags, threads)
    receipt = Receipt(
        stage=STAGE,
        unit=STAGE,
        digest=digest,
        source="",
        recipe=recipe,
        files=0,
        bytes=0,
        read=len(columns.chars),
        rows={"duplicates": duplicates},
        parts=tuple(parts.publish()),
    )
    write_receipt(storage, receipt)
    return Deduplicated(digest, receipt.parts, duplicates, made=True)
