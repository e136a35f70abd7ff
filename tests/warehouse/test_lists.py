"""Funnel, log and sample."""

from pathlib import Path

import pytest

from schemas.errors import UsageError
from tests.warehouse.factory import Doc, World, source
from tests.warehouse.worlds import ACME_LICENSE, handbooks
from warehouse.funnel import read_funnel
from warehouse.log import read_log
from warehouse.sample import read_sample


def test_funnel(tmp_path: Path) -> None:
    answer = read_funnel(*handbooks(tmp_path, ACME_LICENSE).build())
    assert answer.balanced
    assert [row.source for row in answer.sources] == ["acme", "bolt", "crawl", "empty", "mail"]
    total = answer.total
    assert (total.read, total.documents, total.rejected, total.dead) == (13, 11, 1, 1)
    assert (total.survivors, total.duplicates, total.removed) == (7, 3, 1)


def test_log_says_what_changed(tmp_path: Path) -> None:
    world = handbooks(tmp_path)
    catalog, _ = world.build()
    world.sources = (*world.sources[:2], world.sources[2].model_copy(update={"license": "CC0-1.0"}))
    world.sources = (*world.sources, source("wiki", "Wiki"))
    world.docs = (*(doc for doc in world.docs if doc.source != "mail"), Doc("wiki", "a.md", "text"))
    world.build()
    newest, first = read_log(catalog).snapshots
    assert (newest.number, newest.parent, first.changes) == (2, 1, ("first snapshot",))
    assert newest.changes == (
        "source wiki added",
        "source empty gone",
        "source mail gone",
        "source crawl: license changed",
        "documents: 1 parts with 1 rows new, 1 parts with 2 rows gone",
        "signals: 1 parts with 1 rows new, 1 parts with 2 rows gone",
        "signatures: 1 parts with 1 rows new, 1 parts with 2 rows gone",
        "units: 1 parts with 4 rows new, 1 parts with 4 rows gone",
        "documents -1",
    )
    assert [line.number for line in read_log(catalog, 1).snapshots] == [1]


class TestSample:
    def world(self, folder: Path) -> World:
        docs = [
            Doc("wiki", f"{number}.md", f"text {number}", language=("en", "de")[number % 2])
            for number in range(50)
        ]
        return World(folder, [source("wiki", "Wiki")], docs)

    def test_the_same_seed_chooses_the_same(self, tmp_path: Path) -> None:
        catalog, manifest = self.world(tmp_path).build()
        first = read_sample(catalog, manifest, count=5)
        assert read_sample(catalog, manifest, count=5) == first
        assert (first.matching, len(first.rows)) == (50, 5)
        assert read_sample(catalog, manifest, count=3).rows == first.rows[:3]
        assert read_sample(catalog, manifest, count=5, seed=1).rows != first.rows

    def test_another_machine_chooses_the_same(self, tmp_path: Path) -> None:
        here, there = (read_sample(*self.world(tmp_path / name).build(), count=7) for name in "ab")
        assert here == there

    def test_language(self, tmp_path: Path) -> None:
        answer = read_sample(*self.world(tmp_path).build(), language="de", count=100)
        assert answer.matching == len(answer.rows) == 25
        assert {row.language for row in answer.rows} == {"de"}

    def test_what_was_refused_or_failed(self, tmp_path: Path) -> None:
        catalog, manifest = handbooks(tmp_path).build()
        (refused,) = read_sample(catalog, manifest, rule="language_not_kept").rows
        assert (refused.kind, refused.uri, refused.why) == ("rejection", "bolt:fr.md", "language_not_kept fr")
        assert refused.head == "comment tourner un écrou"
        (dead,) = read_sample(catalog, manifest, rule="corrupt").rows
        assert (dead.kind, dead.why) == ("dead_letter", "corrupt: ValueError: broken")
        assert read_sample(catalog, manifest, kind="rejection").rows == (refused,)
        assert read_sample(catalog, manifest, kind="dead_letter", source="acme").rows == (dead,)
        assert read_sample(catalog, manifest, kind="dead_letter", source="bolt").matching == 0

    def test_mistakes_name_what_there_is(self, tmp_path: Path) -> None:
        catalog, manifest = handbooks(tmp_path).build()
        with pytest.raises(UsageError, match="language_not_kept, corrupt"):
            read_sample(catalog, manifest, rule="too_short")
        with pytest.raises(UsageError, match="acme, bolt"):
            read_sample(catalog, manifest, source="acem")
        with pytest.raises(UsageError, match="--language"):
            read_sample(catalog, manifest, rule="corrupt", language="en")
