"""Whatever a parser does, its record is one dead letter and everything else is as if it had not been."""

import io
import os
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.config import load_config
from pipelines.plan import plan_units
from pipelines.reading import read_unit
from pipelines.sandbox import Sandbox
from pipelines.stretches import as_batches
from schemas.batches import Batch
from schemas.records import DeadLetter
from schemas.specs import IngestSpec, LimitsSpec, Named, SourceSpec
from schemas.units import FileSlice, WorkUnit
from tests.pipelines.corpora import REPOSITORY, prose, write_config, write_corpus
from warehouse.storage.inputs import list_files

LIMITS = LimitsSpec(seconds=1, memory_mb=300)
REASONS = {
    "segfault": ("crashed", "SIGSEGV: the parser died"),
    "loop": ("timeout", "more than 1 s of CPU time"),
    "bomb": ("out_of_memory", "more than 300 MB"),
    "bigbomb": ("out_of_memory", "more than 300 MB"),
    "abort": ("crashed", "SIGABRT: the parser died"),
    "leave": ("crashed", "exit code 3: the parser died"),
    "mistake": ("crashed", "IndexError: the parser failed"),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(["tests.pipelines.hostile_formats:install"])
    yield made
    made.close()


def spec(**limits: float) -> IngestSpec:
    source = SourceSpec("s", Named(constant="c"), Named(constant="CC0-1.0"))
    return IngestSpec(source, limits=replace(LIMITS, **limits))  # type: ignore[arg-type]


def unit(folder: Path, kind: str = "whole") -> WorkUnit:
    slices = tuple(
        FileSlice(file.root, file.path, file.size, file.stamp, kind, 0, -1)  # type: ignore[arg-type]
        for file in list_files(str(folder))
    )
    return WorkUnit("0" * 32, "0" * 32, "s", slices, 0)


def settled(sandbox: Sandbox, work: WorkUnit, how: IngestSpec) -> list[Batch]:
    return list(as_batches(work, sandbox.settle(work, how)))


def dead_of(batches: list[Batch]) -> list[DeadLetter]:
    return [dead for batch in batches for dead in batch.dead_letters]


def paths_of(batches: list[Batch]) -> list[str]:
    return [f"{document.uri}!{document.locator}" for batch in batches for document in batch.documents]


def test_the_sandbox_settles_what_this_process_settles(tmp_path: Path, sandbox: Sandbox) -> None:
    write_corpus(tmp_path)
    config = load_config(write_config(tmp_path))
    for work in plan_units(config).units:
        how = config.ingest_spec(work.source)
        assert settled(sandbox, work, how) == list(read_unit(work, how))


@pytest.mark.parametrize("deed", REASONS)
def test_a_parser_that_dies_costs_its_record_alone(tmp_path: Path, sandbox: Sandbox, deed: str) -> None:
    for n in range(9):
        (tmp_path / f"{n}.txt").write_text(prose(f"a{n}"))
    (tmp_path / "5.hostile").write_text(deed)
    found = settled(sandbox, unit(tmp_path), spec())
    (dead,) = dead_of(found)
    assert (dead.reason, dead.message) == REASONS[deed]
    assert (dead.uri, dead.stage, dead.head) == ("s:5.hostile", "extract", deed)
    assert dead.raw_sha256 is not None
    assert paths_of(found) == [f"s:{n}.txt!" for n in range(9)]
    assert [(batch.read, batch.files, batch.last) for batch in found] == [(10, 10, True)]


@pytest.mark.parametrize("deed", ["segfault", "loop", "bomb", "mistake"])
def test_a_reader_that_dies_keeps_the_records_before_and_the_files_behind(
    tmp_path: Path, sandbox: Sandbox, deed: str
) -> None:
    (tmp_path / "a.hostiles").write_text("one\ntwo\nthree\n")
    (tmp_path / "b.hostiles").write_text(f"four\nfive\nreading {deed}\nsix\n")
    (tmp_path / "c.hostiles").write_text("seven\n")
    found = settled(sandbox, unit(tmp_path), spec())
    (dead,) = dead_of(found)
    assert (dead.uri, dead.locator, dead.stage, dead.reason) == ("s:b.hostiles", "", "read", REASONS[deed][0])
    assert [document.text for batch in found for document in batch.documents] == [
        "one",
        "two",
        "three",
        "four",
        "five",
        "seven",
    ]


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "zip"])
@pytest.mark.parametrize("planned", [True, False])
def test_a_dead_reader_in_an_archive_costs_the_rest_of_its_member(
    tmp_path: Path, sandbox: Sandbox, kind: str, planned: bool
) -> None:
    members = {f"{n}.hostiles": f"good{n}\nalso{n}\n" for n in range(5)}
    members["1.hostiles"] = "first\nreading segfault\nlost\n"
    members["3.hostiles"] = "reading abort\nlost\n"
    members["4.hostiles"] = "good\nsegfault\nagain\n"
    # What is called something else is found to be an archive when it is read.
    name = f"a.{kind}" if planned or kind == "zip" else "a.data"
    if kind == "zip":
        with zipfile.ZipFile(tmp_path / name, "w") as box:
            for member, text in members.items():
                box.writestr(member, text)
    else:
        with tarfile.open(tmp_path / name, "w:gz" if "gz" in kind else "w") as tar:
            for member, text in members.items():
                info = tarfile.TarInfo(member)
                info.size = len(text)
                tar.addfile(info, io.BytesIO(text.encode()))
    found = settled(sandbox, unit(tmp_path, "members" if planned else "whole"), spec())
    assert [(dead.locator, dead.stage, dead.message) for dead in dead_of(found)] == [
        ("member=1.hostiles", "read", "SIGSEGV: the parser died"),
        ("member=3.hostiles", "read", "SIGABRT: the parser died"),
        ("member=4.hostiles!item=1", "extract", "SIGSEGV: the parser died"),
    ]
    texts = [document.text for batch in found for document in batch.documents]
    assert texts == ["good0", "also0", "first", "good2", "also2", "good", "again"]


