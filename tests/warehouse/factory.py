"""Builds tiny warehouses without the pipeline, and damages them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from schemas.ids import digest16, document_id, sha256, text_sha256
from schemas.manifest import Manifest, SourceRow
from schemas.tables import TABLES
from schemas.units import FileSlice, PartInfo, Receipt, WorkUnit
from warehouse.catalog import Catalog
from warehouse.parts import UnitParts
from warehouse.receipts import INGEST, SIGN, write_receipt
from warehouse.rows import signature_rows, uuids
from warehouse.storage import open_storage

RECIPE = digest16("recipe of the tests").hex()


@dataclass(frozen=True)
class Doc:
    """A document of a test: its file is written to the source's folder with ``text`` in it."""

    source: str
    path: str
    text: str
    tokens: int = 10
    language: str = "en"
    locator: str = ""
    title: str | None = None
    contributor: str | None = None
    license: str | None = None

    @property
    def doc_id(self) -> bytes:
        return document_id(self.source, self.path, self.locator)

    @property
    def hex(self) -> str:
        return self.doc_id.hex()


@dataclass(frozen=True)
class Member:
    doc: Doc
    founder: Doc
    kind: str = "exact"
    similarity: float = 1.0
    survivor: Doc | None = None


@dataclass
class World:
    """What a warehouse is made of; the source's files lie in ``root/<source>/``."""

    root: Path
    sources: Sequence[SourceRow]
    docs: Sequence[Doc] = ()
    rejected: Sequence[Doc] = ()
    dead: Sequence[Doc] = ()
    members: Sequence[Member] = ()
    pairs: Sequence[tuple[Doc, Doc, float, bool]] = ()
    removed: Sequence[Doc] = ()
    contaminated: Sequence[Doc] = ()
    threshold: float = 0.7
    unread: Mapping[str, Sequence[FileSlice]] = field(default_factory=dict)

    @property
    def location(self) -> str:
        return str(self.root / "warehouse")

    def build(self) -> tuple[Catalog, Manifest]:
        storage = open_storage(self.location)
        catalog = Catalog(storage)
        parts: list[PartInfo] = []
        units: list[WorkUnit] = []
        counts: list[dict[str, Any]] = []
        for source in self.sources:
            folder = self.root / source.source
            folder.mkdir(parents=True, exist_ok=True)
            unit, made, count = self._unit(storage, source.source, folder)
            if count["records_read"]:
                parts += made
                units.append(unit)
                counts.append(count)
        parts += self._table(storage, "units", pa.Table.from_pylist(counts, TABLES["units"]))
        parts += self._table(storage, "members", _members(self.members))
        parts += self._table(storage, "pairs", _pairs(self.pairs))
        parts += self._table(storage, "removals", _removals(self.removed))
        if self.contaminated:
            parts += self._table(storage, "contamination", _contamination(self.contaminated))
            parts += self._table(storage, "benchmarks", pa.Table.from_pylist([_ITEM], TABLES["benchmarks"]))
        numbers = catalog.numbers()
        roots = {row.source: (str(self.root / row.source),) for row in self.sources}
        manifest = Manifest(
            number=numbers[-1] + 1 if numbers else 1,
            parent=numbers[-1] if numbers else None,
            created_at="2026-01-02T03:04:05Z",
            corpus="test",
            sources=tuple(row.model_copy(update={"roots": roots[row.source]}) for row in self.sources),
            specs={row.source: _spec(row) for row in self.sources},
            recipes={"dedup": {"threshold": self.threshold}},
            dedup="d" * 32,
            parts=catalog.write_parts(parts),
            plan=catalog.write_plan(units),
            totals={"documents": len(self.docs)},
        )
        catalog.commit(manifest)
        return catalog, manifest

    def _unit(
        self, storage: Any, source: str, folder: Path
    ) -> tuple[WorkUnit, list[PartInfo], dict[str, Any]]:
        docs, rejected, dead = (
            [doc for doc in docs if doc.source == source] for docs in (self.docs, self.rejected, self.dead)
        )
        everything = [*docs, *rejected, *dead]
        for doc in everything:
            if not doc.locator:
                (folder / doc.path).parent.mkdir(parents=True, exist_ok=True)
                (folder / doc.path).write_text(doc.text, "utf-8")
        paths = sorted({doc.path for doc in everything if not doc.locator.startswith("member")})
        slices = [FileSlice(str(folder), path, 1, "1") for path in paths]
        slices += self.unread.get(source, ())
        unit_id, version = digest16("unit", source).hex(), digest16("version", source).hex()
        unit = WorkUnit(unit_id, version, source, tuple(slices), 0)
        digest = digest16("part", version, *(doc.text for doc in everything)).hex()
        tables = ("documents", "rejections", "dead_letters")
        parts = UnitParts(storage, unit_id, dict.fromkeys((*tables, "signals", "signatures"), digest), RECIPE)
        rows = {
            "documents": document_rows(docs),
            "rejections": rejection_rows(rejected),
            "dead_letters": dead_rows(dead),
        }
        for table in tables:
            parts.write(table, rows[table])
        if docs:
            values = np.arange(len(docs) * 4, dtype=np.uint32).reshape(len(docs), 4)
            hashes = [text_sha256(doc.text) for doc in docs]
            signals = [{"kept": True, "q_words": len(doc.text.split())} for doc in docs]
            parts.write("signals", _rows("signals", signals, docs))
            parts.write("signatures", signature_rows([doc.doc_id for doc in docs], hashes, values))
        published = parts.publish()
        receipt = Receipt(
            INGEST,
            unit_id,
            digest,
            source,
            RECIPE,
            files=len(paths),
            bytes=0,
            read=len(everything),
            rows={table: len(rows[table]) for table in tables} | {"signals": len(docs)},
            parts=tuple(part for part in published if part.table != "signatures"),
        )
        signed = tuple(part for part in published if part.table == "signatures")
        write_receipt(
            storage,
            replace(receipt, stage=SIGN, rows={"signatures": len(docs)}, parts=signed, read=len(docs)),
        )
        write_receipt(storage, receipt)
        count = {
            "unit": unit_id,
            "source": source,
            "files": len(paths),
            "bytes": 0,
            "records_read": len(everything),
            "recipe": RECIPE,
        }
        return unit, published, count

    def _table(self, storage: Any, table: str, rows: pa.Table) -> list[PartInfo]:
        digest = digest16("table", str(rows.to_pylist())).hex()
        parts = UnitParts(storage, table, {table: digest}, RECIPE)
        parts.write(table, rows)
        return parts.publish()


