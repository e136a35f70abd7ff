"""Stretches: what was settled of a unit in a row, put together to batches.

Reading is done a stretch at a time, so that it can be done in another process and go on after that process
died: what was settled stays, and the walk goes on behind it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from schemas.batches import Batch
from schemas.records import Dead, DeadLetter, Document, Rejection
from schemas.units import WorkUnit


@dataclass(frozen=True, slots=True)
class Resume:
    """Where a walk goes on, and what it must know of the way before.

    Attributes:
        piece: Number of the slice to begin with.
        settled: How many things found in it are settled: they are walked over.
        records: Records of the batch that is open there, and ``bytes`` theirs.
        dead: (slice, number of a thing found in it) -> how the parser of that record died.
    """

    piece: int = 0
    settled: int = 0
    records: int = 0
    bytes: int = 0
    dead: Mapping[tuple[int, int], Dead] = field(default_factory=dict)


@dataclass(slots=True)
class Stretch:
    """What was settled in a row: a part of one batch.

    Attributes:
        piece: Number of the slice in which it ends, and ``settled`` what is settled in it by then.
        read: Records settled: ``documents + rejections + dead_letters``.
        files: Files and members that were finished.
        bytes: Uncompressed bytes of the records.
        full: True if its batch ends with it.
        last: True if the unit ends with it.
    """

    piece: int = 0
    settled: int = 0
    read: int = 0
    files: int = 0
    bytes: int = 0
    full: bool = False
    last: bool = False
    documents: list[Document] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)

    def add(self, outcome: Document | Rejection | DeadLetter, size: int) -> None:
        """Adds what became of a record of ``size`` bytes."""
        self.read += 1
        self.bytes += size
        match outcome:
            case Document():
                self.documents.append(outcome)
            case Rejection():
                self.rejections.append(outcome)
            case DeadLetter():
                self.dead_letters.append(outcome)

    def extend(self, other: "Stretch") -> None:
        """Adds what another stretch settled behind this one."""
        self.read += other.read
        self.files += other.files
        self.bytes += other.bytes
        self.documents += other.documents
        self.rejections += other.rejections
        self.dead_letters += other.dead_letters


def as_batches(unit: WorkUnit, stretches: Iterable[Stretch]) -> Iterator[Batch]:
    """Puts the stretches of a unit together to its batches."""
    seq, batch = 0, Stretch()
    for stretch in stretches:
        batch.extend(stretch)
        if stretch.full or stretch.last:
            yield Batch(
                unit=unit,
                seq=seq,
                last=stretch.last,
                read=batch.read,
                files=batch.files,
                bytes=batch.bytes,
                documents=tuple(batch.documents),
                rejections=tuple(batch.rejections),
                dead_letters=tuple(batch.dead_letters),
            )
            seq, batch = seq + 1, Stretch()
