"""The frame of the command line: exit codes, what goes where, and what is not imported."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import datamoat
from pipelines.cli import app

ROOT = Path(__file__).resolve().parents[2]


def run(
    *arguments: str | Path, code: str | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs the program, or Python code, in a process of its own."""
    start = ["-c", code] if code else ["-m", "datamoat"]
    return subprocess.run(
        [sys.executable, *start, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1"},
        timeout=60,
        check=False,
    )


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("# A\n")
    (tmp_path / "docs" / "b.txt").write_text("b")
    (tmp_path / "corpus.toml").write_text(
        '[corpus]\nname = "c"\n[[source]]\nname = "a"\ncontributor = "A"\nlicense = "MIT"\npaths = ["docs"]\n'
    )
    return tmp_path


def test_version_is_that_of_the_package() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"{datamoat.__version__}\n")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == datamoat.__version__


def test_help_names_the_commands() -> None:
    done = run("--help")
    assert done.returncode == 0
    for command in ("init", "plan", "build", "sql", "funnel", "show", "sample", "log", "verify"):
        assert f" {command} " in done.stdout


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("plan",), ("plan", "--nonsense"), ("init",)])
def test_wrong_usage_is_2_and_talks_on_stderr(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr or not arguments


def test_a_wrong_configuration_is_2_and_a_line_each(corpus: Path) -> None:
    with (corpus / "corpus.toml").open("a") as handle:
        handle.write('licence = "x"\n[dedup]\nthreshold = 2\n')
    done = run("plan", "corpus.toml", cwd=corpus)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "corpus.toml: dedup.threshold: must be at most 1, not 2",
        "corpus.toml: source.1.licence: unknown key; did you mean `license`?",
    ]


def test_plan_shows_what_would_be_read_and_touches_nothing(corpus: Path) -> None:
    before = sorted(corpus.rglob("*"))
    done = run("plan", "corpus.toml", cwd=corpus)
    assert done.returncode == 0, done.stderr
    assert "markdown" in done.stdout
    assert "1 to do, 0 done and unchanged" in done.stdout
    assert sorted(corpus.rglob("*")) == before


def test_plan_as_json(corpus: Path) -> None:
    done = run("plan", "corpus.toml", "--json", "--workers", "3", cwd=corpus)
    answer = json.loads(done.stdout)
    assert answer["version"] == 1
    assert answer["workers"] == 3
    assert answer["rows"] == [
        {"source": "a", "format": "markdown", "files": 1, "bytes": 4},
        {"source": "a", "format": "text", "files": 1, "bytes": 1},
    ]
    assert (answer["files"], answer["bytes"], answer["units"], answer["new"]) == (2, 5, 1, 1)
    assert answer["dedup"]["found"][2] == {"similarity": 0.7, "found": 0.9899}


def test_init_then_plan(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text("a")
    done = run("init", ".", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "corpus.toml\n"), done.stderr
    assert run("plan", "corpus.toml", cwd=tmp_path).returncode == 0
    again = run("init", ".", cwd=tmp_path)
    assert again.returncode == 2
    assert again.stderr == "corpus.toml: is there already; --force overwrites it\n"
    assert run("init", ".", "--force", cwd=tmp_path).returncode == 0


def test_the_schema_is_printed() -> None:
    done = run("init", "--schema")
    assert json.loads(done.stdout) == json.loads((ROOT / "schemas" / "corpus.schema.json").read_text())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["sql", "--help"],
        ["build", "--help"],
        ["verify", "--help"],
        ["plan", "--help"],
    ],
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    heavy = ["apache_beam", "duckdb", "pyarrow", "numpy", "transforms", "warehouse"]
    code = (
        "import sys; from pipelines.cli.app import main; main(sys.argv[1:]);"
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    )
    assert run(*arguments, code=code).stderr == "[]\n"


def test_plan_and_init_load_neither_beam_nor_duckdb(corpus: Path) -> None:
    code = (
        "import sys; from pipelines.cli.app import main; assert main(sys.argv[1:]) == 0;"
        "print([name for name in ('apache_beam', 'duckdb') if name in sys.modules], file=sys.stderr)"
    )
    assert run("plan", "corpus.toml", code=code, cwd=corpus).stderr == "[]\n"
    done = run("init", ".", "-o", "other.toml", code=code, cwd=corpus)
    assert done.stderr.endswith("[]\n")


FAILURES = {
    "AnswerIsNo": ("from schemas.errors import AnswerIsNo as E; raise E('no')", 1, "no\n"),
    "UsageError": ("from schemas.errors import UsageError as E; raise E('so')", 2, "so\n"),
    "WorkFailed": ("from schemas.errors import WorkFailed as E; raise E('died')", 3, "died\n"),
    "interrupted": ("raise KeyboardInterrupt", 130, ""),
    "disk full": (
        "import errno; raise OSError(errno.ENOSPC, 'full', 'a/b')",
        3,
        "no space left on the device: a/b\n",
    ),
}


def failing(body: str) -> str:
    return f"""
import sys
from pipelines.cli.app import app, main
@app.command()
def fail() -> None:
    {body}
sys.exit(main(["fail"]))
"""


@pytest.mark.parametrize(("body", "exit_code", "stderr"), FAILURES.values(), ids=FAILURES)
def test_each_failure_has_its_exit_code(body: str, exit_code: int, stderr: str) -> None:
    done = run(code=failing(body))
    assert (done.returncode, done.stderr, done.stdout) == (exit_code, stderr, "")


@pytest.mark.parametrize("error", ["ValueError('odd')", "EOFError('odd')", "OSError(5, 'odd')"])
def test_a_bug_is_3_with_its_traceback(error: str) -> None:
    done = run(code=failing(f"raise {error}"))
    assert done.returncode == 3
    assert "Traceback" in done.stderr
    assert "odd" in done.stderr


@pytest.mark.parametrize("body", ["print('x' * 100_000)", "[print('x' * 80) for _ in range(100_000)]"])
def test_nobody_reading_is_quiet(body: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", failing(body)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (app.NO_READER, b"")


def test_the_examples_are_right(tmp_path: Path) -> None:
    names = [
        source["name"]
        for source in tomllib.loads((ROOT / "examples/handbooks/corpus.toml").read_text())["source"]
    ]
    assert len(names) == 18
    for name in names:
        (tmp_path / f"J_{name}.tar.gz").touch()
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    for example in ("handbooks", "dedup-only"):
        done = subprocess.run(
            [sys.executable, "-m", "datamoat", "plan", ROOT / "examples" / example / "corpus.toml"],
            env=os.environ | {"PYTHONPATH": str(ROOT), "DATA": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
