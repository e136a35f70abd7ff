from dataclasses import replace
from pathlib import Path

import duckdb
import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.manifest import Manifest
from schemas.tables import SCHEMA_VERSION, TABLES
from schemas.units import PartInfo
from tests.warehouse.factory import Doc, World, source
from tests.warehouse.worlds import ACME_GUIDE, handbooks
from warehouse.catalog import Catalog, open_catalog, snapshot
from warehouse.columns import load_columns
from warehouse.connect import columns, connect, numbered
from warehouse.storage import open_storage


def test_tables_have_exactly_the_golden_columns(tmp_path: Path) -> None:
    with connect(*handbooks(tmp_path).build()) as con:
        for table, schema in TABLES.items():
            found = con.execute(f"DESCRIBE {table}").fetchall()
            assert [row[0] for row in found] == schema.names, table
            assert [row[1].replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ") for row in found] == list(
                columns(table).values()
            )


@pytest.mark.parametrize("old", [1, 2, 4])
def test_old_and_newer_parts(tmp_path: Path, old: int) -> None:
    """A column that a part lacks is null, and one that this release does not know is not shown."""
    catalog, manifest = handbooks(tmp_path).build()
    parts = catalog.parts(manifest)
    documents = [part for part in parts if part.table == "documents"]
    changed = {}
    for place, part in enumerate(documents):
        path = catalog.storage.uri(part.path)
        rows = pq.read_table(path)
        if place < old:
            pq.write_table(rows.drop_columns(["attribution", "language"]), path)
            changed[part.path] = SCHEMA_VERSION - 1
        elif place == old:
            pq.write_table(rows.append_column("later", pa.array([1] * len(rows))), path)
            changed[part.path] = SCHEMA_VERSION + 1
    listed = [replace(part, schema_version=changed.get(part.path, part.schema_version)) for part in parts]
    manifest = manifest.model_copy(update={"parts": catalog.write_parts(listed)})
    with connect(catalog, manifest) as con:
        assert [row[0] for row in con.execute("DESCRIBE documents").fetchall()] == TABLES["documents"].names
        lost = sum(part.rows for part in documents[:old])
        found = con.execute("SELECT count(*), count(language), count(attribution) FROM documents").fetchone()
        assert found == (11, 11 - lost, 0)
        assert con.execute("SELECT count(*) FROM corpus").fetchone() == (6,)


