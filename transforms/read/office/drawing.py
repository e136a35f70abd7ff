"""Shapes of a slide to text (DrawingML; ECMA-376, part 1, 19 and 21)."""

from collections.abc import Callable, Iterator
from typing import Any

from transforms.read.layout import TextLayout, trimmed_row
from transforms.read.office.docx_styles import format_number
from transforms.read.office.math import formula
from transforms.read.office.package import attribute, child, local

_FURNITURE = ("dt", "ftr", "hdr", "sldNum", "sldImg")
_TITLES = ("title", "ctrTitle")
_NUMBERS = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}
_MAX_DEPTH = 40


class Drawing:
    """Reads the shapes of one slide."""

    def __init__(self, diagram: Callable[[str], Any]) -> None:
        """Takes what finds the data of a diagram by the identifier of its relationship."""
        self._diagram = diagram

    def add(self, tree: Any, layout: TextLayout) -> str | None:
        """Adds the shapes of a tree, its title first; returns the title."""
        shapes = list(_shapes(tree))
        titles = [each for each in shapes if _placeholder(each) in _TITLES]
        title: str | None = None
        for shape in titles:
            text = " ".join(" ".join(_paragraphs(child(shape, "txBody"))).split())
            layout.add(text)
            title = title or text or None
        for shape in shapes:
            if not any(shape is each for each in titles):
                self._shape(shape, layout)
        return title

    def notes(self, tree: Any) -> str:
        """Returns the notes of a slide, a paragraph a line."""
        lines: list[str] = []
        for shape in _shapes(tree):
            if _placeholder(shape) == "body":
                lines += [text for text in _paragraphs(child(shape, "txBody")) if text.strip()]
        return "\n".join(line.strip() for line in lines)

    def _shape(self, shape: Any, layout: TextLayout) -> None:
        if local(shape) == "graphicFrame":
            data = child(shape, "graphic", "graphicData")
            for each in () if data is None else data:
                if local(each) == "tbl":
                    _add_table(each, layout)
                elif local(each) == "relIds":
                    self._add_diagram(self._diagram(attribute(each, "dm") or ""), layout)
            return
        kind = _placeholder(shape)
        if kind in _FURNITURE:
            return
        body = child(shape, "txBody")
        if body is not None:
            _add_body(body, layout, listed=kind in ("body", "obj", ""))

    def _add_diagram(self, data: Any, layout: TextLayout) -> None:
        points = child(data, "ptLst")
        first = True
        for point in () if points is None else points:
            if attribute(point, "type") in (None, "node"):
                text = " ".join(" ".join(_paragraphs(child(point, "t"))).split())
                if text:
                    layout.add(f"- {text}", tight=not first)
                    first = False


def _shapes(tree: Any, depth: int = 0) -> Iterator[Any]:
    """Yields shapes and frames, those in groups too, in the order of the drawing."""
    for element in tree:
        name = local(element)
        if name in ("sp", "graphicFrame", "cxnSp"):
            yield element
        elif name == "grpSp" and depth < _MAX_DEPTH:
            yield from _shapes(element, depth + 1)
        elif name == "AlternateContent" and depth < _MAX_DEPTH:
            chosen = next((each for each in element if local(each) in ("Choice", "Fallback")), None)
            if chosen is not None:
                yield from _shapes(chosen, depth + 1)


def _placeholder(shape: Any) -> str | None:
    """Returns the type of a placeholder, "" for one of content, None if the shape is none."""
    for name in ("nvSpPr", "nvGraphicFramePr"):
        found = child(shape, name, "nvPr", "ph")
        if found is not None:
            return attribute(found, "type") or ""
    return None


def _add_body(body: Any, layout: TextLayout, *, listed: bool) -> None:
    """Adds the paragraphs of a shape, with bullets and numbers where these are stated."""
    counts: dict[int, int] = {}
    texts = [text for text in _paragraphs(body) if text.strip()]
    listed = listed and len(texts) > 1
    first = True
    was_item = False
    for paragraph in body:
        text = _text(paragraph).strip() if local(paragraph) == "p" else ""
        if not text:
            continue
        properties = child(paragraph, "pPr")
        level = attribute(properties, "lvl") if properties is not None else None
        depth = int(level) if level and level.isdigit() and int(level) < 9 else 0
        numbered = child(properties, "buAutoNum")
        marker = ""
        if numbered is not None:
            start = attribute(numbered, "startAt") or ""
            counts[depth] = counts[depth] + 1 if depth in counts else int(start) if start.isdigit() else 1
            marker = _number(counts[depth], attribute(numbered, "type") or "")
        elif child(properties, "buNone") is None and (listed or child(properties, "buChar") is not None):
            marker = "-"
        if numbered is None:
            counts.pop(depth, None)
        for deeper in [each for each in counts if each > depth]:
            counts.pop(deeper)
        shown = f"{'  ' * depth}{marker} {text}" if marker else text
        layout.add(
            shown.replace("\n", "\n" + "  " * (depth + bool(marker))),
            tight=not first and bool(marker) == was_item,
        )
        first, was_item = False, bool(marker)


def _number(value: int, kind: str) -> str:
    form = next((form for name, form in _NUMBERS.items() if kind.startswith(name)), "decimal")
    number = format_number(value, form)
    if kind.endswith("ParenBoth"):
        return f"({number})"
    return number + (")" if kind.endswith("ParenR") else "." if not kind.endswith("Plain") else "")


def _paragraphs(body: Any) -> Iterator[str]:
    for element in () if body is None else body:
        if local(element) == "p":
            yield _text(element)


def _text(paragraph: Any) -> str:
    r"""Returns the text of a paragraph; line breaks are ``\n``, formulas LaTeX."""
    parts: list[str] = []
    for element in paragraph:
        match local(element):
            case "r" | "fld":
                parts.append("".join(each.text or "" for each in element if local(each) == "t"))
            case "br":
                parts.append("\n")
            case "m" | "AlternateContent":
                found = next((each for each in element.iter() if local(each) == "oMath"), None)
                parts.append("" if found is None else f"${formula(found)}$")
    return "".join(parts).replace("\v", "\n").replace("_x000B_", "\n")


def _add_table(table: Any, layout: TextLayout) -> None:
    first = True
    for row in table:
        if local(row) != "tr":
            continue
        # Those that another cell covers are there too, and empty.
        cells = [" ".join(_paragraphs(child(cell, "txBody"))) for cell in row if local(cell) == "tc"]
        if line := trimmed_row(cells):
            layout.add(line, tight=not first)
            first = False
