from dataclasses import replace
from pathlib import Path

import pytest

from schemas.errors import UsageError
from schemas.ids import sha256
from tests.warehouse.factory import Doc, Member, World, source
from tests.warehouse.worlds import (
    ACME_GUIDE,
    ACME_LICENSE,
    ACME_LICENSE_2,
    BOLT_GERMAN,
    BOLT_GUIDE,
    BOLT_LICENSE,
    BROKEN,
    REFUSED,
    handbooks,
)
from warehouse.show import DIFF_LINES, show


def test_a_near_duplicate(tmp_path: Path) -> None:
    answer = show(*handbooks(tmp_path).build(), BOLT_GUIDE.hex)
    assert (answer.kind, answer.fate, answer.contributor, answer.license) == (
        "document",
        "duplicate",
        "Bolt",
        "MIT",
    )
    assert answer.raw.state == "same"
    assert answer.raw.file == str(tmp_path / "bolt" / "guide.md")
    assert answer.raw.sha256 == sha256((tmp_path / "bolt" / "guide.md").read_bytes()).hex()
    assert answer.text is not None
    assert answer.text.sha256_matches
    assert (answer.text.words, answer.text.head) == (8, BOLT_GUIDE.text)
    cluster = answer.cluster
    assert cluster is not None
    assert (cluster.kind, cluster.similarity, cluster.survivor_id) == ("near", 0.8, ACME_GUIDE.hex)
    assert cluster.holders == ("Acme", "Bolt")
    assert [copy.uri for copy in cluster.copies] == ["acme:guide.md", "bolt:guide.md"]
    assert cluster.diff[-2:] == (
        "-how to turn a nut with a wrench",
        "+how to turn a nut with a spanner",
    )


def test_a_survivor_shows_its_copies(tmp_path: Path) -> None:
    cluster = show(*handbooks(tmp_path).build(), ACME_LICENSE.hex).cluster
    assert cluster is not None
    assert [(copy.fate, copy.uri) for copy in cluster.copies] == [
        ("survivor", "acme:LICENSE"),
        ("duplicate", "acme:sub/LICENSE"),
        ("duplicate", "bolt:LICENSE"),
    ]
    assert cluster.diff == ()


def test_a_founder_that_members_does_not_list(tmp_path: Path) -> None:
    with_founders = show(*handbooks(tmp_path / "a").build(), ACME_GUIDE.hex).cluster
    without = show(*handbooks(tmp_path / "b", founders=False).build(), ACME_GUIDE.hex).cluster
    assert with_founders is not None
    assert without is not None
    assert [copy.doc_id for copy in without.copies] == [copy.doc_id for copy in with_founders.copies]


def test_a_removed_document(tmp_path: Path) -> None:
    answer = show(*handbooks(tmp_path, ACME_LICENSE).build(), ACME_LICENSE.hex)
    assert (answer.fate, answer.why) == ("removed", "asked")
    assert answer.cluster is not None
    assert answer.cluster.survivor_id == ACME_LICENSE_2.hex
    assert {copy.uri: copy.fate for copy in answer.cluster.copies}["bolt:LICENSE"] == "duplicate"
    assert BOLT_LICENSE.hex != answer.cluster.survivor_id


def test_a_lone_document_has_no_cluster(tmp_path: Path) -> None:
    answer = show(*handbooks(tmp_path).build(), BOLT_GERMAN.hex)
    assert (answer.fate, answer.cluster, answer.url) == ("survivor", None, "https://bolt.example")


def test_a_rejection_and_a_dead_letter(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()
    refused = show(catalog, manifest, REFUSED.hex[:10].upper())
    assert (refused.kind, refused.why) == ("rejection", "language: language_not_kept: fr")
    assert (refused.raw.state, refused.head, refused.contributor) == ("same", REFUSED.text, "Bolt")
    dead = show(catalog, manifest, BROKEN.hex)
    assert (dead.kind, dead.why) == ("dead_letter", "read: corrupt: ValueError: broken")
    assert dead.raw.state == "unknown"


def test_the_source_today(tmp_path: Path) -> None:
    catalog, manifest = handbooks(tmp_path).build()
    file = tmp_path / "bolt" / "de.md"
    file.write_text("something else")
    assert show(catalog, manifest, BOLT_GERMAN.hex).raw.state == "different"
    file.unlink()
    gone = show(catalog, manifest, BOLT_GERMAN.hex).raw
    assert (gone.state, gone.file) == ("missing", None)


def test_bytes_inside_a_file(tmp_path: Path) -> None:
    lines = ['{"text": "one"}', '{"text": "two"}']
    docs = [Doc("box", "a.jsonl", line, locator=f"byte={16 * place}") for place, line in enumerate(lines)]
    catalog, manifest = World(tmp_path, [source("box", "Box")], docs).build()
    (tmp_path / "box" / "a.jsonl").write_text("\n".join(lines) + "\n")
    assert [show(catalog, manifest, doc.hex).raw.state for doc in docs] == ["same", "same"]
    (tmp_path / "box" / "a.jsonl").write_text(lines[0] + "\n")
    assert [show(catalog, manifest, doc.hex).raw.state for doc in docs] == ["same", "lost"]


@pytest.mark.parametrize(
    ("prefix", "words"),
    [("", "not an id"), ("xyz", "not an id"), ("0" * 33, "not an id"), ("0" * 32, "no record")],
)
def test_no_such_id(tmp_path: Path, prefix: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        show(*handbooks(tmp_path).build(), prefix)


def test_an_ambiguous_beginning(tmp_path: Path) -> None:
    docs = [Doc("wiki", f"{number}.md", "text") for number in range(40)]
    shared = next(first.hex[:1] for first in docs if sum(other.hex[0] == first.hex[0] for other in docs) > 1)
    catalog, manifest = World(tmp_path, [source("wiki", "Wiki")], docs).build()
    with pytest.raises(UsageError, match="several ids"):
        show(catalog, manifest, shared)
    assert show(catalog, manifest, docs[0].hex[:12]).doc_id == docs[0].hex


def test_a_long_diff_is_cut(tmp_path: Path) -> None:
    long = Doc("acme", "long.md", "\n".join(f"line {number}" for number in range(500)))
    other = Doc("bolt", "long.md", "\n".join(f"Line {number}" for number in range(500)))
    world = replace(handbooks(tmp_path), docs=(long, other), members=[Member(other, long, "near", 0.9)])
    cluster = show(*replace(world, pairs=()).build(), other.hex).cluster
    assert cluster is not None
    assert (len(cluster.diff), cluster.diff[-1]) == (DIFF_LINES + 1, "…")
