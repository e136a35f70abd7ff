"""Builds that are killed, interrupted or started twice: the corpus is the same in the end."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.build import build
from pipelines.config import load_config
from tests.pipelines.corpora import (
    HERE,
    REPOSITORY,
    datamoat,
    digests,
    sound,
    write_config,
    write_corpus,
)
from warehouse.catalog import open_catalog


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A built corpus that a test may change."""
    write_corpus(tmp_path)
    build(load_config(write_config(tmp_path)), HERE)
    return tmp_path


def start(config: Path, *more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "datamoat", "build", str(config), "--workers", "2", *more],
        cwd=REPOSITORY,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        # A test run in the background ignores Ctrl-C, and what it starts would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
    )


def until(condition: object, process: "subprocess.Popen[str]", seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert process.poll() is None, "the build ended too early"
        assert time.monotonic() < deadline
        time.sleep(0.01)


def kill_and_build(folder: Path, moments: list[float]) -> None:
    config = write_config(folder, "killed")
    for moment in moments:
        process = start(config, "--quiet")
        time.sleep(moment)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    done = datamoat("build", config, "--quiet")
    assert done.returncode == 0, done.stderr
    assert digests(folder, "killed") == digests(folder)
    assert sound(folder, "killed")
    assert not list((folder / "killed" / "tmp").iterdir())


def test_a_build_killed_at_random_moments_ends_like_an_undisturbed_one(own: Path) -> None:
    chance = random.Random(1)
    kill_and_build(own, [chance.uniform(0.5, 4.0) for _ in range(4)])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_many_killed_builds(own: Path, seed: int) -> None:
    chance = random.Random(seed)
    kill_and_build(own, [chance.uniform(0.2, 6.0) for _ in range(10)])


def test_a_commit_that_is_killed_leaves_the_old_snapshot(own: Path) -> None:
    (own / "docs" / "three.md").write_text("# Three\n\nA new document, with words of its own.\n")
    config = write_config(own)
    code = (
        "import os, signal, sys\n"
        "from warehouse.catalog import Catalog\n"
        "Catalog.commit = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from pipelines.build import build\nfrom pipelines.config import load_config\n"
        "from pipelines.stages import How\nfrom pathlib import Path\n"
        f"build(load_config(Path({str(config)!r})), How(workers=0, quiet=True))"
    )
    killed = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert open_catalog(str(own / "warehouse")).numbers() == [1]
    assert sound(own)
    receipts = sorted(own.rglob("warehouse/receipts/*/*.json"))
    built = build(load_config(config), HERE)
    assert built.manifest.number == 2
    assert sorted(own.rglob("warehouse/receipts/*/*.json")) == receipts


def test_of_two_builds_one_says_that_the_other_holds_the_lock(own: Path) -> None:
    config = write_config(own, "locked")
    first = start(config, "--quiet")
    lock = own / "locked" / "lock"
    until(lambda: lock.exists() and lock.read_text(), first)
    # Or it would be through before the other one has started.
    os.kill(first.pid, signal.SIGSTOP)
    second = datamoat("build", config)
    os.kill(first.pid, signal.SIGCONT)
    assert second.returncode == 2
    assert f"process {first.pid}" in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert digests(own, "locked") == digests(own)


def children(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_worker_that_is_killed_ends_the_build_with_its_reason(own: Path) -> None:
    config = write_config(own, "short")
    process = start(config)
    until(lambda: len(children(process.pid)) >= 2, process)
    time.sleep(1)
    for child in children(process.pid):
        # A worker is a fork of the command, or was started anew; the helper of multiprocessing is neither.
        if any(name in Path(f"/proc/{child}/cmdline").read_bytes() for name in (b"spawn_main", b"datamoat")):
            os.kill(child, signal.SIGKILL)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 3, said
    assert "killed (signal 9" in said
    assert "goes on where it stopped" in said
    assert datamoat("build", config).returncode == 0


def test_ctrl_c_stops_cleanly_and_the_next_build_goes_on(own: Path) -> None:
    config = write_config(own, "interrupted")
    process = start(config)
    until(lambda: len(children(process.pid)) >= 2, process)
    workers = children(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < deadline, "a worker is still there"
        time.sleep(0.05)
    assert datamoat("build", config).returncode == 0
    assert digests(own, "interrupted") == digests(own)
