"""Compression around any format: ``.gz .bz2 .xz .zst``, read with bounded memory, damage noticed.

The libraries' own file objects either stop silently where a file is cut off (zstandard) or throw away
what they had already given (all, behind a buffer). This stream gives every good byte and then raises
``BrokenStream`` with the position. Members and frames one after the other are one content; padding
with zero bytes is allowed where the format allows it; anything else after the end is ``corrupt``.

Output is made in steps of at most 1 MB (zstandard: what 2 KB of input give, at most 64 MB), so that
a decompression bomb costs time in proportion to what the reader above takes, not memory.
"""

import bz2
import lzma
import zlib
from typing import Any, Literal

import zstandard

from schemas.records import Dead
from transforms.read.streams import BrokenStream, Readable, read_fully

Compression = Literal["gz", "bz2", "xz", "zst"]

_MAGIC: dict[Compression, bytes] = {
    "gz": b"\x1f\x8b",
    "bz2": b"BZh",
    "xz": b"\xfd7zXZ\x00",
    "zst": b"\x28\xb5\x2f\xfd",
}
_SUFFIXES: dict[str, tuple[Compression, str]] = {
    ".tgz": ("gz", ".tar"),
    ".tbz2": ("bz2", ".tar"),
    ".txz": ("xz", ".tar"),
    ".tzst": ("zst", ".tar"),
    ".gz": ("gz", ""),
    ".bz2": ("bz2", ""),
    ".xz": ("xz", ""),
    ".zst": ("zst", ""),
    ".zstd": ("zst", ""),
}
_INPUT_BYTES = {"gz": 1 << 16, "bz2": 1 << 16, "xz": 1 << 16, "zst": 1 << 11}
_OUTPUT_BYTES = 1 << 20
_DICTIONARY = b"\x5d\x2a\x4d\x18"  # frame that holds the dictionary of a .warc.zst (IIPC, WARC zstd 1.0)
_MAX_DICTIONARY = 1 << 24  # bytes
_MAX_MEMORY = 1 << 27  # window or dictionary, in bytes: what the zstd command takes without --long
_PADDED = ("gz", "xz")
_LONGEST_MAGIC = 6


def strip_suffix(name: str) -> tuple[str, Compression | None]:
    """Takes the ending of the compression off a file name.

    >>> strip_suffix("a.jsonl.gz"), strip_suffix("b.tgz"), strip_suffix("c.md")
    (('a.jsonl', 'gz'), ('b.tar', 'gz'), ('c.md', None))
    """
    lower = name.lower()
    for suffix, (kind, instead) in _SUFFIXES.items():
        if lower.endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)] + instead, kind
    return name, None


def detect_compression(head: bytes) -> Compression | None:
    """Tells the compression by the first bytes of the content (6 are enough)."""
    for kind, magic in _MAGIC.items():
        if head.startswith(magic):
            return kind if kind != "bz2" or head[3:4].isdigit() else None
    return "zst" if _is_skippable(head) else None


