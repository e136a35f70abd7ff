"""Trace over real warehouses: what is found, whose it is, and what is said where nothing can be."""

import random

import pytest

from pipelines.index import index
from pipelines.stages import How
from schemas.errors import UsageError, WorkFailed
from schemas.specs import IndexSpec
from tests.warehouse.factory import Doc, Member, World, source
from warehouse.catalog import snapshot
from warehouse.trace import open_trace
from warehouse.verify import verify

HERE = How(workers=0, quiet=True)


def prose(seed: int, words: int = 120) -> str:
    dice = random.Random(seed)
    return " ".join(
        f"{dice.choice('bcdfgh')}{dice.choice('aeiou')}{dice.randrange(900)}" for _ in range(words)
    )


HAN = "所有权让内存安全无需垃圾回收器编译器在编译时检查一系列规则如果违反了任何规则程序就不能编译通过"
PLAIN, OTHER, KEPT = prose(1), prose(2), prose(3)
DOCS = [
    Doc("ours", "a.txt", f"{PLAIN}. Then comes {OTHER}", title="A"),
    Doc("ours", "b.txt", f"A page. {KEPT}", contributor="Ada", license="CC0-1.0"),
    Doc("theirs", "copy.txt", f"A page. {KEPT}"),
    Doc("theirs", "near.txt", f"{KEPT} {prose(4)}"),
    Doc("ours", "han.txt", f"引言。{HAN}。结尾的话在这里。"),
]


def made(tmp_path, docs=DOCS, **more):
    world = World(
        tmp_path,
        [source("ours", "Owner", "MIT"), source("theirs", "Other", "Apache-2.0", reference=True)],
        docs,
        members=[Member(docs[2], docs[1])] if len(docs) > 2 else [],
        **more,
    )
    catalog, _ = world.build()
    index(catalog, HERE)
    return catalog, snapshot(catalog, None)


def words(text: str, first: int, stop: int) -> str:
    return " ".join(text.split()[first:stop])


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return made(tmp_path_factory.mktemp("trace"))


def asked(world, text, **options):
    with open_trace(*world) as tracer:
        return tracer.trace(text, **options)


def test_a_run_is_found_with_its_place_owner_and_terms(world):
    answer = asked(world, f"As someone wrote: {words(PLAIN, 40, 70)}, or so.")
    (span,) = answer.spans
    (holder,) = span.holders
    assert (span.kind, span.words, span.texts) == ("verbatim", 30, 1)
    assert span.text == words(PLAIN, 40, 70) == answer.text[span.start : span.stop]
    assert DOCS[0].text[holder.start : holder.stop] == span.text
    assert (holder.doc_id, holder.title, holder.uri) == (DOCS[0].hex, "A", "ours:a.txt")
    assert (holder.contributor, holder.license, holder.reference) == ("Owner", "MIT", False)
    assert answer.coverage == pytest.approx(30 / 35, abs=0.001)
    assert [(share.name, share.words) for share in answer.contributors] == [("Owner", 30)]
    assert (answer.unopened, answer.unindexed, answer.unreadable) == (0, 0, ())


def test_all_holders_are_named_also_copies_and_near_copies(world):
    answer = asked(world, words(KEPT, 10, 60))
    (span,) = answer.spans
    holders = {(holder.uri, holder.contributor, holder.license, holder.reference) for holder in span.holders}
    assert holders == {
        ("ours:b.txt", "Ada", "CC0-1.0", False),
        ("theirs:copy.txt", "Other", "Apache-2.0", True),
        ("theirs:near.txt", "Other", "Apache-2.0", True),
    }
    assert {holder.copy_of for holder in span.holders if holder.copy_of} == {DOCS[1].hex} or {DOCS[2].hex}
    assert span.texts == 2


@pytest.mark.parametrize("first", range(0, 105, 7))
def test_every_run_of_fifteen_words_is_found(world, first):
    for text in (PLAIN, OTHER, KEPT):
        answer = asked(world, f"well {prose(77, 20)} {words(text, first, first + 15)} {prose(78, 20)}")
        assert [span.words for span in answer.spans] == [15]


@pytest.mark.parametrize("first", range(0, 20, 3))
def test_every_run_of_its_worth_is_found_in_chinese(world, first):
    answer = asked(world, f"他说{HAN[first : first + 23]}吧")
    assert [span.text for span in answer.spans] == [HAN[first : first + 23]]
    assert not answer.shorter


def test_an_edited_passage_is_marked_as_such(world):
    text = words(OTHER, 5, 45).split()
    text[20] = "changed"
    (span,) = asked(world, " ".join(text)).spans
    (holder,) = span.holders
    assert (span.kind, span.words, len(holder.pieces)) == ("near", 40, 2)
    assert holder.share == pytest.approx(39 / 40, abs=0.001)
    for piece in holder.pieces:
        assert DOCS[0].text[piece.document_start : piece.document_stop] in " ".join(text)


def test_what_is_not_there_is_not_found(world):
    answer = asked(world, prose(999, 200))
    assert (answer.spans, answer.coverage, answer.shorter) == ((), 0.0, False)


def test_a_text_shorter_than_the_guarantee_is_tried(world):
    answer = asked(world, words(PLAIN, 3, 13))
    assert answer.shorter
    assert all(span.text == words(PLAIN, 3, 13) for span in answer.spans)
    assert asked(world, "three short words").spans == ()
    assert asked(world, "…").words == 0


