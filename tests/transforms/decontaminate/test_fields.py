"""Records of benchmark files, as benchmarks write them."""

from typing import Any

import pytest

from schemas.benchmarks import BenchmarkItem
from transforms.decontaminate.fields import ItemError, ItemFields, read_item

CHOICES = ["a snail", "a dog", "a fish"]

WRITTEN: dict[str, tuple[dict[str, Any], ItemFields, tuple[str, str, str]]] = {
    "question and answer": ({"question": "Q?", "answer": "A"}, ItemFields(), ("Q?", "A", "")),
    "in capitals": ({"Type": "x", "Question": "Q?", "Best Answer": "A"}, ItemFields(), ("Q?", "A", "")),
    "a number": ({"problem": "1 + 1", "answer": 2}, ItemFields(), ("1 + 1", "2", "")),
    "choice by number": ({"query": "Q?", "choices": CHOICES, "gold": 1}, ItemFields(), ("Q?", "a dog", "")),
    "choice by letter": (
        {"question": "Q?", "options": CHOICES, "answer": "C"}, ItemFields(), ("Q?", "a fish", "")
    ),
    "choice by a number in letters": (
        {"ctx": "Q", "endings": CHOICES, "label": "0"}, ItemFields(), ("Q", "a snail", "")
    ),
    "choices with labels": (
        {"question": "Q?", "choices": {"text": CHOICES, "label": ["1", "2", "3"]}, "answerKey": "3"},
        ItemFields(), ("Q?", "a fish", ""),
    ),
    "several answers": (
        {"context": "P", "question": "Q?", "answers": {"text": ["A", "A", "B"], "answer_start": [1, 1, 2]}},
        ItemFields(), ("Q?", "A\nB", "P"),
    ),
    "named fields": (
        {"x": "Q?", "y": "more", "z": "A", "question": "no"},
        ItemFields(question=("x", "y"), answer=("z",)), ("Q?\nmore", "A", ""),
    ),
    "named choice": (
        {"question": "Q?", "list": CHOICES, "right": "B"},
        ItemFields(answer=("list",), choice="right"), ("Q?", "a dog", ""),
    ),
    "no answer": ({"prompt": "Q?", "answer": None}, ItemFields(), ("Q?", "", "")),
}  # fmt: skip


@pytest.mark.parametrize(("record", "named", "parts"), WRITTEN.values(), ids=WRITTEN)
def test_how_benchmarks_are_written(
    record: dict[str, Any], named: ItemFields, parts: tuple[str, str, str]
) -> None:
    assert read_item("b", 7, record, named) == BenchmarkItem("b", "7", *parts)


def test_an_item_has_the_id_that_it_states() -> None:
    assert read_item("b", 7, {"task_id": "T/1", "prompt": "Q"}, ItemFields()).item == "T/1"
    assert read_item("b", 7, {"id": 0, "prompt": "Q"}, ItemFields()).item == "0"
    assert read_item("b", 7, {"id": 0, "key": "k", "prompt": "Q"}, ItemFields(id="key")).item == "k"


@pytest.mark.parametrize(
    ("record", "named", "says"),
    [
        ({"body": "Q"}, ItemFields(), "no field is called like a question; name it. There is: `body`"),
        ({"question": "Q"}, ItemFields(answer=("a",)), "there is no field `a`; there is: `question`"),
        (
            {"question": "Q", "list": CHOICES, "right": "Z"},
            ItemFields(answer=("list",), choice="right"),
            "`right` is 'Z', which is none of the answers in `list`",
        ),
    ],
)
def test_a_record_that_is_no_item_says_why(record: dict[str, Any], named: ItemFields, says: str) -> None:
    with pytest.raises(ItemError) as caught:
        read_item("b", 0, record, named)
    assert str(caught.value) == says
