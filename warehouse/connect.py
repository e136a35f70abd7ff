"""Opens a snapshot in DuckDB: the tables and views of the SQL contract, and a sandbox around them.

Every table of ``schemas.tables`` has exactly the columns stated there, whatever its parts hold and also
where it has none. Parts are read by the manifest's list. Nothing is read before a query asks for it.
"""

import os
import re
import tempfile
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from importlib import resources

import duckdb
import pyarrow as pa

from schemas.manifest import Manifest, SourceRow
from schemas.tables import SCHEMA_VERSION, TABLES
from schemas.units import PartInfo
from warehouse.catalog import Catalog
from warehouse.failures import unreadable
from warehouse.storage import Storage

SPILL_LIMIT = "16GB"
"""What DuckDB may write to the system's temporary folder before a query is an error."""

Connection = duckdb.DuckDBPyConnection
"""An open snapshot, for rooms that must not know DuckDB."""

MEMORY_LIMIT = "2GB"
"""What DuckDB may hold in memory before it spills to the system's temporary folder."""

VIEWS = (
    "clustered",
    "fates",
    "corpus",
    "duplicates",
    "thresholds",
    "funnel",
    "holders",
    "contributors",
    "licenses",
    "languages",
    "moat",
    "overlap",
    "rules",
    "contaminated",
    "decontamination",
    "grounded",
)
"""The views, each after those that it reads; a view's query stands in ``sql/<name>.sql``."""

_TYPES = {
    pa.uuid(): "UUID",
    pa.string(): "VARCHAR",
    pa.binary(): "BLOB",
    pa.binary(32): "BLOB",
    pa.bool_(): "BOOLEAN",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.float32(): "FLOAT",
    pa.float64(): "DOUBLE",
    pa.timestamp("us", "UTC"): "TIMESTAMPTZ",
    pa.list_(pa.string()): "VARCHAR[]",
    pa.map_(pa.string(), pa.int32()): "MAP(VARCHAR, INTEGER)",
}


