"""PowerPoint presentations (``.pptx``, ``.pptm``, ``.ppsx``, ``.potx``): one record a file.

Slides stand in the order in which they are shown, the title of each first, its notes after it; hidden slides
are left out, and so are dates, feet and numbers of slides.
"""

from collections.abc import Iterator
from typing import Any

from schemas.records import Dead, Extracted, Refused
from transforms.read.formats import ExtractOptions, Format
from transforms.read.layout import TextLayout
from transforms.read.office.drawing import Drawing
from transforms.read.office.package import (
    Package,
    Relation,
    attribute,
    child,
    core_properties,
    extracted,
    local,
    parse_xml,
    related,
)
from transforms.read.office.types import media_type_of
from transforms.read.titles import stated_title
from transforms.read.values import valid_text

_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_MAX_SLIDES = 10_000


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Returns the text of a presentation with its notes, and its properties."""
    return extracted(raw, _presentation)


def _presentation(package: Package) -> Extracted | Dead:
    relations = package.relations()
    main = related(relations, "officeDocument") or "ppt/presentation.xml"
    root = package.xml(main)
    if root is None:
        return Dead("corrupt", "ValueError: the package has no presentation")
    slides = list(_slides(root, package.relations(main)))
    if len(slides) > _MAX_SLIDES:
        return Dead("too_large", f"more than {_MAX_SLIDES} slides")
    layout = TextLayout()
    title: str | None = None
    hidden = 0
    for name in slides:
        slide = package.xml(name)
        if slide is None:
            continue
        if attribute(slide, "show") in ("0", "false"):
            hidden += 1
            continue
        found = _slide(package, name, slide, layout)
        title = title or found
    stated = core_properties(package, relations)
    metadata = {**stated.metadata, "slides": len(slides)}
    if hidden:
        metadata["slides_hidden"] = hidden
    return Extracted(
        valid_text(layout.text()),
        title=stated_title(stated.title) or title,
        author=stated.author,
        created_at=stated.created_at,
        metadata=metadata,
        media_type=media_type_of(package, _TYPE),
    )


def _slides(root: Any, relations: dict[str, Relation]) -> Iterator[str]:
    """Yields the parts of the slides in the order in which they are shown."""
    identifiers = child(root, "sldIdLst")
    for each in () if identifiers is None else identifiers:
        # ``id`` without a namespace is a number; the one with it names the relationship.
        name = next((value for key, value in each.attrib.items() if key.endswith("}id")), "")
        if name in relations:
            yield relations[name].target


def _slide(package: Package, name: str, slide: Any, layout: TextLayout) -> str | None:
    """Adds a slide; returns its title."""
    relations = package.relations(name)
    drawing = Drawing(lambda identifier: _diagram(package, relations, identifier))
    tree = child(slide, "cSld", "spTree")
    title = drawing.add(tree, layout) if tree is not None else None
    notes = package.xml(related(relations, "notesSlide") or "")
    tree = child(notes, "cSld", "spTree")
    if tree is not None:
        text = drawing.notes(tree)
        if text:
            layout.add(f"Notes: {text}")
    for each in relations.values():
        if each.kind == "comments" and (root := package.xml(each.target)) is not None:
            for comment in root:
                if text := " ".join(
                    " ".join(t.text or "" for t in comment.iter() if local(t) in ("text", "t")).split()
                ):
                    layout.add(f"Comment: {text}")
    return title


def _diagram(package: Package, relations: dict[str, Relation], identifier: str) -> Any:
    """Returns the data of a diagram (SmartArt), None if there is none."""
    found = relations.get(identifier)
    data = package.read(found.target) if found is not None else None
    return None if data is None else parse_xml(data)


def sniff(head: bytes, name: str) -> bool:
    """Packages are told by what is in them, not by their first bytes."""
    return False


FORMAT = Format(
    name="pptx",
    media_type=_TYPE,
    extensions=(".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"),
    extract=extract,
    libraries=("lxml",),
    sniff=sniff,
)
