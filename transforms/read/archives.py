r"""Archives walked like folders: ``.zip``, ``.tar`` and compressed ``.tar``, without a byte on disk.

Members are the regular files, numbered from 0 in archive order. What is no regular file or has an
unsafe name is a ``Fallen`` and has no number; it belongs to the range that holds the next member,
and after the last member to the range that ends there. So each entry is met in exactly one range.

A member's name in a locator is its path; when a name comes again, ``#2``, ``#3`` … is appended. Bytes
of a name that are not UTF-8 are written ``\xNN``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from schemas.locators import step
from schemas.records import Dead, Fallen, Refused
from transforms.read import tar, zips
from transforms.read.compression import Decompressed, detect_compression, strip_suffix
from transforms.read.entries import Entry
from transforms.read.streams import BrokenStream, Readable, peek

ArchiveKind = Literal["zip", "tar"]
HEAD_BYTES = 1 << 16
_USTAR = slice(257, 262)
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Member:
    """A regular file in an archive.

    Attributes:
        name: Its name as it stands in locators.
        size: Its uncompressed bytes (of itself: a compressed member is not opened), as stated.
    """

    name: str
    size: int


def archive_kind(name: str) -> ArchiveKind | None:
    """Tells by the name alone whether a file is an archive that is walked.

    >>> archive_kind("a.tar.zst"), archive_kind("b.ZIP"), archive_kind("c.md.gz")
    ('tar', 'zip', None)
    """
    inner, kind = strip_suffix(name)
    if inner.lower().endswith(".tar"):
        return "tar"
    return "zip" if kind is None and name.lower().endswith(".zip") else None


def is_tar(head: bytes) -> bool:
    """Tells a tar by the magic of its first header."""
    return head[_USTAR] == b"ustar"


def detect_archive(name: str, head: bytes) -> ArchiveKind | None:
    """Tells by the decompressed head, then by the name, whether content is an archive that is walked.

    Office documents and books are zip files too; only what is called ``.zip`` is walked.
    """
    if is_tar(head):
        return "tar"
    return archive_kind(name)


def list_members(stream: Readable, name: str) -> Iterator[Member | Fallen]:
    """Lists an archive in its order, reading it once; damage ends the list with one ``Fallen``.

    Args:
        stream: The file, at its beginning; a zip needs a stream that can seek.
        name: Its path; the ending tells the kind of archive.
    """
    for found in _walk(stream, name):
        yield found if isinstance(found, Fallen) else Member(found.name, found.size)


def open_members(
    stream: Readable, name: str, start: int = 0, stop: int | None = None
) -> Iterator[tuple[str, Readable] | Fallen]:
    """Opens the members number ``start`` to ``stop`` one after the other, with what fell between them.

    Each member must be read before the next is asked for. Its stream gives the good bytes and then
    raises ``BrokenStream`` if the archive is damaged there; ``read_stream`` makes the dead letter.

    Args:
        stream: The file, at its beginning; a zip needs a stream that can seek.
        name: Its path; the ending tells the kind of archive.
        start: Number of the first member.
        stop: First number after the range; None goes to the end of the archive.
    """
    number = 0
    fallen: list[Fallen] = []
    for found in _walk(stream, name):
        if isinstance(found, Fallen):
            if number >= start:
                fallen.append(found)
            continue
        if stop is not None and number >= stop:
            return
        if number >= start:
            yield from fallen
            fallen.clear()
            yield found.name, found.open()
        number += 1
    if number >= start and (stop is None or number <= stop):
        yield from fallen


def _walk(stream: Readable, name: str) -> Iterator[Entry | Fallen]:
    """Walks an archive: safe regular files, and what is none."""
    used: set[str] = set()
    try:
        for entry in _entries(stream, name):
            if entry.kind == "folder":
                continue
            shown = _distinct(_printable(entry.name), used)
            place = step("member", shown)
            if _is_unsafe(entry.name):
                yield Fallen(place, Dead("unsafe_path", "name points outside the archive"))
            elif entry.kind == "other":
                yield Fallen(place, Refused("not_a_file", detail=entry.detail))
            elif entry.encrypted:
                yield Fallen(place, Dead("encrypted", "a password is needed"))
            elif entry.refused is not None:
                yield Fallen(place, entry.refused)
            else:
                yield entry.named(shown)
    except BrokenStream as broken:
        yield Fallen("", broken.dead)


def _entries(stream: Readable, name: str) -> Iterator[Entry]:
    head, stream = peek(stream, HEAD_BYTES)
    compression = detect_compression(head)
    if compression is not None:
        stream = Decompressed(stream, compression)
        head, stream = peek(stream, HEAD_BYTES)
    elif not head:
        raise BrokenStream(Dead("truncated", "EOFError: the archive is empty"))
    match detect_archive(name, head):
        case "zip":
            yield from zips.entries(stream)
        case "tar" if compression is None and strip_suffix(name)[1] is not None and not is_tar(head):
            raise BrokenStream(Dead("corrupt", "ValueError: not compressed as the name says"))
        case "tar":
            yield from tar.entries(stream)
        case None:
            raise BrokenStream(Dead("corrupt", "ValueError: not an archive"))


def _distinct(name: str, used: set[str]) -> str:
    """Returns the name, with ``#2``, ``#3`` … appended if it was used before."""
    shown, count = name, 1
    while shown in used:
        count += 1
        shown = f"{name}#{count}"
    used.add(shown)
    return shown


def _printable(name: str) -> str:
    r"""Writes the bytes that were no UTF-8 (lone surrogates by now) as ``\xNN``."""
    if name.isascii():
        return name
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _is_unsafe(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or name.startswith(("/", "\\")) or _DRIVE.match(name) is not None or "\0" in name
