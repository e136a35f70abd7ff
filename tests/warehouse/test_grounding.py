"""Grounding: words are counted once, weights sum, runs are replaced, and builds keep them."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index import index
from schemas.errors import WorkFailed
from schemas.grounds import KINDS
from tests.warehouse.test_similar import ASKED, BORROW, CHART, CHINESE, DOCS, HAN, HERE, asked, world
from transforms.words import split_words
from warehouse.catalog import snapshot
from warehouse.connect import connect
from warehouse.grounding.commit import commit_run
from warehouse.grounding.credit import NONE, Holding, holdings, settle
from warehouse.grounding.ground import Answer, Grounding
from warehouse.passages.build import index_passages
from warehouse.trace import open_trace
from warehouse.verify import verify

WORDS = 12


@st.composite
def held(draw):
    """Documents of up to four contributors, of which any may be a reference, each with some words."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        name = draw(st.sampled_from("ABCD"))
        for kind in draw(st.sets(st.integers(0, NONE - 1))):
            mask = np.array(draw(st.lists(st.booleans(), min_size=WORDS, max_size=WORDS)), np.bool_)
            found.append(Holding(f"{number:032x}", name, name, "MIT", name == "D", kind, mask, 1.0))
    return found


@given(held())
def test_weights_sum_to_the_supported_words_that_somebody_of_ours_holds(found):
    settled = settle(WORDS, found)
    supported = settled.kinds < NONE
    assert sum(one.weight for one in settled.credits) == pytest.approx(supported.sum() - settled.public.sum())
    assert not (settled.public & ~supported).any()
    assert all(one.weight == 0 for one in settled.credits if one.holding.reference)
    for word in range(WORDS):
        kinds = [one.kind for one in found if one.words[word]]
        assert settled.kinds[word] == min(kinds, default=NONE)
        ours = [one for one in found if one.words[word] and one.kind == min(kinds) and not one.reference]
        assert settled.public[word] == (bool(kinds) and not ours)


@given(held())
def test_kinds_never_overlap_and_a_document_is_credited_once_a_word(found):
    seen = np.full(WORDS, NONE)
    rows = set()
    for one in settle(WORDS, found).credits:
        part = seen[one.first : one.stop]
        assert ((part == NONE) | (part == one.holding.kind)).all()
        seen[one.first : one.stop] = one.holding.kind
        for word in range(one.first, one.stop):
            assert (word, one.holding.doc_id) not in rows
            rows.add((word, one.holding.doc_id))


@given(held())
def test_contributors_share_equally_however_many_copies_they_have(found):
    settled = settle(WORDS, found)
    for word in range(WORDS):
        ours = [one for one in settled.credits if one.first <= word < one.stop and not one.holding.reference]
        mine = [one for one in found if one.words[word] and one.kind == settled.kinds[word]]
        assert {one.holding.contributor for one in ours} == {
            one.contributor for one in mine if not one.reference
        }


@given(held(), st.randoms(use_true_random=False))
def test_the_order_of_documents_changes_nothing(found, dice):
    shuffled = sorted(found, key=lambda _: dice.random())

    def stated(settled):
        return [(c.holding.doc_id, c.holding.kind, c.first, c.stop, c.weight) for c in settled.credits]

    assert stated(settle(WORDS, found)) == stated(settle(WORDS, shuffled))


def test_two_copies_of_one_contributor_earn_no_more_than_one():
    mask = np.ones(1, np.bool_)
    rows = [("1" * 32, "A"), ("2" * 32, "A"), ("3" * 32, "B"), ("4" * 32, "crawl")]
    settled = settle(1, [Holding(doc, name, name, "", name == "crawl", 0, mask, 1.0) for doc, name in rows])
    assert [one.weight for one in settled.credits] == [0.25, 0.25, 0.5, 0]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    made, _ = world(tmp_path_factory.mktemp("grounding"))
    index_passages(made, snapshot(made, None))
    return made


ANSWERS = [
    Answer(
        "mixed",
        f"{'. '.join(CHART.split('. ')[:2])}. {ASKED} Nobody wrote this sentence about bananas anywhere.",
        "small",
    ),
    Answer("all", BORROW, "large"),
    Answer("reference", HAN, "large"),
    Answer("chinese", CHINESE),
    Answer("none", "Bananas ripen faster in a closed bag of brown paper beside an apple or two."),
    Answer("wordless", "…!"),
]


def grounded(catalog, answers=ANSWERS, run="r") -> Grounding:
    made = Grounding(run)
    with open_trace(catalog, snapshot(catalog, None)) as tracer:
        for answer in answers:
            made.add(answer, tracer.trace(answer.text, name=answer.id))
    return made


