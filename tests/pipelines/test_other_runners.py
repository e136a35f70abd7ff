"""The house does not stand on one runner: the same corpus gives the same bytes, whatever runs the pipelines.

Beam's own runners in Python are always there. Prism (a binary) and Flink (Java and a job server) are
skipped where they are not; `make test-flink` asks for Flink.
"""

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions

from pipelines.build import build
from pipelines.config import load_config
from pipelines.runners import beam_flags
from pipelines.sandbox.pool import close_all
from pipelines.serving import job_server
from pipelines.stages import How
from schemas.errors import UsageError, WorkFailed
from schemas.manifest import Manifest
from schemas.tables import TABLES
from schemas.units import PartInfo
from warehouse.catalog import Catalog
from warehouse.digests import table_digests
from warehouse.storage import open_storage

EMBED = ("--runner=PortableRunner", "--job_endpoint=embed", "--environment_type=LOOPBACK")
"""Beam's job server in Python: the whole portable protocol over gRPC, in this process."""

PROCESSES = ("--runner=FnApiRunner", "--direct_running_mode=multi_processing", "--direct_num_workers=2")
FLINK = ("--runner=FlinkRunner", "--flink_master=[local]", "--environment_type=LOOPBACK", "--parallelism=2")

prism = pytest.mark.skipif(shutil.which("prism") is None, reason="Prism's binary is not on the PATH")

RUNNERS = [
    pytest.param(EMBED, id="embed"),
    pytest.param(PROCESSES, id="processes", marks=pytest.mark.slow),
    pytest.param(("--runner=PrismRunner",), id="prism", marks=prism),
    pytest.param(FLINK, id="flink", marks=pytest.mark.flink),
]

SOURCES = 3
_TEXT = "fox jumps over the lazy dog while seven quiet wizards boil black tea in old rooms"

# The servers that Beam starts leave their ports and pools to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def flags_for(runner: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the checked flags of a runner, or skips the test if the runner is not on this machine."""
    try:
        return tuple(beam_flags(runner))
    except UsageError as missing:
        pytest.skip(str(missing))


def sentences(seed: int, count: int) -> str:
    """Some English text that is another one for each seed."""
    words = _TEXT.split()
    picked = [words[(seed * 7 + n * n + n * seed) % len(words)] for n in range(count * 12)]
    lines = [" ".join(picked[start : start + 12]) for start in range(0, len(picked), 12)]
    return ".\n\n".join(line.capitalize() for line in lines) + ".\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Sources with good, doubled, nearly doubled and broken records; a unit each, some of many batches."""
    tables = ['[corpus]\nname = "tiny"\nwarehouse = "${WAREHOUSE}"\n']
    for number in range(SOURCES):
        folder = tmp_path / "data" / f"s{number}"
        folder.mkdir(parents=True)
        for page in range(8):
            text = sentences(page * (number % 2 + 1), 10 + page)
            (folder / f"page{page}.md").write_text(f"# Page {page}\n\n{text}", encoding="utf-8")
        near = sentences(3, 13).replace("quiet", "silent", 1)
        (folder / "near.txt").write_text(near, encoding="utf-8")
        (folder / "empty.txt").write_bytes(b"")
        (folder / "latin.txt").write_bytes("Ein Müller führt über die Brücke.".encode("latin-1") * 9)
        records = "".join(f'{{"text": "record {n} of source {number} says little"}}\n' for n in range(1100))
        broken = records + '{"text": \n' if number % 2 else records
        (folder / "records.jsonl").write_text(broken, encoding="utf-8")
        tables.append(
            f'[[source]]\nname = "s{number}"\ncontributor = "C{number}"\nlicense = "MIT"\n'
            f'paths = ["data/s{number}"]\nmax_dead_fraction = 0.5\n'
        )
    config = tmp_path / "corpus.toml"
    config.write_text("\n".join(tables), encoding="utf-8")
    return config


