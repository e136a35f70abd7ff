"""A zip with a document in it: its parts by name, in bounded memory, and its relationships.

zipfile and lxml do the reading. No entity is expanded, no document type loaded, nothing fetched; a part that
is larger than what a document needs, by its stated or its real size, is a dead letter.
"""

import lzma
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from lxml import etree

from schemas.records import Dead, Extracted
from transforms.read.dates import parse_timestamp
from transforms.read.titles import stated_name

MAX_PART_BYTES = 48 << 20
"""Size of a part of XML, in bytes; parsed, it takes about five times as much memory."""

MAX_PACKAGE_BYTES = 256 << 20
"""What may be taken out of one package, in bytes."""

_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError)
_RELATIONSHIPS = "_rels/{}.rels"


class BrokenPackage(Exception):  # noqa: N818 - it says what the package is
    """The package cannot be read on; caught by the formats, never by callers.

    Attributes:
        dead: What the document becomes.
    """

    def __init__(self, dead: Dead) -> None:
        super().__init__(dead)
        self.dead = dead


@dataclass(frozen=True, slots=True)
class Relation:
    """A part that another one refers to: its kind (the last part of the type's address), and its name."""

    kind: str
    target: str


class Package:
    """The parts of a zip.

    Raises:
        BrokenPackage: If it is no zip, or damaged; so do all methods.
    """

    def __init__(self, raw: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(raw))
        except _DAMAGE as error:
            whole = Dead("corrupt", f"{type(error).__name__}: not a zip archive")
            cut = Dead("truncated", "BadZipFile: the package ends without its directory")
            raise BrokenPackage(cut if raw.startswith(b"PK\x03\x04") else whole) from error
        self._left = MAX_PACKAGE_BYTES
        self._names = {_key(info.filename): info for info in self._zip.infolist() if not info.is_dir()}

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._names

    def names(self) -> Iterator[str]:
        """Returns the names of all parts, in the order of the directory."""
        return (info.filename for info in self._names.values())

    def size(self, name: str) -> int:
        """Returns the stated size of a part, in bytes; 0 if there is none."""
        info = self._names.get(_key(name))
        return 0 if info is None else info.file_size

    def read(self, name: str, limit: int | None = None) -> bytes | None:
        """Returns the bytes of a part, None if there is none; ``limit`` is that of XML if not stated."""
        info = self._names.get(_key(name))
        if info is None:
            return None
        if info.flag_bits & 0x1:
            raise BrokenPackage(Dead("encrypted", "a password is needed"))
        limit = min(MAX_PART_BYTES if limit is None else limit, self._left)
        too_large = BrokenPackage(Dead("too_large", f"a part of more than {limit} bytes"))
        if info.file_size > limit:
            raise too_large
        try:
            with self._zip.open(info) as file:
                data = file.read(limit + 1)
        except _DAMAGE as error:
            raise BrokenPackage(Dead("corrupt", f"{type(error).__name__}: a part is damaged")) from error
        except RuntimeError as error:
            raise BrokenPackage(Dead("encrypted", "a password is needed")) from error
        if len(data) > limit:
            raise too_large
        self._left -= len(data)
        return data

    def xml(self, name: str) -> Any:
        """Returns the root of a part of XML, None if there is no such part or nothing in it."""
        data = self.read(name)
        return None if data is None else parse_xml(data)

    def relations(self, name: str = "") -> dict[str, Relation]:
        """Returns what a part refers to, by identifier; of the package itself without a name."""
        folder, base = posixpath.split(name)
        root = self.xml(posixpath.join(folder, _RELATIONSHIPS.format(base)))
        found: dict[str, Relation] = {}
        for each in () if root is None else root:
            if local(each) == "Relationship" and each.get("TargetMode") != "External":
                target = unquote(each.get("Target", ""))
                path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                kind = each.get("Type", "").rpartition("/")[2]
                found[each.get("Id", "")] = Relation(kind, posixpath.normpath(path))
        return found


def extracted(raw: bytes, make: Callable[[Package], Extracted | Dead]) -> Extracted | Dead:
    """Returns what ``make`` makes of the package whose bytes these are, or why nothing can be made of it."""
    try:
        return make(Package(raw))
    except BrokenPackage as broken:
        return broken.dead
    except RecursionError:
        return Dead("parse_error", "RecursionError: nested too deep")


def related(relations: dict[str, Relation], kind: str) -> str | None:
    """Returns the name of the first part of a kind."""
    return next((each.target for each in relations.values() if each.kind == kind), None)


def parse_xml(data: bytes) -> Any:
    """Parses XML; what is damaged in it is passed over, since the zip vouches for its bytes."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError):
        return None


def local(element: Any) -> str:
    """Returns the name of an element without its namespace; "" for what is no element.

    Transitional and strict documents, and those of older programs, differ in their namespaces only.
    """
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str | None:
    """Returns an attribute by its name without the namespace, None if there is none."""
    found: str | None = element.get(name)
    if found is None:
        ending = "}" + name
        found = next((value for key, value in element.attrib.items() if key.endswith(ending)), None)
    return found


def child(element: Any, *path: str) -> Any:
    """Returns the first element down a path of names, None if there is none."""
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren("{*}" + name), None)
    return element


@dataclass(frozen=True, slots=True)
class Properties:
    """What a document states of itself."""

    title: str | None
    author: str | None
    created_at: int | None
    metadata: dict[str, Any]


def core_properties(package: Package, relations: dict[str, Relation]) -> Properties:
    """Returns the core properties of an OPC package (ECMA-376, part 2, 11)."""
    root = package.xml(related(relations, "core-properties") or "docProps/core.xml")
    stated: dict[str, str] = {}
    for each in () if root is None else root:
        if text := " ".join((each.text or "").split()):
            stated.setdefault(local(each), text[:2000])
    metadata = {
        key: stated[name]
        for key, name in (("subject", "subject"), ("keywords", "keywords"), ("category", "category"))
        if name in stated
    }
    if "language" in stated:
        metadata["lang"] = stated["language"]
    return Properties(
        stated.get("title"),
        stated_name(stated.get("creator")),
        parse_timestamp(stated.get("created")),
        dict(metadata),
    )


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
