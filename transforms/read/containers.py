"""Tells what a zip file or a compound file is: a document, a book, or an archive.

Both are told by what is in them, never by their name: OPC packages (ECMA-376, part 2) by the type of their
main part, OpenDocument and EPUB by their ``mimetype``, compound files (MS-CFB) by their streams. For this the
whole file is needed, since the directory of a zip stands at its end.
"""

import re
import zipfile
from collections.abc import Iterable
from typing import IO, cast

from transforms.read.streams import BrokenStream, Readable, as_seekable

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_MAX_TYPES_BYTES = 1 << 20
_MAX_MIMETYPE_BYTES = 200
_MAIN = re.compile(rb"application/vnd\.[\w.+-]+?\.(?:main\+xml|sheet\.binary\.macroEnabled\.main)\b")
_OPC = (
    (b"wordprocessingml", "docx"),
    (b"ms-word", "docx"),
    (b"presentationml", "pptx"),
    (b"ms-powerpoint", "pptx"),
    (b"spreadsheetml", "xlsx"),
    (b"ms-excel", "xlsx"),
)
_MIMETYPES = (
    ("application/epub+zip", "epub"),
    ("application/vnd.oasis.opendocument.text", "odt"),
    ("application/vnd.oasis.opendocument.spreadsheet", "ods"),
    ("application/vnd.oasis.opendocument.presentation", "odp"),
    ("application/vnd.oasis.opendocument.graphics", "odp"),
    ("application/vnd.sun.xml.writer", "odt"),
    ("application/vnd.sun.xml.calc", "ods"),
    ("application/vnd.sun.xml.impress", "odp"),
)
_STREAMS = (  # of a compound file, in the order in which they decide
    ("EncryptedPackage", "encrypted"),
    ("__properties_version1.0", "msg"),
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
    ("Workbook", "xls"),
    ("Book", "xls"),
)


def identify(stream: Readable, head: bytes) -> str | None:
    """Tells what a container holds.

    Args:
        stream: The content, at its beginning, where it is left again; one that cannot seek tells nothing.
        head: Its first bytes.

    Returns:
        Name of a format, or of one without a reader (``doc``, ``ppt``); ``encrypted`` for a document that
        needs a password; ``broken`` for a zip whose directory cannot be read; None for anything else.
    """
    movable = as_seekable(stream)
    if movable is None:
        return None
    try:
        if head.startswith(ZIP):
            return _zip_kind(cast("IO[bytes]", movable))
        if head.startswith(OLE):
            return _ole_kind(cast("IO[bytes]", movable))
    except BrokenStream:  # says so again when it is read
        return None
    finally:
        movable.seek(0)
    return None


def _zip_kind(file: IO[bytes]) -> str | None:
    try:
        with zipfile.ZipFile(file) as package:
            names = {name.replace("\\", "/").lower(): name for name in package.NameToInfo}
            return _package_kind(package, names)
    except Exception:  # damaged directories and streams raise what they like: BadZipFile, zlib.error …
        return "broken"


def _package_kind(package: zipfile.ZipFile, names: dict[str, str]) -> str | None:
    if "mimetype" in names:
        with package.open(names["mimetype"]) as file:
            stated = file.read(_MAX_MIMETYPE_BYTES).decode("latin-1").strip("\ufeff \r\n\t\0")
        # The longest that fits: ``…text-template`` is text too.
        if found := next((kind for media, kind in _MIMETYPES if stated.startswith(media)), None):
            return found
    if "[content_types].xml" in names:
        with package.open(names["[content_types].xml"]) as file:
            types = file.read(_MAX_TYPES_BYTES).replace(b"\0", b"")  # some are UTF-16
        main = _MAIN.search(types)
        return next((kind for mark, kind in _OPC if main and mark in main[0]), None)
    if "meta-inf/container.xml" in names and any(name.endswith(".opf") for name in names):
        return "epub"
    return None


def _ole_kind(file: IO[bytes]) -> str | None:
    from olefile import OleFileIO

    from transforms.read.mail_outlook import has_sound_header

    file.seek(0)
    raw = file.read()
    if not has_sound_header(raw):
        return None
    try:
        with OleFileIO(raw) as ole:
            return _of_streams(entry[0] if len(entry) == 1 else "" for entry in ole.listdir())
    except Exception:  # on broken files it raises what it likes
        return None


def _of_streams(names: Iterable[str]) -> str | None:
    present = {name.lower() for name in names}
    return next((kind for name, kind in _STREAMS if name.lower() in present), None)
