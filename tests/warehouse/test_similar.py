"""Passages that say something similar: what is found, what is not repeated, what is said without them."""

import shutil

import pytest

from pipelines.index import index
from pipelines.stages import How
from schemas.traces import Trace
from tests.warehouse.factory import Doc, World, source
from warehouse.catalog import Catalog, open_catalog, snapshot
from warehouse.passages.build import index_passages
from warehouse.trace import open_trace

HERE = How(workers=0, quiet=True)

BORROW = (
    "These ampersands represent references, and they allow you to refer to some value without taking "
    "ownership of it. The opposite of referencing by using the ampersand is dereferencing, which is "
    "accomplished with the dereference operator. The scope in which the variable is valid is the same as any "
    "parameter's scope."
)
CHART = (
    "A chart is organized as a collection of files inside of a directory. The directory name is the name of "
    "the chart, without versioning information. Thus, a chart describing WordPress would be stored in a "
    "directory called wordpress. Inside of this directory, Helm will expect a structure that matches this."
)
HAN = (
    "正如变量默认是不可变的，引用默认也是不可变的。我们不允许通过引用修改它指向的值。可变引用有一个很大的限制："
    "如果你有一个对该变量的可变引用，你就不能再创建对该变量的引用。这些尝试创建两个可变引用的代码会失败。"
)
FILLER = [
    Doc("ours", f"filler{n}.txt", " ".join(f"filler{n}x{word} and" for word in range(80))) for n in range(40)
]
DOCS = [
    Doc("ours", "borrow.txt", BORROW, title="Borrowing"),
    Doc("ours", "chart.txt", CHART, contributor="Ada", license="CC0-1.0"),
    Doc("ours", "chart-copy.txt", CHART),
    Doc("theirs", "han.txt", HAN),
    *FILLER,
]
ASKED = "Without owning a value, references (the ampersands) let you refer to it, e.g. in a variable's scope."
CHINESE = "Rust 的引用默认不可变，不能通过它修改指向的值；想修改就得创建可变引用。"


def world(root, docs=DOCS, **more) -> tuple[Catalog, World]:
    sources = [source("ours", "Owner", "MIT"), source("theirs", "Other", "Apache-2.0", reference=True)]
    made = World(root, sources, docs, **more)
    catalog, _ = made.build()
    index(catalog, HERE)
    return catalog, made


def asked(catalog: Catalog, text: str, **options) -> Trace:
    with open_trace(catalog, snapshot(catalog, None)) as tracer:
        return tracer.trace(text, **options)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    made, _ = world(tmp_path_factory.mktemp("similar"))
    assert index_passages(made, snapshot(made, None)) == len(DOCS) - 1  # of copies one
    return made


def test_other_words_for_the_same_are_found_with_their_place_and_terms(catalog):
    answer = asked(catalog, ASKED)
    assert (answer.spans, answer.coverage, answer.similar_note) == ((), 0.0, None)
    (sentence,) = answer.similar
    (passage,) = sentence.passages
    (holder,) = passage.holders
    assert (holder.uri, holder.title, holder.contributor, holder.license) == (
        "ours:borrow.txt", "Borrowing", "Owner", "MIT",
    )  # fmt: skip
    assert BORROW[holder.start : holder.stop] == passage.text
    assert 0.45 < passage.share <= 1
    held = [answer.text[start:stop] for start, stop in passage.held]
    assert all(set(run.lower().split()) & set(BORROW.lower().split()) for run in held)
    assert "owning" not in " ".join(held)


def test_a_script_without_spaces_is_found_and_a_reference_is_marked(catalog):
    answer = asked(catalog, CHINESE)
    (passage,) = answer.similar[0].passages
    assert passage.holders[0].uri == "theirs:han.txt"
    assert passage.holders[0].reference
    assert (
        not asked(catalog, "西湖位于杭州市区西部，三面环山，湖中有苏堤和白堤，每年吸引数百万游客。")
        .similar[0]
        .passages
    )


