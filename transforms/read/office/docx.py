"""Word documents (``.docx``, ``.docm``, ``.dotx``; ECMA-376 transitional and strict): one record a file.

Headers and footers of pages are left out. Footnotes and endnotes stand at the end, numbered as they are
referred to; then the comments.
"""

from typing import Any

from schemas.records import Dead, Extracted, Refused
from transforms.read.formats import ExtractOptions, Format
from transforms.read.office.docx_body import Body
from transforms.read.office.docx_styles import Styles, read_numbering
from transforms.read.office.package import (
    Package,
    attribute,
    child,
    core_properties,
    extracted,
    local,
    related,
)
from transforms.read.office.types import media_type_of
from transforms.read.titles import stated_title
from transforms.read.values import valid_text

_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Returns the text of a document with its notes and comments, and its properties."""
    return extracted(raw, _document)


def _document(package: Package) -> Extracted | Dead:
    relations = package.relations()
    main = related(relations, "officeDocument") or "word/document.xml"
    root = package.xml(main)
    content = child(root, "body") if root is not None else None
    if content is None:
        return Dead("corrupt", "ValueError: the package has no document")
    parts = package.relations(main)
    styles = package.xml(related(parts, "styles") or "")
    body = Body(Styles(styles), read_numbering(package.xml(related(parts, "numbering") or "")))
    body.blocks(content)
    _add_notes(
        body, {kind: package.xml(related(parts, kind + "s") or "") for kind in ("footnote", "endnote")}
    )
    _add_comments(body, package.xml(related(parts, "comments") or ""))
    stated = core_properties(package, relations)
    metadata = dict(stated.metadata)
    language = attribute(_language(styles), "val") if _language(styles) is not None else None
    if language and "lang" not in metadata:
        metadata["lang"] = language
    pages = child(package.xml("docProps/app.xml"), "Pages")
    if pages is not None and (pages.text or "").strip().isdecimal():
        metadata["pages"] = int(pages.text)
    return Extracted(
        valid_text(body.layout.text()),
        title=stated_title(stated.title) or body.title or body.heading,
        author=stated.author,
        created_at=stated.created_at,
        metadata=metadata,
        media_type=media_type_of(package, _TYPE),
    )


def _language(styles: Any) -> Any:
    return child(styles, "docDefaults", "rPrDefault", "rPr", "lang")


def _add_notes(body: Body, roots: dict[str, Any]) -> None:
    """Adds the notes in the order in which the text refers to them."""
    texts = {
        (kind, attribute(note, "id") or ""): note
        for kind, root in roots.items()
        for note in (() if root is None else root)
        if local(note) == kind
    }
    places = list(body.notes)
    for number, place in enumerate(places, 1):
        if (note := texts.get(place)) is not None and (text := body.text_of(note)):
            body.layout.add(f"[{number}] {text}", tight=number > 1)
        if len(body.notes) > len(places):  # a note may refer to another one
            places += list(body.notes)[len(places) :]


def _add_comments(body: Body, root: Any) -> None:
    comments = {attribute(each, "id") or "": each for each in (() if root is None else root)}
    first = True
    for number in dict.fromkeys(body.comments):
        comment = comments.get(number)
        if comment is not None and (text := body.text_of(comment)):
            body.layout.add(f"Comment: {text}", tight=not first)
            first = False


def sniff(head: bytes, name: str) -> bool:
    """Packages are told by what is in them, not by their first bytes."""
    return False


FORMAT = Format(
    name="docx",
    media_type=_TYPE,
    extensions=(".docx", ".docm", ".dotx", ".dotm"),
    extract=extract,
    libraries=("lxml",),
    sniff=sniff,
)