def test_each_answer_says_how_much_of_it_is_supported(catalog):
    result = grounded(catalog).result(2, None)
    of = {answer.id: answer for answer in result.answers}
    for answer in result.answers:
        counts = answer.counts
        assert sum(counts.shares.values()) == pytest.approx(1)
        assert sum(getattr(counts, kind) for kind in KINDS) == counts.words
        assert sum(answer.contributors.values()) == pytest.approx(counts.words - counts.none - counts.public)
        assert sum(span.words for span in answer.spans) == counts.words
        for name in (*KINDS, "words", "public"):
            assert sum(getattr(claim.counts, name) for claim in answer.claims) == getattr(counts, name)
    assert [claim.kind for claim in of["mixed"].claims] == ["verbatim", "verbatim", "similar", "none"]
    assert of["all"].counts.shares["verbatim"] == 1
    assert of["all"].contributors == {"Owner": pytest.approx(of["all"].counts.words)}
    assert (of["reference"].counts.public, of["reference"].contributors) == (of["reference"].counts.words, {})
    assert of["chinese"].counts.similar > 10
    assert of["none"].counts.none == of["none"].counts.words
    assert of["wordless"].counts.shares == {"verbatim": 0, "near": 0, "similar": 0, "none": 1}
    assert [(model.model, model.answers) for model in result.models] == [
        (None, 3),
        ("large", 2),
        ("small", 1),
    ]
    assert result.total.counts.words == sum(model.counts.words for model in result.models)
    for credits in (result.contributors, result.sources, result.licenses):
        weight = sum(one.weight for one in credits)
        assert weight == pytest.approx(sum(sum(a.contributors.values()) for a in result.answers), abs=1e-4)
        assert all(one.weight == pytest.approx(one.verbatim + one.near + one.similar) for one in credits)
    assert "Other" not in {one.name for one in result.contributors}


def test_a_changed_word_in_a_nearly_verbatim_span_is_not_held(catalog):
    text = CHART.replace("directory name is the name", "directory title is the name")
    answer = grounded(catalog, [Answer("x", text)]).result(2, None).answers[0]
    assert answer.counts.none == 1
    (span,) = [span for span in answer.spans if span.kind == "none"]
    assert answer.text[span.start : span.stop] == "title"


def test_rows_are_what_the_figures_say_and_stand_in_the_next_snapshot(tmp_path):
    catalog, _ = world(tmp_path)
    manifest = snapshot(catalog, None)
    index_passages(catalog, manifest)
    made = grounded(catalog)
    result = made.result(manifest.number, None)
    new, committed = commit_run(catalog, manifest, "r", made.table())
    assert (committed, new.number, snapshot(catalog, None)) == (True, manifest.number + 1, new)
    assert catalog.parts(manifest, "attributions") == []
    others = [part for part in catalog.parts(new) if part.table != "attributions"]
    assert others == catalog.parts(manifest)
    of = {answer.id: answer for answer in result.answers}
    with connect(catalog, new) as con:
        rows = con.execute('SELECT answer, "start", "end", kind, weight FROM attributions').fetchall()
        for answer, start, end, kind, _ in rows:
            spans = [s for s in of[answer].spans if s.start <= start and end <= s.stop]
            assert [span.kind for span in spans] == [kind]
        for name, answer in of.items():
            weight = sum(row[4] for row in rows if row[0] == name)
            assert weight == pytest.approx(sum(answer.contributors.values()))
        view = con.execute(
            "SELECT contributor, sum(weight) FROM grounded WHERE NOT reference GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        assert view == [
            (one.name, pytest.approx(one.weight)) for one in sorted(result.contributors, key=lambda c: c.name)
        ]
        assert con.execute(
            "SELECT DISTINCT contributor, weight FROM grounded WHERE reference"
        ).fetchall() == [("Other", 0.0)]
    assert [check.name for check in verify(catalog, new).checks if not check.ok] == [
        check.name for check in verify(catalog, manifest).checks if not check.ok
    ]


def test_the_same_run_again_is_the_same_part_and_another_answer_replaces_it(tmp_path):
    catalog, _ = world(tmp_path)
    index_passages(catalog, snapshot(catalog, None))

    def run(name, answers):
        return commit_run(catalog, snapshot(catalog, None), name, grounded(catalog, answers, name).table())

    def parts():
        return {part.sha256: part.rows for part in catalog.parts(snapshot(catalog, None), "attributions")}

    first, _ = run("one", ANSWERS)
    once = parts()
    again, committed = run("one", ANSWERS)
    assert (again, committed) == (first, False)
    run("two", ANSWERS[:1])
    assert len(parts()) == 2
    assert once.items() <= parts().items()
    run("one", ANSWERS[1:2])
    assert len(parts()) == 2
    assert not once.items() <= parts().items()
    index(catalog, HERE)
    assert len(parts()) == 2
    # A run in which nothing was found leaves none behind.
    run("one", ANSWERS[4:])
    assert len(parts()) == 1


def test_a_snapshot_that_came_meanwhile_is_not_overwritten(tmp_path):
    catalog, _ = world(tmp_path)
    index_passages(catalog, snapshot(catalog, None))
    old, rows = snapshot(catalog, None), grounded(catalog).table()
    commit_run(catalog, old, "other", rows)
    with pytest.raises(WorkFailed, match="run `datamoat ground` again"):
        commit_run(catalog, old, "r", rows)


def test_near_pieces_of_the_guaranteed_length_count_as_verbatim(catalog):
    text = CHART.replace("Thus, a chart", "Hence, one chart")
    trace = asked(catalog, text)
    words = split_words([trace.text])
    settled = settle(len(words.hashes), holdings(trace, words))
    assert (settled.kinds < NONE).sum() <= trace.verbatim_words + trace.near_words
    assert (settled.kinds == KINDS.index("verbatim")).sum() == trace.verbatim_words


def test_the_answer_is_json_with_a_version(catalog):
    stated = json.loads(grounded(catalog).result(2, 3).model_dump_json())
    assert (stated["version"], stated["written"], len(stated["answers"])) == (1, 3, len(ANSWERS))
    assert DOCS[0].hex not in stated
