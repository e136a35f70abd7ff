import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.errors import UsageError, WorkFailed
from schemas.manifest import Manifest
from tests.warehouse.worlds import ACME_GUIDE, handbooks
from warehouse.catalog import Catalog
from warehouse.connect import connect
from warehouse.query import run_on, run_sql
from warehouse.results import TABLE_ROWS, Format

EVERYTHING = """
    SELECT doc_id, [doc_id] AS ids, {'id': doc_id, 'x': 1} AS pair, raw_sha256, sum(words) AS words,
        0.1::FLOAT AS small, NULL AS nothing, uri LIKE 'acme%' AS ours, 'a,"b"' AS quoted,
        TIMESTAMPTZ '2020-02-03 04:05:06+00' AS at, DATE '2020-02-03' AS day, 1.50 AS money
    FROM corpus WHERE source = 'acme' AND title = 'Guide' GROUP BY ALL
"""
SHA = "8bb9ce5f0d708a1f5f8c5d854eb4770f8763c3b0cd9b49cd663af284a8050e7e"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Catalog, Manifest]:
    return handbooks(tmp_path_factory.mktemp("query")).build()


@pytest.fixture
def run(built: tuple[Catalog, Manifest]):
    catalog, manifest = built

    def run(sql: str, form: Format) -> bytes:
        out = io.BytesIO()
        run_sql(catalog, manifest, sql, form, out)
        return out.getvalue()

    return run


def test_json(run) -> None:
    assert json.loads(run(EVERYTHING, "json")) == [
        {
            "doc_id": ACME_GUIDE.hex,
            "ids": [ACME_GUIDE.hex],
            "pair": {"id": ACME_GUIDE.hex, "x": 1},
            "raw_sha256": SHA,
            "words": 8,
            "small": 0.1,
            "nothing": None,
            "ours": True,
            "quoted": 'a,"b"',
            "at": "2020-02-03T04:05:06+00:00",
            "day": "2020-02-03",
            "money": "1.50",
        }
    ]
    assert json.loads(run("SELECT 1 WHERE false", "json")) == []
    assert json.loads(run("SELECT 1 AS a, 2 AS a", "json")) == [{"a": 1, "a_1": 2}]
    assert json.loads(run("SELECT 2::HUGEINT ** 100 AS big, 'nan'::DOUBLE AS nan", "json"))[0]["nan"] is None


def test_csv(run) -> None:
    (row,) = csv.DictReader(io.StringIO(run(EVERYTHING, "csv").decode()))
    assert row["doc_id"] == ACME_GUIDE.hex
    assert row["ids"] == f'["{ACME_GUIDE.hex}"]'
    assert (row["raw_sha256"], row["words"], row["small"], row["nothing"]) == (SHA, "8", "0.1", "")
    assert (row["ours"], row["quoted"]) == ("true", 'a,"b"')


def test_parquet(run) -> None:
    table = pq.read_table(pa.BufferReader(run(EVERYTHING, "parquet")))
    row = table.to_pylist()[0]
    assert (row["doc_id"], row["ids"], row["pair"]["id"]) == (
        ACME_GUIDE.hex,
        [ACME_GUIDE.hex],
        ACME_GUIDE.hex,
    )
    assert table.schema.field("words").type == pa.int64()
    assert row["raw_sha256"].hex() == SHA
    assert row["at"].isoformat() == "2020-02-03T04:05:06+00:00"
    empty = pq.read_table(pa.BufferReader(run("SELECT 1 AS one WHERE false", "parquet")))
    assert (empty.num_rows, empty.column_names) == (0, ["one"])


def test_table(run) -> None:
    text = run("SELECT doc_id, tokens FROM corpus WHERE tokens >= 40 ORDER BY tokens DESC", "table").decode()
    head, _, first, second = text.splitlines()
    assert head.split() == ["doc_id", "tokens"]
    assert first.split() == [ACME_GUIDE.hex, "100"]
    assert second.endswith("    40")
    control = run("SELECT 'a\n\t\x1b[31mb' AS t, '[red]x' AS m", "table").decode().splitlines()[-1]
    assert control.split() == ["a", "[31mb", "[red]x"]


def test_all_formats_say_the_same(run) -> None:
    sql = (
        "SELECT contributor, count(*) docs, sum(words) words FROM corpus GROUP BY ALL ORDER BY words DESC, 1"
    )
    expected = [["Acme", 3, 20], ["Bolt", 1, 5], ["ann", 1, 4], ["bob", 1, 4]]
    assert [list(row.values()) for row in json.loads(run(sql, "json"))] == expected
    assert list(csv.reader(io.StringIO(run(sql, "csv").decode())))[1:] == [
        [str(value) for value in row] for row in expected
    ]
    parquet = pq.read_table(pa.BufferReader(run(sql, "parquet"))).to_pylist()
    assert [list(row.values()) for row in parquet] == expected
    table = run(sql, "table").decode().splitlines()[2:]
    assert [row.split() for row in table] == [[str(value) for value in row] for row in expected]


