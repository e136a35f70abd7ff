"""Workers: every unit is done once, and a worker that dies ends the build with its reason."""

import os
import signal
import subprocess
import sys
import threading
import time
from multiprocessing import active_children
from pathlib import Path

import pytest

from pipelines.workers import GROUP_BYTES, group_tasks, run_in_children, standing_by
from schemas.errors import WorkFailed
from schemas.units import WorkUnit
from tests.pipelines.jobs_that_fail import TouchJob


def units(*sources: str, size: int = GROUP_BYTES) -> list[WorkUnit]:
    return [WorkUnit(f"u{n:03}", "v", source, (), size) for n, source in enumerate(sources)]


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("size", [1, GROUP_BYTES // 8, GROUP_BYTES * 3])
def test_groups_hold_every_unit_once_in_order_and_become_smaller(workers: int, size: int) -> None:
    many = units(*["ok"] * 4000, size=size)
    groups = list(group_tasks(many, workers))
    assert [unit for group in groups for unit in group] == many
    sizes = list(map(len, groups))
    assert sizes == sorted(sizes, reverse=True)
    if workers == 1:
        assert len(groups) == 1, "each group costs the start of a pipeline"
    else:
        assert sizes[0] * workers <= len(many) // 2, "nobody gets all of the work at the beginning"
        assert sizes[-1] * max(size, 1) <= max(GROUP_BYTES, size)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_every_unit_is_done_by_the_given_number_of_processes(tmp_path: Path, workers: int) -> None:
    run_in_children(TouchJob(str(tmp_path)), units(*["ok"] * 12), workers)
    done = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert sorted(done) == [f"u{n:03}" for n in range(12)]
    assert 1 <= len(set(done.values())) <= workers
    assert str(os.getpid()) not in done.values()


@pytest.mark.parametrize(
    ("fate", "error", "message"),
    [
        ("killed", WorkFailed, r"killed \(signal 9.*memory.*goes on"),
        ("exit", WorkFailed, "exit code 7"),
        ("full", WorkFailed, "cannot be written: No space left"),
        ("bug", RuntimeError, "a bug in a step"),
    ],
)
def test_a_worker_that_fails_ends_the_run_at_once(
    tmp_path: Path, fate: str, error: type[Exception], message: str
) -> None:
    start = time.monotonic()
    with pytest.raises(error, match=message):
        run_in_children(TouchJob(str(tmp_path)), units("slow", fate, "ok"), 2)
    assert time.monotonic() - start < 30, "the slow worker was waited for"


def test_no_worker_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    code = (
        "from tests.pipelines.test_workers import *\n"
        f"run_in_children(TouchJob({str(tmp_path)!r}), units('ok', 'slow'), 1)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    try:
        deadline = time.monotonic() + 30
        while not (tmp_path / "u000").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        child = int((tmp_path / "u000").read_text())
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        while Path(f"/proc/{child}").exists():
            assert time.monotonic() < deadline, "the worker is still there"
            time.sleep(0.1)
    finally:
        parent.kill()


def test_workers_that_stand_by_do_the_work_and_those_without_work_end(tmp_path: Path) -> None:
    code = (
        "from multiprocessing import active_children\n"
        "from pipelines.workers import standing_by\n"
        "from tests.pipelines.test_workers import *\n"
        "with standing_by(3):\n"
        "    print(*(child.pid for child in active_children()))\n"
        f"    run_in_children(TouchJob({str(tmp_path)!r}), units(*['ok'] * 12), 2)\n"
        "print(len(active_children()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    forked, left = done.stdout.splitlines()
    workers = {path.read_text() for path in tmp_path.iterdir()}
    assert len(list(tmp_path.iterdir())) == 12
    if sys.platform == "linux":
        assert len(forked.split()) == 3
        assert workers <= set(forked.split())
    assert left == "0"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_nothing_is_forked_beside_other_threads() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        before = set(active_children())
        with standing_by(2):
            assert set(active_children()) == before
    finally:
        stop.set()
        thread.join()
