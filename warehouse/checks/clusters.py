"""Checks over identifiers and duplicate clusters, one query each: it gives what is wrong."""

import duckdb

from schemas.answers import Check
from schemas.manifest import Manifest
from warehouse.checks.tally import DETAILS, Tally, skipped

_UNIQUE = """
    SELECT doc_id, 'in ' || string_agg(place, ', ' ORDER BY place) FROM (
        SELECT doc_id, 'documents' AS place FROM documents
        UNION ALL SELECT doc_id, 'rejections' FROM rejections
        UNION ALL SELECT doc_id, 'dead_letters' FROM dead_letters)
    GROUP BY doc_id HAVING count(*) > 1
"""

_MEMBERS: dict[str, str] = {
    "members and survivors are documents": """
        SELECT doc_id, 'is no document' FROM (
            SELECT doc_id FROM members UNION SELECT survivor_id FROM members
            UNION SELECT cluster_id FROM members)
        ANTI JOIN documents USING (doc_id)
    """,
    "a document is in one cluster": """
        SELECT doc_id, 'is in several clusters' FROM members
        GROUP BY doc_id HAVING count(*) > 1
    """,
    "a cluster has one survivor": """
        SELECT cluster_id, 'has survivors ' || string_agg(DISTINCT survivor_id::VARCHAR, ', ') FROM members
        GROUP BY cluster_id HAVING count(DISTINCT survivor_id) > 1
    """,
    "no survivor is a duplicate": """
        SELECT DISTINCT survivor.doc_id, 'survives for others and is dropped for '
            || replace(survivor.survivor_id::VARCHAR, '-', '')
        FROM members JOIN members AS survivor ON survivor.doc_id = members.survivor_id
        WHERE survivor.survivor_id <> survivor.doc_id
    """,
    "exact copies have the same text": """
        WITH texts AS (
            SELECT cluster_id, text_sha256 FROM (
                SELECT cluster_id, doc_id FROM members UNION SELECT cluster_id, cluster_id FROM members
            ) JOIN documents USING (doc_id)
            GROUP BY cluster_id, text_sha256 HAVING count(*) > 1),
        copies AS (
            SELECT doc_id, cluster_id, text_sha256 FROM members JOIN documents USING (doc_id)
            WHERE kind = 'exact' AND doc_id <> cluster_id)
        SELECT doc_id, 'is not the text of any other document of its cluster'
        FROM copies ANTI JOIN texts USING (cluster_id, text_sha256)
    """,
    # Exact copies are collapsed before near ones are sought, so the pair may name another copy.
    "near copies were compared with their founder": """
        WITH accepted AS (
            SELECT a.text_sha256 AS one, b.text_sha256 AS other
            FROM pairs JOIN documents a ON a.doc_id = left_id JOIN documents b ON b.doc_id = right_id
            WHERE accepted),
        both_ways AS (SELECT one, other FROM accepted UNION SELECT other, one FROM accepted),
        near AS (
            SELECT members.doc_id, cluster_id, mine.text_sha256 AS one, founder.text_sha256 AS other
            FROM members
            JOIN documents mine USING (doc_id)
            JOIN documents founder ON founder.doc_id = members.cluster_id
            WHERE kind = 'near' AND members.doc_id <> members.cluster_id)
        SELECT doc_id, 'has no accepted pair with ' || replace(cluster_id::VARCHAR, '-', '')
        FROM near ANTI JOIN both_ways USING (one, other)
        WHERE one <> other
    """,
}

_PARTS: dict[str, str] = {
    "contained documents founded their cluster and stand in another": """
        SELECT doc_id, 'is contained and ' || CASE
            WHEN doc_id <> cluster_id THEN 'did not found its cluster' ELSE 'survives' END
        FROM members WHERE kind = 'contained' AND (doc_id <> cluster_id OR survivor_id = doc_id)
    """,
}

_HELD = """
    SELECT doc_id, 'is contained by a share of ' || similarity FROM members
    WHERE kind = 'contained' AND similarity < ?::FLOAT
"""

_SIMILAR = """
    SELECT doc_id, 'is near with similarity ' || similarity FROM members
    WHERE kind = 'near' AND doc_id <> cluster_id AND similarity < ?::FLOAT
"""


def check_ids(con: duckdb.DuckDBPyConnection) -> Check:
    """Checks that no id stands twice in documents, rejections and dead letters together."""
    return _ask(con, "a record is in one place", _UNIQUE, [])


def check_clusters(con: duckdb.DuckDBPyConnection, manifest: Manifest) -> list[Check]:
    """Checks that the clusters are what they are said to be."""
    if manifest.dedup is None:
        return [skipped("clusters", "deduplication is off")]
    checks = [_ask(con, name, query, []) for name, query in (_MEMBERS | _PARTS).items()]
    threshold = _stated(manifest, "threshold")
    limit = _stated(manifest, "containment")
    if limit is not None:
        checks.append(_ask(con, "contained documents reach the limit", _HELD, [limit]))
    name = "near copies reach the threshold"
    if threshold is None:
        checks.append(skipped(name, "the manifest does not state the threshold"))
    else:
        checks.append(_ask(con, name, _SIMILAR, [threshold]))
    return checks


def _ask(con: duckdb.DuckDBPyConnection, name: str, query: str, values: list[float]) -> Check:
    tally = Tally(name)
    table = "members" if query is not _UNIQUE else "documents"
    total = con.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    tally.checked = total[0] if total else 0
    wrong = con.execute(f"SELECT count(*) OVER (), * FROM ({query}) ORDER BY ALL LIMIT {DETAILS}", values)  # noqa: S608
    for count, doc_id, what in wrong.fetchall():
        tally.fail(f"{doc_id.hex} {what}")
        tally.wrong = count
    return tally.answer()


def _stated(manifest: Manifest, key: str) -> float | None:
    for recipe in manifest.recipes.values():
        if isinstance(recipe, dict) and key in recipe:
            return float(recipe[key])
    return None