def test_order_and_number_of_many_rows(run) -> None:
    sql = "SELECT i FROM range(250000) r(i) ORDER BY hash(i)"
    parquet = pq.read_table(pa.BufferReader(run(sql, "parquet")))["i"].to_pylist()
    assert sorted(parquet) == list(range(250_000))
    assert [int(line) for line in run(sql, "csv").split()[1:]] == parquet
    assert [row["i"] for row in json.loads(run(sql, "json"))] == parquet


def test_a_long_table_is_cut_and_says_so(built: tuple[Catalog, Manifest]) -> None:
    catalog, manifest = built
    out = io.BytesIO()
    note = run_sql(catalog, manifest, "SELECT * FROM range(100000)", "table", out)
    assert len(out.getvalue().splitlines()) == TABLE_ROWS + 2
    assert note is not None
    assert "--format csv" in note
    assert run_sql(catalog, manifest, f"SELECT * FROM range({TABLE_ROWS})", "table", io.BytesIO()) is None


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT * FROM corpsu", 'Did you mean "corpus"'),
        ("SELECT nothing FROM corpus", "nothing"),
        ("", "one SQL statement"),
        ("SELECT 1; SELECT 2", "one SQL statement"),
        ("SELECT * FROM read_csv('/etc/passwd')", "nothing else"),
        ("SELECT 'x'::INTEGER", "Could not convert"),
        ("COPY corpus TO '{part}'", "only statements that read"),
        ("COPY (PIVOT corpus ON language) TO '{part}'", "only statements that read"),
        ("EXPLAIN ANALYZE COPY (SELECT 1) TO '{part}' (USE_TMP_FILE false)", "only statements that read"),
        ("CREATE TABLE mine AS SELECT 1", "only statements that read"),
        ("DROP VIEW corpus", "only statements that read"),
        ("DELETE FROM sources", "only statements that read"),
        ("ATTACH 'x.db'", "only statements that read"),
        ("INSTALL httpfs", "only statements that read"),
        ("PRAGMA enable_profiling", "only statements that read"),
        ("SET threads = 1", "only statements that read"),
        ("CALL pragma_version()", "only statements that read"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_refused(built: tuple[Catalog, Manifest], sql: str, words: str, form: Format) -> None:
    catalog, manifest = built
    part = Path(catalog.storage.uri(catalog.parts(manifest, "documents")[0].path))
    before = part.read_bytes()
    with pytest.raises(UsageError, match=words) as caught:
        run_sql(catalog, manifest, sql.format(part=part), form, io.BytesIO())
    assert len(str(caught.value).splitlines()) <= 8
    assert part.read_bytes() == before


@pytest.mark.parametrize(
    "sql",
    [
        "SHOW TABLES",
        "DESCRIBE corpus",
        "SUMMARIZE moat",
        "EXPLAIN FROM corpus",
        "FROM funnel",
        "VALUES (1)",
        "PIVOT corpus ON language USING count(*) GROUP BY source",
        "WITH a AS (FROM corpus) SELECT 1 FROM a -- x",
    ],
)
@pytest.mark.parametrize("form", ["table", "csv", "json", "parquet"])
def test_all_kinds_of_reading(run, sql: str, form: Format) -> None:
    assert run(sql, form)


def test_a_lost_part_is_no_fault_of_the_user(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()
    Path(catalog.storage.uri(catalog.parts(manifest, "documents")[0].path)).unlink()
    with pytest.raises(WorkFailed, match="verify"):
        run_sql(catalog, manifest, "SELECT sum(words) FROM documents", "csv", io.BytesIO())


def test_a_session_goes_on_after_an_error(built: tuple[Catalog, Manifest]) -> None:
    with connect(*built) as con:
        with pytest.raises(UsageError):
            run_on(con, "SELECT 1/0 FROM nope", "csv", io.BytesIO())
        out = io.BytesIO()
        run_on(con, "SELECT 1 AS one", "csv", out)
        assert out.getvalue() == b"one\n1\n"


def test_sql_loads_neither_beam_nor_pydantic_models_of_answers(tmp_path: Path) -> None:
    world = handbooks(tmp_path)
    world.build()
    code = (
        "import sys\nfrom pipelines.cli.app import main\n"
        f"main(['sql', {world.location!r}, 'SELECT count(*) AS n FROM corpus', '--format', 'csv'])\n"
        "print([name for name in ('apache_beam', 'trafilatura', 'fasttext', 'scipy', 'schemas.answers') "
        "if name in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert done.stdout.splitlines() == ["n", "6", "[]"], done.stderr
