"""Batches: the element of the ingest chain.

Beam's cost per element is paid once a batch, NumPy works on whole columns, and since the fallen travel
inside, no output can be left unconsumed. Each unit is a run of batches with ``seq`` 0, 1, 2 … of which
exactly the last one has ``last`` set, and may be empty.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, Self

from schemas.benchmarks import Contamination
from schemas.records import DeadLetter, Document, Rejection
from schemas.units import WorkUnit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH_RECORDS = 1000
"""Records in a batch at the most."""

BATCH_BYTES = 8 << 20
"""Raw bytes from which a batch is closed; one larger record makes a batch of its own."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Counts of the documents of a batch, one array value a document."""

    chars: "NDArray[np.int32]"
    words: "NDArray[np.int32]"
    tokens: "NDArray[np.int32]"


@dataclass(frozen=True, slots=True)
class Signals:
    """What the quality step measured: of every document that reached it, kept or refused since.

    Attributes:
        ids: The ``doc_id`` of each, in the order of the batch as it was then.
        columns: Name of a ``q_*`` column of the table ``signals`` -> one value a document. NaN, and in
            a column of whole numbers -1, says that the measure does not apply to the document.
    """

    ids: tuple[bytes, ...]
    columns: "Mapping[str, NDArray[np.float64] | NDArray[np.int32]]"


class FollowsTexts(Protocol):
    """What was computed of each text of a batch and need not be computed again (``transforms.words``)."""

    def follow(self, rows: Sequence[int], texts: Sequence[str]) -> Self:
        """Returns the same of ``texts``; text i is that of row ``rows[i]`` here, or came of it."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents that are alive, and what became of the others.

    ``seq`` is the batch's number in its unit, from 0. ``read`` counts the records read for it, which is
    ``documents + rejections + dead_letters``; ``files`` the files and members that were finished in it;
    ``bytes`` the uncompressed bytes of its records.

    ``measures`` and ``signatures`` (uint32, one row a document) are set by the last steps of the
    chain; a step that changes ``documents`` must come before them. ``words`` are the words of the
    documents' texts, once a step has split them: ``transforms.words.words_of`` asks for them.
    """

    unit: WorkUnit
    seq: int
    last: bool
    read: int
    files: int
    bytes: int
    documents: tuple[Document, ...]
    rejections: tuple[Rejection, ...]
    dead_letters: tuple[DeadLetter, ...]
    measures: Measures | None = None
    signatures: "NDArray[np.uint32] | None" = None
    words: FollowsTexts | None = None
    signals: Signals | None = None
    contamination: tuple[Contamination, ...] = ()

    def apply(self, rule: Callable[[Document], Document | Rejection | DeadLetter]) -> "Batch":
        """Lifts a rule for one document to the batch: what falls is added to the fallen, in order."""
        return self.settle(rule(document) for document in self.documents)

    def settle(self, outcomes: Iterable[Document | Rejection | DeadLetter]) -> "Batch":
        """Returns the batch with ``outcomes``, one a document and in order, in their place.

        Words that were split stay those of texts that did not change; the others are split anew.
        """
        alive: list[Document] = []
        rows: list[int] = []
        rejections = list(self.rejections)
        dead = list(self.dead_letters)
        for row, outcome in enumerate(outcomes):
            match outcome:
                case Document():
                    alive.append(outcome)
                    rows.append(row)
                case Rejection():
                    rejections.append(outcome)
                case DeadLetter():
                    dead.append(outcome)
        words = self.words
        if words is not None:
            words = words.follow(rows, [document.text for document in alive])
        return replace(
            self,
            documents=tuple(alive),
            rejections=tuple(rejections),
            dead_letters=tuple(dead),
            measures=None,
            signatures=None,
            words=words,
        )