@pytest.mark.parametrize("records", [1, 3, 256])
def test_many_deaths_in_one_unit_change_no_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, records: int
) -> None:
    words = ["mistake" if n % 7 == 3 else f"word{n}" for n in range(60)]
    (tmp_path / "a.hostiles").write_text("\n".join(words[:30]))
    (tmp_path / "b.hostiles").write_text("\n".join(words[30:]))
    monkeypatch.setenv("STRETCH_RECORDS", str(records))
    other = Sandbox(["tests.pipelines.hostile_formats:install", "tests.pipelines.small_stretches:install"])
    try:
        want = settled(other, unit(tmp_path), spec())
        # ``mistake`` lets a parser live; each ``segfault`` needs another one.
        for name in "ab":
            path = tmp_path / f"{name}.hostiles"
            path.write_text(path.read_text().replace("mistake", "segfault"))
        found = settled(other, unit(tmp_path), spec())
    finally:
        other.close()
    assert len(want) == 8
    assert paths_of(found) == paths_of(want)
    assert [(b.seq, b.read, b.bytes > 0, len(b.documents)) for b in found] == [
        (b.seq, b.read, b.bytes > 0, len(b.documents)) for b in want
    ]


def test_a_parser_that_sleeps_is_woken_by_no_one_and_killed(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "a.hostile").write_text("sleep")
    (tmp_path / "b.txt").write_text(prose("b"))
    found = settled(sandbox, unit(tmp_path), spec(seconds=0.1))
    (dead,) = dead_of(found)
    assert (dead.reason, dead.message) == ("timeout", "nothing happened for 1 s")
    assert paths_of(found) == ["s:b.txt!"]


def test_a_parser_or_template_that_was_killed_meanwhile_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(prose("a"))
    sandbox = Sandbox()
    try:
        want = settled(sandbox, unit(tmp_path), spec())
        assert sandbox._parser is not None
        os.kill(sandbox._parser._pid, signal.SIGKILL)
        assert settled(sandbox, unit(tmp_path), spec()) == want
        assert sandbox._template is not None
        os.kill(sandbox._template._process.pid, signal.SIGKILL)
        assert settled(sandbox, unit(tmp_path), spec()) == want
    finally:
        sandbox.close()


def test_a_unit_that_nobody_wants_any_more_does_not_disturb_the_next(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    (tmp_path / "a.jsonl").write_text("".join(f'{{"text": "{prose(f"a{n}")}"}}\n' for n in range(5000)))
    stretches = sandbox.settle(unit(tmp_path), spec())
    first = next(stretches)
    stretches.close()  # type: ignore[attr-defined]
    assert not first.last
    assert settled(sandbox, unit(tmp_path), spec()) == list(read_unit(unit(tmp_path), spec()))


def test_no_process_outlives_its_worker(tmp_path: Path) -> None:
    (tmp_path / "a.hostile").write_text("loop")
    code = f"""
import os, sys
from pathlib import Path
from pipelines.sandbox import Sandbox
from pipelines.stretches import as_batches
from tests.pipelines.test_sandbox import spec, unit
from threading import Thread
sandbox = Sandbox(["tests.pipelines.hostile_formats:install"])
stretches = sandbox.settle(unit(Path({str(tmp_path)!r})), spec(seconds=600))
Thread(target=lambda: list(stretches), daemon=True).start()
import time
while sandbox._parser is None:
    time.sleep(0.01)
print(sandbox._template._process.pid, sandbox._parser._pid, flush=True)
time.sleep(600)
"""
    worker = subprocess.Popen([sys.executable, "-c", code], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    pids = [int(pid) for pid in worker.stdout.readline().split()]
    assert len(pids) == 2
    worker.kill()
    worker.communicate()
    deadline = time.monotonic() + 10
    while any(is_there(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_parser_is_forked_from_a_process_without_threads_of_ours(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "a.txt").write_text(prose("a"))
    settled(sandbox, unit(tmp_path), spec())
    assert sandbox._template is not None
    tasks = Path(f"/proc/{sandbox._template._process.pid}/task")
    names = sorted((task / "comm").read_text().strip() for task in tasks.iterdir())
    # Arrow's allocator keeps a thread, and is made to be forked.
    assert [name for name in names if name != "jemalloc_bg_thd"] == [names[-1]]


def test_a_worker_does_not_load_the_parsers() -> None:
    code = "import sys, pipelines.steps; print('lxml' in sys.modules, 'trafilatura' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]
