"""EPUB books (2 and 3): one record a chapter, that is an item of the spine, in the order of reading.

The locator names the part in the container (``member=OPS/chapter1.xhtml``), and its bytes are those of the
part. The book's title, author, language and date stand with each chapter; a chapter's own title is the one in
the table of contents, else its first heading. That table itself is refused (``table_of_contents``).
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from schemas import locators
from schemas.records import MAX_RAW_BYTES, Dead, Extracted, Fallen, Record, Refused
from transforms.read.dates import parse_timestamp
from transforms.read.formats import Embedded, ExtractOptions, Format, ReadContext
from transforms.read.office.package import BrokenPackage, Package, attribute, child, local
from transforms.read.pages import page_text
from transforms.read.streams import Readable, read_fully
from transforms.read.titles import stated_name, stated_title
from transforms.read.values import valid_text

_TYPE = "application/epub+zip"
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document", "")
_MAX_CHAPTERS = 20_000
_MAX_PAGE_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class _Item:
    path: str
    media: str
    properties: str


def records(stream: Readable, context: ReadContext) -> Iterator[Record | Fallen | Embedded]:
    """Yields the chapters of a book."""
    raw = read_fully(stream, MAX_RAW_BYTES + 1)
    if len(raw) > MAX_RAW_BYTES:
        yield Fallen(context.prefix, Dead("too_large", f"more than {MAX_RAW_BYTES} bytes"), media_type=_TYPE)
        return
    try:
        yield from _chapters(Package(raw), raw, context)
    except BrokenPackage as broken:
        yield Fallen(context.prefix, broken.dead, raw, _TYPE)


def _chapters(package: Package, raw: bytes, context: ReadContext) -> Iterator[Record | Fallen]:
    name = _package_document(package)
    root = package.xml(name) if name else None
    spine = child(root, "spine") if root is not None else None
    if name is None or spine is None:
        yield Fallen(context.prefix, Dead("corrupt", "ValueError: the book has no spine"), raw, _TYPE)
        return
    items = _manifest(root, posixpath.dirname(name))
    titles = _titles(package, items, attribute(spine, "toc") or "")
    book = _stated(child(root, "metadata"))
    locked = _encrypted(package)
    read: set[str] = set()
    for reference in spine:
        item = items.get(attribute(reference, "idref") or "")
        if local(reference) != "itemref" or item is None or item.path in read:
            continue
        read.add(item.path)
        if len(read) > _MAX_CHAPTERS:
            dead = Dead("too_large", f"more than {_MAX_CHAPTERS} chapters")
            yield Fallen(context.prefix, dead, media_type=_TYPE)
            return
        place = locators.join(context.prefix, locators.step("member", item.path))
        fate, data = _part(package, item, locked)
        if fate is not None:
            yield Fallen(place, fate, data, item.media or None)
        else:
            fields = {**book, "chapter": titles.get(item.path), "number": len(read)}
            yield Record(place, data, FORMAT.name, item.media or "application/xhtml+xml", fields)


def _part(package: Package, item: _Item, locked: set[str]) -> tuple[Refused | Dead | None, bytes]:
    """Returns the bytes of a chapter, and why it cannot be read, if so."""
    if item.path in locked:
        return Dead("encrypted", "a key is needed"), b""
    try:
        data = package.read(item.path, _MAX_PAGE_BYTES)
    except BrokenPackage as broken:
        return broken.dead, b""
    if data is None:
        return Dead("corrupt", "KeyError: a chapter is not in the book"), b""
    if "nav" in item.properties.split():
        return Refused("table_of_contents"), data
    if item.media not in _PAGES:
        return Refused("unsupported_format", detail=item.media), data
    return (None, data) if data.strip() else (Refused("empty"), data)


def _package_document(package: Package) -> str | None:
    """Returns the name of the part that describes the book."""
    container = package.xml("META-INF/container.xml")
    for each in () if container is None else container.iter():
        if local(each) == "rootfile" and (path := attribute(each, "full-path")):
            return unquote(path) if path not in package else path
    return next((name for name in package.names() if name.lower().endswith(".opf")), None)


def _manifest(root: Any, folder: str) -> dict[str, _Item]:
    """Returns the parts that a book names, by identifier."""
    found: dict[str, _Item] = {}
    manifest = child(root, "manifest")
    for each in () if manifest is None else manifest:
        if local(each) == "item" and (href := attribute(each, "href")):
            media = (attribute(each, "media-type") or "").strip().lower()
            item = _Item(_resolved(folder, href), media, attribute(each, "properties") or "")
            found.setdefault(attribute(each, "id") or "", item)
    return found


def _resolved(folder: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))


def _titles(package: Package, items: Mapping[str, _Item], toc: str) -> dict[str, str]:
    """Returns the titles of chapters as the table of contents has them (EPUB 3, else the NCX of EPUB 2)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for item in items.values():
        if "nav" in item.properties.split():
            root = _readable(package, item.path)
            links = [each for each in (() if root is None else root.iter()) if local(each) == "a"]
            for link in links:
                _note(found, item.path, attribute(link, "href"), "".join(link.itertext()))
    ncx = items.get(toc) or next((each for each in items.values() if each.media.endswith("ncx+xml")), None)
    place = "" if ncx is None else ncx.path
    root = _readable(package, place)
    for point in () if root is None else root.iter():
        if local(point) == "navPoint":
            label, content = child(point, "navLabel", "text"), child(point, "content")
            if label is not None and content is not None:
                _note(found, place, attribute(content, "src"), "".join(label.itertext()))
    titles: dict[str, str] = {}
    for path, entries in found.items():
        whole = [title for title, fragment in entries if not fragment]
        if whole or len({title for title, _ in entries}) == 1:  # else it is in several chapters
            titles[path] = whole[0] if whole else entries[0][0]
    return titles


