"""Runs SQL of the user over a snapshot: one statement that reads, and nothing else."""

import re
from typing import BinaryIO

import duckdb

from schemas.errors import UsageError
from schemas.manifest import Manifest
from warehouse.catalog import Catalog
from warehouse.connect import connect, views_named
from warehouse.failures import translate
from warehouse.results import Format, write_result

_ALLOWED = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI)
_WRITES = re.compile(r"\b(copy|export|attach|install|load|insert|update|delete|create|drop)\b", re.IGNORECASE)


def run_sql(catalog: Catalog, manifest: Manifest, sql: str, form: Format, out: BinaryIO) -> str | None:
    """Runs one statement over a snapshot and writes its result.

    Args:
        catalog: The warehouse.
        manifest: The snapshot.
        sql: One statement that reads.
        form: ``table`` for eyes, ``csv`` with a header, ``json`` as an array of objects, ``parquet``.
        out: Where the result goes; it need not be able to seek.

    Returns:
        A note for the user about the result (rows left out), or None.

    Raises:
        UsageError: If the SQL is wrong or wants more than to read the snapshot.
        WorkFailed: If the snapshot's files cannot be read, or memory does not suffice.
    """
    with connect(catalog, manifest, views=views_named(sql)) as con:
        return run_on(con, sql, form, out)


def run_on(con: duckdb.DuckDBPyConnection, sql: str, form: Format, out: BinaryIO) -> str | None:
    """Runs one statement on an open connection; see ``run_sql``."""
    try:
        check_statement(con, sql)
        return write_result(con, sql, form, out)
    except duckdb.Error as error:
        raise translate(error) from error


def check_statement(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Refuses what is not one statement that only reads.

    The sandbox keeps a connection away from other files; writing to the files it may read, and what a
    statement would change in the session, is refused here.

    Raises:
        UsageError: If it is refused.
        duckdb.Error: If it is not SQL.
    """
    statements = con.extract_statements(sql)
    if len(statements) != 1:
        raise UsageError(f"one SQL statement at a time; this is {len(statements) or 'empty'}")
    kind = statements[0].type
    if kind not in _ALLOWED:
        raise UsageError(f"only statements that read are allowed, not {kind.name}")
    # EXPLAIN ANALYZE runs what it explains, and PIVOT may stand inside anything.
    if kind is not duckdb.StatementType.SELECT and (word := _writing_word(sql)):
        raise UsageError(f"only statements that read are allowed, not {word.upper()} in {kind.name}")


def _writing_word(sql: str) -> str | None:
    found = _WRITES.search(sql)
    return found.group() if found else None
