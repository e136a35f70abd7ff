"""Formats of other packages: the documented example is built, installed and read through a build."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.chain import Chain
from schemas.errors import UsageError, WorkFailed
from tests.pipelines.corpora import REPOSITORY, prose
from transforms.read import registry
from transforms.read.formats import Format
from transforms.read.plugins import installed, load_plugins

CONFIG = """
[corpus]
name = "films"
[language]
enabled = false

[[source]]
name = "films"
contributor = "A"
license = "MIT"
paths = ["films"]
"""


def run(*arguments: str | Path, packages: Path, check: bool = True) -> "subprocess.CompletedProcess[str]":
    """Runs a command with more packages installed."""
    path = os.pathsep.join([str(packages), str(REPOSITORY)])
    return subprocess.run(
        [sys.executable, "-m", "datamoat", *map(str, arguments)],
        check=check,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        timeout=110,
    )


def write_package(folder: Path, module: str, code: str, names: str = "FORMAT", number: str = "1.0") -> None:
    """Writes an installed package by hand: a module and its metadata."""
    folder.mkdir(exist_ok=True)
    (folder / f"{module}.py").write_text(code)
    info = folder / f"{module}-{number}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: {number}\n")
    (info / "entry_points.txt").write_text(f"[datamoat.formats]\nx = {module}:{names}\n")


def made(**changes: object) -> str:
    """Returns a module with a format in it."""
    fields = {"name": "x-notes", "media_type": "text/x-notes", "extensions": (".note",), **changes}
    given = ", ".join(f"{key}={value!r}" for key, value in fields.items() if key != "sniff")
    sniff = f", sniff={changes['sniff']}" if "sniff" in changes else ""
    return (
        "from schemas.records import Extracted\nfrom transforms.read.formats import Format\n"
        f"FORMAT = Format(extract=lambda raw, options: Extracted(raw.decode()), {given}{sniff})\n"
    )


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose packages are installed in this process."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    registry.plugins.cache_clear()
    registry._extensions.cache_clear()
    yield folder
    registry.plugins.cache_clear()
    registry._extensions.cache_clear()
    for path in folder.glob("*.py"):
        sys.modules.pop(path.stem, None)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of docs/plugins.md, built and installed by pip."""
    written = (REPOSITORY / "docs" / "plugins.md").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"`([\w.]+)`:\n\n```\w+\n(.*?)```\n", written, re.DOTALL))
    assert set(blocks) == {"pyproject.toml", "datamoat_subtitles.py"}
    assert len(blocks["datamoat_subtitles.py"].splitlines()) <= 35
    folder = tmp_path_factory.mktemp("example")
    for name, content in blocks.items():
        (folder / name).write_text(content)
    target = folder / "installed"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
    ]
    subprocess.run([*pip, "--target", target, folder], check=True, timeout=110)
    return target


