import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import zstandard

from schemas.answers import Export, ExportFormat
from schemas.errors import UsageError
from schemas.ids import text_sha256
from tests.warehouse.factory import Doc, World, source
from tests.warehouse.worlds import ACME_GUIDE, ACME_LICENSE, BOLT_LICENSE, MAIL_ANN, handbooks
from warehouse.export import DATA_SCHEMA, check_export, export_part, finish_export

KEPT = 6


def export(world: World, out: Path, form: ExportFormat, where: str | None = None) -> Export:
    catalog, manifest = world.build()
    paths = check_export(catalog, manifest, where, str(out))
    shards = [
        pickle.loads(
            pickle.dumps(export_part(world.location, manifest.number, path, index, where, str(out), form))
        )
        for index, path in reversed(list(enumerate(paths)))
    ]
    return finish_export(str(out), manifest.corpus, manifest.number, where, form, shards)


def rows_of(out: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for path in sorted((out / "data").iterdir()):
        if path.suffix == ".parquet":
            rows += pq.read_table(path).to_pylist()
        else:
            with zstandard.open(path, "rt", encoding="utf-8") as lines:
                rows += [json.loads(line) for line in lines]
    return rows


def provenance_of(out: Path) -> list[dict[str, Any]]:
    return [row for path in sorted((out / "provenance").iterdir()) for row in pq.read_table(path).to_pylist()]


@pytest.fixture(params=["jsonl", "parquet"])
def form(request: pytest.FixtureRequest) -> ExportFormat:
    return request.param


def test_rows_and_sidecar(tmp_path: Path, form: ExportFormat) -> None:
    out = tmp_path / "out"
    made = export(handbooks(tmp_path), out, form)
    rows, beside = rows_of(out), provenance_of(out)
    assert len(rows) == len(beside) == made.rows == KEPT
    assert made.tokens == 147 + 30 + 20 + 25
    for row, of in zip(rows, beside, strict=True):
        assert (row["doc_id"], row["source"], row["contributor"], row["license"]) == (
            of["doc_id"],
            of["source"],
            of["contributor"],
            of["license"],
        )
        assert text_sha256(row["text"]).hex() == of["text_sha256"]
    (letter,) = (row for row in rows if row["doc_id"] == MAIL_ANN.hex)
    assert letter["contributor"] == "ann"
    assert letter["license"] == "CC0-1.0"
    assert list(letter) == DATA_SCHEMA.names
    (place,) = (row for row in beside if row["doc_id"] == MAIL_ANN.hex)
    assert (place["uri"], place["locator"]) == ("mail:box.jsonl", "byte=0")


def test_both_formats_hold_the_same(tmp_path: Path) -> None:
    export(handbooks(tmp_path / "a"), tmp_path / "jsonl", "jsonl")
    export(handbooks(tmp_path / "b"), tmp_path / "parquet", "parquet")
    assert rows_of(tmp_path / "jsonl") == rows_of(tmp_path / "parquet")
    assert provenance_of(tmp_path / "jsonl") == provenance_of(tmp_path / "parquet")


def test_rows_number_their_shard_and_stand_in_reading_order(tmp_path: Path) -> None:
    docs = [Doc("wiki", f"{number:04}.md", f"text number {number}") for number in range(700)]
    world = World(tmp_path, [source("wiki", "Wiki")], docs)
    export(world, tmp_path / "out", "jsonl", "words = 3 AND NOT uri LIKE '%7.md'")
    kept = [doc for doc in docs if not doc.path.endswith("7.md")]
    assert [row["text"] for row in rows_of(tmp_path / "out")] == [doc.text for doc in kept]
    assert [row["row"] for row in provenance_of(tmp_path / "out")] == list(range(len(kept)))


def test_sums(tmp_path: Path, form: ExportFormat) -> None:
    out = tmp_path / "out"
    export(handbooks(tmp_path), out, form)
    stated = dict(reversed(line.split("  ")) for line in (out / "SHA256SUMS").read_text().splitlines())
    there = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    assert set(stated) == there
    for name, digest in stated.items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    assert sorted(path.name for path in out.iterdir()) == [
        "NOTICE",
        "README.md",
        "SHA256SUMS",
        "data",
        "manifest.json",
        "provenance",
    ]


def test_the_same_bytes_again(tmp_path: Path, form: ExportFormat) -> None:
    for name in "ab":
        export(handbooks(tmp_path / name), tmp_path / f"out-{name}", form)
    for path in (tmp_path / "out-a").rglob("*"):
        if path.is_file():
            assert (
                path.read_bytes() == (tmp_path / "out-b" / path.relative_to(tmp_path / "out-a")).read_bytes()
            )


def test_manifest_and_notice(tmp_path: Path) -> None:
    out = tmp_path / "out"
    made = export(handbooks(tmp_path), out, "jsonl", "language = 'en'")
    assert Export.model_validate_json((out / "manifest.json").read_bytes()) == made
    assert {name: amount.rows for name, amount in made.contributors.items()} == {
        "Acme": 3,
        "ann": 1,
        "bob": 1,
    }
    assert {name: amount.tokens for name, amount in made.licenses.items()} == {
        "Apache-2.0": 147,
        "CC0-1.0": 20,
        "MIT": 25,
    }
    assert (out / "NOTICE").read_text().splitlines() == [
        "This corpus (test) holds texts of the following contributors.",
        "",
        "Apache-2.0 (3 texts)",
        "  - Acme: Acme authors",
        "",
        "CC0-1.0 (1 texts)",
        "  - ann",
        "",
        "MIT (1 texts)",
        "  - bob",
    ]
    assert str(tmp_path) not in "".join(path.read_text() for path in out.iterdir() if path.is_file())


def test_a_takedown_brings_the_next_copy(tmp_path: Path) -> None:
    """Who survives is decided over all parts, though a shard is made from one."""
    world = handbooks(tmp_path, ACME_LICENSE, Doc("acme", "sub/LICENSE", ""))
    export(world, tmp_path / "out", "jsonl")
    assert BOLT_LICENSE.hex in {row["doc_id"] for row in rows_of(tmp_path / "out")}
    assert ACME_LICENSE.hex not in {row["doc_id"] for row in rows_of(tmp_path / "out")}


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("license = 'Apache-2.0'", 3),
        ("contributor IN ('ann', 'bob') -- letters", 2),
        (f"doc_id = '{ACME_GUIDE.hex}'", 1),
        ("language = 'xx'", 0),
        ("text LIKE '%wrench%' OR tokens < 21 AND priority = 0", 2),
    ],
)
def test_where(tmp_path: Path, where: str, count: int) -> None:
    made = export(handbooks(tmp_path), tmp_path / "out", "parquet", where)
    assert made.rows == count
    if count:
        assert len(rows_of(tmp_path / "out")) == count


