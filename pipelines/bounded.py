"""Which units need no sandbox? Those whose parser nothing in them can harm.

That is JSON Lines. A line is parsed by itself, in time and memory in proportion to its length, so with no
line above ``LINE_BYTES`` the worker parses them itself and saves the way from another process. A
look at the file decides, and where that leaves a doubt, the sandbox reads. What comes out is the same.
"""

from typing import BinaryIO

from schemas.specs import SourceSpec
from schemas.units import FileSlice, WorkUnit
from warehouse.storage.inputs import open_input

LINE_BYTES = 4 << 20
"""Longest line that a worker parses: even one of nothing but empty lists takes less than 100 MB."""

_ENDINGS = (".jsonl", ".ndjson", ".jsonlines")
_HEAD_BYTES = 1 << 16
_BLOCK_BYTES = 1 << 20


def seems_bounded(unit: WorkUnit, source: SourceSpec) -> bool:
    """Tells, by names alone, whether ``is_bounded`` is worth asking."""
    return all(_named_so(piece, source.format) for piece in unit.slices)


def is_bounded(unit: WorkUnit, source: SourceSpec) -> bool:
    """Tells whether everything in a unit is JSON Lines, none of them long."""
    return seems_bounded(unit, source) and all(map(_in_short_lines, unit.slices))


def _named_so(piece: FileSlice, form: str) -> bool:
    if "://" in piece.root or piece.kind not in ("whole", "bytes"):
        return False  # what is far away is not read twice
    return form == "jsonl" or (form == "auto" and piece.path.lower().endswith(_ENDINGS))


def _in_short_lines(piece: FileSlice) -> bool:
    try:
        with open_input(piece.root, piece.path) as stream:
            head = stream.read(_HEAD_BYTES)
            # No compression, archive or UTF-16 begins like this, whatever the name says.
            if not head.lstrip().startswith(b"{") or b"\0" in head:
                return False
            ranged = piece.kind == "bytes"
            stream.seek(piece.start if ranged else 0)
            return _has_short_lines(stream, piece.stop - piece.start if ranged else piece.size)
    except OSError:
        return False


def _has_short_lines(stream: BinaryIO, size: int) -> bool:
    """Looks through the lines that begin within ``size`` bytes."""
    held = 0  # bytes of the unfinished line
    while block := stream.read(_BLOCK_BYTES):
        first = block.find(b"\n")
        held += len(block) if first < 0 else first
        if held > LINE_BYTES:
            return False
        size -= len(block)
        if first >= 0:
            if size <= 0:
                break
            held = len(block) - block.rfind(b"\n") - 1
    return True
