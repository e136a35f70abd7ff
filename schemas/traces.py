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
        score: Words that are the same, times the bits by which the texts narrow the corpus down; spans are
            ranked by it.
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


class SimilarHolder(_Part):
    """A document with a passage that says something similar; offsets are those of the passage in it."""

    doc_id: str
    copy_of: str | None = None
    source: str
    title: str | None
    uri: str
    locator: str
    contributor: str
    license: str
    reference: bool
    start: int
    stop: int


class SimilarPassage(_Part):
    """A passage of the corpus that holds words of a sentence, in whatever order.

    Attributes:
        text: As it stands in the first holder.
        score: BM25, of the sentence's terms; comparable within one sentence only.
        share: Of the sentence's terms, each weighted by its rarity, the part that the passage holds.
        bits: Their weight: by how much they narrow the corpus down, if words came by chance.
        held: (start, stop) in the answer of the words that it holds.
        holders: Documents with the very same words there.
        more: Copies of their texts that are not listed.
    """

    text: str
    score: float
    share: float
    bits: float
    held: tuple[tuple[int, int], ...]
    holders: tuple[SimilarHolder, ...]
    more: int = 0


class TraceSimilar(_Part):
    """A sentence of the answer, or what is left of it beside its spans, and passages that are similar.

    Attributes:
        start: Of the sentence in the answer; ``stop`` is the offset after it.
        words: Of the sentence that stand in no span; it is these that the passages were asked for.
        passages: By their score, the best first; none where no passage holds enough.
    """

    start: int
    stop: int
    text: str
    words: int
    passages: tuple[SimilarPassage, ...]


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
        similar: Another list, of sentences (the whole answer where it is short) and passages that say
            something similar in other words; never a proof that words were taken from there.
        similar_note: Why not all passages were looked at, if so; None where they were or nobody asked.
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
    similar: tuple[TraceSimilar, ...] = ()
    similar_note: str | None = None
    opened: int
    unopened: int
    indexed: int
    unindexed: int
    unreadable: tuple[str, ...] = ()