_ITEM = {"benchmark": "b", "item": "0", "question": "Q?", "answer": "", "passage": "", "searchable": True}


def _contamination(docs: Sequence[Doc]) -> pa.Table:
    found = {
        "benchmark": "b",
        "item": "0",
        "start": 0,
        "end": 3,
        "score": 0.5,
        "bits": 9.0,
        "action": "keep",
        "recipe": RECIPE,
    }
    rows = [
        {
            "source": doc.source,
            "uri": f"{doc.source}:{doc.path}",
            "locator": doc.locator,
            "excerpt": doc.text[:3],
            **found,
        }
        for doc in docs
    ]
    return _rows("contamination", rows, docs)


def source(name: str, contributor: str | None, license: str | None = "MIT", **more: Any) -> SourceRow:
    return SourceRow(source=name, contributor=contributor, license=license, **more)


def document_rows(docs: Sequence[Doc]) -> pa.Table:
    rows = [
        {
            "source": doc.source,
            "uri": f"{doc.source}:{doc.path}",
            "locator": doc.locator,
            "text": doc.text,
            "title": doc.title,
            "language": doc.language,
            "language_score": 0.5,
            "chars": len(doc.text),
            "words": len(doc.text.split()),
            "tokens": doc.tokens,
            "contributor": doc.contributor,
            "license": doc.license,
            "media_type": "text/plain",
            "raw_sha256": sha256(doc.text.encode()),
            "text_sha256": text_sha256(doc.text),
            "recipe": RECIPE,
        }
        for doc in docs
    ]
    return _rows("documents", rows, docs, {"parent_id": uuids([None] * len(docs))})


def rejection_rows(docs: Sequence[Doc]) -> pa.Table:
    rows = [
        {
            "source": doc.source,
            "uri": f"{doc.source}:{doc.path}",
            "locator": doc.locator,
            "media_type": "text/plain",
            "stage": "language",
            "rule": doc.title or "language_not_kept",
            "detail": doc.language,
            "also": [],
            "head": doc.text,
            "raw_sha256": sha256(doc.text.encode()),
            "recipe": RECIPE,
        }
        for doc in docs
    ]
    return _rows("rejections", rows, docs)


def dead_rows(docs: Sequence[Doc]) -> pa.Table:
    rows = [
        {
            "source": doc.source,
            "uri": f"{doc.source}:{doc.path}",
            "locator": doc.locator,
            "stage": "read",
            "reason": "corrupt",
            "message": "ValueError: broken",
            "head": "",
            "recipe": RECIPE,
        }
        for doc in docs
    ]
    return _rows("dead_letters", rows, docs)


def _rows(
    table: str, rows: list[dict[str, Any]], docs: Sequence[Doc], more: Mapping[str, pa.Array] | None = None
) -> pa.Table:
    made = dict(more or {}) | {"doc_id": uuids([doc.doc_id for doc in docs])}
    columns = [
        made[name.name] if name.name in made else pa.array([row.get(name.name) for row in rows], name.type)
        for name in TABLES[table]
    ]
    return pa.Table.from_arrays(columns, schema=TABLES[table])


def _members(members: Sequence[Member]) -> pa.Table:
    founders = [member.founder.doc_id for member in members]
    survivors = [(member.survivor or member.founder).doc_id for member in members]
    columns = [
        uuids([member.doc.doc_id for member in members]),
        uuids(founders),
        uuids(founders),
        uuids(survivors),
        [member.kind for member in members],
        pa.array([member.similarity for member in members], pa.float32()),
        ["drop"] * len(members),
        pa.array([False] * len(members), pa.bool_()),
    ]
    return pa.Table.from_arrays(
        [column if isinstance(column, pa.Array) else pa.array(column, pa.string()) for column in columns],
        schema=TABLES["members"],
    )


def _pairs(pairs: Sequence[tuple[Doc, Doc, float, bool]]) -> pa.Table:
    return pa.Table.from_arrays(
        [
            uuids([left.doc_id for left, *_ in pairs]),
            uuids([right.doc_id for _, right, *_ in pairs]),
            pa.array([pair[2] for pair in pairs], pa.float32()),
            pa.array([pair[3] for pair in pairs], pa.bool_()),
            pa.array([False for _ in pairs], pa.bool_()),
        ],
        schema=TABLES["pairs"],
    )


def _removals(docs: Sequence[Doc]) -> pa.Table:
    n = len(docs)
    return pa.Table.from_arrays(
        [
            uuids([doc.doc_id for doc in docs]),
            pa.array(["true"] * n, pa.string()),
            pa.array(["asked"] * n, pa.string()),
            pa.array([0] * n, TABLES["removals"].field("at").type),
            pa.array([False] * n, pa.bool_()),
        ],
        schema=TABLES["removals"],
    )


def _spec(row: SourceRow) -> dict[str, Any]:
    return {
        "name": row.source,
        "contributor": {"constant": row.contributor},
        "license": {"constant": row.license},
    }