def _note(found: dict[str, list[tuple[str, str]]], path: str, href: str | None, text: str) -> None:
    title = " ".join(text.split())
    if href and title:
        place = _resolved(posixpath.dirname(path), href)
        found.setdefault(place, []).append((title[:500], href.partition("#")[2]))


def _readable(package: Package, path: str) -> Any:
    try:
        return package.xml(path)
    except BrokenPackage:
        return None  # the chapters say what they are called


def _stated(metadata: Any) -> dict[str, Any]:
    """Returns what a book states of itself (Dublin Core)."""
    found: dict[str, list[str]] = {}
    for each in () if metadata is None else metadata.iter():
        if text := " ".join((each.text or "").split()):
            found.setdefault(local(each), []).append(text[:2000])
    first = {name: values[0] for name, values in found.items()}
    stated = {
        "book": stated_title(first.get("title")),
        "author": ", ".join(filter(stated_name, found.get("creator", ()))) or None,
        "date": first.get("date"),
        "lang": first.get("language"),
        "publisher": first.get("publisher"),
        "identifier": first.get("identifier"),
        "rights": first.get("rights"),
    }
    return {key: value for key, value in stated.items() if value}


def _encrypted(package: Package) -> set[str]:
    """Returns the parts that are encrypted; fonts alone do no harm."""
    root = _readable(package, "META-INF/encryption.xml")
    return {
        unquote(attribute(each, "URI") or "")
        for each in (() if root is None else root.iter())
        if local(each) == "CipherReference"
    }


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Returns the text of a chapter, with what the book states of itself."""
    page = page_text(raw)
    if isinstance(page, Dead):
        return page
    stated = dict(options.parsed or {})
    chapter = stated.pop("chapter", None)
    author, day = stated.pop("author", None), stated.pop("date", None)
    metadata = {("chapter" if key == "number" else key): value for key, value in stated.items()}
    if day:
        metadata["date"] = day
    return Extracted(
        valid_text(page.text),
        title=chapter or page.heading or page.title,
        author=author,
        created_at=parse_timestamp(f"{day}-01-01" if day and day.isdecimal() and len(day) == 4 else day),
        metadata=metadata,
    )


def sniff(head: bytes, name: str) -> bool:
    """Packages are told by what is in them, not by their first bytes."""
    return False


FORMAT = Format(
    name="epub",
    media_type=_TYPE,
    extensions=(".epub",),
    extract=extract,
    libraries=("charset-normalizer", "lxml"),
    sniff=sniff,
    reader=records,
)