class Decompressed:
    """The decompressed content of a stream; itself a stream."""

    def __init__(self, stream: Readable, kind: Compression) -> None:
        """Takes a stream that stands at the beginning of compressed data of this kind."""
        self._stream = stream
        self._kind: Compression = kind
        self._decoder: Any = None  # each library has its own class; None between two members
        self._dictionary: Any = None  # of zstandard, if the content begins with one
        self._members = 0
        self._input = b""
        self._output = b""
        self._given = 0  # of the output
        self._taken = self._made = 0  # bytes in and out so far
        self._end: BrokenStream | None = None
        self._ended = False

    def read(self, size: int, /) -> bytes:
        """Returns up to ``size`` decompressed bytes, b"" at the end.

        Raises:
            BrokenStream: After the last good byte of damaged content, on this and every later call.
        """
        while self._given == len(self._output):
            if self._end is not None:
                raise self._end
            if self._ended:
                return b""
            self._output, self._given = b"", 0
            try:
                self._output = self._step()
            except BrokenStream as broken:
                self._end = broken
            self._made += len(self._output)
        part = self._output[self._given : self._given + size]
        self._given += len(part)
        return part

    def _step(self) -> bytes:
        """Decompresses a little more; b"" only means that nothing came out this time."""
        if self._decoder is None and not self._begin():
            self._ended = True
            return b""
        at_end = False
        if not self._input and getattr(self._decoder, "needs_input", True):
            at_end = not self._take()
        try:
            output = self._decode()
        except (zlib.error, OSError, EOFError, lzma.LZMAError, zstandard.ZstdError) as error:
            raise self._broken("corrupt", type(error).__name__, "is damaged") from error
        if self._decoder.eof:
            self._input = self._decoder.unused_data
            self._decoder = None
        elif at_end and not output:
            raise self._broken("truncated", "EOFError", "ends early")
        return output

    def _decode(self) -> bytes:
        data, self._input = self._input, b""
        if self._kind == "zst":
            return bytes(self._decoder.decompress(data))
        output = bytes(self._decoder.decompress(data, _OUTPUT_BYTES))
        if self._kind == "gz":
            self._input = self._decoder.unconsumed_tail
        return output

    def _take(self) -> bool:
        """Takes more compressed bytes; False if there are none."""
        more = read_fully(self._stream, _INPUT_BYTES[self._kind])
        self._taken += len(more)
        self._input += more
        return bool(more)

    def _begin(self) -> bool:
        """Begins the next member or frame; False at the end of the data."""
        while len(self._input) < _LONGEST_MAGIC and self._take():
            pass
        if self._members and self._kind in _PADDED:
            self._input = self._input.lstrip(b"\0")
            while not self._input and self._take():
                self._input = self._input.lstrip(b"\0")
            while len(self._input) < _LONGEST_MAGIC and self._take():
                pass
        if self._members and not self._input:
            return False
        if not _begins(self._kind, self._input):
            if _MAGIC[self._kind].startswith(self._input):
                raise self._broken("truncated", "EOFError", "ends early")
            what = "is followed by other bytes" if self._members else "does not begin as such"
            raise self._broken("corrupt", "ValueError", what)
        if self._members == 0 and self._input.startswith(_DICTIONARY):
            self._dictionary = self._read_dictionary()
        self._decoder = _new_decoder(self._kind, self._dictionary)
        self._members += 1
        return True

    def _read_dictionary(self) -> Any:
        """Returns the dictionary of the frames that follow; the frame that holds it stays to be skipped."""
        while len(self._input) < 8 and self._take():
            pass
        end = 8 + int.from_bytes(self._input[4:8], "little")
        if end > _MAX_DICTIONARY:
            raise self._broken("corrupt", "ValueError", "has too large a dictionary")
        while len(self._input) < end and self._take():
            pass
        raw = self._input[8:end]
        try:
            if raw.startswith(_MAGIC["zst"]):
                decoder = zstandard.ZstdDecompressor(max_window_size=_MAX_MEMORY)
                raw = decoder.decompress(raw, max_output_size=_MAX_DICTIONARY)
            return zstandard.ZstdCompressionDict(raw) if raw else None
        except zstandard.ZstdError as error:
            raise self._broken("corrupt", "ZstdError", "has a damaged dictionary") from error

    def _broken(self, reason: Literal["truncated", "corrupt"], error: str, what: str) -> BrokenStream:
        place = f"{self._taken} bytes in, {self._made} bytes out"
        return BrokenStream(Dead(reason, f"{error}: {self._kind} data {what} ({place})"))


def _begins(kind: Compression, data: bytes) -> bool:
    """Tells whether a member or frame begins here; zstandard's skippable frames count."""
    return data.startswith(_MAGIC[kind]) or (kind == "zst" and _is_skippable(data))


def _is_skippable(data: bytes) -> bool:
    return data[1:4] == b"\x2a\x4d\x18" and 0x50 <= data[0] <= 0x5F


def _new_decoder(kind: Compression, dictionary: Any) -> Any:
    match kind:
        case "gz":
            return zlib.decompressobj(wbits=31)
        case "bz2":
            return bz2.BZ2Decompressor()
        case "xz":
            return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_MAX_MEMORY)
        case "zst":
            return zstandard.ZstdDecompressor(dictionary, max_window_size=_MAX_MEMORY).decompressobj()
