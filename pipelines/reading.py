"""Reads a work unit: opens its files, walks its slices, and cuts what it finds into batches.

Every record, living or fallen, is counted here once, before any step sees it.
"""

from collections.abc import Iterator
from contextlib import closing
from typing import BinaryIO

from pipelines.slices import TO_THE_END
from schemas.batches import BATCH_BYTES, BATCH_RECORDS, RawBatch
from schemas.ids import document_id
from schemas.locators import step
from schemas.records import Dead, DeadLetter, Fallen, Record, Rejection
from schemas.specs import SourceSpec
from schemas.units import FileSlice, WorkUnit
from transforms.extract import settle_fallen
from transforms.read.archives import open_members
from transforms.read.reader import read_stream
from warehouse.storage.inputs import open_input, stat_input

Found = tuple[str, Record | Fallen | None]
"""(path, what was found there); None says that a file or member is finished."""


def read_unit(unit: WorkUnit, spec: SourceSpec, sample: float = 1.0) -> Iterator[RawBatch]:
    """Reads a unit as batches numbered from 0, of which exactly the last has ``last`` set.

    Args:
        unit: What to read.
        spec: Its source.
        sample: Part of the records to take; which ones depends on their ids alone.

    Yields:
        Batches of up to ``BATCH_RECORDS`` records or ``BATCH_BYTES``; the last may be empty.
    """
    cut = _Cut(unit)
    for path, found in _walk(unit, spec):
        if found is not None and not _taken(unit.source, path, found.locator, sample):
            continue
        if cut.full():
            yield cut.take(last=False)
        match found:
            case Record():
                cut.add(len(found.raw))
                cut.records.append((path, found))
            case Fallen():
                cut.add(len(found.raw))
                cut.settle(settle_fallen(path, found, unit.source))
            case None:
                cut.files += 1
    yield cut.take(last=True)


def _taken(source: str, path: str, locator: str, sample: float) -> bool:
    if sample >= 1:
        return True
    return int.from_bytes(document_id(source, path, locator)[:8]) < sample * 2**64


class _Cut:
    """Collects what becomes the next batch of a unit."""

    def __init__(self, unit: WorkUnit) -> None:
        self._unit = unit
        self._seq = 0
        self._clear()

    def _clear(self) -> None:
        self.records: list[tuple[str, Record]] = []
        self._rejections: list[Rejection] = []
        self._dead: list[DeadLetter] = []
        self._read = 0
        self._bytes = 0
        self.files = 0

    def full(self) -> bool:
        return self._read >= BATCH_RECORDS or self._bytes >= BATCH_BYTES

    def add(self, size: int) -> None:
        self._read += 1
        self._bytes += size

    def settle(self, fallen: Rejection | DeadLetter) -> None:
        if isinstance(fallen, Rejection):
            self._rejections.append(fallen)
        else:
            self._dead.append(fallen)

    def take(self, *, last: bool) -> RawBatch:
        batch = RawBatch(
            unit=self._unit,
            seq=self._seq,
            last=last,
            read=self._read,
            files=self.files,
            bytes=self._bytes,
            records=tuple(self.records),
            rejections=tuple(self._rejections),
            dead_letters=tuple(self._dead),
        )
        self._seq += 1
        self._clear()
        return batch


def _walk(unit: WorkUnit, spec: SourceSpec) -> Iterator[Found]:
    for piece in unit.slices:
        try:
            now = stat_input(piece.root, piece.path)
            if now is None or (now.size, now.stamp) != (piece.size, piece.stamp):
                # The next build sees the new stamp and plans the file anew.
                yield piece.path, Fallen("", Dead("changed", "file changed or vanished after it was planned"))
                continue
            stream = open_input(piece.root, piece.path)
        except OSError as error:
            yield piece.path, Fallen("", Dead("unreadable", f"{type(error).__name__}: cannot be opened"))
            continue
        with closing(stream):
            if piece.kind == "members":
                yield from _members(stream, piece, spec)
            else:
                ranged = piece.kind != "whole"
                start, stop = (piece.start, piece.stop) if ranged else (None, None)
                for found in read_stream(stream, piece.path, spec, "", start, stop):
                    yield piece.path, found
                yield piece.path, None


def _members(stream: BinaryIO, piece: FileSlice, spec: SourceSpec) -> Iterator[Found]:
    stop = None if piece.stop == TO_THE_END else piece.stop
    for found in open_members(stream, piece.path, piece.start, stop):
        if isinstance(found, Fallen):
            yield piece.path, found
        else:
            name, member = found
            for record in read_stream(member, name, spec, step("member", name)):
                yield piece.path, record
            yield piece.path, None
