"""What ``ground`` answers: how much of answers the corpus supports, and whose it is.

Typed, frozen, versioned. Offsets count code points in ``GroundAnswer.text``. Each word has one kind, the
strictest of those it is held by: ``verbatim`` in a run that is never missed or a whole short answer, ``near``
in a run of a nearly verbatim span, ``similar`` in a passage that holds enough of its sentence, ``none``.
Counts of words are whole; credit is a weight, one for each word with a holder that is not a reference source.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

GroundKind = Literal["verbatim", "near", "similar", "none"]

KINDS: tuple[GroundKind, ...] = ("verbatim", "near", "similar", "none")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class GroundCounts(_Part):
    """Words by kind.

    They sum to ``words``, and the shares to 1; an answer without words has all in ``none``.

    Attributes:
        public: Words that only reference sources hold, whatever the kind; nobody is credited for them.
    """

    words: int
    verbatim: int
    near: int
    similar: int
    none: int
    public: int
    shares: dict[GroundKind, float]


class GroundSpan(_Part):
    """Neighbouring words of one kind."""

    start: int
    stop: int
    kind: GroundKind
    words: int


class GroundClaim(_Part):
    """A sentence of an answer.

    Attributes:
        kind: The strictest that, with those above it, holds half of its words; ``similar`` also where a
        similar
            passage holds some of them.
    """

    start: int
    stop: int
    kind: GroundKind
    counts: GroundCounts


class GroundAnswer(_Part):
    """An answer.

    Attributes:
        text: As it was traced, and as offsets count in it.
        shorter: Shorter than the run that is never missed, so that finding nothing proves nothing.
        unopened: Texts that share an n-gram with it and were not opened.
        contributors: Name -> weight.
    """

    id: str
    model: str | None
    text: str
    counts: GroundCounts
    claims: tuple[GroundClaim, ...]
    spans: tuple[GroundSpan, ...]
    shorter: bool
    truncated: bool
    unopened: int
    contributors: dict[str, float]


class GroundModel(_Part):
    """The answers of a model; None where they state none."""

    model: str | None
    answers: int
    counts: GroundCounts


class GroundCredit(_Part):
    """What is credited to a contributor, a source or a licence: a weight in words, by kind.

    Attributes:
        share: Of all words of all answers.
    """

    name: str
    weight: float
    verbatim: float
    near: float
    similar: float
    share: float
    documents: int
    answers: int


class Ground(_Part):
    """How much of answers a snapshot supports.

    Attributes:
        snapshot: That was asked; ``written`` is the one with the run's rows of ``attributions``, the same one
            where they stood there already.
        share: Weighted share of a sentence's terms from which a passage is similar.
        unindexed: Documents that the index does not know.
    """

    version: int = 1
    snapshot: int
    written: int | None
    run: str
    share: float
    unindexed: int
    total: GroundModel
    models: tuple[GroundModel, ...]
    contributors: tuple[GroundCredit, ...]
    sources: tuple[GroundCredit, ...]
    licenses: tuple[GroundCredit, ...]
    answers: tuple[GroundAnswer, ...]
