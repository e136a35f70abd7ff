"""What ``trace`` answers: typed, frozen, versioned, like the other answers.

Offsets count code points and end before their second number: those of the answer in ``Trace.text``, which is
the answer as the corpus would have cleaned it; those of a document in its text.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

TraceKind = Literal["verbatim", "words", "near"]
"""``verbatim``: the same characters. ``words``: the same words; case, spacing or punctuation differ.
``near``: pieces of the same words with small gaps, where a word was changed, put in or left out."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class TracePiece(_Part):
    """A run of the same words in the answer and in a document."""

    start: int
    stop: int
    document_start: int
    document_stop: int
    exact: bool


class TraceHolder(_Part):
    """A document that holds a span, checked against its text.

    Attributes:
        copy_of: Id of the document whose text was opened, where this one has the very same text.
        reference: The source is not ours: deduplicated against, never exported.
        start: Offset in the document; ``stop`` is the one after the span.
        share: Part of the words that are the same; 1 unless the kind is ``near``.
    """

    doc_id: str
    copy_of: str | None = None
    source: str
    title: str | None
    uri: str
    locator: str
    contributor: str
    license: str
    reference: bool
    kind: TraceKind
    start: int
    stop: int
    share: float
    pieces: tuple[TracePiece, ...]


class TraceSpan(_Part):
    """A stretch of the answer that documents hold.

    Attributes:
        kind: The strictest of the holders' kinds.
        words: In the stretch.
        texts: No more texts of the index than these hold all of a run; where the kind is ``near``, how many
            may hold some of it. Holders are those that were opened.
        common: So many do that it says little of its source.
        score: Words times the bits by which the texts narrow the corpus down; spans are ranked by it.
        more: Copies of the holders' texts that are not listed.
    """

    start: int
    stop: int
    text: str
    kind: TraceKind
    words: int
    texts: int
    common: bool
    score: float
    holders: tuple[TraceHolder, ...]
    more: int = 0


class TraceShare(_Part):
    """How much of the answer stands in the documents of a contributor, or under a licence.

    Words that several hold count for each of them.
    """

    name: str
    words: int
    share: float
    documents: int


class Trace(_Part):
    """Where the words of an answer stand in the corpus.

    Attributes:
        id: Of the answer, in a file of several.
        text: The answer as it was traced; ``truncated`` says that it was longer.
        guaranteed: Worth in words of the shortest run that cannot be missed; ``shorter`` says that the whole
            answer is shorter, so that finding nothing proves nothing.
        verbatim_words: Words of the answer in runs that a document holds; ``near_words`` are the others of
            nearly verbatim spans. ``coverage`` is the share of both.
        spans: By their score, the best first.
        unopened: Texts that share an n-gram with the answer and were not opened; 0 if everything was.
        unindexed: Documents of the snapshot that the index does not know.
        unreadable: Parts that are gone or damaged, so that their documents are not among the holders.
    """

    version: int = 1
    snapshot: int
    id: str | None = None
    text: str
    truncated: bool
    words: int
    guaranteed: int
    shorter: bool
    verbatim_words: int
    near_words: int
    coverage: float
    spans: tuple[TraceSpan, ...]
    contributors: tuple[TraceShare, ...]
    licenses: tuple[TraceShare, ...]
    opened: int
    unopened: int
    indexed: int
    unindexed: int
    unreadable: tuple[str, ...] = ()
