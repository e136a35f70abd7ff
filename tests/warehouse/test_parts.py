"""Parts, receipts and manifests: published whole, named by their content, listed by a manifest."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from schemas.batches import Batch, Measures
from schemas.errors import UsageError, WorkFailed
from schemas.manifest import Manifest
from schemas.records import DeadLetter, Document, Rejection
from schemas.tables import SCHEMA_VERSION, TABLES
from schemas.units import FileSlice, Receipt, WorkUnit
from warehouse.catalog import Catalog, open_catalog, snapshot
from warehouse.parts import UnitParts, open_part, part_digest, stored_digest
from warehouse.receipts import finished, read_receipt, write_receipt
from warehouse.rows import batch_rows
from warehouse.storage import LocalStorage, Storage

UNIT = WorkUnit("u1", "v1", "s", (FileSlice("/r", "a.tar", 9, "1", "members", 0, 2, ("x", "y"), 5),), 5)


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return LocalStorage(str(tmp_path / "w"))


def batch(documents: int) -> Batch:
    alive = tuple(
        Document(
            doc_id=bytes([n]) * 16,
            source="s",
            uri="s:a.tar",
            locator=f"member=x!row={n}",
            media_type="text/plain",
            raw_sha256=bytes(32),
            text=f"text {n}",
            created_at=n if n % 2 else None,
        )
        for n in range(documents)
    )
    counts = np.full(documents, 2, np.int32)
    place = ("s", "s:a.tar", "member=y")
    return Batch(
        unit=UNIT,
        seq=0,
        last=True,
        read=documents + 2,
        files=2,
        bytes=5,
        documents=alive,
        rejections=(Rejection(bytes(16), *place, "read", "empty", also=("short",)),),
        dead_letters=(DeadLetter(bytes(16), *place, "read", "corrupt", "BadZipFile: broken"),),
        measures=Measures(counts, counts, counts),
        signatures=np.arange(documents * 4, dtype=np.uint32).reshape(documents, 4),
    )


def test_a_batch_becomes_rows_with_the_golden_schemas() -> None:
    rows = batch_rows(batch(3), "r1")
    assert {table: found.schema for table, found in rows.items()} == {
        table: TABLES[table]
        for table in ("documents", "rejections", "dead_letters", "contamination", "signatures")
    }
    assert rows["documents"].column("created_at").null_count == 2
    assert rows["signatures"].column("minhash").to_pylist()[1] == np.array([4, 5, 6, 7], "<u4").tobytes()
    assert rows["signatures"].column("doc_id").equals(rows["documents"].column("doc_id"))
    assert rows["rejections"].column("also").to_pylist() == [["short"]]


def test_documents_must_be_measured_before_they_are_written() -> None:
    unmeasured = Batch(UNIT, 0, True, 1, 1, 1, batch(1).documents, (), ())
    with pytest.raises(ValueError, match="measured"):
        batch_rows(unmeasured, "r")


def write(storage: Storage, documents: int) -> list[str]:
    parts = UnitParts(storage, "u1", dict.fromkeys(TABLES, part_digest("v1", "r1")), "r1")
    for table, rows in batch_rows(batch(documents), "r1").items():
        parts.write(table, rows)
    assert storage.names("parts/documents") == []
    return [part.path for part in parts.publish()]


def test_the_same_work_writes_the_same_bytes_under_the_same_names(tmp_path: Path) -> None:
    first, second = LocalStorage(str(tmp_path / "1")), LocalStorage(str(tmp_path / "2"))
    paths = write(first, 5)
    assert write(second, 5) == paths
    assert [first.read(path) for path in paths] == [second.read(path) for path in paths]
    assert first.names("tmp") == []


def test_an_empty_table_has_no_part(storage: Storage) -> None:
    paths = write(storage, 0)
    assert [path.split("/")[1] for path in paths] == ["dead_letters", "rejections"]


def test_a_part_says_its_unit_recipe_and_schema_version_but_no_snapshot(storage: Storage) -> None:
    [path] = [path for path in write(storage, 600 // 3) if "/documents/" in path]
    with open_part(storage, path) as part:
        metadata = part.schema_arrow.metadata
        assert part.metadata.num_rows == 200
    assert metadata[b"datamoat.unit"] == b"u1"
    assert metadata[b"datamoat.recipe"] == b"r1"
    assert metadata[b"datamoat.schema_version"] == str(SCHEMA_VERSION).encode()
    assert not any(b"snapshot" in key for key in metadata)


def test_row_groups_are_small(storage: Storage) -> None:
    parts = UnitParts(storage, "u", {"units": "d"}, "r")
    rows = [
        {"unit": str(n), "source": "s", "files": n, "bytes": n, "records_read": n, "recipe": "r"}
        for n in range(600)
    ]
    parts.write("units", pa.Table.from_pylist(rows, TABLES["units"]))
    [info] = parts.publish()
    with open_part(storage, info.path) as part:
        sizes = [part.metadata.row_group(n).num_rows for n in range(part.num_row_groups)]
        columns = part.metadata.row_group(0)
        assert {columns.column(n).compression for n in range(columns.num_columns)} == {"ZSTD"}
    assert sizes == [256, 256, 88]
    assert stored_digest(storage, info.path) == (info.bytes, info.sha256)


def test_discarded_parts_leave_nothing(storage: Storage) -> None:
    parts = UnitParts(storage, "u1", {"rejections": "d"}, "r")
    parts.write("rejections", batch_rows(batch(0), "r")["rejections"])
    parts.discard()
    assert list(storage.walk("tmp", "parts/rejections")) == []


def test_a_receipt_comes_back_as_it_was(storage: Storage) -> None:
    receipt = Receipt("ingest", "u1", "d1", "s", "r1", 2, 5, 7, {"documents": 5, "rejections": 0})
    assert read_receipt(storage, "ingest", "u1", "d1") is None
    write_receipt(storage, receipt)
    assert read_receipt(storage, "ingest", "u1", "d1") == receipt
    assert read_receipt(storage, "ingest", "u1", "d2") is None
    assert finished(storage, "ingest") == {("u1", "d1")}


def manifest(catalog: Catalog, number: int) -> Manifest:
    return Manifest(
        number=number,
        created_at="2026-01-01T00:00:00+00:00",
        corpus="c",
        sources=(),
        parts=catalog.write_parts([]),
        plan=catalog.write_plan([UNIT]),
    )


def test_the_current_snapshot_is_the_highest_number(storage: Storage) -> None:
    catalog = Catalog(storage)
    assert catalog.current() is None
    for number in (1, 2):
        catalog.commit(manifest(catalog, number))
    current = catalog.current()
    assert current is not None
    assert current.number == 2
    assert snapshot(catalog, None) == current
    assert snapshot(catalog, 1).number == 1
    assert catalog.plan(current) == [UNIT]
    with pytest.raises(UsageError, match=r"no snapshot 7 .* 1, 2"):
        snapshot(catalog, 7)


def test_a_number_is_committed_once(storage: Storage) -> None:
    catalog = Catalog(storage)
    catalog.commit(manifest(catalog, 1))
    with pytest.raises(WorkFailed, match="another build"):
        catalog.commit(manifest(catalog, 1).model_copy(update={"corpus": "other"}))
    assert snapshot(catalog, 1).corpus == "c"


def test_a_warehouse_without_a_snapshot_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="datamoat build"):
        open_catalog(str(tmp_path))