def connect(
    catalog: Catalog,
    manifest: Manifest,
    *,
    sandbox: bool = True,
    views: Collection[str] = VIEWS,
    documents: Sequence[str] | None = None,
) -> duckdb.DuckDBPyConnection:
    """Opens a snapshot; close the connection after use.

    Args:
        catalog: The warehouse.
        manifest: The snapshot.
        sandbox: Lock the connection for SQL of others: it reads the snapshot's parts and nothing
            else, cannot change a setting, load an extension or reach the network. What a statement
            may do (it could overwrite a part) is for ``warehouse.query.check_statement``.
        views: Names of the views that are needed; those that they read are made too. All of them take
            some 150 ms.
        documents: Paths of the parts of ``documents`` to show, for work on one part at a time; who
            survives is still decided over all of them.

    Raises:
        WorkFailed: If a part is not there or is no Parquet any more.
    """
    storage = catalog.storage
    parts = catalog.parts(manifest)
    con = duckdb.connect(
        ":memory:",
        config={
            "threads": os.cpu_count() or 1,
            "memory_limit": MEMORY_LIMIT,
            # Without it DuckDB spills into the working directory.
            "temp_directory": os.path.join(tempfile.gettempdir(), f"datamoat-duckdb-{os.getpid()}"),
            # A query that goes wrong shall not fill the disk for everyone.
            "max_temp_directory_size": SPILL_LIMIT,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    try:
        con.execute("SET TimeZone = 'UTC'")
        # Else a table name that is unknown would be looked up among the variables of our functions.
        con.execute("SET python_enable_replacements = false")
        _register(con, storage)
        _create_tables(con, storage, parts, documents)
        _create_sources(con, manifest.sources)
        for view in with_dependencies(views):
            con.execute(f"CREATE VIEW {view} AS {view_query(view)}")
        if sandbox:
            _lock(con, [storage.uri(part.path) for part in parts])
    except duckdb.Error as error:
        con.close()
        raise unreadable(error) from error
    except BaseException:
        con.close()
        raise
    return con


@cache
def view_query(view: str) -> str:
    """Returns the query of a view, with the comment that says which question it answers."""
    return resources.files("warehouse").joinpath("sql", f"{view}.sql").read_text("utf-8")


def views_named(sql: str) -> list[str]:
    """Returns the views that a statement names; all of them where it names none or asks what there is.

    >>> views_named("SELECT count(*) FROM Corpus")
    ['corpus']
    """
    words = set(re.findall(r"\w+", sql.lower()))
    named = [view for view in VIEWS if view in words]
    asks = any(word.startswith(("duckdb_", "pragma_", "information_schema", "show")) for word in words)
    return list(VIEWS) if asks or not named else named


def with_dependencies(views: Iterable[str]) -> list[str]:
    """Returns views and those that they read, in the order in which they can be made.

    >>> with_dependencies(["corpus"])
    ['clustered', 'fates', 'corpus']
    """
    needed = set(views)
    for view in reversed(VIEWS):
        if view in needed:
            query = re.sub("--.*", "", view_query(view))
            needed |= set(VIEWS[: VIEWS.index(view)]) & set(re.findall(r"\w+", query))
    return [view for view in VIEWS if view in needed]


def columns(table: str) -> dict[str, str]:
    """Returns the columns of a table and their DuckDB types.

    >>> columns("pairs")["left_id"]
    'UUID'
    """
    return {field.name: _TYPES[field.type] for field in TABLES[table]}


def scan(storage: Storage, table: str, parts: Sequence[PartInfo]) -> str:
    """Returns the SQL that reads parts of a table: its columns in order, null where a part lacks one.

    Args:
        storage: Where the parts lie.
        table: Name of the table.
        parts: As in the manifest; without any, the SQL gives no row.
    """
    empty = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in columns(table).items())
    if not parts:
        return f"SELECT {empty} WHERE false"
    names = ", ".join(f'"{name}"' for name in columns(table))
    reads = []
    for version in sorted({part.schema_version for part in parts}):
        same = [part for part in parts if part.schema_version == version]
        files = ", ".join(_literal(storage.uri(part.path)) for part in same)
        # Parts of one version have the same columns, so that only the first is opened before a query
        # runs. The planner must know the rows, or it takes the largest table for the smallest.
        rows = sum(part.rows for part in same)
        reads.append(f"FROM read_parquet([{files}], explicit_cardinality = {rows})")
    if {part.schema_version for part in parts} != {SCHEMA_VERSION}:
        reads.append(f"SELECT {empty} WHERE false")
    union = " UNION ALL BY NAME ".join(reads)
    return f"SELECT {names} FROM ({union})"  # noqa: S608 - names of our own schema


def numbered(storage: Storage, parts: Iterable[PartInfo], *names: str) -> str:
    """Returns the SQL that reads columns of ``documents`` (or signals, signatures) with row numbers.

    The dense row number (column ``row``) is the count of rows in the parts before, in the order of
    ``Catalog.parts``, plus the place in the part; it is the same in aligned tables.

    Args:
        storage: Where the parts lie.
        parts: All parts of one table.
        *names: Columns to read.
    """
    ordered = list(parts)
    if not ordered:
        raise ValueError("a table without parts has no rows to number")
    first, starts = 0, []
    for part in ordered:
        starts.append(f"({_literal(storage.uri(part.path))}, {first}::BIGINT)")
        first += part.rows
    wanted = "".join(f', part."{name}"' for name in names)
    files = ", ".join(_literal(storage.uri(part.path)) for part in ordered)
    return (
        f"SELECT starts.first + part.file_row_number AS row{wanted} "  # noqa: S608
        f"FROM read_parquet([{files}], union_by_name = true, filename = true, file_row_number = true) part "
        f"JOIN (VALUES {', '.join(starts)}) starts(filename, first) USING (filename)"
    )


def _create_tables(
    con: duckdb.DuckDBPyConnection,
    storage: Storage,
    parts: Iterable[PartInfo],
    documents: Sequence[str] | None,
) -> None:
    of: dict[str, list[PartInfo]] = {table: [] for table in TABLES}
    for part in parts:
        # A later release may have tables that this one does not know.
        if part.table in of:
            of[part.table].append(part)
    con.execute("CREATE SCHEMA detail")
    con.execute(f"CREATE VIEW detail.documents AS {scan(storage, 'documents', of['documents'])}")
    if documents is not None:
        of["documents"] = [part for part in of["documents"] if part.path in set(documents)]
    for table in TABLES:
        if table != "sources":
            con.execute(f"CREATE VIEW {table} AS {scan(storage, table, of[table])}")


def _create_sources(con: duckdb.DuckDBPyConnection, sources: Iterable[SourceRow]) -> None:
    stated = ", ".join(f'"{name}" {kind}' for name, kind in columns("sources").items())
    con.execute(f"CREATE TABLE sources ({stated})")
    names = list(columns("sources"))
    slots = ", ".join("?" * len(names))
    for source in sources:
        row = [getattr(source, name) for name in names]
        con.execute(f"INSERT INTO sources VALUES ({slots})", row)  # noqa: S608


def _register(con: duckdb.DuckDBPyConnection, storage: Storage) -> None:
    if "://" in storage.location:
        import fsspec

        con.register_filesystem(fsspec.core.url_to_fs(storage.location)[0])


def _lock(con: duckdb.DuckDBPyConnection, uris: Sequence[str]) -> None:
    # Some fsspec file systems name their files with a leading slash, so that three stand in a row.
    allowed = {name for uri in uris for name in (uri, uri.replace("://", ":///", 1))}
    con.execute(f"SET allowed_paths = [{', '.join(map(_literal, sorted(allowed)))}]")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