def test_what_stands_word_for_word_is_not_asked_again(catalog):
    quote = (
        "A chart is organized as a collection of files inside of a directory. The directory name is the name "
        "of the chart."
    )
    answer = asked(catalog, f"{quote} {ASKED}")
    assert answer.spans
    assert [sentence.text for sentence in answer.similar] == [ASKED[:-1]]
    spans = [(span.start, span.stop) for span in answer.spans]
    for sentence in answer.similar:
        for passage in sentence.passages:
            assert all(b <= start or a >= stop for a, b in passage.held for start, stop in spans)


def test_copies_are_named_and_the_same_passage_is_listed_once(catalog):
    said = (
        "The files of a chart are a collection inside a directory, and without versioning the directory is "
        "the name of the chart."
    )
    (passage,) = asked(catalog, said).similar[0].passages
    assert [(one.uri, one.contributor) for one in passage.holders] == [
        ("ours:chart.txt", "Ada"),
        ("ours:chart-copy.txt", "Owner"),
    ]
    assert passage.holders[1].copy_of == passage.holders[0].doc_id


def test_how_many_are_named_is_for_the_user(catalog):
    assert asked(catalog, ASKED, similar=0).similar == ()
    both = "filler1x1 filler1x2 filler1x3 filler2x1 filler2x2 filler2x3"
    for count, named in ((1, 1), (2, 2), (5, 2)):
        assert len(asked(catalog, both, similar=count).similar[0].passages) == named
    assert asked(catalog, "", similar=3).similar == ()


def test_removed_documents_do_not_show(tmp_path):
    made, _ = world(tmp_path, removed=[DOCS[0]])
    index_passages(made, snapshot(made, None))
    assert not asked(made, ASKED).similar[0].passages


def test_without_an_index_of_passages_words_are_still_traced(tmp_path):
    made, _ = world(tmp_path)
    answer = asked(made, f"{BORROW} {ASKED}")
    assert answer.spans
    assert answer.similar == ()
    assert "not looked for" in answer.similar_note
    assert f"`datamoat index {made.storage.location}`" in answer.similar_note


def test_an_older_index_says_what_it_lacks_and_goes_on_with_the_same_result(tmp_path):
    made, first = world(tmp_path / "grown", [*DOCS[:2], *FILLER])
    index_passages(made, snapshot(made, None))
    # The same warehouse with two documents more, indexed as a second segment.
    before = snapshot(made, None)
    World(first.root, first.sources, DOCS).build()
    state = made.parts(before, "fingerprints", "indexed")
    newest = snapshot(made, None)
    made.commit(
        newest.model_copy(
            update={
                "number": newest.number + 1,
                "index": before.index,
                "parts": made.write_parts([*made.parts(newest), *state]),
            }
        )
    )
    index(made, HERE)
    assert len(snapshot(made, None).index.segments) == 2
    older = asked(made, CHINESE)
    assert "without those of 1 texts" in older.similar_note
    assert index_passages(made, snapshot(made, None)) == 1
    assert len(list(made.storage.cache().iterdir())) == 1
    fresh, _ = world(tmp_path / "fresh")
    index_passages(fresh, snapshot(fresh, None))
    for text in (ASKED, CHINESE):
        grown, whole = asked(made, text).similar, asked(fresh, text).similar
        assert grown == whole
        assert grown[0].passages
    # What is damaged is made again, and a cache that is gone is nobody's loss.
    (folder,) = made.storage.cache().iterdir()
    for file in folder.glob("*.term"):
        file.unlink()
    assert "not looked for" in asked(made, CHINESE).similar_note
    assert index_passages(made, snapshot(made, None)) == len(DOCS) - 1
    assert asked(made, CHINESE).similar == whole
    shutil.rmtree(made.storage.cache())
    assert index_passages(made, snapshot(made, None)) == len(DOCS) - 1
    assert asked(made, CHINESE).similar == whole


def test_a_remote_warehouse_has_its_passages_here(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    local, _ = world(tmp_path / "w")
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    memory.put(f"{local.storage.location}/", "/similar/", recursive=True)
    try:
        catalog = open_catalog("memory://similar")
        assert index_passages(catalog, snapshot(catalog, None)) == len(DOCS) - 1
        assert asked(catalog, ASKED).similar[0].passages[0].holders[0].uri == "ours:borrow.txt"
        assert list((tmp_path / "cache" / "datamoat").iterdir())
    finally:
        memory.rm("/similar", recursive=True)
