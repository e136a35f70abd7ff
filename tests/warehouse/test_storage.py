"""Storage: what is published is whole, what is created is created once, one writer holds the lock."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from schemas.errors import UsageError
from warehouse.storage import LocalStorage, Storage, open_storage
from warehouse.storage.inputs import list_files, open_input, root_of, stat_input


@pytest.fixture(params=["local", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "local":
        return open_storage(str(tmp_path / "w"))
    return open_storage(f"memory://{tmp_path.name}")


def test_written_files_are_read_back_and_listed_in_order(storage: Storage) -> None:
    for name in ("b", "a", "c"):
        storage.write(f"folder/{name}", name.encode())
    assert storage.names("folder") == ["a", "b", "c"]
    assert storage.read("folder/b") == b"b"
    with storage.open("folder/c") as handle:
        assert handle.read() == b"c"
    assert storage.exists("folder/a")
    assert not storage.exists("folder/d")
    assert storage.names("nowhere") == []


def test_a_missing_file_is_an_error(storage: Storage) -> None:
    with pytest.raises(FileNotFoundError):
        storage.read("nothing")
    storage.delete("nothing")


def test_a_file_is_created_once(storage: Storage) -> None:
    assert storage.create("snapshots/1", b"first")
    assert not storage.create("snapshots/1", b"second")
    assert storage.read("snapshots/1") == b"first"


def test_scratch_is_gone_unless_it_is_published(storage: Storage) -> None:
    with storage.scratch() as local:
        local.write_bytes(b"kept")
        storage.publish(local, "parts/x")
    with storage.scratch() as local:
        local.write_bytes(b"dropped")
    assert storage.read("parts/x") == b"kept"
    assert not local.exists()


def _create(folder: str, number: int, barrier: "multiprocessing.synchronize.Barrier", wins: object) -> None:
    storage = LocalStorage(folder)
    barrier.wait()
    if storage.create("snapshots/1", str(number).encode()):
        wins.put(number)  # type: ignore[attr-defined]


def test_of_many_creators_exactly_one_wins(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, wins = context.Barrier(4), context.Queue()
    racers = [context.Process(target=_create, args=(str(tmp_path), n, barrier, wins)) for n in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    winner = wins.get(timeout=5)
    assert wins.empty()
    assert LocalStorage(str(tmp_path)).read("snapshots/1") == str(winner).encode()


def test_the_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    code = (
        "import sys, time; from warehouse.storage import open_storage\n"
        f"with open_storage({str(tmp_path)!r}).lock('datamoat build'):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    storage = open_storage(str(tmp_path))
    with pytest.raises(UsageError, match=rf"`datamoat build` \(process {holder.pid}\)"):
        storage.lock("datamoat build").__enter__()
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    with storage.lock("datamoat build"):
        pass


def test_leftovers_of_a_killed_writer_are_cleared(tmp_path: Path) -> None:
    storage = LocalStorage(str(tmp_path))
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp" / "1-dead").write_bytes(b"half a part")
    storage.clear_scratch()
    assert storage.names("tmp") == []


def test_an_unknown_scheme_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="nosuch://bucket"):
        open_storage("nosuch://bucket")


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("", ["a.md", "deep/b.md", "deep/er/c.txt"]),
        ("/**/*.md", ["a.md", "deep/b.md"]),
        ("/deep/*", ["b.md"]),
        ("/a.md", ["a.md"]),
        ("/nothing*", []),
    ],
)
def test_patterns_list_files_relative_to_their_root(tmp_path: Path, pattern: str, paths: list[str]) -> None:
    for name in ("a.md", "deep/b.md", "deep/er/c.txt", ".hidden.md", ".git/config"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    found = list_files(f"{tmp_path}{pattern}")
    assert [file.path for file in found] == paths
    for file in found:
        with open_input(file.root, file.path) as handle:
            assert len(handle.read()) == file.size
        assert stat_input(file.root, file.path) == file


def test_a_changed_file_has_another_stamp(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    [before] = list_files(str(tmp_path))
    time.sleep(0.01)
    (tmp_path / "a").write_text("2")
    assert stat_input(before.root, before.path) != before
    (tmp_path / "a").unlink()
    assert stat_input(before.root, before.path) is None


def test_a_remote_folder_lists_like_a_local_one() -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe("/inputs-test/x/a.md", b"a")
    memory.pipe("/inputs-test/b.md", b"bb")
    assert [file.path for file in list_files("memory://inputs-test")] == ["b.md", "x/a.md"]
    [file] = list_files("memory://inputs-test/*.md")
    assert (file.path, file.size) == ("b.md", 2)
    with open_input(file.root, file.path) as handle:
        assert handle.read() == b"bb"


def test_the_root_of_a_pattern_is_its_part_before_the_first_wildcard() -> None:
    assert root_of("/a/b*/c") == "/a"
    assert root_of("/*") == "/"
