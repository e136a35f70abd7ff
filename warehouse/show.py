"""Walks a record's chain of custody: raw bytes, recipe, text, cluster, survivor, and who holds it."""

from datetime import UTC
from difflib import unified_diff
from itertools import islice
from typing import Any
from uuid import UUID

import duckdb

from schemas.answers import Cluster, Copy, Custody, Kind, Text
from schemas.errors import UsageError
from schemas.ids import text_sha256
from schemas.manifest import Manifest
from schemas.records import HEAD_CHARS
from warehouse.catalog import Catalog
from warehouse.connect import connect
from warehouse.contamination import contamination_of
from warehouse.origin import find_raw

DIFF_LINES = 60
"""Lines of a diff that are shown at the most."""

_DIFF_CHARS = 200_000
_TABLES: tuple[tuple[Kind, str], ...] = (
    ("document", "documents"),
    ("rejection", "rejections"),
    ("dead_letter", "dead_letters"),
)


def show(catalog: Catalog, manifest: Manifest, prefix: str) -> Custody:
    """Returns the chain of custody of one record, checked against its source.

    Args:
        catalog: The warehouse.
        manifest: The snapshot.
        prefix: Its id, or as many of the leading hex digits as make it the only one.

    Raises:
        UsageError: If no record or more than one has such an id.
    """
    with connect(catalog, manifest, views=["fates", "contaminated"]) as con:
        kind, doc_id = _resolve(con, prefix)
        if kind == "document":
            answer = _document(con, manifest, doc_id)
        else:
            answer = _fallen(con, manifest, kind, doc_id)
        return answer.model_copy(update={"contamination": contamination_of(con, doc_id)})


def _resolve(con: duckdb.DuckDBPyConnection, prefix: str) -> tuple[Kind, UUID]:
    digits = prefix.replace("-", "").lower()
    if not digits or len(digits) > 32 or set(digits) - set("0123456789abcdef"):
        raise UsageError(f"{prefix!r} is not an id: up to 32 hex digits")
    bounds = [UUID(digits.ljust(32, filler)) for filler in "0f"]
    found: list[tuple[Kind, UUID]] = []
    for kind, table in _TABLES:
        query = f"SELECT DISTINCT doc_id FROM {table} WHERE doc_id BETWEEN ? AND ? ORDER BY 1 LIMIT 6"  # noqa: S608
        found += [(kind, doc_id) for (doc_id,) in con.execute(query, bounds).fetchall()]
    if not found:
        raise UsageError(f"no record {prefix} in this snapshot")
    if len(found) > 1:
        some = ", ".join(doc_id.hex for _, doc_id in found[:5])
        raise UsageError(f"{prefix} is the beginning of several ids: {some}{' …' if len(found) > 5 else ''}")
    return found[0]


def _document(con: duckdb.DuckDBPyConnection, manifest: Manifest, doc_id: UUID) -> Custody:
    row = _one(con, "FROM fates WHERE doc_id = ?", doc_id)
    copies = _copies(con, row)
    removal = con.execute("SELECT reason FROM removals WHERE doc_id = ?", [doc_id]).fetchone()
    return Custody(
        snapshot=manifest.number,
        kind="document",
        doc_id=doc_id.hex,
        source=row["source"],
        raw=find_raw(
            manifest, row["source"], row["uri"], row["locator"], row["raw_sha256"], row["media_type"]
        ),
        recipe=row["recipe"],
        recipe_known=manifest.recipes.get(row["recipe"]),
        contributor=row["contributor"],
        license=row["license"],
        attribution=row["attribution"],
        url=row["url"],
        reference=row["reference"],
        fate=row["fate"],
        why=removal[0] if removal else None,
        text=_text(row),
        cluster=_cluster(con, row, copies) if len(copies) > 1 or row["fate"] == "duplicate" else None,
    )


def _fallen(con: duckdb.DuckDBPyConnection, manifest: Manifest, kind: Kind, doc_id: UUID) -> Custody:
    row = _one(con, f"FROM {dict(_TABLES)[kind]} WHERE doc_id = ?", doc_id)
    source = next((source for source in manifest.sources if source.source == row["source"]), None)
    if kind == "rejection":
        measured = "" if row["value"] is None else f" {row['value']:g}"
        limit = "" if row["limit"] is None else f" (limit {row['limit']:g})"
        detail = f": {row['detail']}" if row["detail"] else ""
        also = f"; also {', '.join(row['also'])}" if row["also"] else ""
        why = f"{row['stage']}: {row['rule']}{measured}{limit}{detail}{also}"
    else:
        why = f"{row['stage']}: {row['reason']}: {row['message']}"
    return Custody(
        snapshot=manifest.number,
        kind=kind,
        doc_id=doc_id.hex,
        source=row["source"],
        raw=find_raw(
            manifest, row["source"], row["uri"], row["locator"], row["raw_sha256"], row.get("media_type")
        ),
        recipe=row["recipe"],
        recipe_known=manifest.recipes.get(row["recipe"]),
        contributor=source.contributor if source else None,
        license=source.license if source else None,
        attribution=source.attribution if source else None,
        url=source.url if source else None,
        reference=source.reference if source else False,
        why=why,
        head=row["head"],
    )


