"""Conditions of the user over the columns of ``corpus``: one SQL expression, about one row."""

import json
from typing import Any

import duckdb

from schemas.errors import UsageError
from warehouse.failures import translate


def chosen(where: str | None, columns: str) -> str:
    r"""Returns the SQL that reads columns of the rows of ``corpus`` that satisfy a condition.

    >>> chosen("words > 5", "doc_id")
    'SELECT doc_id FROM corpus WHERE (true AND\nwords > 5\n)'
    """
    # On lines of its own, so that a comment at its end ends with it; "true AND" makes nothing an error.
    condition = "true" if where is None else where
    return f"SELECT {columns} FROM corpus WHERE (true AND\n{condition}\n)"  # noqa: S608 - that is the feature


def check_condition(con: duckdb.DuckDBPyConnection, where: str | None) -> None:
    """Checks a condition without reading a row.

    Raises:
        UsageError: If it is no SQL expression over the columns of ``corpus``, or has a subquery: it is
            asked of one part at a time, where other tables would not be whole.
    """
    if where is None:
        return
    try:
        node = _parse(con, where)
        plain = _parse(con, "true")
        condition = node.pop("where_clause", None)
        plain.pop("where_clause")
        if condition is None or node != plain:
            raise UsageError(f"--where takes one condition, not more of a statement: {where}")
        if '"class": "SUBQUERY"' in json.dumps(condition):
            raise UsageError(f"--where is about one document at a time and cannot hold a subquery: {where}")
        con.execute("EXPLAIN " + chosen(where, "doc_id")).fetchall()
    except duckdb.Error as error:
        raise UsageError(f"--where: {translate(error)}") from error


def _parse(con: duckdb.DuckDBPyConnection, where: str) -> dict[str, Any]:
    found = con.execute("SELECT json_serialize_sql(?)", [chosen(where, "doc_id")]).fetchone()
    tree = json.loads(found[0]) if found else {}
    if tree.get("error") or len(tree["statements"]) != 1:
        raise UsageError(f"--where: {tree.get('error_message', 'not one condition')}: {where}")
    node: dict[str, Any] = tree["statements"][0]["node"]
    return node