def test_a_query_is_cleaned_as_the_corpus_was(world):
    (span,) = asked(world, f"\ufeff{words(PLAIN, 3, 30)}  \r\n".replace("b", "B", 1)).spans
    assert (span.kind, span.words) == ("words", 27)


def test_a_long_text_is_cut_and_says_so(world):
    answer = asked(world, f"{words(PLAIN, 0, 50)} " + "lorem ipsum dolor " * 600_000)
    assert answer.truncated
    assert answer.spans[0].text == words(PLAIN, 0, 50)


def test_removed_documents_do_not_show(tmp_path):
    found = made(tmp_path, removed=[DOCS[0], DOCS[2]])
    assert asked(found, words(PLAIN, 0, 50)).spans == ()
    (span,) = asked(found, words(KEPT, 0, 50)).spans
    assert {holder.uri for holder in span.holders} == {"ours:b.txt", "theirs:near.txt"}


def test_without_an_index_it_says_how_to_make_one(tmp_path):
    world = World(tmp_path, [source("ours", "Owner")], [DOCS[0]])
    with pytest.raises(UsageError, match=r"no index.*datamoat index"):
        open_trace(*world.build())


def test_what_came_after_the_index_is_counted_and_then_indexed(tmp_path):
    sources = [source("ours", "Owner"), source("theirs", "Other")]
    catalog, _ = World(tmp_path, sources, DOCS[:2]).build()
    first, made_first, _ = index(catalog, HERE)
    _, grown = World(tmp_path, sources, DOCS[:4]).build()
    stale = grown.model_copy(
        update={
            "number": 4,
            "index": first.index,
            "parts": catalog.write_parts([*catalog.parts(grown), *made_first.parts]),
        }
    )
    catalog.commit(stale)
    with open_trace(catalog, stale) as tracer:
        assert tracer.trace(words(KEPT, 0, 90)).unindexed == 2
    second, made_second, committed = index(catalog, HERE)
    assert committed
    assert made_second.added == 1  # the copy has a text that is known
    assert len(second.index.segments) == 2
    with open_trace(catalog, second) as tracer:
        answer = tracer.trace(words(KEPT, 0, 90))
    assert (answer.unindexed, len(answer.spans[0].holders)) == (0, 3)
    assert index(catalog, HERE)[2] is False


def test_a_changed_document_is_found_by_its_new_text_only(tmp_path):
    sources = [source("ours", "Owner"), source("theirs", "Other")]
    catalog, _ = World(tmp_path, sources, DOCS[:2]).build()
    index(catalog, HERE)
    changed = [Doc("ours", "a.txt", prose(50)), DOCS[1]]
    _, manifest = World(tmp_path, sources, changed).build()
    old = catalog.load(2)
    parts = [part for part in catalog.parts(old) if part.table in ("fingerprints", "indexed")]
    with_index = manifest.model_copy(
        update={
            "number": 4,
            "index": old.index,
            "parts": catalog.write_parts([*catalog.parts(manifest), *parts]),
        }
    )
    catalog.commit(with_index)
    new, made_new, _ = index(catalog, HERE)
    assert made_new.added == 1
    with open_trace(catalog, new) as tracer:
        assert tracer.trace(words(PLAIN, 0, 60)).spans == ()
        assert len(tracer.trace(words(prose(50), 0, 60)).spans) == 1
        assert len(tracer.trace(words(KEPT, 0, 60)).spans) == 1


def test_another_guarantee_makes_another_index(tmp_path):
    catalog, manifest = made(tmp_path)
    assert manifest.index.min_words == 15
    again, _, _ = index(catalog, HERE, IndexSpec(True, min_words=8))
    assert again.index.min_words == 8
    with open_trace(catalog, again) as tracer:
        assert tracer.trace(words(PLAIN, 20, 28)).spans[0].words == 8


def test_a_document_whose_part_is_gone_is_told(tmp_path):
    catalog, manifest = made(tmp_path)
    (part,) = [
        part for part in catalog.parts(manifest, "documents") if b"theirs" in catalog.storage.read(part.path)
    ]
    catalog.storage.delete(part.path)
    answer = asked((catalog, manifest), words(KEPT, 10, 60))
    assert [entry.endswith("is gone") for entry in answer.unreadable] == [True]
    for part in catalog.parts(manifest, "fingerprints"):
        catalog.storage.delete(part.path)
    with pytest.raises(WorkFailed, match="index is gone"):
        asked((catalog, manifest), words(KEPT, 10, 60))


def test_common_runs_are_bounded_and_marked(tmp_path):
    notice = prose(9, 40)
    docs = [Doc("ours", f"{n}.txt", f"{notice} {prose(1000 + n, 20)}") for n in range(1100)]
    catalog, manifest = made(tmp_path, docs)
    answer = asked((catalog, manifest), notice)
    assert answer.spans[0].common
    assert answer.spans[0].texts == 1100
    assert len(answer.spans[0].holders) <= 100
    assert answer.unopened >= 1000
    everything = asked((catalog, manifest), notice, each=None)
    assert (everything.unopened, len(everything.spans[0].holders)) == (0, 1100)


def test_the_snapshot_is_sound_and_says_what_it_was_indexed_by(world):
    catalog, manifest = world
    checks = {check.name: check for check in verify(catalog, manifest).checks}
    assert checks["parts are unchanged"].ok
    assert checks["the index knows where its texts stand"].ok
    assert manifest.recipes[manifest.index.recipe]["min_words"] == 15
