"""A snapshot's manifest: what the corpus consists of."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class SourceRow(BaseModel):
    """A source as configured; ``roots`` are the only absolute paths that are kept anywhere.

    ``contributor`` and ``license`` are None where every record states its own.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    contributor: str | None
    license: str | None
    attribution: str | None = None
    url: str | None = None
    priority: int = 0
    reference: bool = False
    roots: tuple[str, ...] = ()


class IndexSegment(BaseModel):
    """Texts that were indexed together.

    Attributes:
        name: 32 hex digits, from what it was made of.
        texts: Distinct texts in it, those that went meanwhile included.
        ranges: Into how many equal ranges of the hash its parts of ``fingerprints`` are split.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    texts: int
    ranges: int


class IndexState(BaseModel):
    """The index of a snapshot.

    Attributes:
        recipe: Digest of what fingerprints depend on besides the texts.
        ngram: Words of an n-gram.
        min_words: Words' worth of the shortest shared run that is never missed.
        segments: In the order they were made.
    """

    model_config = ConfigDict(frozen=True)

    recipe: str
    ngram: int
    min_words: int
    segments: tuple[IndexSegment, ...]


class Manifest(BaseModel):
    """The head of a snapshot; its long lists lie beside it as Parquet.

    Attributes:
        format_version: Of this model.
        number: Of the snapshot, from 1; the current snapshot is the highest.
        parent: Number of the snapshot it was built from.
        created_at: When it was committed, ISO 8601 in UTC; stands here and in no table.
        corpus: Name of the corpus.
        generation: Raised when all parts must be written anew.
        sources: As configured.
        specs: The reading options of each source, as ``show`` and ``verify`` need them to open it again.
        recipes: Stage (and source) -> what the recipe's digest stands for.
        dedup: Digest of what ``members`` and ``pairs`` were made from, or None when dedup is off.
        index: What the snapshot can be traced by, or None.
        parts: Path of the list of parts; ``plan`` that of the units and their files.
        sample: Part of the records that was taken; 1 for a whole corpus.
        totals: Counts for ``log``: documents, survivors, and so on.
    """

    model_config = ConfigDict(frozen=True)

    format_version: int = 1
    number: int
    parent: int | None = None
    created_at: str
    corpus: str
    generation: int = 0
    sources: tuple[SourceRow, ...]
    specs: dict[str, dict[str, Any]] = Field(default_factory=dict)
    recipes: dict[str, Any] = Field(default_factory=dict)
    dedup: str | None = None
    index: IndexState | None = None
    parts: str
    plan: str
    sample: float = 1.0
    totals: dict[str, int] = Field(default_factory=dict)
