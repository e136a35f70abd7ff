"""The main job: nothing is lost, nothing comes out different, and an interrupted build goes on."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.build import Built, build
from pipelines.config import load_config
from pipelines.stages import How
from schemas.errors import UsageError
from tests.pipelines.corpora import REPOSITORY, Expected, datamoat, write_config, write_corpus
from warehouse.catalog import open_catalog, snapshot
from warehouse.digests import table_digests
from warehouse.funnel import read_funnel
from warehouse.verify import verify

HERE = How(workers=0, quiet=True)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Expected]]:
    folder = tmp_path_factory.mktemp("corpus")
    expected = write_corpus(folder)
    build(load_config(write_config(folder)), HERE)
    return folder, expected


def digests(folder: Path, warehouse: str = "warehouse") -> dict[str, str]:
    catalog = open_catalog(str(folder / warehouse))
    return table_digests(catalog, snapshot(catalog, None))


def sound(folder: Path, warehouse: str = "warehouse") -> bool:
    catalog = open_catalog(str(folder / warehouse))
    answer = verify(catalog, snapshot(catalog, None))
    assert answer.ok, [check for check in answer.checks if not check.ok]
    return answer.ok


def test_every_record_that_was_written_is_accounted_for(corpus: tuple[Path, dict[str, Expected]]) -> None:
    folder, expected = corpus
    catalog = open_catalog(str(folder / "warehouse"))
    funnel = read_funnel(catalog, snapshot(catalog, None))
    assert {row.source: Expected(row.read, row.documents) for row in funnel.sources} == expected
    assert funnel.balanced
    assert sound(folder)


def test_copies_across_owners_are_found_and_everyone_is_remembered(
    corpus: tuple[Path, dict[str, Expected]],
) -> None:
    folder, _ = corpus
    found = datamoat(
        "sql",
        folder / "warehouse",
        "SELECT source, kind, survivor_id = doc_id AS survives FROM members JOIN documents USING (doc_id) "
        "ORDER BY source",
        "--format",
        "json",
    )
    rows = json.loads(found.stdout)
    assert [row["source"] for row in rows] == ["box", "docs", "tree"]
    assert sum(row["survives"] for row in rows) == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_any_number_of_workers_gives_the_same_tables(
    corpus: tuple[Path, dict[str, Expected]], workers: int
) -> None:
    folder, _ = corpus
    name = f"by-{workers}"
    build(load_config(write_config(folder, name)), How(workers=workers, quiet=True))
    assert digests(folder, name) == digests(folder)


def test_the_order_of_listing_does_not_matter(corpus: tuple[Path, dict[str, Expected]]) -> None:
    folder, _ = corpus
    config = load_config(write_config(folder, "shuffled"))
    listing = dict(reversed(config.listing.items()))
    shuffled = {name: tuple(random.Random(7).sample(files, len(files))) for name, files in listing.items()}
    build(replace(config, listing=shuffled), HERE)
    assert digests(folder, "shuffled") == digests(folder)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A built corpus that a test may change."""
    write_corpus(tmp_path)
    build(load_config(write_config(tmp_path)), HERE)
    return tmp_path


def again(folder: Path, extra: str = "") -> tuple[Built, set[str]]:
    """Builds again; returns also the receipts that were written by it."""
    receipts = folder / "warehouse" / "receipts"
    before = {path: path.stat().st_mtime_ns for path in receipts.rglob("*.json")}
    built = build(load_config(write_config(folder, extra=extra)), HERE)
    after = {path: path.stat().st_mtime_ns for path in receipts.rglob("*.json")}
    return built, {path.parent.name for path, time in after.items() if before.get(path) != time}


def test_building_again_with_nothing_changed_makes_no_snapshot(own: Path) -> None:
    built, stages = again(own)
    assert not built.committed
    assert built.manifest.number == 1
    assert stages == set()


