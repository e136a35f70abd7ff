"""MediaWiki XML exports (``<mediawiki>``, versions 0.3 to 0.11, in UTF-8 or UTF-16): one record a page.

The bytes of a page are those from ``<page>`` to ``</page>``; both can only be markup, because the text
between is escaped. So a page that is damaged costs no other page its place, no document type and no entity
of the file is ever read, and memory is bounded by the largest page. What is no article is refused: pages of
other namespaces (templates, talk …), redirects, pages that are no wikitext.

Of a page with several revisions the last one is read. Its editor and date are those of the revision, not
of the page, and stand in the metadata only.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from lxml import etree

from schemas.records import MAX_RAW_BYTES, Dead, Extracted, Fallen, Record, Refused
from transforms.read.formats import ExtractOptions, Format, ReadContext
from transforms.read.lookahead import Lookahead
from transforms.read.streams import Readable
from transforms.read.values import valid_text
from transforms.read.wikitext import MAX_CHARS, TooCostly, wikitext_to_text

_MEDIA_TYPE = "application/xml"
_TEXT_TYPE = "text/x-wiki"
_HEAD_BYTES = 1 << 16
# Atomic and possessive: a page that begins with many comments would be tried in every division of them.
_START = re.compile(r"\A\ufeff?\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!--(?>.*?-->)\s*+)*+<mediawiki[\s>]", re.DOTALL)
_MARKS = (
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_LONGEST_MARK = 32
_NOTHING_SHOWN = ("6", "14", "-2")  # files, categories, media
_ENGLISH = ("file", "image", "category", "media")
_REDIRECT = re.compile(r"\A\s*#REDIRECT\b", re.IGNORECASE)
_DETAIL_CHARS = 200


@dataclass(frozen=True, slots=True)
class _Marks:
    """Where pages begin and end, in the bytes of the file."""

    encoding: str
    open: bytes
    close: bytes
    end: bytes
    opening: re.Pattern[bytes]
    either: re.Pattern[bytes]

    @classmethod
    def of(cls, encoding: str) -> "_Marks":
        opened, closed, end = (tag.encode(encoding) for tag in ("<page>", "</page>", "</mediawiki>"))
        opening = re.compile(re.escape(opened))
        either = re.compile(re.escape(opened) + b"|" + re.escape(closed))
        return cls(encoding, opened, closed, end, opening, either)


def records(stream: Readable, context: ReadContext) -> Iterator[Record | Fallen]:
    """Yields the pages as ``item=N`` with their exact bytes; the rest of a broken file is one dead letter."""
    source = Lookahead(stream)
    marks = _Marks.of(_encoding(source.peek(4)))
    between = _before_page(source, marks)
    site = {**_site(between.decode(marks.encoding, "replace")), "encoding": marks.encoding}
    number = 0
    while source.peek(1):
        place = context.locate("item", number)
        found = _page(source, marks, place, site)
        number += 1
        yield found
        if isinstance(found, Fallen) and isinstance(found.fate, Dead) and not source.peek(1):
            return
        between = _before_page(source, marks)
    if source.broken is not None:
        yield Fallen(context.locate("item", number), source.broken.dead, media_type=_MEDIA_TYPE)
    elif marks.end not in between:
        dead = Dead("truncated", f"EOFError: the export is not closed (at byte {source.offset})")
        yield Fallen(context.locate("item", number), dead, media_type=_MEDIA_TYPE)
    elif not number:
        yield Fallen(context.prefix, Refused("empty"), media_type=_MEDIA_TYPE)


def _before_page(source: Lookahead, marks: _Marks) -> bytes:
    """Takes what stands before the next page."""
    if source.peek(len(marks.open)) == marks.open:
        return b""
    return source.take_until(marks.opening, _LONGEST_MARK)


def _page(source: Lookahead, marks: _Marks, place: str, site: Mapping[str, Any]) -> Record | Fallen:
    offset = source.offset
    raw = source.take_until(marks.either, _LONGEST_MARK)
    size = source.offset - offset
    if source.peek(len(marks.close)) == marks.close:
        end = source.read(len(marks.close))
        if size + len(end) > MAX_RAW_BYTES:
            dead = Dead("too_large", f"a page of more than {MAX_RAW_BYTES} bytes")
            return Fallen(place, dead, media_type=_MEDIA_TYPE)
        return Record(place, raw + end, FORMAT.name, _MEDIA_TYPE, site)
    if source.peek(1):
        return Fallen(place, Dead("corrupt", "ValueError: a page begins within a page"), raw, _MEDIA_TYPE)
    dead = Dead("truncated", f"EOFError: the export ends within a page (at byte {source.offset})")
    return Fallen(place, dead if source.broken is None else source.broken.dead, raw, _MEDIA_TYPE)


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Makes the text of an article; ``namespace``, ``redirect`` and ``content_model`` refuse the others."""
    site = options.parsed or {}
    page = _parse(raw, str(site.get("encoding", "utf-8")))
    if isinstance(page, Dead):
        return page
    title = _text(page, "title") or ""
    refused = _refused(page, title, site)
    if refused is not None:
        return refused
    revisions = page.findall("revision")
    revision = revisions[-1] if revisions else page
    wikitext = _text(revision, "text") or ""
    if _REDIRECT.match(wikitext):
        return Refused("redirect")
    model = _text(revision, "model")
    if model not in {None, "wikitext"}:
        return Refused("content_model", detail=model[:_DETAIL_CHARS] if model else None)
    if len(wikitext) > MAX_CHARS:
        return Dead("too_large", f"wikitext of more than {MAX_CHARS} characters")
    try:
        text = wikitext_to_text(wikitext, site.get("dropped", _ENGLISH))
    except TooCostly as error:
        return Dead("parse_error", f"TooCostly: {error}")
    except RecursionError:
        return Dead("parse_error", "RecursionError: nested too deep")
    metadata = _metadata(page, revision, title, site)
    return Extracted(valid_text(text), title=title or None, metadata=metadata, media_type=_TEXT_TYPE)


