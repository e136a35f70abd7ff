"""Checks that nothing was lost: units, receipts, sources, planned files and members."""

from collections.abc import Iterable, Sequence

import duckdb

from schemas.answers import Check
from schemas.manifest import Manifest
from schemas.units import PartInfo, Receipt
from warehouse.catalog import Catalog
from warehouse.checks.tally import DETAILS, Tally, skipped
from warehouse.funnel import funnel_row
from warehouse.receipts import INGEST, finished, read_receipt

_FATES = ("documents", "rejections", "dead_letters")


def check_units(con: duckdb.DuckDBPyConnection, parts: Iterable[PartInfo]) -> Check:
    """Checks of every unit that each record read is in exactly one of the three tables."""
    tally = Tally("units: read = documents + rejected + dead")
    rows: dict[str, int] = {}
    for part in parts:
        if part.table in _FATES:
            rows[part.unit] = rows.get(part.unit, 0) + part.rows
    for unit, read in con.execute("SELECT unit, records_read FROM units ORDER BY unit").fetchall():
        found = rows.pop(unit, 0)
        tally.expect(read == found, f"unit {unit}: {read:,} records read, {found:,} rows")
    for unit, found in sorted(rows.items()):
        tally.fail(f"unit {unit}: {found:,} rows of a unit that was not read")
    return tally.answer()


def check_receipts(catalog: Catalog, parts: Sequence[PartInfo]) -> Check:
    """Checks that each unit's receipt is there and states the parts that the manifest lists."""
    tally = Tally("receipts state the same as the manifest")
    listed: dict[tuple[str, str], dict[str, PartInfo]] = {}
    for part in parts:
        if part.table in _FATES:
            digest = part.path.rpartition("-")[2].removesuffix(".parquet")
            listed.setdefault((part.unit, digest), {})[part.table] = part
    done = finished(catalog.storage, INGEST)
    for (unit, digest), tables in sorted(listed.items()):
        if not tally.expect((unit, digest) in done, f"unit {unit}: its receipt is gone"):
            continue
        receipt = read_receipt(catalog.storage, INGEST, unit, digest)
        if receipt is not None and (wrong := _differs(receipt, tables)):
            tally.fail(f"unit {unit}: {wrong}")
    return tally.answer()


def check_signals(con: duckdb.DuckDBPyConnection) -> Check:
    """Checks that each record which the quality step refused was measured, and that no rule refused twice."""
    tally = Tally("what quality refused was measured")
    rows = con.execute(
        """
        SELECT doc_id, count(*), bool_or(signals.kept)
        FROM (SELECT doc_id FROM rejections WHERE stage = 'quality') LEFT JOIN signals USING (doc_id)
        GROUP BY doc_id HAVING count(*) > 1 OR bool_or(signals.kept) IS NOT false ORDER BY doc_id
        """
    ).fetchall()
    found = con.execute("SELECT count(*) FROM signals").fetchone()
    tally.checked = found[0] if found else 0
    for doc_id, count, kept in rows:
        tally.fail(f"{doc_id.hex}: refused {count} times, signals say kept = {kept}")
    return tally.answer()


def check_contamination(con: duckdb.DuckDBPyConnection, parts: Iterable[PartInfo]) -> list[Check]:
    """Checks that what benchmarks refused is listed with its item; nothing, where there is no benchmark."""
    if not any(part.table == "benchmarks" for part in parts):
        return []
    tally = Tally("what benchmarks refused is listed")
    rows = con.execute(
        """
        WITH listed AS (
            SELECT doc_id, bool_or(action = 'reject') AS refuses FROM contamination GROUP BY doc_id
        ),
        refused AS (SELECT DISTINCT doc_id FROM rejections WHERE stage = 'decontaminate')
        SELECT coalesce(listed.doc_id, refused.doc_id), listed.refuses, refused.doc_id IS NOT NULL,
            documents.doc_id IS NOT NULL
        FROM listed FULL JOIN refused USING (doc_id) LEFT JOIN documents USING (doc_id)
        ORDER BY 1
        """
    ).fetchall()
    for doc_id, listed, refused, document in rows:
        tally.expect(
            listed is not None and listed == refused == (not document),
            f"{doc_id.hex}: listed as refused: {listed}, refused: {refused}, a document: {document}",
        )
    return [tally.answer()]