def test_a_new_file_is_the_only_one_that_is_read(own: Path) -> None:
    (own / "docs" / "three.md").write_text("# Three\n\nA new document, with words of its own.\n")
    built, stages = again(own)
    assert [[piece.path for piece in unit.slices] for unit in built.plan.new] == [["three.md"]]
    assert built.manifest.number == 2
    assert built.manifest.totals["read"] == 109
    assert stages == {"ingest", "sign", "dedup"}
    assert sound(own)


def test_a_changed_file_is_read_again_and_the_old_snapshot_stays(own: Path) -> None:
    (own / "docs" / "one.md").write_text("# One\n\nQuite another text than before.\n")
    again(own)
    catalog = open_catalog(str(own / "warehouse"))
    for number, found in ((1, 0), (2, 1)):
        answer = datamoat(
            "sql",
            own / "warehouse",
            "SELECT count(*) AS n FROM documents WHERE text LIKE '%Quite another%'",
            "--snapshot",
            str(number),
            "--format",
            "json",
        )
        assert json.loads(answer.stdout) == [{"n": found}]
    assert catalog.numbers() == [1, 2]


def test_another_threshold_reads_no_source(own: Path) -> None:
    _, stages = again(own, extra="[dedup]\nthreshold = 0.99\n")
    assert stages == {"dedup"}
    catalog = open_catalog(str(own / "warehouse"))
    assert snapshot(catalog, None).totals["duplicates"] == 1


def test_another_ngram_signs_again_but_reads_no_source(own: Path) -> None:
    _, stages = again(own, extra="[dedup]\nngram = 3\n")
    assert stages == {"sign", "dedup"}
    assert sound(own)


def test_another_licence_rewrites_nothing(own: Path) -> None:
    config = write_config(own)
    config.write_text(config.read_text().replace("CC-BY-4.0", "CC0-1.0"))
    before = sorted(path.name for path in (own / "warehouse" / "parts").rglob("*.parquet"))
    built = build(load_config(config), HERE)
    assert built.committed
    assert sorted(path.name for path in (own / "warehouse" / "parts").rglob("*.parquet")) == before


def test_losing_most_of_a_source_must_be_allowed(own: Path) -> None:
    for name in ("one.md", "shared.txt", "page.html"):
        (own / "docs" / name).unlink()
    config = load_config(write_config(own))
    with pytest.raises(UsageError, match="--allow-shrink"):
        build(config, HERE)
    built = build(config, HERE, allow_shrink=True)
    assert sorted(built.plan.vanished) == ["docs:one.md", "docs:page.html", "docs:shared.txt"]
    assert sound(own)


def test_too_many_dead_letters_end_with_exit_1_and_everything_written(own: Path) -> None:
    config = write_config(own)
    config.write_text(config.read_text().replace("max_dead_fraction = 1.0", ""))
    built = datamoat("build", config, "--workers", "0")
    assert built.returncode == 1, built.stderr
    assert "source cut: 1 of 1 records are dead letters" in built.stderr
    assert sound(own)


def test_a_sample_is_a_part_of_the_corpus_in_a_warehouse_of_its_own(own: Path) -> None:
    built = datamoat("build", write_config(own), "--sample", "0.4", "--workers", "0")
    assert built.returncode == 0, built.stderr
    catalog = open_catalog(str(own / "warehouse"))
    assert catalog.numbers() == [1]
    taken, whole = (
        {
            row["doc_id"]
            for row in json.loads(
                datamoat("sql", own / name, "SELECT doc_id FROM documents", "--json").stdout
            )
        }
        for name in ("warehouse-sample", "warehouse")
    )
    assert taken < whole
    assert 0.2 < len(taken) / len(whole) < 0.6
    assert sound(own, "warehouse-sample")


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
    built, stages = again(own)
    assert (built.manifest.number, stages) == (2, set())


def test_of_two_builds_one_says_that_the_other_holds_the_lock(own: Path) -> None:
    config = write_config(own, "locked")
    first = start(config, "--quiet")
    lock = own / "locked" / "lock"
    until(lambda: lock.exists() and lock.read_text(), first)
    second = datamoat("build", config)
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
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
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