def _text(row: dict[str, Any]) -> Text:
    created = row["created_at"]
    return Text(
        sha256=row["text_sha256"].hex(),
        sha256_matches=text_sha256(row["text"]) == row["text_sha256"],
        chars=row["chars"],
        words=row["words"],
        tokens=row["tokens"],
        language=row["language"],
        language_score=_rounded(row["language_score"]),
        title=row["title"],
        author=row["author"],
        created_at=created.astimezone(UTC).isoformat() if created else None,
        metadata=row["metadata"],
        head=row["text"][:HEAD_CHARS],
    )


def _copies(con: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> list[Copy]:
    """Returns all documents of the row's cluster, also removed ones: ``members`` knows them."""
    found = con.execute(
        """
        WITH mine AS (
            SELECT DISTINCT cluster_id FROM members
            WHERE (doc_id = $1 OR cluster_id = $1 OR survivor_id = $1)
                -- Who holds a part of the text does not hold the text.
                AND cluster_id NOT IN (
                    SELECT cluster_id FROM members WHERE kind = 'contained' AND survivor_id = $1)
        ),
        ids AS (
            SELECT doc_id FROM members JOIN mine USING (cluster_id)
            UNION SELECT cluster_id FROM mine
        )
        SELECT fates.doc_id, source, contributor, license, reference, uri, locator,
            -- A founder is not the copy of anything.
            CASE WHEN fates.doc_id <> members.cluster_id OR fates.kind = 'contained' THEN members.kind END,
            CASE WHEN fates.doc_id <> members.cluster_id OR fates.kind = 'contained'
                THEN members.similarity END,
            fate
        FROM fates JOIN ids USING (doc_id) LEFT JOIN members USING (doc_id)
        ORDER BY fate <> 'survivor', fate, reference, contributor, uri, locator, doc_id
        """,
        [row["doc_id"]],
    ).fetchall()
    names = list(Copy.model_fields)
    return [
        Copy(**dict(zip(names, (copy[0].hex, *copy[1:8], _rounded(copy[8]), copy[9]), strict=True)))
        for copy in found
    ]


def _cluster(con: duckdb.DuckDBPyConnection, row: dict[str, Any], copies: list[Copy]) -> Cluster:
    elsewhere = row["survivor_id"].hex if row["fate"] == "duplicate" else row["doc_id"].hex
    survivor = next((copy.doc_id for copy in copies if copy.fate == "survivor"), elsewhere)
    mine = next(copy for copy in copies if copy.doc_id == row["doc_id"].hex)
    stated = con.execute(
        "SELECT cluster_id FROM members WHERE doc_id = $1 OR cluster_id = $1 LIMIT 1", [row["doc_id"]]
    ).fetchone()
    diff: tuple[str, ...] = ()
    if survivor != mine.doc_id:
        kept = _one(con, "SELECT text, uri, locator FROM documents WHERE doc_id = ?", UUID(survivor))
        diff = _diff(kept, row)
    return Cluster(
        cluster_id=stated[0].hex if stated else mine.doc_id,
        survivor_id=survivor,
        kind=mine.kind,
        similarity=_rounded(row["similarity"]) if row["fate"] == "duplicate" else mine.similarity,
        holders=tuple(sorted({copy.contributor for copy in copies if copy.fate != "removed"})),
        copies=tuple(copies),
        diff=diff,
    )


def _diff(kept: dict[str, Any], row: dict[str, Any]) -> tuple[str, ...]:
    if len(kept["text"]) + len(row["text"]) > _DIFF_CHARS:
        return ("(texts too long for a diff)",)
    lines = unified_diff(
        kept["text"].splitlines(),
        row["text"].splitlines(),
        "!".join(filter(None, (kept["uri"], kept["locator"]))),
        "!".join(filter(None, (row["uri"], row["locator"]))),
        n=1,
        lineterm="",
    )
    shown = tuple(line[:200] for line in islice(lines, DIFF_LINES + 1))
    return shown if len(shown) <= DIFF_LINES else (*shown[:DIFF_LINES], "…")


def _one(con: duckdb.DuckDBPyConnection, query: str, doc_id: UUID) -> dict[str, Any]:
    cursor = con.execute(query, [doc_id])
    names = [column[0] for column in cursor.description or []]
    row = cursor.fetchone()
    if row is None:
        raise UsageError(f"no record {doc_id.hex} in this snapshot")
    return dict(zip(names, row, strict=True))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
