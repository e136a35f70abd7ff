"""OpenDocument texts, workbooks and presentations (``.odt``, ``.ods``, ``.odp``): one record a file."""

from typing import Any

from schemas.records import Dead, Extracted, Refused
from transforms.read.dates import parse_timestamp
from transforms.read.formats import ExtractOptions, Format
from transforms.read.office.odf_body import Content, TooManyCells
from transforms.read.office.package import Package, attribute, child, extracted, local
from transforms.read.titles import stated_name, stated_title
from transforms.read.values import valid_text

_MEDIA = "application/vnd.oasis.opendocument."
_MAX_MIMETYPE_BYTES = 200


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Returns the text of a document, and what its ``meta.xml`` says."""
    try:
        return extracted(raw, _document)
    except TooManyCells:
        return Dead("too_large", "too many cells")


def _document(package: Package) -> Extracted | Dead:
    manifest = package.xml("META-INF/manifest.xml")
    if manifest is not None and any(local(each) == "encryption-data" for each in manifest.iter()):
        return Dead("encrypted", "a password is needed")
    root = package.xml("content.xml")
    body = child(root, "body") if root is not None else None
    if body is None:
        return Dead("corrupt", "ValueError: the package has no content")
    roots = [root, package.xml("styles.xml")]
    content = Content(frozenset(_hidden(roots)), frozenset(_numbered(roots)))
    for part in body:
        if local(part) == "spreadsheet":
            content.sheets_of(part)
        else:
            content.blocks(part)
    text = valid_text(content.finish())
    stated, metadata = _stated(package.xml("meta.xml"))
    for key, value in (("slides", content.slides), ("sheets", content.sheets)):
        if value:
            metadata[key] = value
    if content.sheets_hidden:
        metadata["sheets_hidden"] = content.sheets_hidden
    return Extracted(
        text,
        title=stated_title(stated.get("title")) or content.title,
        author=stated_name(stated.get("initial-creator")) or stated_name(stated.get("creator")),
        created_at=parse_timestamp(stated.get("creation-date") or stated.get("date")),
        metadata=metadata,
        media_type=_media_type(package),
    )


def _media_type(package: Package) -> str | None:
    stated = (package.read("mimetype", _MAX_MIMETYPE_BYTES) or b"").decode("latin-1").strip()
    return stated if stated.startswith("application/vnd.") and stated.isascii() else None


def _hidden(roots: list[Any]) -> list[str]:
    """Returns the names of styles with hidden text, and of tables that are not shown."""
    return [
        attribute(style, "name") or ""
        for root in roots
        for style in (() if root is None else root.iter())
        if local(style) == "style"
        for each in style
        if (local(each) == "text-properties" and attribute(each, "display") == "none")
        or (local(each) == "table-properties" and attribute(each, "display") == "false")
    ]


def _numbered(roots: list[Any]) -> list[str]:
    """Returns ``style/level`` of all levels of lists that have numbers."""
    return [
        f"{attribute(style, 'name')}/{attribute(level, 'level')}"
        for root in roots
        for style in (() if root is None else root.iter())
        if local(style) == "list-style"
        for level in style
        if local(level) == "list-level-style-number" and attribute(level, "num-format")
    ]


def _stated(root: Any) -> tuple[dict[str, str], dict[str, Any]]:
    """Returns the elements of the metadata by name, and those that are kept as they are."""
    found: dict[str, str] = {}
    keywords: list[str] = []
    metadata: dict[str, Any] = {}
    for each in () if root is None else root.iter():
        text = " ".join((each.text or "").split())[:2000]
        if local(each) == "keyword" and text:
            keywords.append(text)
        elif local(each) == "document-statistic":
            pages = attribute(each, "page-count") or ""
            if pages.isascii() and pages.isdigit():
                metadata["pages"] = int(pages)
        elif text:
            found.setdefault(local(each), text)
    if keywords:
        metadata["keywords"] = ", ".join(keywords)
    for key, name in (("subject", "subject"), ("lang", "language")):
        if name in found:
            metadata[key] = found[name]
    return found, metadata


def sniff(head: bytes, name: str) -> bool:
    """Packages are told by what is in them, not by their first bytes."""
    return False


def _format(name: str, media: str, extensions: tuple[str, ...]) -> Format:
    return Format(
        name=name,
        media_type=_MEDIA + media,
        extensions=extensions,
        extract=extract,
        libraries=("lxml",),
        sniff=sniff,
    )


ODT = _format("odt", "text", (".odt", ".ott", ".sxw"))
ODS = _format("ods", "spreadsheet", (".ods", ".ots", ".sxc"))
ODP = _format("odp", "presentation", (".odp", ".otp", ".odg", ".sxi"))
