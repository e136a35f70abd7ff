"""Every view against numbers counted by hand; tests/warehouse/worlds.py has the documents."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from schemas.manifest import Manifest
from schemas.specs import DedupSpec
from schemas.tables import TABLES
from tests.warehouse.factory import Doc, Member, World, source
from tests.warehouse.worlds import (
    ACME_GUIDE,
    ACME_LICENSE,
    ACME_LICENSE_2,
    ACME_NEWS,
    BOLT_GERMAN,
    BOLT_GUIDE,
    BOLT_LICENSE,
    CRAWL_NEWS,
    DOCS,
    MAIL_ANN,
    MAIL_BOB,
    handbooks,
)
from warehouse.catalog import Catalog
from warehouse.connect import VIEWS, connect, with_dependencies
from warehouse.grounding.commit import commit_run
from warehouse.rows import uuids


def ask(world: World, sql: str) -> list[tuple[Any, ...]]:
    with connect(*world.build()) as con:
        return con.execute(sql).fetchall()


def ids(world: World, view: str) -> set[bytes]:
    return {row[0].bytes for row in ask(world, f"SELECT doc_id FROM {view}")}


@pytest.mark.parametrize("founders", [True, False])
class TestWhole:
    def test_corpus_has_each_text_once_and_nothing_of_reference(self, tmp_path: Path, founders: bool) -> None:
        kept = {doc.doc_id for doc in (ACME_GUIDE, ACME_LICENSE, ACME_NEWS, BOLT_GERMAN, MAIL_ANN, MAIL_BOB)}
        assert ids(handbooks(tmp_path, founders=founders), "corpus") == kept

    def test_duplicates_name_both_sides(self, tmp_path: Path, founders: bool) -> None:
        found = ask(
            handbooks(tmp_path, founders=founders),
            "SELECT uri, kind, similarity, contributor, survivor_uri, survivor_contributor, survivor_title "
            "FROM duplicates ORDER BY uri",
        )
        assert found == [
            ("acme:sub/LICENSE", "exact", 1.0, "Acme", "acme:LICENSE", "Acme", None),
            ("bolt:LICENSE", "exact", 1.0, "Bolt", "acme:LICENSE", "Acme", None),
            ("bolt:guide.md", "near", pytest.approx(0.8), "Bolt", "acme:guide.md", "Acme", "Guide"),
            ("crawl:news.html", "exact", 1.0, "Crawl", "acme:news.md", "Acme", None),
        ]

    def test_funnel_has_every_source(self, tmp_path: Path, founders: bool) -> None:
        assert ask(handbooks(tmp_path, founders=founders), "FROM funnel") == [
            # source, read, documents, rejected, dead, survivors, duplicates, removed
            ("acme", 5, 4, 0, 1, 3, 1, 0),
            ("bolt", 4, 3, 1, 0, 1, 2, 0),
            ("crawl", 2, 2, 0, 0, 1, 1, 0),
            ("empty", 0, 0, 0, 0, 0, 0, 0),
            ("mail", 2, 2, 0, 0, 2, 0, 0),
        ]

    def test_moat(self, tmp_path: Path, founders: bool) -> None:
        assert ask(handbooks(tmp_path, founders=founders), "FROM moat") == [
            # contributor, source, license, language, documents, tokens, exclusive, shared, public:
            # Acme's licence stands twice and counts once; the news stands in the crawl.
            ("Acme", "acme", "Apache-2.0", "en", 3, 147, 0, 140, 7),
            ("Bolt", "bolt", "MIT", "en", 2, 130, 0, 130, 0),
            ("Bolt", "bolt", "MIT", "de", 1, 30, 30, 0, 0),
            ("bob", "mail", "MIT", "en", 1, 25, 25, 0, 0),
            ("ann", "mail", "CC0-1.0", "en", 1, 20, 20, 0, 0),
        ]

    def test_overlap(self, tmp_path: Path, founders: bool) -> None:
        assert ask(handbooks(tmp_path, founders=founders), "FROM overlap") == [
            ("Acme", "Bolt", 2, 140),
            ("Bolt", "Acme", 2, 130),
            ("Acme", "Crawl", 1, 7),
        ]

    def test_thresholds(self, tmp_path: Path, founders: bool) -> None:
        found = ask(handbooks(tmp_path, founders=founders), "SELECT threshold::DOUBLE, * FROM thresholds")
        steps = [0.5 + 0.05 * step for step in range(10)]
        assert [row[0] for row in found] == pytest.approx(sorted([*steps, DedupSpec().threshold]))
        # Bolt's guide (50 tokens) is like Acme's by 0.8.
        assert [row[2:] for row in found] == [(1, BOLT_GUIDE.tokens)] * 8 + [(0, 0)] * 3

    def test_holders(self, tmp_path: Path, founders: bool) -> None:
        found = ask(
            handbooks(tmp_path, founders=founders),
            "SELECT contributor, reference, copies, tokens, doc_id FROM holders "
            f"WHERE cluster_id = '{ACME_LICENSE.hex}' ORDER BY contributor",
        )
        assert [(*row[:4], row[4].bytes) for row in found] == [
            ("Acme", False, 2, 40, ACME_LICENSE.doc_id),
            ("Bolt", False, 1, 40, BOLT_LICENSE.doc_id),
        ]

    def test_contributors_licenses_languages(self, tmp_path: Path, founders: bool) -> None:
        with connect(*handbooks(tmp_path, founders=founders).build()) as con:
            assert con.execute("FROM contributors").fetchall() == [
                # contributor, sources, licenses, documents, words, tokens, duplicates, removed
                ("Acme", 1, ["Apache-2.0"], 3, 20, 147, 1, 0),
                ("Bolt", 1, ["MIT"], 1, 5, 30, 2, 0),
                ("ann", 1, ["CC0-1.0"], 1, 4, 20, 0, 0),
                ("bob", 1, ["MIT"], 1, 4, 25, 0, 0),
            ]
            assert con.execute("FROM licenses").fetchall() == [
                ("Apache-2.0", 1, 3, 20, 147),
                ("MIT", 2, 2, 9, 55),
                ("CC0-1.0", 1, 1, 4, 20),
            ]
            assert con.execute("FROM languages").fetchall() == [("en", 3, 5, 28, 192), ("de", 1, 1, 5, 30)]


class TestRemovals:
    def test_the_next_holder_comes_back(self, tmp_path: Path) -> None:
        world = handbooks(tmp_path, ACME_LICENSE, ACME_LICENSE_2)
        assert BOLT_LICENSE.doc_id in ids(world, "corpus")

    def test_priority_decides_before_contributor(self, tmp_path: Path) -> None:
        world = handbooks(tmp_path, ACME_LICENSE)
        corpus = ids(world, "corpus")
        assert ACME_LICENSE_2.doc_id in corpus
        assert BOLT_LICENSE.doc_id not in corpus

    def test_a_founder_that_members_does_not_list(self, tmp_path: Path) -> None:
        world = handbooks(tmp_path, ACME_GUIDE, founders=False)
        assert BOLT_GUIDE.doc_id in ids(world, "corpus")

    def test_a_removed_copy_is_no_holder(self, tmp_path: Path) -> None:
        world = handbooks(tmp_path, BOLT_LICENSE, BOLT_GUIDE)
        assert ask(world, "SELECT exclusive_tokens, shared_tokens FROM moat WHERE contributor = 'Acme'") == [
            (140, 0)
        ]
        assert ask(world, "SELECT * FROM overlap WHERE other = 'Bolt'") == []

    def test_reference_does_not_enter_the_corpus_in_its_place(self, tmp_path: Path) -> None:
        world = handbooks(tmp_path, ACME_NEWS)
        assert CRAWL_NEWS.doc_id not in ids(world, "corpus")
        assert ask(world, "SELECT survivors, duplicates FROM funnel WHERE source = 'crawl'") == [(2, 0)]

    @pytest.mark.parametrize("count", range(0, len(DOCS) + 1, 2))
    def test_funnel_and_moat_always_add_up(self, tmp_path: Path, count: int) -> None:
        with connect(*handbooks(tmp_path, *DOCS[:count]).build()) as con:
            for row in con.execute("SELECT * EXCLUDE source FROM funnel").fetchall():
                read, documents, rejected, dead, survivors, duplicates, removed = row
                assert read == documents + rejected + dead
                assert documents == survivors + duplicates + removed
            assert con.execute("SELECT sum(removed) FROM funnel").fetchone() == (count,)
            wrong = "FROM moat WHERE tokens <> exclusive_tokens + shared_tokens + public_tokens"
            assert con.execute(wrong).fetchall() == []


def test_a_source_without_contributor_and_license(tmp_path: Path) -> None:
    world = World(tmp_path, [source("wiki", None, None)], [MAIL_BOB.__class__("wiki", "a.md", "hello")])
    assert ask(world, "SELECT contributor, license FROM corpus") == [("unknown", "NOASSERTION")]


def test_all_is_there_in_a_corpus_without_documents(tmp_path: Path) -> None:
    with connect(*World(tmp_path, [source("wiki", "Wiki")]).build()) as con:
        for view in VIEWS:
            rows = con.execute(f"FROM {view}").fetchall()
            assert len(rows) == {"funnel": 1, "thresholds": 11}.get(view, 0), view


def grounded(world: World, *rows: tuple[bytes, str, float]) -> tuple[Catalog, Manifest]:
    """Builds a world with a run of one answer; rows are (doc_id, kind, weight)."""
    catalog, manifest = world.build()
    columns = {
        "run": ["june"] * len(rows),
        "answer": ["a1"] * len(rows),
        "model": ["m"] * len(rows),
        "start": [0] * len(rows),
        "end": [9] * len(rows),
        "doc_id": uuids([row[0] for row in rows]),
        "kind": [row[1] for row in rows],
        "share": [1.0] * len(rows),
        "weight": [row[2] for row in rows],
    }
    table = pa.Table.from_pydict(columns, TABLES["attributions"])
    return catalog, commit_run(catalog, manifest, "june", table)[0]


def test_grounded_says_on_whom_answers_stand_today(tmp_path: Path) -> None:
    rows = [
        (ACME_LICENSE.doc_id, "verbatim", 1.5),
        (ACME_LICENSE_2.doc_id, "verbatim", 1.5),
        (BOLT_LICENSE.doc_id, "verbatim", 3.0),
        (BOLT_GERMAN.doc_id, "similar", 2.0),
        (CRAWL_NEWS.doc_id, "near", 0.0),
        (b"gone" * 4, "near", 1.0),
    ]
    with connect(*grounded(handbooks(tmp_path, ACME_LICENSE), *rows)) as con:
        found = con.execute("SELECT * EXCLUDE (run, model) FROM grounded").fetchall()
    # contributor, source, license, reference, fate, kind, answers, documents, weight
    assert found == [
        ("Bolt", "bolt", "MIT", False, "duplicate", "verbatim", 1, 1, 3.0),
        ("Bolt", "bolt", "MIT", False, "survivor", "similar", 1, 1, 2.0),
        ("Acme", "acme", "Apache-2.0", False, "removed", "verbatim", 1, 1, 1.5),
        ("Acme", "acme", "Apache-2.0", False, "survivor", "verbatim", 1, 1, 1.5),
        ("unknown", None, "NOASSERTION", False, "gone", "near", 1, 1, 1.0),
        ("Crawl", "crawl", "NOASSERTION", True, "duplicate", "near", 1, 1, 0.0),
    ]


def test_a_view_works_with_what_it_depends_on_alone(tmp_path: Path) -> None:
    world = handbooks(tmp_path)
    world.contaminated = (ACME_GUIDE,)
    catalog, manifest = grounded(world, (ACME_GUIDE.doc_id, "verbatim", 1.0))
    for view in VIEWS:
        with connect(catalog, manifest, views=[view]) as con:
            assert con.execute(f"FROM {view}").fetchall(), view
        assert with_dependencies([view])[-1] == view


class TestParts:
    """The guide, of which acme and bolt have a copy each, stands inside of Ann's letter."""

    def world(self, root: Path, *removed: Doc) -> World:
        members = [
            Member(ACME_GUIDE, ACME_GUIDE, "contained", 0.95, survivor=MAIL_ANN),
            Member(BOLT_GUIDE, ACME_GUIDE, "near", 0.8, survivor=MAIL_ANN),
        ]
        return replace(handbooks(root, *removed), members=members)

    def test_it_is_a_duplicate_of_what_holds_it_and_its_copies_with_it(self, tmp_path: Path) -> None:
        rows = ask(
            self.world(tmp_path), "SELECT doc_id, survivor_id, kind, similarity FROM duplicates ORDER BY kind"
        )
        assert [(row[0].bytes, row[1].bytes, row[2]) for row in rows] == [
            (ACME_GUIDE.doc_id, MAIL_ANN.doc_id, "contained"),
            (BOLT_GUIDE.doc_id, MAIL_ANN.doc_id, "near"),
        ]
        assert (rows[0][3], rows[1][3]) == (pytest.approx(0.95), None)

    def test_who_holds_the_whole_does_not_hold_the_part(self, tmp_path: Path) -> None:
        sql = "SELECT contributor FROM holders WHERE cluster_id = $$" + ACME_GUIDE.doc_id.hex() + "$$::UUID"
        assert sorted(ask(self.world(tmp_path), sql)) == [("Acme",), ("Bolt",)]

    def test_it_comes_back_when_the_whole_is_taken_down(self, tmp_path: Path) -> None:
        world = self.world(tmp_path, MAIL_ANN)
        corpus = ids(world, "corpus")
        assert ACME_GUIDE.doc_id in corpus
        assert BOLT_GUIDE.doc_id not in corpus
        rows = ask(world, "SELECT survivor_id FROM duplicates WHERE source = 'bolt' AND kind = 'near'")
        assert [row[0].bytes for row in rows] == [ACME_GUIDE.doc_id]

    def test_a_copy_stays_out_when_the_part_itself_is_taken_down(self, tmp_path: Path) -> None:
        assert BOLT_GUIDE.doc_id not in ids(self.world(tmp_path, ACME_GUIDE), "corpus")