def _refused(page: Any, title: str, site: Mapping[str, Any]) -> Refused | None:
    names: Mapping[str, str] = site.get("namespaces", {})
    number = _text(page, "ns")
    if number is None:  # before version 0.6
        prefix = title.partition(":")[0] if ":" in title else ""
        number = next((key for key, name in names.items() if name == prefix and prefix), "0")
    if number != "0":
        return Refused("namespace", detail=f"{number} {names.get(number, '')}".strip()[:_DETAIL_CHARS])
    redirect = page.find("redirect")
    if redirect is not None:
        return Refused("redirect", detail=(redirect.get("title") or "")[:_DETAIL_CHARS] or None)
    return None


def _metadata(page: Any, revision: Any, title: str, site: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        "site": site.get("site"),
        "lang": site.get("lang"),
        "url": _address(site.get("base"), title),
        "page_id": _text(page, "id"),
        "revision_id": _text(revision, "id"),
        "revision_timestamp": _text(revision, "timestamp"),
        "revision_contributor": _text(revision, "contributor/username") or _text(revision, "contributor/ip"),
    }
    return {key: value for key, value in found.items() if value}


def _address(base: str | None, title: str) -> str | None:
    """Returns the address of a page: that of the main page with another title."""
    if not base or not title or "/" not in base:
        return None
    return f"{base.rpartition('/')[0]}/{quote(title.replace(' ', '_'), safe='/:,()')}"


def _text(element: Any, path: str) -> str | None:
    found = element.findtext(path)
    return found.strip() if found is not None else None


def _parse(raw: bytes, encoding: str) -> Any:
    """Parses the XML of one page, which has no document type and so no entities of its own."""
    try:
        page = raw.decode(encoding).encode("utf-8")
    except UnicodeError:
        return Dead("undecodable", f"UnicodeDecodeError: not {encoding}")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    try:
        return etree.fromstring(page, parser)
    except etree.LxmlError as error:
        return Dead("parse_error", f"{type(error).__name__}: the page is no XML")


def _site(head: str) -> dict[str, Any]:
    """Returns what the export says of its wiki, as far as it can be read.

    Keys: ``site``, ``lang``, ``base``, ``namespaces`` (number -> name), ``dropped`` (names whose links
    show nothing, in lower case), ``encoding``.
    """
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, resolve_entities=False, no_network=True, load_dtd=False
    )
    start = head.find("<mediawiki")
    try:
        tree = etree.fromstring(head[max(0, start) :].encode("utf-8", "replace")[:MAX_RAW_BYTES], parser)
    except etree.LxmlError:
        tree = None
    found: dict[str, Any] = {}
    names: dict[str, str] = {}
    for element in tree.iter() if tree is not None else ():
        if not isinstance(element.tag, str):
            continue
        name = etree.QName(element).localname
        value = (element.text or "").strip()[:_DETAIL_CHARS]
        if name == "mediawiki":
            found["lang"] = (element.get("{http://www.w3.org/XML/1998/namespace}lang") or "")[:35]
        elif name == "namespace" and value:
            names[element.get("key") or ""] = value
        elif name in {"sitename", "base"} and value:
            found["site" if name == "sitename" else name] = value
    local = (names[key].lower() for key in _NOTHING_SHOWN if key in names)
    return {**found, "namespaces": names, "dropped": sorted({*_ENGLISH, *local})}


def _encoding(head: bytes) -> str:
    return next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8")


def sniff(head: bytes, name: str) -> bool:
    """Takes what begins as an export, in whatever encoding."""
    return _START.match(head[:_HEAD_BYTES].decode(_encoding(head), "ignore")) is not None


FORMAT = Format(
    name="mediawiki",
    media_type=_MEDIA_TYPE,
    extensions=(),
    extract=extract,
    libraries=("lxml", "mwparserfromhell"),
    sniff=sniff,
    reader=records,
)
