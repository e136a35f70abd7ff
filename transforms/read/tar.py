"""Entries of a tar archive, read once from front to back.

``tarfile`` takes an archive that is cut off between two members for complete; here it is ``truncated``,
because the two blocks of zeros at the end are missing (POSIX.1-1988, ustar).
"""

import tarfile
from collections.abc import Iterator
from tarfile import HeaderError
from typing import IO, Self, cast

from schemas.records import Dead
from transforms.read.entries import Entry
from transforms.read.streams import BLOCK_BYTES, BrokenStream, Readable, read_fully

_KINDS = {
    tarfile.LNKTYPE: "hard link",
    tarfile.SYMTYPE: "symbolic link",
    tarfile.CHRTYPE: "device",
    tarfile.BLKTYPE: "device",
    tarfile.FIFOTYPE: "pipe",
}


_READS_BEYOND = 16
"""Reads behind the end until it is told: ``tarfile`` passes over 8 EB block by block, there or not."""


class _Source:
    """A stream for ``tarfile``: full reads, and whether somebody knows already that it broke."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self.told = False  # a member's reader got to know that the stream is broken
        self._beyond = 0

    def read(self, size: int, /) -> bytes:
        data = read_fully(self._stream, size)
        self._beyond = 0 if data else self._beyond + 1
        if self._beyond > _READS_BEYOND:
            raise BrokenStream(Dead("truncated", "EOFError: the archive ends early"))
        return data


class _Content:
    """The content of a member; it ends early only if the archive does."""

    def __init__(self, source: _Source, file: Readable, size: int) -> None:
        self._source = source
        self._file = file
        self._missing = size

    def read(self, size: int, /) -> bytes:
        if not self._missing:
            return b""
        try:
            data = self._file.read(min(size, self._missing))
        except tarfile.TarError as error:
            self._source.told = True
            raise BrokenStream(
                Dead("truncated", f"{type(error).__name__}: the archive ends early")
            ) from error
        except BrokenStream:
            self._source.told = True
            raise
        if not data:
            self._source.told = True
            raise BrokenStream(Dead("truncated", "EOFError: the archive ends early"))
        self._missing -= len(data)
        return data


def entries(stream: Readable) -> Iterator[Entry]:
    """Yields the entries of a tar in archive order.

    Raises:
        BrokenStream: Where the archive is damaged, unless a member's reader met the damage already.
    """
    source = _Source(stream)
    ends: list[type[Exception]] = []

    class Info(tarfile.TarInfo):
        """Remembers why the last header was none; ``tarfile`` itself takes any reason for the end."""

        @classmethod
        def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:
            try:
                return super().fromtarfile(tarfile)
            except HeaderError as error:
                ends.append(type(error))
                raise

    try:
        with tarfile.open(
            fileobj=cast("IO[bytes]", source),
            mode="r|",
            tarinfo=Info,
            encoding="utf-8",
            errors="surrogateescape",
        ) as archive:
            while (info := archive.next()) is not None:
                yield _entry(archive, source, info)
                archive.members.clear()  # type: ignore[attr-defined]  # else the headers of all members stay in memory
        if not source.told and ends[-1] is not tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            raise _broken(ends)
        while source.read(BLOCK_BYTES):  # so that the end of the compressed data is seen, and its checksum
            pass
    except tarfile.TarError as error:
        if not source.told:
            raise _broken(ends) from error
    except BrokenStream:
        if not source.told:
            raise


def _broken(ends: list[type[Exception]]) -> BrokenStream:
    if ends and ends[-1] is tarfile.InvalidHeaderError:  # type: ignore[attr-defined]
        return BrokenStream(Dead("corrupt", "InvalidHeaderError: the archive is damaged"))
    return BrokenStream(Dead("truncated", "ReadError: the archive ends early"))


def _entry(archive: tarfile.TarFile, source: _Source, info: tarfile.TarInfo) -> Entry:
    if info.isdir():
        return Entry(info.name, 0, lambda: source, kind="folder")
    if not info.isreg() or info.issparse():
        return Entry(info.name, 0, lambda: source, kind="other", detail=_KINDS.get(info.type, "special file"))

    def open_content() -> Readable:
        file = archive.extractfile(info)
        if file is None:
            raise ValueError("a regular file has content")
        return _Content(source, file, info.size)

    return Entry(info.name, info.size, open_content)
