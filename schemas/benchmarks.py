"""Benchmarks: the test items that must not stand in a training corpus, and where they were found.

Offsets count code points and end before their second number.
"""

from dataclasses import dataclass
from typing import Final, Literal

PARTS: Final = ("question", "answer", "passage")
"""The texts of an item: what is asked, what is right, and what must be read first."""

Action = Literal["keep", "mask", "reject"]


@dataclass(frozen=True, slots=True)
class BenchmarkItem:
    """One item of a benchmark, cleaned as the corpus is.

    Attributes:
        benchmark: Name of the benchmark.
        item: Its id there, or its place in its file from 0.
        question: What is asked; ``answer`` the right one and ``passage`` what the question is about, where
            there are such.
    """

    benchmark: str
    item: str
    question: str
    answer: str = ""
    passage: str = ""


@dataclass(frozen=True, slots=True)
class Contamination:
    """An item that a document holds: a row of the table ``contamination``.

    Attributes:
        start: Offset in the document's text as it is kept; of a refused one, in what was refused.
        score: How sure it is that this item stands here, 0 to 1 (``transforms.decontaminate.score``).
        question: Share of the question's information that stands here; None where the item has none.
            ``answer`` and ``passage`` likewise.
        bits: Information of all that was found.
        action: What was done for it.
        excerpt: The document's own words from start to end, or their beginning.
    """

    doc_id: bytes
    source: str
    uri: str
    locator: str
    benchmark: str
    item: str
    start: int
    end: int
    score: float
    question: float | None
    answer: float | None
    passage: float | None
    bits: float
    action: Action
    excerpt: str
