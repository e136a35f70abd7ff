"""Items in documents: what is found wherever it stands, and what is no evidence."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.batches import Batch
from schemas.benchmarks import BenchmarkItem
from schemas.records import Document, Rejection
from schemas.specs import DecontaminateSpec
from schemas.units import WorkUnit
from transforms.decontaminate.align import align
from transforms.decontaminate.documents import MASK, decontaminate_batch
from transforms.decontaminate.items import make_items
from transforms.decontaminate.score import Hit, find_items
from transforms.words import split_words

SWALLOW = BenchmarkItem(
    "bridge", "swallow", "What is the airspeed velocity of an unladen swallow?", "African?"
)
CAPITAL = BenchmarkItem("bridge", "capital", "What is the capital of France?", "Paris")
HANDS = BenchmarkItem("zh", "hands", "下列哪一项不是光合作用所必需的条件之一呢", "氮气的浓度")
SUM = BenchmarkItem(
    "sums",
    "apples",
    "Anna buys three crates of forty apples and sells two thirds of them. How many are left?",
    "She buys 3 * 40 = 120 apples, sells 120 * 2 / 3 = 80 of them, and so 120 - 80 = 40 are left to eat.",
)
PASSAGE = BenchmarkItem(
    "read",
    "tower",
    "In which year was the tower finished?",
    "1889",
    "The wrought iron lattice tower on the Champ de Mars was designed by Koechlin and Nouguier for the fair.",
)
ITEMS = make_items([SWALLOW, CAPITAL, HANDS, SUM, PASSAGE])
FILL = "Nothing in these words is of any interest to whoever wrote the test.\n" * 5

words_ = st.text(st.sampled_from("abcde "), max_size=60)


def hits(*texts: str, least: float = 0.3) -> list[Hit]:
    return find_items(split_words(list(texts)), ITEMS, least)


def named(found: list[Hit]) -> list[tuple[int, str]]:
    return [(hit.document, ITEMS.items[hit.item].item) for hit in found]


@given(words_, words_, st.sampled_from([SWALLOW, SUM, HANDS]))
def test_an_item_is_found_wherever_it_stands(before: str, after: str, item: BenchmarkItem) -> None:
    text = f"{before}\n{item.question}\n{item.answer}\n{after}"
    (found,) = (hit for hit in hits(text) if ITEMS.items[hit.item] is item)
    assert found.score == 1
    assert found.shares[:2] == (1, 1)
    words = split_words([text])
    stretch = text[words.starts[found.start] : words.stops[found.stop - 1]]
    assert item.question.rstrip("?") in stretch


@given(
    st.lists(
        st.sampled_from([FILL, SWALLOW.question, SUM.answer, f"{FILL}{CAPITAL.question} Paris"]), max_size=6
    )
)
def test_documents_do_not_depend_on_their_neighbours(texts: list[str]) -> None:
    together = [(hit.document, hit.item, hit.score, hit.shares) for hit in hits(*texts)]
    alone = [
        (number, hit.item, hit.score, hit.shares) for number, text in enumerate(texts) for hit in hits(text)
    ]
    assert together == alone


def test_few_and_common_words_need_their_answer() -> None:
    ((without,), (with_,)) = (
        hits(FILL + "What is the capital of France? " + more) for more in ("", "Paris.")
    )
    assert without.score < DecontaminateSpec().threshold <= with_.score


def test_other_words_in_the_same_frame_are_another_question() -> None:
    assert not hits(
        "What is the capital of Chad? N'Djamena. What is the colour of an unladen lorry?", least=0.4
    )


def test_a_solution_says_as_much_as_its_question() -> None:
    (found,) = hits(FILL + SUM.answer)
    assert found.score == 1
    assert found.shares == (0, 1, None)
    (short,) = hits(SWALLOW.answer + SWALLOW.question)
    assert short.shares[1] == 1  # an answer may stand before its question


def test_a_passage_alone_is_no_contamination() -> None:
    assert not hits(FILL + PASSAGE.passage)
    (found,) = hits(f"{PASSAGE.passage} {PASSAGE.question} It was in 1889.")
    assert (found.score, found.shares) == (1, (1, 1, 1))


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        (SUM.question.upper().replace(" ", "\n- "), 1, 1),
        (SUM.question.replace("three crates", "four boxes"), 0.7, 0.95),
        (SUM.question.replace("forty ", "").replace("two thirds", "the two thirds"), 0.85, 0.99),
        (SUM.question[: len(SUM.question) // 2], 0.4, 0.6),
    ],
)
def test_what_was_changed_costs_what_it_says(text: str, least: float, most: float) -> None:
    (found,) = hits(FILL + text + FILL)
    assert least <= found.score <= most


def test_an_item_that_comes_twice_is_found_twice() -> None:
    found = hits(SUM.question + FILL * 3 + SUM.question)
    assert named(found) == [(0, "apples"), (0, "apples")]
    assert found[0].stop < found[1].start


def test_too_short_items_are_said_to_be() -> None:
    made = make_items([BenchmarkItem("b", "0", "1 + 1?", "2"), BenchmarkItem("b", "1", "Why?", SUM.answer)])
    assert made.searchable().tolist() == [False, True]
    assert not make_items([]).searchable().size


@given(st.lists(st.integers(0, 5), max_size=12), st.lists(st.integers(0, 5), max_size=12))
def test_an_alignment_is_the_heaviest_in_order(part: list[int], stretch: list[int]) -> None:
    """Against the plain recursion, with weights that no two sums share by chance."""
    weights = [2.0**-place + 1 for place in range(len(part))]

    def best(row: int, column: int) -> float:
        if row == len(part) or column == len(stretch):
            return 0.0
        taken = weights[row] + best(row + 1, column + 1) if part[row] == stretch[column] else 0.0
        return max(taken, table[row + 1][column], table[row][column + 1])

    table = [[0.0] * (len(stretch) + 1) for _ in range(len(part) + 1)]
    for row in range(len(part) - 1, -1, -1):
        for column in range(len(stretch) - 1, -1, -1):
            taken = weights[row] + table[row + 1][column + 1] if part[row] == stretch[column] else 0.0
            table[row][column] = max(taken, table[row + 1][column], table[row][column + 1])
    expected = table[0][0]
    found = align(
        np.array(part, np.uint64), np.array(weights, np.float32), np.array(stretch, np.uint64), 0, 0.5
    )
    assert (found.bits if found else 0.0) == pytest.approx(expected, abs=1e-4)


def batch(*texts: str) -> Batch:
    unit = WorkUnit("u" * 32, "v", "s", (), 0)
    documents = tuple(
        Document(bytes([n] * 16), "s", f"s:{n}", "", "text/plain", bytes(32), text, messages="[]")
        for n, text in enumerate(texts)
    )
    return Batch(unit, 0, True, len(texts), 1, 0, documents, (), ())


def spec(action: str) -> DecontaminateSpec:
    return DecontaminateSpec(enabled=True, action=action)


@pytest.mark.parametrize("action", ["keep", "mask", "reject"])
def test_what_is_done_is_what_the_rows_say(action: str) -> None:
    part = SUM.question[: len(SUM.question) // 2]
    texts = (FILL, f"{FILL}{SUM.question}\n{SUM.answer}\nEnd, and {SWALLOW.question} of all.", FILL + part)
    made = decontaminate_batch(batch(*texts), spec(action), ITEMS)
    assert [(row.doc_id[0], row.item, row.action) for row in made.contamination] == [
        (1, "apples", action),
        (1, "swallow", action),
        (2, "apples", "keep"),  # below the threshold
    ]
    kept = {document.doc_id[0]: document for document in made.documents}
    assert kept[0].text == texts[0]
    assert kept[2].text == texts[2]
    first, second, third = made.contamination
    assert texts[1].find(first.excerpt) > 0
    if action == "reject":
        (refused,) = made.rejections
        assert isinstance(refused, Rejection)
        assert (refused.stage, refused.rule, refused.value, refused.limit) == (
            "decontaminate",
            "sums",
            1,
            0.7,
        )
        assert refused.also == ("bridge",)
        assert 1 not in kept
        assert texts[1][first.start : first.end] == first.excerpt
    elif action == "mask":
        assert kept[1].text == f"{FILL}{MASK}.\nEnd, and {MASK}? of all."
        assert [kept[1].text[row.start : row.end] for row in (first, second)] == [MASK, MASK]
        assert kept[1].messages is None
        assert not hits(kept[1].text)
    else:
        assert kept[1].text == texts[1]
        assert [texts[1][row.start : row.end] for row in (first, second)] == [first.excerpt, second.excerpt]
    assert kept[2].text[third.start : third.end] == third.excerpt


@given(st.permutations([SUM.question, SWALLOW.question, HANDS.question, SUM.question[:44], FILL]))
def test_places_of_what_is_left_follow_what_was_masked(pieces: list[str]) -> None:
    made = decontaminate_batch(batch("\n".join(pieces)), spec("mask"), ITEMS)
    (document,) = made.documents
    for row in made.contamination:
        stands = document.text[row.start : row.end]
        assert stands == (MASK if row.action == "mask" else row.excerpt)


FIXTURES = {
    "clean": set(),
    "contaminated_at_beginning": {(0, "101")},
    "contaminated_at_end": {(0, "101")},
    "contaminated_middle_position": {(0, "101")},
    "contaminated_mixed": {(0, "101"), (3, "102"), (4, "103")},
    "contaminated_multiple_in_one": {(0, "101"), (0, "102"), (0, "103")},
    "contaminated_punctuation_variation": {(0, "101")},
    "contaminated_single_deletion": {(0, "101")},
    "contaminated_single_edit": {(0, "101")},
    "contaminated_single_insertion": {(0, "101")},
    "long_document": {(0, "101"), (0, "102")},
}
"""Lines and items that decon's own tests expect, and the edited ones, of which they only want no error."""


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", FIXTURES)
@pytest.mark.parametrize("reference", ["passage_question_answer", "question_answer"])
def test_the_fixtures_of_decon(shared_data: Path, reference: str, name: str) -> None:
    folder = shared_data / "samples" / "F_benchmarks" / "decon_fixtures"
    rows = lines(folder / "reference" / f"{reference}_reference.jsonl")
    items = make_items(
        [
            BenchmarkItem("b", str(row["doc_id"]), row["question"], row["answer"], row.get("passage", ""))
            for row in rows
        ]
    )
    texts = [row["text"] for row in lines(folder / "training" / f"{name}.jsonl")]
    found = find_items(split_words(texts), items, DecontaminateSpec().threshold)
    assert {(hit.document, items.items[hit.item].item) for hit in found} == FIXTURES[name]
