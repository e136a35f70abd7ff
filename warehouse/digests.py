"""Digests of whole tables: two builds of the same input agree in them, whoever did the work."""

from collections.abc import Iterable

from schemas.manifest import Manifest
from schemas.tables import TABLES
from warehouse.catalog import Catalog
from warehouse.connect import connect

_DIGEST = """
    SELECT coalesce(sha256(string_agg(digest, '' ORDER BY digest)), '')
    FROM (SELECT sha256(t::VARCHAR) AS digest FROM {table} t)
"""


def table_digests(
    catalog: Catalog, manifest: Manifest, tables: Iterable[str] = tuple(TABLES)
) -> dict[str, str]:
    """Returns table -> SHA-256 (hex) over its sorted rows; order, parts and units do not count."""
    with connect(catalog, manifest) as con:
        return {table: str(con.execute(_DIGEST.format(table=table)).fetchall()[0][0]) for table in tables}