def test_pairs_of_version_1_do_not_say_whether_they_are_exact(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()
    parts = catalog.parts(manifest)
    [part] = [part for part in parts if part.table == "pairs"]
    path = catalog.storage.uri(part.path)
    pq.write_table(pq.read_table(path).drop_columns(["exact"]), path)
    listed = [replace(part, schema_version=1) if part.table == "pairs" else part for part in parts]
    manifest = manifest.model_copy(update={"parts": catalog.write_parts(listed)})
    with connect(catalog, manifest) as con:
        assert con.execute("SELECT similarity, accepted, exact FROM pairs ORDER BY 1 DESC").fetchall() == [
            (pytest.approx(0.8), True, None),
            (pytest.approx(0.1), False, None),
        ]


def test_the_planner_knows_how_large_the_tables_are(tmp_path: Path) -> None:
    """Else it builds its hash tables over the texts."""
    docs = [Doc("wiki", f"{number}.md", "text") for number in range(300)]
    with connect(*World(tmp_path, [source("wiki", "Wiki")], docs).build()) as con:
        plan = con.execute("EXPLAIN SELECT doc_id FROM documents").fetchall()[0][1]
        assert "~300 rows" in plan


def test_ids_are_found_by_hex(tmp_path: Path) -> None:
    with connect(*handbooks(tmp_path).build()) as con:
        query = f"SELECT uri FROM corpus WHERE doc_id = '{ACME_GUIDE.hex}'"
        assert con.execute(query).fetchall() == [("acme:guide.md",)]


def test_only_listed_parts_are_read(tmp_path: Path) -> None:
    world = handbooks(tmp_path)
    catalog, first = world.build()
    world.docs = world.docs[:4]
    world.members, world.pairs = (), ()
    _, second = world.build()
    for manifest, count in ((first, 11), (second, 4)):
        with connect(catalog, manifest) as con:
            assert con.execute("SELECT count(*) FROM documents").fetchone() == (count,)


def test_counting_does_not_read_texts(tmp_path: Path) -> None:
    """A part whose text column is destroyed still answers what does not need it."""
    docs = [Doc("wiki", f"{number}.md", f"{number} " * 5000) for number in range(40)]
    catalog, manifest = World(tmp_path, [source("wiki", "Wiki")], docs).build()
    part = Path(catalog.storage.uri(catalog.parts(manifest, "documents")[0].path))
    column = pq.ParquetFile(part).metadata.row_group(0)
    place = next(
        column.column(index)
        for index in range(column.num_columns)
        if column.column(index).path_in_schema == "text"
    )
    start = place.dictionary_page_offset or place.data_page_offset
    data = bytearray(part.read_bytes())
    data[start : start + place.total_compressed_size] = bytes(place.total_compressed_size)
    part.write_bytes(data)
    with connect(catalog, manifest) as con:
        sums = "SELECT count(*), sum(words) FROM corpus GROUP BY contributor"
        assert con.execute(sums).fetchall() == [(40, 200_000)]
        with pytest.raises(duckdb.Error):
            con.execute("SELECT sum(length(text)) FROM corpus").fetchall()


def test_row_numbers_are_those_of_the_columns(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()
    parts = catalog.parts(manifest, "documents")
    with connect(catalog, manifest, sandbox=False) as con:
        rows = con.execute(numbered(catalog.storage, parts, "doc_id") + " ORDER BY row").fetchall()
    sources = {unit.unit_id: unit.source for unit in catalog.plan(manifest)}
    expected = load_columns(catalog.storage, parts, sources).doc_id
    assert [row[0] for row in rows] == list(range(11))
    assert [row[1].bytes for row in rows] == [bytes(row) for row in expected]


@pytest.fixture(scope="module")
def fenced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Catalog, Manifest]:
    folder = tmp_path_factory.mktemp("fenced")
    return folder, *handbooks(folder).build()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_parquet('{other}')",
        "SELECT * FROM read_parquet('{listed}.copy')",
        "SELECT * FROM read_parquet('http://localhost/a.parquet')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "COPY (SELECT 1) TO '/tmp/out-of-the-sandbox.csv'",
        "ATTACH '{folder}/new.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "EXPORT DATABASE '{folder}/dump'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET threads = 1",
        "RESET lock_configuration",
        "PRAGMA memory_limit = '1TB'",
        "SELECT * FROM manifest",
        "SELECT getenv('HOME')",
    ],
)
def test_sandbox(fenced: tuple[Path, Catalog, Manifest], sql: str) -> None:
    tmp_path, catalog, manifest = fenced
    other = tmp_path / "other.parquet"
    pq.write_table(pa.table({"secret": [1]}), other)
    listed = Path(catalog.storage.uri(catalog.parts(manifest, "documents")[0].path))
    Path(f"{listed}.copy").write_bytes(listed.read_bytes())
    before = sorted(tmp_path.rglob("*"))
    with connect(catalog, manifest) as con, pytest.raises(duckdb.Error):
        con.execute(sql.format(other=other, listed=listed, folder=listed.parent)).fetchall()
    assert sorted(tmp_path.rglob("*")) == before
    assert not Path("/tmp/out-of-the-sandbox.csv").exists()


def test_a_failed_opening_leaves_nothing_open(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()
    wrong = manifest.model_copy(update={"parts": "lists/none.parquet"})
    with pytest.raises(FileNotFoundError):
        connect(catalog, wrong)


def test_remote_storage(tmp_path: Path) -> None:
    """The same warehouse on an fsspec file system, sandboxed as well."""
    local, manifest = handbooks(tmp_path).build()
    fs = fsspec.filesystem("memory")
    fs.put(str(Path(local.storage.location)), "/asked", recursive=True)
    try:
        catalog = open_catalog("memory://asked")
        assert isinstance(catalog, Catalog)
        assert snapshot(catalog, None) == manifest
        with connect(catalog, manifest) as con:
            assert con.execute("SELECT count(*) FROM corpus").fetchone() == (6,)
            with pytest.raises(duckdb.PermissionException):
                con.execute("SELECT * FROM read_text('memory://asked/snapshots/00000001.json')").fetchall()
    finally:
        fs.rm("/asked", recursive=True)


def test_parts_of_an_unknown_table_are_left_alone(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()
    later = PartInfo("later", "parts/later/a-b.parquet", 1, 1, "0", "a")
    listed = catalog.write_parts([*catalog.parts(manifest), later])
    with connect(catalog, manifest.model_copy(update={"parts": listed})) as con:
        assert con.execute("SELECT count(*) FROM documents").fetchone() == (11,)


def test_quotes_in_the_location(tmp_path: Path) -> None:
    world = handbooks(tmp_path / "it's [here] *")
    with connect(*world.build()) as con:
        assert con.execute("SELECT count(*) FROM corpus").fetchone() == (6,)
    assert open_storage(world.location).location == world.location