@pytest.mark.parametrize(
    "where",
    [
        "no_such_column = 1",
        "words >",
        "true) GROUP BY (doc_id",
        "true) UNION SELECT (uuid()",
        "doc_id IN (SELECT doc_id FROM duplicates)",
        "EXISTS (FROM corpus)",
        "(SELECT count(*) FROM read_text('/etc/passwd')) > 0",
        "words > 1; DROP VIEW corpus",
        "count(*) > 1",
        "",
        "-- nothing",
    ],
)
def test_where_is_checked_before_anything_runs(tmp_path: Path, where: str) -> None:
    catalog, manifest = handbooks(tmp_path).build()
    with pytest.raises(UsageError, match="--where"):
        check_export(catalog, manifest, where, str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_no_second_export_over_the_first(tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(handbooks(tmp_path / "a"), out, "jsonl")
    catalog, manifest = handbooks(tmp_path / "b").build()
    with pytest.raises(UsageError, match="already"):
        check_export(catalog, manifest, None, str(out))


def test_hugging_face_loads_it(tmp_path: Path, form: ExportFormat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="Hugging Face datasets (group hf) is not installed")
    out = tmp_path / "out"
    export(handbooks(tmp_path), out, form)
    loaded = datasets.load_dataset(str(out), split="train", cache_dir=str(tmp_path / "cache"))
    assert list(loaded) == rows_of(out)
    beside = datasets.load_dataset(
        "parquet", data_dir=str(out / "provenance"), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert beside["doc_id"][:] == loaded["doc_id"][:]
