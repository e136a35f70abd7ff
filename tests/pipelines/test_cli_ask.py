"""The asking commands as they are typed: stdout is data, stderr is talk, exit codes say the rest."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.cli.app import main
from schemas.answers import Custody, Funnel, Log, Sample, Verification
from tests.warehouse.worlds import ACME_GUIDE, BOLT_GUIDE, handbooks

ROOT = Path(__file__).resolve().parents[2]
QUERY = "SELECT contributor, count(*) docs, sum(words) words FROM corpus GROUP BY ALL ORDER BY words DESC, 1"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> str:
    world = handbooks(tmp_path_factory.mktemp("cli"))
    world.build()
    world.removed = (ACME_GUIDE,)
    world.build()
    return world.location


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "datamoat", *arguments],
        cwd=ROOT,
        input=stdin.encode(),
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("form", ["table", "csv", "json", "parquet"])
def test_sql_in_a_pipe(warehouse: str, tmp_path: Path, form: str) -> None:
    done = run("sql", warehouse, QUERY, "--format", form, "--snapshot", "1")
    assert (done.returncode, done.stderr) == (0, b"")
    if form == "parquet":
        (tmp_path / "out.parquet").write_bytes(done.stdout)
        rows = [list(row.values()) for row in pq.read_table(tmp_path / "out.parquet").to_pylist()]
    elif form == "json":
        rows = [list(row.values()) for row in json.loads(done.stdout)]
    else:
        split = "," if form == "csv" else None
        lines = done.stdout.decode().splitlines()[1 if form == "csv" else 2 :]
        rows = [[name, int(docs), int(words)] for name, docs, words in (line.split(split) for line in lines)]
    assert rows == [["Acme", 3, 20], ["Bolt", 1, 5], ["ann", 1, 4], ["bob", 1, 4]]


def test_sql_from_stdin(warehouse: str) -> None:
    assert run("sql", warehouse, "-f", "csv", stdin="SELECT 1 AS one\n").stdout == b"one\n1\n"


def test_sql_mistakes(warehouse: str, tmp_path: Path) -> None:
    done = run("sql", warehouse, "SELECT * FROM corpsu")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b'Did you mean "corpus"' in done.stderr
    assert b"Traceback" not in done.stderr
    assert run("sql", str(tmp_path), "SELECT 1").returncode == 2
    assert run("sql", warehouse, "SELECT 1", "--snapshot", "9").returncode == 2


def test_a_reader_that_goes_away(warehouse: str) -> None:
    command = f"{sys.executable} -m datamoat sql {warehouse} 'FROM range(1000000)' -f csv | head -2"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, check=False)
    assert (done.stdout, done.stderr) == (b"range\n0\n", b"")


def test_the_prompt(warehouse: str) -> None:
    """A terminal: statements over several lines, an error that ends nothing, Ctrl-D."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "datamoat", "sql", warehouse, "-f", "csv"],
        cwd=ROOT,
        stdin=follower,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        typed = "SELECT count(*) AS n\nFROM corpus;\nSELEC 1;\n.tables\n.schema pairs\n.nonsense\nSELECT 7;\n"
        os.write(leader, typed.encode() + b"\x04")
        out, talk = process.communicate(timeout=60)
    os.close(leader)
    os.close(follower)
    lines = out.decode().replace("datamoat> ", "").replace("   ...> ", "").splitlines()
    assert lines[:2] == ["n", "6"]
    assert {"corpus", "moat", "documents", "left_id,UUID"} <= set(lines)
    assert lines[-1] == "7" or lines[-2] == "7"
    assert b"syntax error" in talk
    assert talk.count(b".tables") == 2
    assert process.returncode == 0


def test_json_of_every_command(warehouse: str, capsys: pytest.CaptureFixture[str]) -> None:
    for model, arguments in (
        (Funnel, ["funnel"]),
        (Log, ["log"]),
        (Sample, ["sample", "-n", "3"]),
        (Sample, ["sample", "--dead"]),
        (Verification, ["verify"]),
    ):
        assert main([arguments[0], warehouse, *arguments[1:], "--json"]) == 0
        assert model.model_validate_json(capsys.readouterr().out).version == 1
    assert main(["show", warehouse, BOLT_GUIDE.hex[:9], "--json"]) == 0
    shown = Custody.model_validate_json(capsys.readouterr().out)
    assert (shown.doc_id, shown.fate, shown.snapshot) == (BOLT_GUIDE.hex, "survivor", 2)


def test_what_is_drawn(warehouse: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["funnel", warehouse, "--snapshot", "1"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert lines[2] == ["acme", "5", "4", "0", "1", "3", "1", "0"]
    assert lines[-2] == ["all", "13", "11", "1", "1", "7", "4", "0"]
    assert main(["show", warehouse, BOLT_GUIDE.hex, "--snapshot", "1"]) == 0
    text = capsys.readouterr().out
    for words in (
        "duplicate",
        "the same bytes stand there today",
        "+how to turn a nut with a spanner",
        "Bolt",
    ):
        assert words in text
    assert main(["log", warehouse]) == 0
    assert "removals: 1 parts" in capsys.readouterr().out
    assert main(["sample", warehouse, "--rule", "language_not_kept"]) == 0
    assert "comment tourner" in capsys.readouterr().out


def test_verify_says_no(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = handbooks(tmp_path)
    catalog, manifest = world.build()
    part = catalog.parts(manifest, "documents")[0]
    Path(catalog.storage.uri(part.path)).write_bytes(b"PAR1")
    assert main(["verify", world.location]) == 1
    out, talk = capsys.readouterr()
    assert part.path in out
    assert "checks failed" in talk
    assert main(["verify", world.location, "--json"]) == 1
    assert not Verification.model_validate_json(capsys.readouterr().out).ok
