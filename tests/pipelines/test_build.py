"""The main job: nothing is lost, nothing comes out different, and an interrupted build goes on."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.build import Built, build
from pipelines.config import load_config
from pipelines.stages import How
from schemas.errors import UsageError
from tests.pipelines.corpora import (
    HERE,
    Expected,
    datamoat,
    digests,
    sound,
    write_config,
    write_corpus,
)
from warehouse.catalog import open_catalog, snapshot
from warehouse.funnel import read_funnel


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Expected]]:
    folder = tmp_path_factory.mktemp("corpus")
    expected = write_corpus(folder)
    build(load_config(write_config(folder)), HERE)
    return folder, expected


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
    _, stages = again(own, extra="[dedup]\nngram = 4\n")
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