def built(
    corpus: Path, name: str, flags: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> tuple[Catalog, Manifest]:
    monkeypatch.setenv("WAREHOUSE", str(corpus.parent / name))
    with job_server(flags) as served:
        result = build(load_config(corpus), How(workers=0, flags=served, quiet=True))
    assert result.committed
    return Catalog(open_storage(str(corpus.parent / name))), result.manifest


def parts_of(catalog: Catalog, manifest: Manifest) -> list[PartInfo]:
    return sorted(catalog.parts(manifest), key=lambda part: part.path)


@pytest.mark.parametrize("runner", RUNNERS)
def test_every_runner_makes_the_same_tables(
    corpus: Path, runner: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = flags_for(runner)
    here, mine = built(corpus, "here", (), monkeypatch)
    there, other = built(corpus, "there", flags, monkeypatch)
    assert mine.totals["documents"] > 1000
    assert mine.totals["duplicates"] > 10
    assert mine.totals["dead_letters"] > 0
    assert table_digests(there, other, TABLES) == table_digests(here, mine, TABLES)
    # Not only the rows: names and bytes of the parts are the same too.
    assert parts_of(there, other) == parts_of(here, mine)
    assert not list(children())


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_failing_job_ends_with_the_reason_and_leaves_no_process(
    corpus: Path, runner: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = flags_for(runner)
    for target in corpus.parent.joinpath("data").rglob("records.jsonl"):
        target.unlink()
    blocked = corpus.parent / "blocked"
    (blocked / "parts").mkdir(parents=True)
    # A file in the way of the folder for the parts of `documents`.
    (blocked / "parts" / "documents").write_bytes(b"")
    with pytest.raises((RuntimeError, OSError), match=r"File exists|Not a directory"):
        built(corpus, "blocked", flags, monkeypatch)
    assert not list(children())


# The workers' threads lose their server, which is what is tested.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("runner", RUNNERS[2:])
def test_a_job_server_that_is_killed_ends_the_work_with_a_line(
    tmp_path: Path, runner: tuple[str, ...]
) -> None:
    flags = flags_for(runner)
    note = tmp_path / "started"
    with pytest.raises(WorkFailed, match="job server ended"):
        lose_the_server(flags, note)
    assert not list(children())


def test_a_full_disk_on_another_runner_is_a_line_too() -> None:
    text = "Pipeline job-1 failed in state FAILED: OSError: [Errno 28] No space left on device [while running"
    with pytest.raises(WorkFailed, match=r"^the warehouse cannot be written: No space left on device; run"):
        fail(text)


def test_a_bug_on_another_runner_stays_a_bug() -> None:
    with pytest.raises(RuntimeError, match="KeyError"), job_server(EMBED):
        raise RuntimeError("Pipeline job-1 failed in state FAILED: KeyError: 3")


@pytest.mark.parametrize(
    "flags", [(), EMBED, PROCESSES, ("--runner=FlinkRunner", "--job_endpoint=host:8099")]
)
def test_what_needs_no_job_server_gets_none(flags: tuple[str, ...]) -> None:
    with job_server(flags) as served:
        assert served == flags
        assert not list(children())


def lose_the_server(flags: tuple[str, ...], note: Path) -> None:
    with job_server(flags) as served:
        killer = threading.Thread(target=_kill_when, args=(note, *children()))
        killer.start()
        with beam.Pipeline(options=PipelineOptions(list(served))) as pipeline:
            _ = pipeline | beam.Create([str(note)]) | beam.Map(_linger)


def fail(text: str) -> None:
    with job_server(EMBED):
        raise RuntimeError(text)


def _linger(note: str) -> None:
    Path(note).touch()
    time.sleep(5)


def _kill_when(note: Path, server: int) -> None:
    deadline = time.monotonic() + 60
    while not note.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(server, signal.SIGKILL)


def children() -> Iterator[int]:
    """Yields the living processes that this one started, but for the parsers that it keeps warm."""
    close_all()
    for task in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        for pid in map(int, task.read_text().split()):
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            if state != "Z":
                yield pid
