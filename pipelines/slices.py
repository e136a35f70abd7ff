"""Cuts one file into the pieces that units read: every byte, row group and member in exactly one piece.

The cut depends on the file alone. Damage is no obstacle: what cannot be looked into is one piece, and
the reader says what is wrong with it.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.records import Fallen
from schemas.units import FileSlice
from transforms.read import registry
from transforms.read.archives import Member, archive_kind, list_members
from transforms.read.compression import detect_compression, strip_suffix
from transforms.read.formats import Format
from warehouse.storage.inputs import InputFile, open_input

UNIT_BYTES = 16 << 20
"""What a unit holds at most where the input can be cut, in uncompressed bytes."""

UNIT_FILES = 2_000
"""What a unit holds at most in files and members."""

TAR_RANGES = 32
"""Pieces of a tar at most: each reads the archive from its beginning to its own end."""

TO_THE_END = -1
"""``stop`` of an archive's last range: it also owns what comes after what the planner saw."""

COMPRESSED_GROWTH = 4
"""How many times its size a compressed file is taken to have, uncompressed; text has 3 to 5."""

_IN_BYTES = ("jsonl", "mbox")  # formats whose records begin at a line, in any range of bytes
_MAX_MEMBER_BYTES = 1 << 40  # a size is what the archive claims, and may be a lie
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def cut(file: InputFile, format_name: str = "auto") -> list[FileSlice]:
    """Returns the pieces of a file, in order; never none.

    Args:
        file: The file.
        format_name: Name of its format, as the source states it, or ``auto``.
    """
    if archive_kind(file.path):
        return _cut_archive(file)
    if strip_suffix(file.path)[1] is not None:
        return [_piece(file, file.size * COMPRESSED_GROWTH)]
    match _format_of(file, format_name):
        case form if form in _IN_BYTES and file.size > UNIT_BYTES:
            return _cut_bytes(file)
        case "parquet":
            return _cut_row_groups(file)
    return [_piece(file, file.size)]


def fits(piece: FileSlice, format_name: str) -> bool:
    """Tells whether a piece of an earlier plan is of a kind that its file may still be cut into."""
    match piece.kind:
        case "members":
            return archive_kind(piece.path) is not None
        case "bytes":
            return format_name in ("auto", *_IN_BYTES)
        case "row_groups":
            return format_name in ("auto", "parquet")
    return archive_kind(piece.path) is None


def _piece(file: InputFile, size: int) -> FileSlice:
    return FileSlice(file.root, file.path, file.size, file.stamp, bytes=size)


def _format_of(file: InputFile, format_name: str) -> str | None:
    """Returns the format of a file that may be cut, as the reader will find it; None for the others."""
    parquet = registry.by_name("parquet").extensions
    named_so = format_name == "parquet" or (format_name == "auto" and file.path.lower().endswith(parquet))
    if file.size <= UNIT_BYTES and not named_so:
        return None
    try:
        with open_input(file.root, file.path) as stream:
            head = stream.read(registry.HEAD_BYTES)
    except OSError:
        return None
    # Compressed without saying so, or in an encoding whose lines do not end with the byte 10.
    if detect_compression(head) or head.startswith(_UTF16_MARKS):
        return None
    found = registry.detect(file.path, head, format_name)
    return found.name if isinstance(found, Format) else None


def _cut_bytes(file: InputFile) -> list[FileSlice]:
    count = -(-file.size // UNIT_BYTES)
    borders = [index * file.size // count for index in range(count + 1)]
    return [
        FileSlice(file.root, file.path, file.size, file.stamp, "bytes", start, stop, bytes=stop - start)
        for start, stop in pairwise(borders)
    ]


def _cut_row_groups(file: InputFile) -> list[FileSlice]:
    sizes = _row_groups(file)
    ranges = list(_ranges([(size, 0) for size in sizes]))
    if len(ranges) < 2:
        return [_piece(file, sum(sizes) or file.size)]
    return [
        FileSlice(
            file.root,
            file.path,
            file.size,
            file.stamp,
            "row_groups",
            start,
            stop,
            bytes=sum(sizes[start:stop]),
        )
        for start, stop in ranges
    ]


def _row_groups(file: InputFile) -> list[int]:
    """Returns the uncompressed size of each row group; none if the footer cannot be read."""
    try:
        with open_input(file.root, file.path) as stream:
            footer = pq.read_metadata(stream)
            return [footer.row_group(index).total_byte_size for index in range(footer.num_row_groups)]
    except (pa.ArrowException, OSError, ValueError, OverflowError):
        return []


def _cut_archive(file: InputFile) -> list[FileSlice]:
    members = _members(file)
    sizes = [min(max(member.size, 0), _MAX_MEMBER_BYTES) for member in members]
    most = TAR_RANGES if archive_kind(file.path) == "tar" else None
    ranges = list(_ranges([(size, 1) for size in sizes], most)) or [(0, 0)]
    pieces = []
    for start, stop in ranges:
        last = stop == len(members)
        names = tuple(member.name for member in members[start:stop])
        end = TO_THE_END if last else stop
        size = sum(sizes[start:stop]) if members else file.size
        pieces.append(
            FileSlice(file.root, file.path, file.size, file.stamp, "members", start, end, names, size)
        )
    return pieces


def _members(file: InputFile) -> list[Member]:
    """Returns the members that can be listed; the reader says why there are no more."""
    try:
        with open_input(file.root, file.path) as stream:
            return [found for found in list_members(stream, file.path) if not isinstance(found, Fallen)]
    except OSError:
        return []


def _ranges(items: Sequence[tuple[int, int]], most: int | None = None) -> Iterator[tuple[int, int]]:
    """Cuts a row of (bytes, files) into ranges of about equal weight.

    A unit's worth is ``UNIT_BYTES`` or ``UNIT_FILES``, and mixtures in proportion, so a range holds more
    than either only where its last item does it. In whole numbers: the same on every machine.
    """
    weights = [size * UNIT_FILES + files * UNIT_BYTES for size, files in items]
    total = sum(weights)
    count = max(-(-total // (UNIT_BYTES * UNIT_FILES)), 1)
    if most is not None:
        count = min(count, most)
    start, before, current = 0, 0, 0
    for index, weight in enumerate(weights):
        # An item belongs to the range in which it begins.
        belongs = before * count // total if total else 0
        if belongs != current and index > start:
            yield start, index
            start = index
        current = belongs
        before += weight
    if weights:
        yield start, len(weights)
