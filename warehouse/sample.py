"""Looks at some of the documents, or at some of what a rule refused or a reader failed on."""

from typing import Any

from schemas.answers import Kind, Sample, SampleRow
from schemas.errors import UsageError
from schemas.manifest import Manifest
from schemas.records import HEAD_CHARS
from warehouse.catalog import Catalog
from warehouse.connect import connect

_NAMED = "coalesce(s.contributor, 'unknown') AS contributor, coalesce(s.license, 'NOASSERTION') AS license"
_QUERIES: dict[Kind, str] = {
    "document": f"""
        SELECT doc_id, source, uri, locator, contributor, license, language, title, fate,
            NULL AS why, left(text, {HEAD_CHARS}) AS head, NULL AS rule
        FROM fates""",  # noqa: S608
    "rejection": f"""
        SELECT r.doc_id, r.source, r.uri, r.locator, {_NAMED}, NULL AS language, NULL AS title, NULL AS fate,
            r.rule || coalesce(' ' || r.value::VARCHAR || ' (limit ' || r."limit"::VARCHAR || ')', '')
                || coalesce(' ' || r.detail, '') AS why,
            r.head, r.rule
        FROM rejections r LEFT JOIN sources s USING (source)""",  # noqa: S608
    "dead_letter": f"""
        SELECT d.doc_id, d.source, d.uri, d.locator, {_NAMED}, NULL AS language, NULL AS title, NULL AS fate,
            d.reason || ': ' || d.message AS why, d.head, d.reason AS rule
        FROM dead_letters d LEFT JOIN sources s USING (source)""",  # noqa: S608
}
_COLUMNS = [name for name in SampleRow.model_fields if name != "kind"]


def read_sample(
    catalog: Catalog,
    manifest: Manifest,
    *,
    kind: Kind = "document",
    rule: str | None = None,
    source: str | None = None,
    language: str | None = None,
    count: int = 10,
    seed: int = 0,
) -> Sample:
    """Chooses records of one kind: those whose ids, hashed with the seed, come first.

    Args:
        catalog: The warehouse.
        manifest: The snapshot.
        kind: What is looked at.
        rule: Only what this rule refused, or what failed for this reason; given alone it finds its kind.
        source: Only of this source.
        language: Only documents of this language.
        count: Rows at the most.
        seed: Another one chooses others.

    Raises:
        UsageError: If no source or rule of that name is there; the message names those that are.
    """
    with connect(catalog, manifest, views=["fates"]) as con:
        if source is not None and source not in (names := sorted(row.source for row in manifest.sources)):
            raise UsageError(f"no source {source!r}; there is: {', '.join(names)}")
        if rule is not None:
            kind = _kind_of(con, rule)
        if language is not None and kind != "document":
            raise UsageError("--language chooses among documents; it cannot go with a rule or a reason")
        conditions = {"rule": rule, "source": source, "language": language}
        chosen = {name: value for name, value in conditions.items() if value is not None}
        where = " AND ".join(["true", *(f"{name} = ?" for name in chosen)])
        base = f"SELECT * FROM ({_QUERIES[kind]}) WHERE {where}"  # noqa: S608
        values: list[Any] = list(chosen.values())
        matching = con.execute(f"SELECT count(*) FROM ({base})", values).fetchone()  # noqa: S608
        # The choice is made over ids alone, so that only the chosen texts are read.
        ids = con.execute(
            f"SELECT doc_id FROM ({base}) "  # noqa: S608
            "ORDER BY md5(?::VARCHAR || doc_id::VARCHAR), doc_id LIMIT ?",
            [*values, seed, count],
        ).fetchall()
        order = {doc_id: place for place, (doc_id,) in enumerate(ids)}
        rows = con.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM ({base}) WHERE list_contains(?::UUID[], doc_id)",  # noqa: S608
            [*values, list(order)],
        ).fetchall()
    rows.sort(key=lambda row: order[row[0]])
    return Sample(
        snapshot=manifest.number,
        matching=matching[0] if matching else 0,
        rows=tuple(
            SampleRow(kind=kind, **dict(zip(_COLUMNS, (row[0].hex, *row[1:]), strict=True))) for row in rows
        ),
    )


def _kind_of(con: Any, rule: str) -> Kind:
    rules = [name for (name,) in con.execute("SELECT DISTINCT rule FROM rejections ORDER BY 1").fetchall()]
    reasons = [
        name for (name,) in con.execute("SELECT DISTINCT reason FROM dead_letters ORDER BY 1").fetchall()
    ]
    if rule in rules:
        return "rejection"
    if rule in reasons:
        return "dead_letter"
    there = ", ".join([*rules, *reasons]) or "none: everything became a document"
    raise UsageError(f"nothing was refused by {rule!r}; there is: {there}")
