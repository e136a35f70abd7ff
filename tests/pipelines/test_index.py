"""The index: two engines with the same parts, segments that grow and merge, and the commands."""

import json
import subprocess
import sys

import pytest

from pipelines.build import build
from pipelines.config import load_config
from pipelines.index import MAX_SEGMENTS, index
from pipelines.jobs import IN_MEMORY
from pipelines.stages import How
from schemas.specs import IndexSpec
from schemas.tables import SCHEMA_VERSION
from tests.pipelines.corpora import (
    HERE,
    REPOSITORY,
    SHARED,
    datamoat,
    prose,
    sound,
    write_config,
    write_corpus,
)
from warehouse.catalog import open_catalog, snapshot
from warehouse.trace import open_trace

ON = "\n[index]\nenabled = true\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    write_corpus(folder)
    build(load_config(write_config(folder)), HERE)
    return folder


def fingerprint_rows(catalog):
    parts = catalog.parts(snapshot(catalog, None), "fingerprints", "indexed")
    return [(part.path, part.sha256) for part in parts]


def test_both_engines_write_the_same_parts_in_ranges(built, monkeypatch, tmp_path):
    monkeypatch.setattr("warehouse.index.ranges._BYTES_A_ROW", 1)
    monkeypatch.setattr("warehouse.index.ranges.RANGE_ROWS", 4000)
    catalog = open_catalog(str(built / "warehouse"))
    spec = IndexSpec(True, min_words=14)
    index(catalog, HERE, spec)
    here = fingerprint_rows(catalog)
    assert len(here) > 3
    for path, _ in here:
        catalog.storage.delete(path)
    for path in catalog.storage.walk("receipts/index"):
        catalog.storage.delete(path)
    index(catalog, HERE, IndexSpec(True, min_words=20))
    index(catalog, How(workers=0, flags=IN_MEMORY, quiet=True), spec)
    assert fingerprint_rows(catalog) == here
    assert not [name for name in catalog.storage.names("tmp") if len(name) > 32]


def test_the_command_indexes_and_traces(built):
    done = datamoat("index", built / "warehouse", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "texts indexed now; 1 segments" in done.stderr
    answer = json.loads(datamoat("trace", built / "warehouse", f"I read: {prose('note3')}", "--json").stdout)
    assert [holder["uri"] for holder in answer["spans"][0]["holders"]] == ["tree:tree.tar.gz"]
    assert answer["contributors"][0]["name"] == "owner of tree"
    drawn = datamoat("trace", built / "warehouse", SHARED[:400])
    assert drawn.returncode == 0, drawn.stderr
    assert "owner of docs" in drawn.stdout
    assert "owner of tree" in drawn.stdout
    assert sound(built)


def test_trace_loads_neither_beam_nor_duckdb(built):
    index(open_catalog(str(built / "warehouse")), HERE)
    code = (
        "import sys; from pipelines.cli.app import main; assert main(sys.argv[1:]) == 0;"
        "print([name for name in ('apache_beam', 'duckdb') if name in sys.modules], file=sys.stderr)"
    )
    arguments = ["trace", str(built / "warehouse"), prose("note3"), "--json"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=REPOSITORY, text=True, capture_output=True, check=True
    )
    assert done.stderr == "[]\n"


def test_bad_questions_are_one_line_and_exit_2(built, tmp_path):
    place = built / "warehouse"
    index(open_catalog(str(place)), HERE)
    (tmp_path / "bad.jsonl").write_text('{"id": 1, "text": "a"}\n{"id": 2}\n')
    for arguments, said in (
        (["trace", place], "one of"),
        (["trace", place, "  "], "empty"),
        (["trace", place, "--file", tmp_path / "none.txt"], "No such file"),
        (["trace", place, "--jsonl", tmp_path / "bad.jsonl"], "line 2"),
        (["trace", tmp_path, "a"], "no corpus"),
        (["trace", place, "a", "--snapshot", "1"], "datamoat index"),
    ):
        done = datamoat(*arguments)
        assert done.returncode == 2
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_answers_of_a_file_come_in_its_order(built, tmp_path):
    rows = [{"id": name, "answer": prose(name)} for name in ("note3", "gz4", "nobody")]
    path = tmp_path / "answers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    index(open_catalog(str(built / "warehouse")), HERE)
    done = datamoat("trace", built / "warehouse", "--jsonl", path, "--json")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["note3", "gz4", "nobody"]
    assert [bool(answer["spans"]) for answer in answers] == [True, True, False]


def test_a_build_keeps_the_index_true_and_segments_are_merged(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    config = tmp_path / "corpus.toml"
    source = '[[source]]\nname = "a"\ncontributor = "A"\nlicense = "MIT"\npaths = ["texts"]\n'
    config.write_text(f'[corpus]\nname = "c"\n{ON}{source}')
    segments = []
    for number in range(MAX_SEGMENTS + 2):
        (folder / f"{number}.txt").write_text(prose(f"topic{number}"))
        manifest = build(load_config(config), HERE).manifest
        segments.append(len(manifest.index.segments))
    assert segments == [*range(1, MAX_SEGMENTS + 1), 1, 2]
    (folder / "0.txt").write_text(prose("changed"))
    config.write_text(f'[corpus]\nname = "c"\n{source}')
    catalog = open_catalog(str(tmp_path / "warehouse"))
    # Not asked to index: what is known stays true, the new text is counted as not indexed.
    manifest = build(load_config(config), HERE).manifest
    with open_trace(catalog, manifest) as tracer:
        assert tracer.trace(prose("topic0")).spans == ()
        answer = tracer.trace(prose("topic5"))
        assert (len(answer.spans), answer.unindexed) == (1, 1)
    assert sound(tmp_path)


def test_a_newer_schema_changes_no_published_part(tmp_path, monkeypatch):
    write_corpus(tmp_path)
    config = load_config(write_config(tmp_path, extra=ON))
    build(config, HERE)
    folder = tmp_path / "warehouse" / "parts"
    before = {path: path.read_bytes() for path in folder.rglob("*.parquet")}
    for module in ("warehouse.parts", "warehouse.index.ranges", "warehouse.index.texts", "pipelines.build"):
        monkeypatch.setattr(f"{module}.SCHEMA_VERSION", SCHEMA_VERSION + 1)
    assert build(config, HERE).committed
    assert {path: path.read_bytes() for path in before} == before
