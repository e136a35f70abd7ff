"""The root of a source: what its paths are relative to, and what its files are called."""

from pathlib import Path

import pytest

from pipelines.config import load_config
from schemas.errors import UsageError

HEAD = '[corpus]\nname = "c"\n[[source]]\nname = "s"\ncontributor = "A"\nlicense = "MIT"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in ("site/a/LICENSE", "site/a/sub/LICENSE", "site/b/LICENSE", "site/b/x[1].md", "outside/y.md"):
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(path)
    return tmp_path


def files(folder: Path, keys: str) -> list[tuple[str, str]]:
    config = folder / "corpus.toml"
    config.write_text(HEAD + keys)
    return [(file.root, file.path) for file in load_config(config).files("s")]


def test_files_of_one_name_are_told_apart_by_their_folders(folder: Path) -> None:
    listed = files(folder, 'root = "site"\npaths = ["a/LICENSE", "b/LICENSE", "b/x[[]1].md"]')
    root = str(folder / "site")
    assert listed == [(root, "a/LICENSE"), (root, "b/LICENSE"), (root, "b/x[1].md")]


@pytest.mark.parametrize("paths", ['"."', '"a", "b"', '"**/*"', '"a/**/*", "b"'])
def test_folders_and_globs_are_named_from_the_root_too(folder: Path, paths: str) -> None:
    listed = files(folder, f'root = "site"\npaths = [{paths}]')
    assert [path for _, path in listed] == ["a/LICENSE", "a/sub/LICENSE", "b/LICENSE", "b/x[1].md"]


def test_a_root_may_be_absolute_or_a_variable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE", str(folder / "site"))
    listed = files(folder, 'root = "${SITE}"\npaths = ["a"]')
    assert listed == [(str(folder / "site"), "a/LICENSE"), (str(folder / "site"), "a/sub/LICENSE")]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            'root = "site"\npaths = ["../outside/y.md"]',
            "source.1.paths.1: .*/outside/y.md` lies outside of the",
        ),
        (
            'root = "${NOT_SET_HERE}"\npaths = ["a"]',
            "source.1.root: environment variable NOT_SET_HERE is not set",
        ),
        ('root = "nowhere"\npaths = ["a"]', "source.1.paths.1: .*/nowhere/a` matches no file"),
    ],
)
def test_mistakes_name_the_key(folder: Path, keys: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        files(folder, keys)
