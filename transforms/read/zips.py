"""Entries of a zip archive, by its central directory, in the order of that."""

import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, cast

from schemas.records import Dead, Refused
from transforms.read.entries import Entry
from transforms.read.streams import BrokenStream, Readable, as_seekable

_LOCAL_HEADER = b"PK\x03\x04"
_LOCAL_HEADER_BYTES = 30  # without the name
_METHODS = {
    zipfile.ZIP_STORED: 1 << 20,  # method -> how much is asked for at once, so that output is bounded
    zipfile.ZIP_DEFLATED: 1 << 20,
    zipfile.ZIP_BZIP2: 1 << 12,
    zipfile.ZIP_LZMA: 1 << 12,
}
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)


class _Content:
    """The content of a member; damage is a broken stream."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, overlaps: bool) -> None:
        self._archive = archive
        self._info = info
        self._overlaps = overlaps
        self._file: IO[bytes] | None = None
        self._step = _METHODS[info.compress_type]

    def read(self, size: int, /) -> bytes:
        if self._overlaps:
            raise BrokenStream(Dead("corrupt", "BadZipFile: the member shares its bytes with another one"))
        try:
            if self._file is None:
                self._file = self._archive.open(self._info)
            return self._file.read(min(size, self._step))
        except EOFError as error:
            raise BrokenStream(Dead("truncated", "EOFError: the member ends early")) from error
        except (*_DAMAGE, RuntimeError, NotImplementedError) as error:
            raise BrokenStream(Dead("corrupt", f"{type(error).__name__}: the member is damaged")) from error


def entries(stream: Readable) -> Iterator[Entry]:
    """Yields the entries of a zip in the order of its directory.

    Raises:
        BrokenStream: If it has no directory that can be read; nothing of it is given then.
    """
    movable = as_seekable(stream)
    if movable is None:
        raise BrokenStream(Dead("unreadable", "ValueError: a zip needs a stream that can seek"))
    movable.seek(0)
    begins = movable.read(len(_LOCAL_HEADER)) == _LOCAL_HEADER
    try:
        archive = zipfile.ZipFile(cast("IO[bytes]", movable))
    except (*_DAMAGE, NotImplementedError) as error:
        reason = Dead("truncated", "BadZipFile: the archive ends without its directory")
        other = Dead("corrupt", f"{type(error).__name__}: not a zip archive")
        raise BrokenStream(reason if begins else other) from error
    with archive:
        overlapping = _overlapping(archive)
        for number, info in enumerate(archive.infolist()):
            yield _entry(archive, info, number in overlapping)


def _overlapping(archive: zipfile.ZipFile) -> set[int]:
    """Returns the numbers of the entries whose bytes reach into the next one's.

    A bomb is made of them: each byte is unpacked as often as there are entries (Fifield 2019, A better
    zip bomb). Of entries that share all their bytes the first one is read.
    """
    infos = archive.infolist()
    order = sorted(range(len(infos)), key=lambda number: infos[number].header_offset, reverse=True)
    found: set[int] = set()
    end = archive.start_dir
    for number in order:
        info = infos[number]
        if info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size > end:
            found.add(number)
        end = info.header_offset
    return found


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, overlaps: bool) -> Entry:
    def content() -> Readable:
        return _Content(archive, info, overlaps)

    name = _stored_name(info)
    mode = info.external_attr >> 16
    if info.is_dir():
        return Entry(name, 0, content, kind="folder")
    if stat.S_ISLNK(mode):
        return Entry(name, 0, content, kind="other", detail="symbolic link")
    if info.compress_type not in _METHODS:
        refused = Refused("unsupported_format", detail=f"zip-method-{info.compress_type}")
        return Entry(name, info.file_size, content, refused=refused)
    return Entry(name, info.file_size, content, encrypted=bool(info.flag_bits & _ENCRYPTED_FLAG))


def _stored_name(info: zipfile.ZipInfo) -> str:
    """Returns the name as most programs mean it: without the UTF-8 flag it is UTF-8 too, or else CP437."""
    if info.flag_bits & _UTF8_FLAG or info.orig_filename.isascii():
        return info.filename
    raw = info.orig_filename.encode("cp437", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return info.filename
