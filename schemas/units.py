"""Units of work and their receipts: what is planned, and the proof that it is done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

SliceKind = Literal["whole", "bytes", "row_groups", "members"]


@dataclass(frozen=True, slots=True)
class FileSlice:
    """A file, or the piece of one, that a unit reads.

    Attributes:
        root: Absolute folder or URL that ``path`` is relative to.
        path: Path relative to the root, with ``/``; a part of every document id.
        size: Bytes of the whole file when it was planned.
        stamp: Modification time or etag when it was planned; with ``size`` it decides on reading the
            file again, and enters no table.
        kind: What ``start`` and ``stop`` count: bytes of a JSONL, row groups of a Parquet, members of
            an archive (regular files only, in archive order); ``whole`` has neither.
        start: First of the range; ``stop`` is the first after it.
        members: Names of the members in the range, for ``members``; the planner saw them.
        bytes: Uncompressed bytes to read, as far as the planner knows; for progress and for balance.
    """

    root: str
    path: str
    size: int
    stamp: str
    kind: SliceKind = "whole"
    start: int = 0
    stop: int = 0
    members: tuple[str, ...] = ()
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class WorkUnit:
    """A piece of a source that is read, processed and written as one.

    Attributes:
        unit_id: 32 hex digits from the source's name and the slices' places.
        version: 32 hex digits from the sizes and stamps of its files.
        source: Name of the source.
        slices: What it reads, in order.
        bytes: Sum of the slices' bytes.
    """

    unit_id: str
    version: str
    source: str
    slices: tuple[FileSlice, ...]
    bytes: int


@dataclass(frozen=True, slots=True)
class PartInfo:
    """A published part.

    Attributes:
        table: Name of its table.
        path: Relative to the warehouse.
        rows: Its rows; never 0, for an empty table has no part.
        bytes: Its size.
        sha256: Of its bytes, in hex.
        unit: The work unit (or, for tables that are not made by units, the stage) it comes from.
        schema_version: Of ``schemas.tables`` when it was written, so that readers know its columns
            without opening it.
    """

    table: str
    path: str
    rows: int
    bytes: int
    sha256: str
    unit: str
    schema_version: int = 1


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof that a unit went through a stage; written after all its parts.

    Attributes:
        stage: ``ingest`` or ``sign``.
        unit: Unit id; ``digest`` names unit version, recipe and generation, as in the parts' names.
        source: Name of the unit's source.
        recipe: Digest of the recipe that made it.
        files: Files or archive members read.
        bytes: Uncompressed bytes read.
        read: Records read, counted by the reader before the first step.
        rows: Rows by table, also where they are 0.
        parts: What was written.
    """

    stage: str
    unit: str
    digest: str
    source: str
    recipe: str
    files: int
    bytes: int
    read: int
    rows: Mapping[str, int] = field(default_factory=dict)
    parts: tuple[PartInfo, ...] = ()