def test_the_documented_example_is_read_through_a_build(example: Path, tmp_path: Path) -> None:
    (tmp_path / "films").mkdir()
    cues = [f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{prose(f'scene{n}', 40)}\n" for n in range(1, 4)]
    (tmp_path / "films" / "one.srt").write_text("\n".join(cues))
    (tmp_path / "films" / "none.srt").write_text("no cue in it\n")
    (tmp_path / "films" / "notes.txt").write_text(prose("notes"))
    (tmp_path / "corpus.toml").write_text(CONFIG + "max_dead_fraction = 1\n")

    listed = json.loads(run("formats", "--json", packages=example).stdout)["formats"]
    (ours,) = [line for line in listed if line["origin"] != "datamoat"]
    assert (ours["name"], ours["extensions"]) == ("subtitles", [".srt"])
    assert ours["origin"] == "datamoat-subtitles 1.0"
    assert "subtitles" in run("formats", packages=example).stdout

    planned = json.loads(run("plan", tmp_path / "corpus.toml", "--json", packages=example).stdout)
    assert {row["format"] for row in planned["rows"]} == {"subtitles", "text"}

    run("build", tmp_path / "corpus.toml", "--workers", "1", packages=example)
    warehouse = tmp_path / "warehouse"
    query = "SELECT uri, media_type, metadata::JSON->>'cues' AS cues FROM documents ORDER BY uri"
    rows = json.loads(run("sql", warehouse, query, "--format", "json", packages=example).stdout)
    assert rows == [
        {"uri": "films:notes.txt", "media_type": "text/plain", "cues": None},
        {"uri": "films:one.srt", "media_type": "application/x-subrip", "cues": "3"},
    ]
    dead = json.loads(
        run(
            "sql", warehouse, "SELECT reason, message FROM dead_letters", "--format", "json", packages=example
        ).stdout
    )
    assert dead == [{"reason": "parse_error", "message": "no cue"}]
    assert run("verify", warehouse, packages=example).returncode == 0
    manifest = (warehouse / "snapshots" / "00000001.json").read_text()
    assert "datamoat-subtitles 1.0" in manifest


def test_one_that_cannot_be_used_is_one_line_where_formats_are_needed(tmp_path: Path) -> None:
    packages = tmp_path / "packages"
    write_package(packages, "broken", "import no_such_module\n")
    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "a.txt").write_text(prose("a"))
    (tmp_path / "corpus.toml").write_text(CONFIG)
    failed = run("plan", tmp_path / "corpus.toml", packages=packages, check=False)
    assert failed.returncode == 2
    assert failed.stderr.splitlines() == [
        "format plug-in `x` of broken 1.0 cannot be imported (ModuleNotFoundError: No module named "
        "'no_such_module'); repair or uninstall it"
    ]
    # What reads no source does not look.
    assert "plug-in" not in run("log", tmp_path, packages=packages, check=False).stderr


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("FORMAT = 'markdown'", "x_pkg:FORMAT is a str, not a Format"),
        ("raise ValueError('two\\nlines')", "cannot be imported (ValueError: two); repair or uninstall it"),
        (made(name="markdown"), "is called `markdown`, as another format is; rename it"),
        (made(name="My Notes"), "is called `My Notes`; a name is of a-z, 0-9 and hyphens, and not `auto`"),
        (made(name="auto"), "is called `auto`; a name is of a-z, 0-9 and hyphens, and not `auto`"),
        (made(extensions=("note",)), "claims `note`; an extension begins with a dot and is in lower case"),
        (made(extensions=()), "has neither extensions nor `sniff`, so that no file could be of it"),
        (made(extensions=(".md",)), "claims `.md`, which `markdown` reads; it must tell its own by `sniff`"),
        (made(libraries=("no-such-library",)), "names the library `no-such-library`, which is not installed"),
    ],
)
def test_what_is_wrong_is_said(packages: Path, code: str, problem: str) -> None:
    write_package(packages, "x_pkg", code)
    with pytest.raises(UsageError) as told:
        registry.plugins()
    assert str(told.value).startswith("format plug-in `x` of x_pkg 1.0")
    assert str(told.value).endswith(problem)
    assert "\n" not in str(told.value)


def test_two_of_one_name_are_a_mistake_of_the_second(packages: Path) -> None:
    write_package(packages, "a_pkg", made())
    write_package(packages, "b_pkg", made(extensions=(".other",)))
    with pytest.raises(UsageError, match=r"of b_pkg 1\.0 is called `x-notes`, as another format is"):
        load_plugins(registry.FORMATS)


def test_one_that_tells_its_own_is_asked_before_ours(packages: Path) -> None:
    sniff = "lambda head, name: head.startswith(b'{\"notes\"')"
    write_package(packages, "x_pkg", made(extensions=(".json",), sniff=sniff))
    taken, left = registry.detect("a.json", b'{"notes": 1}'), registry.detect("a.json", b'{"text": "a"}')
    assert isinstance(taken, Format)
    assert isinstance(left, Format)
    assert (taken.name, left.name) == ("x-notes", "json")
    assert registry.by_name("x-notes") is taken


def test_one_without_extensions_sees_every_file_also_binary_ones(packages: Path) -> None:
    write_package(
        packages, "x_pkg", made(extensions=(), sniff="lambda head, name: head[:4] == b'PK\\x03\\x04'")
    )
    found = registry.detect("a.notes", b"PK\x03\x04" + bytes(100))
    assert isinstance(found, Format)
    assert found.name == "x-notes"


def test_a_worker_without_them_stops_the_build(packages: Path) -> None:
    write_package(packages, "x_pkg", made(), number="2.1")
    assert installed() == ("x_pkg 2.1",)
    Chain("w", {}, {}, ("x_pkg 2.1",)).check_plugins()
    with pytest.raises(
        WorkFailed, match=r"has the format plug-ins \['x_pkg 2\.1'\], the build was begun with \[\]"
    ):
        Chain("w", {}, {}).check_plugins()
