"""Finds duplicates among all documents of a build: writes ``members`` and ``pairs``.

Hashes and row numbers move, never text: exact copies collapse to one row each, band keys of those rows
are paired to tree edges (by DuckDB here, by Beam on a cluster), and each connected component is clustered
around founders. Texts are read only of documents whose signatures leave open on which side of the threshold
they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from pipelines.containing import find_parts
from pipelines.pairing import Pairing
from pipelines.recipes import dedup_stage
from schemas.ids import recipe_digest
from schemas.manifest import SourceRow
from schemas.specs import DedupSpec
from schemas.units import PartInfo, Receipt
from transforms.bands import choose_bands
from transforms.clusters import cluster_components, members_of
from transforms.containing import absorb
from transforms.judging import ByShingles
from transforms.shingles import Shingles, shingles
from transforms.survivors import collapse_exact, survivor_order
from transforms.words import split_words
from warehouse.columns import DocumentColumns, gathered_signatures, load_columns
from warehouse.dedup_rows import member_rows, pair_rows
from warehouse.parts import UnitParts, part_digest
from warehouse.receipts import read_receipt, write_receipt
from warehouse.shingle_sets import stored_shingle_sets
from warehouse.storage import Storage

STAGE = "dedup"


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """What deduplication made.

    Attributes:
        digest: Of everything that ``members`` and ``pairs`` depend on.
        recipe: What it was done by; the digest covers also the parts it was done on.
        parts: Parts of ``members`` and ``pairs``.
        duplicates: Documents that do not survive.
        contained: Of them those that are a part of another document.
        crowded: Buckets with so many founders that later ones were not compared with the whole bucket.
        verified: Documents whose texts were read, to judge pairs near the threshold by their shingles.
        made: False if it was there already.
    """

    digest: str
    recipe: Mapping[str, Any]
    parts: tuple[PartInfo, ...]
    duplicates: int
    contained: int
    crowded: int
    verified: int
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
    stated = dedup_stage(
        spec.threshold,
        spec.permutations,
        spec.containment,
        {source: ranking[source] for source in source_of.values()},
    )
    made_of = sorted(part.sha256 for part in [*documents, *signatures])
    recipe = recipe_digest({**stated, "parts": made_of})
    digest = part_digest("", recipe)
    done = read_receipt(storage, STAGE, STAGE, digest)
    if done is not None:
        return Deduplicated(digest, stated, done.parts, **done.rows, made=False)
    columns = load_columns(storage, documents, source_of)
    parts = UnitParts(storage, STAGE, {"members": digest, "pairs": digest}, recipe)
    counts = _write(parts, storage, spec, ranking, columns, documents, signatures, flags, threads)
    receipt = Receipt(
        stage=STAGE,
        unit=STAGE,
        digest=digest,
        source="",
        recipe=recipe,
        files=0,
        bytes=0,
        read=len(columns.chars),
        rows=counts,
        parts=tuple(parts.publish()),
    )
    write_receipt(storage, receipt)
    return Deduplicated(digest, stated, receipt.parts, **counts, made=True)


def _write(
    parts: UnitParts,
    storage: Storage,
    spec: DedupSpec,
    ranking: Mapping[str, tuple[bool, int]],
    columns: DocumentColumns,
    documents: Sequence[PartInfo],
    signatures: Sequence[PartInfo],
    flags: Sequence[str],
    threads: int,
) -> dict[str, int]:
    """Clusters and writes ``members`` and ``pairs``; returns the counts that ``Deduplicated`` has."""
    reference = np.array([ranking[source][0] for source in columns.sources], np.bool_)[columns.source]
    priority = np.array([ranking[source][1] for source in columns.sources], np.int64)[columns.source]
    order = survivor_order(reference, priority, columns.chars, columns.created_at, columns.doc_id)
    representatives = collapse_exact(columns.text_sha256, order)
    bands, rows = choose_bands(spec.threshold, spec.permutations)
    pairing = Pairing(storage, tuple(signatures), spec.permutations, bands, rows, representatives)
    connected, component = pairing.on_beam(order, flags) if flags else pairing.here(order, threads)
    shingle = partial(_shingle, ngram=spec.ngram)
    with (
        gathered_signatures(storage, signatures, spec.permutations, connected) as load,
        stored_shingle_sets(storage, documents, shingle) as sets,
    ):
        similarity = ByShingles(sets, spec.threshold, spec.permutations)
        found = cluster_components(
            order,
            connected,
            component,
            load,
            bands=bands,
            rows=rows,
            threshold=spec.threshold,
            similarity=similarity,
        )
        members = members_of(found, representatives)
        if spec.containment:
            dropped = members.rows[members.rows != members.survivor]
            survivors = np.setdiff1d(np.arange(len(order)), dropped)
            held = find_parts(sets, survivors, order, reference, spec.containment, threads)
            members = absorb(members, held)
    parts.write("members", member_rows(columns.doc_id, members, reference))
    parts.write("pairs", pair_rows(columns.doc_id, found.pairs))
    return {
        "duplicates": int((members.rows != members.survivor).sum()),
        "contained": int(members.contained.sum()),
        "crowded": found.crowded,
        "verified": sets.texts,
    }


def _shingle(texts: Sequence[str], ngram: int) -> Shingles:
    return shingles(split_words(texts), ngram)
