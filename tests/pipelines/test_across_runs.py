"""New sources against what a warehouse holds: the same as building everything at once."""

import json
from pathlib import Path

import pytest

from tests.pipelines.families import SOURCES, build_with, tables, write_files
from warehouse.catalog import open_catalog, snapshot
from warehouse.connect import connect
from warehouse.verify import verify


def corpus(folder: Path, warehouse: str) -> list[tuple[object, ...]]:
    catalog = open_catalog(str(folder / warehouse))
    with connect(catalog, snapshot(catalog, None)) as con:
        return con.execute("SELECT doc_id, source, text FROM corpus ORDER BY doc_id").fetchall()


@pytest.mark.parametrize("seed", range(3))
def test_sources_that_come_later_give_what_one_build_of_everything_gives(tmp_path: Path, seed: int) -> None:
    write_files(tmp_path, seed)
    first = build_with(tmp_path, "grown", "old")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "grown" / "parts").rglob("*.parquet")}
    build_with(tmp_path, "grown", *SOURCES)
    build_with(tmp_path, "whole", *SOURCES)
    assert tables(tmp_path, "grown") == tables(tmp_path, "whole")
    assert corpus(tmp_path, "grown") == corpus(tmp_path, "whole")
    # What was there is not written again: neither texts nor signatures.
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())
    catalog = open_catalog(str(tmp_path / "grown"))
    answer = verify(catalog, snapshot(catalog, None))
    assert answer.ok, [check for check in answer.checks if not check.ok]
    with connect(catalog, snapshot(catalog, None)) as con:
        reached = dict(con.execute("SELECT source, count(*) FROM duplicates GROUP BY ALL").fetchall())
        others = "SELECT count(*) FROM duplicates WHERE source = 'old' AND survivor_source = 'best'"
        assert con.execute(others).fetchone() != (0,)
        assert con.execute("SELECT count(*) FROM pairs WHERE exact").fetchone() != (0,)
        assert con.execute("SELECT count(*) FROM members WHERE public").fetchone() != (0,)
    assert set(reached) == set(SOURCES)
    assert first.manifest.totals["duplicates"] > 0


def test_the_order_in_which_sources_come_does_not_matter(tmp_path: Path) -> None:
    write_files(tmp_path, 7)
    build_with(tmp_path, "one", "crawl")
    build_with(tmp_path, "one", "crawl", "new")
    build_with(tmp_path, "one", *SOURCES)
    build_with(tmp_path, "other", "best", "old")
    build_with(tmp_path, "other", *SOURCES)
    assert tables(tmp_path, "one") == tables(tmp_path, "other")


def test_pairing_in_memory_and_by_duckdb_give_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, 5)
    build_with(tmp_path, "held", *SOURCES)
    monkeypatch.setattr("pipelines.pairing.HELD_BANDS", 0)
    build_with(tmp_path, "stored", *SOURCES)
    assert tables(tmp_path, "held") == tables(tmp_path, "stored")


def test_a_source_that_goes_takes_its_duplicates_along(tmp_path: Path) -> None:
    write_files(tmp_path, 11)
    build_with(tmp_path, "shrunk", *SOURCES)
    build_with(tmp_path, "shrunk", "old", "new")
    build_with(tmp_path, "never", "old", "new")
    assert tables(tmp_path, "shrunk") == tables(tmp_path, "never")


def test_a_file_that_is_edited_between_builds_gives_what_its_last_state_gives(tmp_path: Path) -> None:
    write_files(tmp_path, 13)
    build_with(tmp_path, "edited", *SOURCES)
    file = tmp_path / "old.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    copied = json.loads((tmp_path / "best.jsonl").read_text().splitlines()[0])["text"]
    lines[3]["text"] = copied  # an exact copy of what another source holds, and a near one
    lines[4]["text"] = f"{copied} and some more"
    del lines[5:9]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    build_with(tmp_path, "edited", *SOURCES)
    build_with(tmp_path, "last", *SOURCES)
    assert tables(tmp_path, "edited") == tables(tmp_path, "last")
