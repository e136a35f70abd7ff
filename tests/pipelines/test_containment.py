"""A page inside a page, from the configuration to the corpus and back after a takedown."""

import json
import random
from pathlib import Path

import pytest

from pipelines.build import build
from pipelines.config import load_config
from tests.pipelines.families import HERE
from warehouse.catalog import open_catalog, snapshot
from warehouse.connect import connect
from warehouse.show import show
from warehouse.verify import verify

CHANCE = random.Random(6)
WORDS = ["".join(CHANCE.choices("abcdefghij", k=CHANCE.randrange(3, 9))) for _ in range(4_000)]


def page(first: int, last: int) -> str:
    return " ".join(WORDS[first:last])


TEXTS = {
    "whole": page(0, 1_000),
    "quoted": page(300, 480),  # a page that "whole" holds
    "again": page(300, 480),
    "nearly": page(300, 478) + " changed ending",  # a near copy of it
    "half": page(900, 1_200),  # a third of it
    "short": page(10, 40),  # too short to say anything
    "other": page(2_000, 2_400),
    "crawled": page(1_900, 2_500),  # holds "other", and is a reference
}


def built(folder: Path, limit: float) -> Path:
    for reference in (False, True):
        rows = [
            json.dumps({"text": text, "id": name})
            for name, text in TEXTS.items()
            if (name == "crawled") == reference
        ]
        (folder / f"{reference}.jsonl").write_text("\n".join(rows) + "\n")
    source = '[[source]]\nname = "{0}"\ncontributor = "{0}"\nlicense = "CC0-1.0"\npaths = ["{1}.jsonl"]\n'
    (folder / "corpus.toml").write_text(
        '[corpus]\nname = "parts"\nwarehouse = "warehouse"\n[language]\nenabled = false\n'
        + f"[dedup]\ncontainment = {limit}\n"
        + source.format("ours", False)
        + source.format("crawl", True)
        + "reference = true\n"
    )
    result = build(load_config(folder / "corpus.toml"), HERE)
    assert result.manifest.totals["contained"] == (1 if limit else 0)
    return folder / "warehouse"


def test_a_page_inside_a_page_is_left_out(tmp_path: Path) -> None:
    catalog = open_catalog(str(built(tmp_path, 0.9)))
    manifest = snapshot(catalog, None)
    with connect(catalog, manifest) as con:
        names = dict(con.execute("SELECT doc_id, metadata ->> 'id' FROM documents").fetchall())
        duplicates = con.execute("SELECT doc_id, survivor_id, kind, similarity FROM duplicates").fetchall()
        kinds = {names[row[0]]: (names[row[1]], row[2], row[3]) for row in duplicates}
        kept = {names[row[0]] for row in con.execute("SELECT doc_id FROM corpus").fetchall()}
        assert kept == {"whole", "half", "short", "other"}
        part = {name for name, (_, kind, _) in kinds.items() if kind == "contained"}
        assert set(kinds) == {"quoted", "again", "nearly"}
        assert part < {"quoted", "again"} or part == {"nearly"}
        assert {survivor for survivor, _, _ in kinds.values()} == {"whole"}
        assert all((share is None) == (kind == "near") for _, kind, share in kinds.values())
        documents = "SELECT count(DISTINCT cluster_id) FROM holders WHERE contributor = 'ours'"
        assert con.execute(documents).fetchone() == (5,)
    answer = verify(catalog, manifest)
    assert answer.ok, [check for check in answer.checks if not check.ok]
    assert any(check.name == "contained documents reach the limit" for check in answer.checks)
    ids = {name: doc_id.hex for doc_id, name in names.items()}
    (name,) = part
    cluster = show(catalog, manifest, ids[name]).cluster
    assert cluster is not None
    assert (cluster.survivor_id, cluster.kind) == (ids["whole"], "contained")
    assert cluster.diff
    assert show(catalog, manifest, ids["whole"]).cluster is None


@pytest.mark.parametrize("limit", [0.0])
def test_it_is_off_by_default(tmp_path: Path, limit: float) -> None:
    catalog = open_catalog(str(built(tmp_path, limit)))
    with connect(catalog, snapshot(catalog, None)) as con:
        assert con.execute("SELECT count(*) FROM members WHERE kind = 'contained'").fetchone() == (0,)
        assert con.execute("SELECT count(*) FROM corpus").fetchone() == (5,)
