"""Benchmarks in a whole build: what is refused, masked and listed, and what a mistake says."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.build import build
from pipelines.config import load_config
from schemas.contaminated import ContaminationAnswer
from schemas.errors import UsageError
from tests.pipelines.corpora import HERE, prose
from transforms.decontaminate.documents import MASK
from warehouse.catalog import open_catalog, snapshot
from warehouse.connect import connect
from warehouse.contamination import read_contamination
from warehouse.verify import verify

QUESTION = "Anna buys three crates of forty apples and sells two thirds of them. How many are left?"
SOLUTION = "She buys 120 apples and sells 80 of them, so 40 apples are left over for her to eat."
CHOICE = "Which of these animals lays its eggs in the warm sand of a river bank at night?"
SOURCES = """
[[source]]
name = "acme"
contributor = "Acme"
license = "MIT"
paths = ["acme/*.txt"]

[[source]]
name = "bolt"
contributor = "Bolt"
license = "MIT"
paths = ["bolt/*.txt"]
"""
CRAWL = """
[[source]]
name = "crawl"
contributor = "C"
license = "MIT"
reference = true
paths = ["crawl/*.txt"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents of three sources, of which some hold items, and two benchmarks."""
    folder = tmp_path_factory.mktemp("decontaminate")
    for source in ("acme", "bolt", "crawl"):
        (folder / source).mkdir()
        (folder / source / "clean.txt").write_text(prose(source))
        (folder / source / "sum.txt").write_text(f"{prose(source + 'sum')}\n{QUESTION} {SOLUTION}\nDone.")
    (folder / "bolt" / "part.txt").write_text(f"{prose('part')}\n{QUESTION[: len(QUESTION) // 2]}")
    (folder / "bolt" / "eggs.txt").write_text(f"{prose('eggs')}\n{CHOICE.upper()}\nThe turtle does.")
    (folder / "evals").mkdir()
    rows = [{"question": QUESTION, "answer": SOLUTION}, {"question": "1 + 1?", "answer": "2"}]
    (folder / "evals" / "sums.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    animals = pa.table({"key": ["e1"], "ask": [CHOICE], "all": [["The crab", "The turtle"]], "right": [1]})
    pq.write_table(animals, folder / "evals" / "animals.parquet")
    return folder


def make(folder: Path, name: str, table: str, sources: str = SOURCES) -> Path:
    config = folder / f"{name}.toml"
    config.write_text(f'[corpus]\nname = "{name}"\nwarehouse = "{name}"\n{table}\n{sources}')
    build(load_config(config), HERE)
    return folder / name


def table(action: str, more: str = "") -> str:
    animals = (
        '{name = "wild", paths = ["evals/animals.parquet"], question = "ask", answer = "all", '
        'choice = "right", id = "key"}'
    )
    return f'[decontaminate]\nbenchmarks = ["evals/*.jsonl", {animals}]\naction = "{action}"\n{more}'


def rows(warehouse: Path, sql: str) -> list[tuple[object, ...]]:
    catalog = open_catalog(str(warehouse))
    with connect(catalog, snapshot(catalog, None)) as con:
        found: list[tuple[object, ...]] = con.execute(sql).fetchall()
    return found


FATES = "SELECT uri, benchmark, item, action, fate FROM contaminated ORDER BY ALL"


def test_what_is_sure_is_refused(folder: Path) -> None:
    warehouse = make(folder, "reject", table("reject"), SOURCES + CRAWL)
    assert rows(warehouse, FATES) == [
        ("acme:sum.txt", "sums", "0", "reject", "refused"),
        ("bolt:eggs.txt", "wild", "e1", "reject", "refused"),
        ("bolt:part.txt", "sums", "0", "keep", "survivor"),
        ("bolt:sum.txt", "sums", "0", "reject", "refused"),
    ]  # what is never exported is not looked at
    refused = rows(warehouse, "SELECT uri, stage, rule, value >= 0.7, detail FROM rejections ORDER BY ALL")
    assert refused == [
        ("acme:sum.txt", "decontaminate", "sums", True, "item 0"),
        ("bolt:eggs.txt", "decontaminate", "wild", True, "item e1"),
        ("bolt:sum.txt", "decontaminate", "sums", True, "item 0"),
    ]
    assert rows(warehouse, "SELECT benchmark, item, answer, searchable FROM benchmarks ORDER BY ALL") == [
        ("sums", "0", SOLUTION, True),
        ("sums", "1", "2", False),
        ("wild", "e1", "The turtle", True),
    ]
    catalog = open_catalog(str(warehouse))
    assert verify(catalog, snapshot(catalog, None)).ok


def test_what_is_masked_is_not_in_the_text(folder: Path) -> None:
    warehouse = make(folder, "mask", table("mask", "report = 0.6\n"))
    assert [row[:1] + row[3:] for row in rows(warehouse, FATES)] == [
        ("acme:sum.txt", "mask", "survivor"),
        ("bolt:eggs.txt", "mask", "survivor"),
        ("bolt:sum.txt", "mask", "survivor"),
    ]
    texts = dict(rows(warehouse, "SELECT uri, text FROM documents"))
    assert texts["acme:sum.txt"] == f"{prose('acmesum')}\n{MASK}.\nDone."
    places = rows(
        warehouse,
        'SELECT substr(text, start + 1, "end" - start) FROM contamination JOIN documents USING (doc_id)',
    )
    assert places == [(MASK,)] * 3
    catalog = open_catalog(str(warehouse))
    assert verify(catalog, snapshot(catalog, None)).ok


def test_a_source_may_have_it_otherwise(folder: Path) -> None:
    head, bolt = SOURCES.split("\n\n", 1)
    sources = f"{head}\ndecontaminate = {{action = 'keep'}}\n\n{bolt}decontaminate = {{enabled = false}}\n"
    warehouse = make(folder, "keep", table("reject"), sources)
    assert rows(warehouse, FATES) == [("acme:sum.txt", "sums", "0", "keep", "survivor")]


def test_other_benchmarks_are_another_recipe_and_the_same_ones_are_not(folder: Path) -> None:
    name = "again"
    make(folder, name, table("reject"))
    catalog = open_catalog(str(folder / name))
    make(folder, name, table("reject"))
    assert catalog.numbers() == [1]  # nothing had changed
    make(folder, name, '[decontaminate]\nbenchmarks = ["evals/sums.jsonl"]\naction = "reject"\n')
    assert catalog.numbers() == [1, 2]
    assert [row[0] for row in rows(folder / name, FATES)] == ["acme:sum.txt", "bolt:part.txt", "bolt:sum.txt"]
    make(folder, name, "")
    assert rows(folder / name, FATES) == []
    with pytest.raises(UsageError, match="was held against no benchmark"):
        read_contamination(catalog, snapshot(catalog, None))


def test_the_command_says_what_was_found(folder: Path) -> None:
    warehouse = make(folder, "command", table("reject"))
    done = datamoat("contamination", str(warehouse), "--json")
    answer = ContaminationAnswer.model_validate_json(done.stdout)
    sums, wild = answer.benchmarks
    assert (sums.items, sums.short, sums.found, sums.acted) == (2, 1, 1, 1)
    assert (sums.documents, sums.rejected, sums.masked, sums.kept) == (3, 2, 0, 1)
    assert sums.contributors == {"Bolt": 2, "Acme": 1}
    assert (wild.benchmark, wild.found, wild.contributors) == ("wild", 1, {"Bolt": 1})
    assert [(place.benchmark, place.item, place.score > 0.7) for place in answer.places] == [
        ("sums", "0", True),
        ("sums", "0", True),
        ("sums", "0", False),
        ("wild", "e1", True),
    ]
    shown = datamoat("contamination", str(warehouse), "-b", "wild", "-n", "1").stdout
    assert re.search(r"wild +1 +1 +1 +1 +0 +0 +Bolt 1", shown)
    assert CHOICE.upper().rstrip("?") in shown
    assert "1 items are too short" in datamoat("contamination", str(warehouse)).stdout
    wrong = datamoat("contamination", str(warehouse), "-b", "gsm8k", code=2)
    assert wrong.stderr == "no benchmark `gsm8k` in this snapshot; there is: sums, wild\n"


def datamoat(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "datamoat", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    return done


BROKEN = {
    "no JSON": (b'{"question": "a"}\n{"question"', "byte=18: "),
    "no fields": (b"just words\n", "byte=0: "),
    "empty": (b"", "empty"),
    "no question": (b'{"body": "a"}\n', "no field is called like a question; name it. There is: `body`"),
    "no record": (b'["a"]\n', "has no fields; it must be JSONL, CSV or Parquet"),
}


@pytest.mark.parametrize(("content", "says"), BROKEN.values(), ids=BROKEN)
def test_a_broken_benchmark_is_a_mistake_and_nothing_is_built(
    tmp_path: Path, content: bytes, says: str
) -> None:
    (tmp_path / "a.txt").write_text(prose("a"))
    (tmp_path / "bad.jsonl").write_bytes(content)
    source = '[[source]]\nname = "a"\ncontributor = "A"\nlicense = "MIT"\npaths = ["a.txt"]\n'
    with pytest.raises(UsageError) as caught:
        make(tmp_path, "w", '[decontaminate]\nbenchmarks = ["bad.jsonl"]\n', source)
    message = str(caught.value)
    assert message.startswith("benchmark `bad`")
    assert says in message
    assert "\n" not in message
    assert not (tmp_path / "w" / "snapshots").exists() or not list((tmp_path / "w" / "snapshots").iterdir())


def test_verify_sees_what_is_not_listed(folder: Path) -> None:
    warehouse = make(folder, "forged", table("reject"))
    catalog = open_catalog(str(warehouse))
    manifest = snapshot(catalog, None)
    others = [part for part in catalog.parts(manifest) if part.table != "contamination"]
    forged = manifest.model_copy(update={"parts": catalog.write_parts(others)})
    failed = {check.name: check.wrong for check in verify(catalog, forged).checks if not check.ok}
    assert failed == {"what benchmarks refused is listed": 3}
