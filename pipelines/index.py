"""Makes a snapshot traceable: fingerprints for the texts that have none, and where each text stands now.

Each distinct text is indexed once, whatever became of its document, because an edited copy that was
deduplicated away can hold a passage which the survivor lacks; exact copies share a text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from pipelines.fingerprinting import fingerprint_texts
from pipelines.recipes import index_stage
from pipelines.stages import How
from schemas.errors import UsageError
from schemas.ids import digest16, recipe_digest
from schemas.manifest import IndexSegment, IndexState, Manifest
from schemas.specs import IndexSpec
from schemas.units import PartInfo, Receipt
from warehouse.catalog import Catalog
from warehouse.index.ranges import IndexTask, Ranging, part_info, range_unit, ranges_for
from warehouse.index.texts import Texts, compare_texts, write_indexed
from warehouse.parts import part_digest
from warehouse.receipts import read_receipt, write_receipt
from warehouse.storage import Storage

STAGE = "index"

MAX_SEGMENTS = 8
"""Segments of an index; where another would be one more, all texts go into one new segment."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What indexing made.

    Attributes:
        state: For the manifest.
        parts: Parts of ``fingerprints`` and ``indexed``.
        added: Texts that got their fingerprints now.
        unindexed: Documents whose text the index does not know.
    """

    state: IndexState
    parts: tuple[PartInfo, ...]
    added: int
    unindexed: int


def index_documents(
    storage: Storage,
    spec: IndexSpec,
    documents: Sequence[PartInfo],
    before: tuple[IndexState, Sequence[PartInfo]] | None,
    how: How,
) -> Indexed:
    """Indexes the documents of a snapshot.

    Args:
        storage: Of the warehouse.
        spec: The guarantee; where ``enabled`` is False, new texts stay without fingerprints and what is
            known of the others is kept.
        documents: Parts of ``documents``.
        before: The index of the snapshot before and all parts of that snapshot, or None.
        how: Workers, or another Beam runner.
    """
    recipe = recipe_digest(index_stage(spec))
    documents = sorted(documents, key=lambda part: part.path)
    kept = before if before is not None and before[0].recipe == recipe else None
    texts, segments, parts = _known(storage, documents, kept)
    if spec.enabled and len(texts.news) and len(segments) >= MAX_SEGMENTS:
        texts, segments, parts = _known(storage, documents, None)
    added = 0
    if spec.enabled and len(texts.news):
        added = len(texts.news)
        segment, made = _new_segment(storage, spec, recipe, texts, how)
        texts = texts.added(segment.name)
        segments, parts = [*segments, segment], [*parts, *made]
    placed = write_indexed(storage, texts)
    # Of a segment none of whose texts stands in the snapshot nothing is kept.
    segments = [segment for segment in segments if segment.name in placed]
    names = {segment.name for segment in segments}
    parts = [part for part in parts if part.unit.partition(".")[0] in names]
    state = IndexState(recipe=recipe, ngram=spec.ngram, min_words=spec.min_words, segments=tuple(segments))
    return Indexed(state, (*parts, *placed.values()), added, int((texts.segment < 0).sum()))


def index(catalog: Catalog, how: How, spec: IndexSpec | None = None) -> tuple[Manifest, Indexed, bool]:
    """Indexes the newest snapshot; its other parts stay as they are.

    Args:
        catalog: The warehouse.
        how: Workers, or another Beam runner.
        spec: The guarantee; None takes that of the index there is.

    Returns:
        The manifest, what was done, and whether the manifest is a new one.

    Raises:
        UsageError: If another process writes the warehouse, or there is nothing to index.
        WorkFailed: If a worker died or the warehouse cannot be written.
    """
    with catalog.storage.lock("datamoat index"):
        manifest = catalog.current()
        parts = catalog.parts(manifest) if manifest else []
        documents = [part for part in parts if part.table == "documents"]
        if manifest is None or not documents:
            raise UsageError(f"no documents in {catalog.storage.location}; `datamoat build` reads some")
        state = manifest.index
        if spec is None:
            spec = IndexSpec(enabled=True, min_words=state.min_words) if state else IndexSpec(enabled=True)
        made = index_documents(catalog.storage, spec, documents, (state, parts) if state else None, how)
        others = [part for part in parts if part.table not in ("fingerprints", "indexed")]
        recipes = dict(manifest.recipes) | {made.state.recipe: index_stage(spec)}
        new = manifest.model_copy(
            update={
                "number": manifest.number + 1,
                "parent": manifest.number,
                "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "index": made.state,
                "recipes": recipes,
                "parts": catalog.write_parts([*others, *made.parts]),
            }
        )
        if (new.parts, new.index) == (manifest.parts, manifest.index):
            return manifest, made, False
        catalog.commit(new)
        return new, made, True


def _known(
    storage: Storage, documents: Sequence[PartInfo], before: tuple[IndexState, Sequence[PartInfo]] | None
) -> tuple[Texts, list[IndexSegment], list[PartInfo]]:
    """Returns what an earlier index knows of the texts, its segments and their fingerprints."""
    if before is None:
        return compare_texts(storage, documents, []), [], []
    state, parts = before
    placed = {part.unit: part for part in parts if part.table == "indexed"}
    segments = [segment for segment in state.segments if segment.name in placed]
    texts = compare_texts(storage, documents, [(one.name, placed[one.name]) for one in segments])
    return texts, segments, [part for part in parts if part.table == "fingerprints"]


def _new_segment(
    storage: Storage, spec: IndexSpec, recipe: str, texts: Texts, how: How
) -> tuple[IndexSegment, list[PartInfo]]:
    name = digest16("segment", recipe, texts.sha256[texts.news].tobytes()).hex()
    digest = part_digest("", recipe)
    begins = np.cumsum([0, *(part.rows for part in texts.documents)])
    borders = np.searchsorted(texts.news, begins).tolist()
    tasks = []
    for number, part in enumerate(texts.documents):
        first, stop = borders[number], borders[number + 1]
        rows = (texts.news[first:stop] - begins[number]).astype("<i4")
        if len(rows):
            share = part.bytes * len(rows) // part.rows
            tasks.append(IndexTask(part.path, rows.tobytes(), first, f"tmp/{name}-{number}", share))
    ranges = ranges_for(sum(task.bytes for task in tasks))
    segment = IndexSegment(name=name, texts=len(texts.news), ranges=ranges)
    done = read_receipt(storage, STAGE, name, digest)
    if done is not None:
        return segment.model_copy(update={"ranges": done.files}), list(done.parts)
    plan = Ranging(storage.location, name, digest, spec.ngram, spec.min_words, ranges)
    fingerprint_texts(tasks, plan, how)
    made = [
        part_info(storage, "fingerprints", plan.part(number), range_unit(name, number))
        for number in range(ranges)
        if storage.exists(plan.part(number))
    ]
    receipt = Receipt(
        stage=STAGE,
        unit=name,
        digest=digest,
        source="",
        recipe=recipe,
        files=ranges,
        bytes=sum(task.bytes for task in tasks),
        read=segment.texts,
        rows={"fingerprints": sum(part.rows for part in made)},
        parts=tuple(made),
    )
    write_receipt(storage, receipt)
    return segment, made
