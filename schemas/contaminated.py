"""What ``datamoat contamination`` answers: which benchmark items stand in the corpus, and where."""

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class BenchmarkLine(_Part):
    """What of a benchmark stands in the corpus.

    Attributes:
        short: Items that are too short to be looked for.
        found: Items that were found; ``acted`` those for which a document was masked or refused.
        documents: That hold any; of them ``rejected``, ``masked``, and ``kept``: survivors with one still.
        contributors: Who gave how many of the documents.
    """

    benchmark: str
    items: int
    short: int
    found: int
    acted: int
    documents: int
    rejected: int
    masked: int
    kept: int
    contributors: dict[str, int]


class Contaminated(_Part):
    """An item at a place of a document.

    Attributes:
        start: Offset in the text, in code points; ``end`` is the one after.
        question: Share of its information that was found; ``answer`` and ``passage`` likewise.
        fate: What became of the document.
    """

    doc_id: str
    source: str
    contributor: str
    license: str
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
    action: str
    fate: str
    excerpt: str


class ContaminationAnswer(_Part):
    """Which benchmark items stand in the corpus; ``places`` are the surest of each benchmark."""

    version: int = 1
    snapshot: int
    benchmarks: tuple[BenchmarkLine, ...]
    places: tuple[Contaminated, ...]
