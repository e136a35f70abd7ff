"""From a record of a benchmark file to an item: which fields hold what is asked and what is right.

Benchmarks name their fields in a few ways; where a configuration says nothing, the first of the usual names
is taken. The right one of several choices may be told by its number, or by its letter or label.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas.benchmarks import BenchmarkItem
from schemas.specs import CleanSpec
from transforms.clean import clean_text

QUESTION: Final = (
    "question", "query", "prompt", "problem", "instruction", "input", "ctx", "goal", "sentence", "text",
)  # fmt: skip
ANSWER: Final = (
    "best answer", "best_answer", "correct_answer", "correct answer", "canonical_solution", "solution",
    "answer", "answers", "target", "output", "completion", "response",
)  # fmt: skip
PASSAGE: Final = ("passage", "context", "article", "support", "story")
CHOICES: Final = ("choices", "options", "endings")
CHOICE: Final = ("gold", "answerkey", "answer_key", "answer_idx", "correct", "label", "answer")
ID: Final = ("id", "task_id", "question_id", "qid", "doc_id", "idx")


@dataclass(frozen=True, slots=True)
class ItemFields:
    """Names of the fields; an empty one is guessed, of several the texts are joined.

    Attributes:
        choice: Field that tells which of a list of answers is the right one.
    """

    question: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()
    passage: tuple[str, ...] = ()
    id: str | None = None
    choice: str | None = None


class ItemError(Exception):
    """A record is no item; the message says what is wrong."""


def read_item(benchmark: str, number: int, record: Mapping[str, Any], named: ItemFields) -> BenchmarkItem:
    """Makes an item of a record.

    Args:
        benchmark: Name of the benchmark.
        number: Place of the record in its file, from 0: the item's id where none is stated.
        record: Fields and values.
        named: Which of them hold what.

    Raises:
        ItemError: If a field that was named is not there, or none can be taken for the question.

    >>> record = {"question": "What has four legs?", "choices": ["a snake", "a dog"], "answer": 1}
    >>> read_item("animals", 0, record, ItemFields())
    BenchmarkItem(benchmark='animals', item='0', question='What has four legs?', answer='a dog', passage='')
    """
    question = named.question or _first(record, QUESTION)
    if not question:
        raise ItemError(f"no field is called like a question; name it. There is: {_names(record)}")
    stated = named.id or next(iter(_first(record, ID)), None)
    item = record.get(stated) if stated is not None else None
    return BenchmarkItem(
        benchmark,
        str(number) if item is None or item == "" else str(item),
        _text(record, question),
        _answer(record, named),
        _text(record, named.passage or _first(record, PASSAGE)),
    )


def _answer(record: Mapping[str, Any], named: ItemFields) -> str:
    if named.answer and named.choice is None:
        return _text(record, named.answer)
    fields = named.answer or _first(record, CHOICES)
    choice = (named.choice,) if named.choice else _first(record, CHOICE)
    if not fields or not choice:
        return _text(record, _first(record, ANSWER))
    answers = _value(record, fields[0])
    place = _place(answers, _value(record, choice[0]))
    if place is not None:
        return _joined([_listed(answers)[place]])
    if named.choice:
        shown = str(record[choice[0]])[:40]
        raise ItemError(f"`{choice[0]}` is {shown!r}, which is none of the answers in `{fields[0]}`")
    return _text(record, _first(record, ANSWER))


def _place(answers: Any, choice: Any) -> int | None:
    """Returns which of some answers a number, a letter or a label means."""
    listed = _listed(answers)
    labels = answers.get("label") if isinstance(answers, Mapping) else None
    if isinstance(labels, Sequence) and not isinstance(labels, str) and choice in labels:
        place = list(labels).index(choice)
    elif isinstance(choice, str) and choice.strip().isdecimal():
        place = int(choice)
    elif isinstance(choice, str) and len(choice.strip()) == 1 and choice.strip().isalpha():
        place = ord(choice.strip().upper()) - ord("A")
    elif isinstance(choice, int) and not isinstance(choice, bool):
        place = choice
    else:
        return None
    return place if 0 <= place < len(listed) else None


def _listed(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        value = value.get("text", [])
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else []


def _first(record: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    """Returns the first of some usual names that a record has, as it writes it."""
    known = {str(key).strip().lower(): str(key) for key in reversed(list(record))}
    return next(((known[name],) for name in names if name in known), ())


def _value(record: Mapping[str, Any], field: str) -> Any:
    if field not in record:
        raise ItemError(f"there is no field `{field}`; there is: {_names(record)}")
    return record[field]


def _text(record: Mapping[str, Any], fields: Sequence[str]) -> str:
    return clean_text("\n".join(_joined(_value(record, field)) for field in fields), CleanSpec())


def _joined(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return _joined(value.get("text"))
    if isinstance(value, Sequence):
        # Several right answers of one question are often the same words.
        return "\n".join(dict.fromkeys(_joined(one) for one in value))
    return str(value)


def _names(record: Mapping[str, Any]) -> str:
    return ", ".join(f"`{name}`" for name in record)