def check_sources(con: duckdb.DuckDBPyConnection) -> Check:
    """Checks the funnel of every source over the rows themselves, and that each source is a known one."""
    tally = Tally("sources: the funnel adds up")
    known = {name for (name,) in con.execute("SELECT source FROM sources").fetchall()}
    for source, *counts in con.execute("FROM funnel ORDER BY source").fetchall():
        row = funnel_row(source, counts)
        if tally.expect(source in known, f"source {source} is not in the manifest"):
            tally.expect(row.balanced, f"source {source}: {row.model_dump_json(exclude={'balanced'})}")
    return tally.answer()


def check_plan(con: duckdb.DuckDBPyConnection, catalog: Catalog, manifest: Manifest) -> Check:
    """Checks that each planned file and archive member gave at least one row in some table.

    A member may lack one only where its archive broke: then a row stands for the archive itself. A
    name that comes again in an archive has ``#2``, ``#3`` … in locators.
    """
    tally = Tally("planned files gave at least one row")
    if manifest.sample < 1:
        return skipped("planned files gave at least one row", f"a sample of {manifest.sample:g} was read")
    plan = catalog.storage.uri(manifest.plan)
    # DuckDB does the matching, so that a plan of millions of members needs no memory here.
    found = con.execute(
        f"""
        WITH plan AS (
            SELECT source, path, kind, start, members FROM read_parquet('{plan.replace("'", "''")}')
        ),
        named AS (
            SELECT source, path, start, unnest(members) AS name, generate_subscripts(members, 1) AS place
            FROM plan WHERE kind = 'members'
        ),
        counted AS (
            SELECT source, path, name,
                row_number() OVER (PARTITION BY source, path, name ORDER BY start, place) AS time
            FROM named
        ),
        wanted AS (
            SELECT DISTINCT source || ':' || path AS uri, '' AS member FROM plan
            UNION ALL
            SELECT source || ':' || path,
                'member=' || replace(replace(
                    CASE WHEN time > 1 THEN name || '#' || time ELSE name END, '%', '%25'), '!', '%21')
            FROM counted
        ),
        rows AS (
            SELECT uri, locator FROM documents
            UNION ALL SELECT uri, locator FROM rejections
            UNION ALL SELECT uri, locator FROM dead_letters
        ),
        given AS (
            SELECT DISTINCT uri,
                CASE WHEN starts_with(locator, 'member=') THEN split_part(locator, '!', 1) ELSE '' END
                    AS member
            FROM rows
        ),
        files AS (SELECT DISTINCT uri FROM given),
        broken AS (SELECT DISTINCT uri FROM dead_letters WHERE NOT starts_with(locator, 'member=')),
        missing AS (
            SELECT uri, member FROM wanted WHERE member = '' AND uri NOT IN (SELECT uri FROM files)
            UNION ALL
            SELECT wanted.uri, wanted.member FROM wanted ANTI JOIN given USING (uri, member)
            WHERE wanted.member <> '' AND wanted.uri NOT IN (SELECT uri FROM broken)
        )
        SELECT (SELECT count(*) FROM wanted), (SELECT count(*) FROM missing),
            (SELECT list(m ORDER BY m) FROM (
                SELECT uri || ' ' || member AS m FROM missing ORDER BY ALL LIMIT {DETAILS}))
        """  # noqa: S608 - a path of our own
    ).fetchone()
    if found is not None:
        tally.checked = found[0]
        for detail in found[2] or []:
            tally.fail(f"{detail.strip()}: planned, and no row tells of it")
        tally.wrong = found[1]
    return tally.answer()


def _differs(receipt: Receipt, tables: dict[str, PartInfo]) -> str | None:
    stated = {part.table: part for part in receipt.parts if part.table in _FATES}
    if stated != tables:
        return "its receipt names other parts"
    rows = sum(receipt.rows.get(table, 0) for table in _FATES)
    return None if receipt.read == rows else f"{receipt.read:,} records read, {rows:,} in its receipt"
