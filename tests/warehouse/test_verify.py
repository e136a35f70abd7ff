"""Each kind of damage is found, and by the check that is about it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.answers import Verification
from schemas.manifest import Manifest
from schemas.tables import SCHEMA_VERSION
from schemas.units import FileSlice, PartInfo
from tests.warehouse.factory import Doc, Member, World, source
from tests.warehouse.worlds import (
    ACME_GUIDE,
    ACME_LICENSE,
    ACME_LICENSE_2,
    BOLT_GERMAN,
    BOLT_GUIDE,
    BOLT_LICENSE,
    DOCS,
    handbooks,
)
from warehouse.catalog import Catalog
from warehouse.parts import stored_digest
from warehouse.verify import verify


def failed(answer: Verification) -> dict[str, tuple[str, ...]]:
    assert answer.ok == all(check.ok for check in answer.checks)
    return {check.name: check.details for check in answer.checks if not check.ok}


def part_of(catalog: Catalog, manifest: Manifest, table: str) -> tuple[PartInfo, Path]:
    info = catalog.parts(manifest, table)[0]
    return info, Path(catalog.storage.uri(info.path))


def forge(
    catalog: Catalog, manifest: Manifest, table: str, change: Callable[[pa.Table], pa.Table]
) -> Manifest:
    """Changes the first part of a table and lets the manifest state the new bytes, as a bug would."""
    info, path = part_of(catalog, manifest, table)
    pq.write_table(change(pq.read_table(path)), path)
    size, digest = stored_digest(catalog.storage, info.path)
    rows = pq.ParquetFile(path).metadata.num_rows
    parts = [
        replace(part, bytes=size, sha256=digest, rows=rows) if part.path == info.path else part
        for part in catalog.parts(manifest)
    ]
    return manifest.model_copy(update={"parts": catalog.write_parts(parts)})


@pytest.mark.parametrize("founders", [True, False])
@pytest.mark.parametrize("quick", [True, False])
def test_all_is_well(tmp_path: Path, founders: bool, quick: bool) -> None:
    steps: list[tuple[int, int]] = []
    answer = verify(
        *handbooks(tmp_path, founders=founders).build(),
        quick=quick,
        progress=lambda *step: steps.append(step),
    )
    assert failed(answer) == {}
    assert [check.name for check in answer.checks if check.skipped] == (
        ["texts have their hashes"] if quick else []
    )
    assert steps[-1][0] == steps[-1][1] == len(steps)
    assert all(check.checked for check in answer.checks if not check.skipped)


def test_all_is_well_after_a_takedown(tmp_path: Path) -> None:
    assert verify(*handbooks(tmp_path, ACME_LICENSE, ACME_GUIDE).build()).ok


def test_a_flipped_byte(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()
    info, path = part_of(catalog, manifest, "documents")
    data = bytearray(path.read_bytes())
    for place in (5, len(data) // 4, len(data) // 2, len(data) - 5):
        spoilt = data.copy()
        spoilt[place] ^= 1
        path.write_bytes(spoilt)
        found = failed(verify(catalog, manifest))
        assert info.path in found["parts are unchanged"][0]
        # Nothing but the hash may show it, and nothing may break over it.
        verify(catalog, manifest, quick=True)


def test_a_cut_part(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()
    info, path = part_of(catalog, manifest, "rejections")
    path.write_bytes(path.read_bytes()[:-10])
    found = failed(verify(catalog, manifest, quick=True))
    assert "bytes instead of" in found["parts are unchanged"][0]
    assert info.path in found["parts are readable"][0]


@pytest.mark.parametrize("table", ["documents", "dead_letters", "signatures", "members", "units"])
def test_a_lost_part(tmp_path: Path, table: str) -> None:
    catalog, manifest = handbooks(tmp_path).build()
    info, path = part_of(catalog, manifest, table)
    path.unlink()
    assert failed(verify(catalog, manifest)) == {"parts exist": (f"{info.path} is missing",)}


def test_a_newer_schema(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()

    def later(rows: pa.Table) -> pa.Table:
        version = str(SCHEMA_VERSION + 1).encode()
        return rows.replace_schema_metadata({**rows.schema.metadata, b"datamoat.schema_version": version})

    found = failed(verify(catalog, forge(catalog, manifest, "documents", later)))
    assert "newer" in found["parts are readable"][0]


def test_a_lost_row(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()
    found = failed(verify(catalog, forge(catalog, manifest, "documents", lambda rows: rows.slice(1))))
    assert {
        "units: read = documents + rejected + dead",
        "sources: the funnel adds up",
        "signatures stand beside their documents",
        "receipts state the same as the manifest",
    } <= set(found)


def test_a_part_that_states_other_rows(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()
    info, _ = part_of(catalog, manifest, "documents")
    parts = [replace(part, rows=99) if part == info else part for part in catalog.parts(manifest)]
    wrong = manifest.model_copy(update={"parts": catalog.write_parts(parts)})
    assert "instead of 99" in failed(verify(catalog, wrong))["parts are readable"][0]


def test_rows_in_another_order(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()
    swapped = forge(catalog, manifest, "signatures", lambda rows: rows.take([1, 0, *range(2, len(rows))]))
    assert set(failed(verify(catalog, swapped))) == {"signatures stand beside their documents"}


def test_signals_in_another_order(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()
    swapped = forge(catalog, manifest, "signals", lambda rows: rows.take([1, 0, *range(2, len(rows))]))
    assert set(failed(verify(catalog, swapped))) == {"signals stand beside their documents"}


def test_signals_that_say_refused_of_a_document(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()

    def refused(rows: pa.Table) -> pa.Table:
        return rows.set_column(1, rows.schema.field("kept"), pa.array([False] * len(rows)))

    wrong = forge(catalog, manifest, "signals", refused)
    assert set(failed(verify(catalog, wrong))) == {"signals stand beside their documents"}


def test_a_refusal_that_was_not_measured(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()

    def quality(rows: pa.Table) -> pa.Table:
        field = rows.schema.field("stage")
        return rows.set_column(rows.schema.get_field_index("stage"), field, pa.array(["quality"] * len(rows)))

    wrong = forge(catalog, manifest, "rejections", quality)
    (detail,) = failed(verify(catalog, wrong))["what quality refused was measured"]
    assert "refused 1 times, signals say kept = None" in detail


def test_another_text(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()

    def spoil(rows: pa.Table) -> pa.Table:
        texts = ["another text", *rows["text"].to_pylist()[1:]]
        return rows.set_column(rows.schema.get_field_index("text"), rows.schema.field("text"), [texts])

    spoilt = forge(catalog, manifest, "documents", spoil)
    assert set(failed(verify(catalog, spoilt))) == {
        "texts have their hashes",
        "receipts state the same as the manifest",
    }


def test_a_record_in_two_places(tmp_path: Path) -> None:
    twin = Doc("bolt", "de.md", "as a rejection too", language="fr")
    assert twin.doc_id == BOLT_GERMAN.doc_id
    found = failed(verify(*replace(handbooks(tmp_path), rejected=(twin,)).build()))
    assert found == {"a record is in one place": (f"{twin.hex} in documents, rejections",)}


def test_a_lost_receipt(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()
    folder = Path(catalog.storage.location) / "receipts" / "ingest"
    next(folder.iterdir()).unlink()
    assert set(failed(verify(catalog, manifest))) == {"receipts state the same as the manifest"}


class TestPlan:
    NAME = "planned files gave at least one row"

    def world(self, tmp_path: Path, *locators: str, dead: tuple[str, ...] = ()) -> World:
        archive = str(tmp_path / "zip")
        return World(
            tmp_path,
            [source("zip", "Zip")],
            docs=[Doc("zip", "a.zip", f"text {place}", locator=place) for place in locators],
            dead=[Doc("zip", "a.zip", "", locator=place) for place in dead],
            unread={
                "zip": [
                    FileSlice(archive, "a.zip", 1, "1", "members", 0, 2, ("x!.md", "y.md")),
                    FileSlice(archive, "a.zip", 1, "1", "members", 2, 4, ("y.md", "z.jsonl")),
                ]
            },
        )

    def test_members(self, tmp_path: Path) -> None:
        all_there = ("member=x%21.md", "member=y.md", "member=y.md#2", "member=z.jsonl!byte=7")
        assert verify(*self.world(tmp_path, *all_there).build()).ok

    @pytest.mark.parametrize("lost", range(4))
    def test_a_lost_member(self, tmp_path: Path, lost: int) -> None:
        there = ["member=x%21.md", "member=y.md", "member=y.md#2", "member=z.jsonl!byte=7"]
        name = there.pop(lost).partition("!byte")[0]
        found = failed(verify(*self.world(tmp_path, *there).build()))
        assert found == {self.NAME: (f"zip:a.zip {name}: planned, and no row tells of it",)}

    def test_members_after_the_break_of_an_archive_are_told_of_by_one_dead_letter(
        self, tmp_path: Path
    ) -> None:
        broken = self.world(tmp_path, "member=x%21.md", dead=("",))
        # The factory plans a file for every row without a member; here it is the archive itself.
        catalog, manifest = broken.build()
        assert self.NAME not in failed(verify(catalog, manifest))

    def test_a_lost_file(self, tmp_path: Path) -> None:
        world = handbooks(tmp_path)
        world.unread = {"acme": [FileSlice(str(tmp_path / "acme"), "lost.md", 1, "1")]}
        found = failed(verify(*world.build()))
        assert found == {self.NAME: ("acme:lost.md: planned, and no row tells of it",)}

    def test_many_lost_files(self, tmp_path: Path) -> None:
        world = handbooks(tmp_path)
        world.unread = {"acme": [FileSlice("/", f"lost{number}.md", 1, "1") for number in range(30)]}
        (check,) = (check for check in verify(*world.build()).checks if not check.ok)
        assert (check.wrong, len(check.details)) == (30, 20)


class TestClusters:
    @pytest.mark.parametrize(
        ("members", "name"),
        [
            (
                [Member(ACME_LICENSE, ACME_LICENSE), Member(ACME_LICENSE, BOLT_LICENSE)],
                "a document is in one cluster",
            ),
            (
                [
                    Member(ACME_LICENSE_2, ACME_LICENSE, survivor=ACME_LICENSE),
                    Member(BOLT_LICENSE, ACME_LICENSE, survivor=BOLT_LICENSE),
                ],
                "a cluster has one survivor",
            ),
            (
                [
                    Member(ACME_LICENSE, BOLT_LICENSE),
                    Member(ACME_LICENSE_2, ACME_LICENSE, survivor=ACME_LICENSE),
                ],
                "no survivor is a duplicate",
            ),
            (
                [Member(Doc("acme", "nowhere.md", "x"), ACME_LICENSE)],
                "members and survivors are documents",
            ),
            ([Member(ACME_GUIDE, ACME_LICENSE)], "exact copies have the same text"),
            ([Member(BOLT_GUIDE, ACME_GUIDE, "near", 0.6)], "near copies reach the threshold"),
            ([Member(BOLT_GERMAN, ACME_GUIDE, "near", 0.9)], "near copies were compared with their founder"),
        ],
    )
    def test_damage(self, tmp_path: Path, members: list[Member], name: str) -> None:
        found = failed(verify(*replace(handbooks(tmp_path), members=members).build()))
        assert name in found

    def test_the_pair_may_name_another_copy_of_the_same_text(self, tmp_path: Path) -> None:
        twin = Doc("bolt", "guide2.md", BOLT_GUIDE.text)
        world = handbooks(tmp_path)
        world.docs = (*DOCS, twin)
        world.members = [*world.members, Member(twin, ACME_GUIDE, "near", 0.8)]
        assert verify(*world.build()).ok

    def test_exactly_the_threshold_is_enough(self, tmp_path: Path) -> None:
        members = [Member(BOLT_GUIDE, ACME_GUIDE, "near", 0.7)]
        assert verify(*replace(handbooks(tmp_path), members=members).build()).ok

    def test_without_deduplication(self, tmp_path: Path) -> None:
        catalog, manifest = replace(handbooks(tmp_path), members=(), pairs=()).build()
        answer = verify(catalog, manifest.model_copy(update={"dedup": None}))
        assert answer.ok
        assert answer.checks[-1].skipped == "deduplication is off"
