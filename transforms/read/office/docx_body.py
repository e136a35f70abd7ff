"""The body of a Word document to text, as its reader sees it with all changes accepted.

Insertions are in, deletions and moves away are out, and so are hidden text, placeholders, field codes and the
table of contents, which repeats the headings. Notes and comments follow at the end.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from transforms.read.layout import TextLayout, trimmed_row
from transforms.read.office.docx_styles import (
    Numbering,
    Style,
    Styles,
    attribute_of,
    is_on,
    numbering_of,
)
from transforms.read.office.math import formula
from transforms.read.office.package import attribute, child, local

_GONE = ("del", "moveFrom", "delText", "instrText", "delInstrText", "rt", "rPr", "pPr", "sdtPr", "sdtEndPr")
_SYMBOLS = {
    0xF0B7: "•",
    0xF0A7: "•",
    0xF0E0: "→",
    0xF0AE: "→",
    0xF0AC: "←",
    0xF0FC: "✓",
    0xF0FE: "☒",
    0xF0A8: "☐",
}
_MAX_SPAN = 63  # columns of a table of Word
_BLANKS = re.compile(r"[ \u00a0]{2,}")


@dataclass(slots=True)
class Body:
    """A body while it is walked.

    Attributes:
        styles: By identifier.
        numbering: The lists.
        layout: Where blocks go.
        notes: ``footnote`` or ``endnote`` and identifier, with the number by the order of reference.
        comments: Identifiers of comments, likewise.
        title: The first paragraph with the style of a title, ``heading`` that of a heading.
    """

    styles: Styles
    numbering: Numbering
    layout: TextLayout = field(default_factory=TextLayout)
    notes: dict[tuple[str, str], int] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    title: str | None = None
    heading: str | None = None
    _before: str = ""  # what the last block was: item, code, or ""
    _boxes: list[Any] = field(default_factory=list)

    def blocks(self, parent: Any) -> None:
        """Adds the paragraphs and tables in an element."""
        for element in parent:
            match local(element):
                case "p":
                    self._paragraph(element)
                case "tbl":
                    self._table(element)
                case "sdt" if not _is_generated(element):
                    content = child(element, "sdtContent")
                    if content is not None:
                        self.blocks(content)
                case "AlternateContent":
                    if (chosen := _alternative(element)) is not None:
                        self.blocks(chosen)
                case "oMathPara" | "oMath":
                    self._add(formula(element), "")
                case "customXml" | "ins" | "moveTo" | "smartTag" | "txbxContent":
                    self.blocks(element)

    def text_of(self, parent: Any) -> str:
        """Returns the paragraphs of a cell or a note on one line."""
        parts = []
        for element in parent.iter():
            if local(element) == "p" and not _lies_in_removed(element, parent):
                style = self._style(element)
                if not style.hidden:
                    marker = self._marker(element, style)
                    text = self._inline(element)
                    parts.append(f"{marker} {text}" if marker and text.strip() else text)
        self._boxes.clear()  # their paragraphs were met on the way
        return " ".join(" ".join(parts).split())

    def _style(self, paragraph: Any) -> Style:
        return self.styles.of_paragraph(attribute_of(paragraph, "pPr", "pStyle"))

    def _paragraph(self, element: Any) -> None:
        style = self._style(element)
        if style.is_contents or style.hidden:
            return
        marker = self._marker(element, style)
        text = _tidy(self._inline(element))
        boxes, self._boxes = self._boxes, []
        outline = attribute_of(element, "pPr", "outlineLvl")
        heading = style.heading or (int(outline) + 1 if outline.isdigit() and int(outline) < 9 else 0)
        if text.strip("•·-– "):
            if heading:
                line = " ".join(text.split())
                self.heading = self.heading or line
                if style.name == "title":
                    self.title = self.title or line
                self._add(f"{marker} {line}" if marker and marker != "-" else line, "")
            elif marker is not None:
                self._item(element, style, marker, text)
            else:
                self._add(text, "code" if style.is_code else "")
        for box in boxes:
            self.blocks(box)

    def _item(self, element: Any, style: Style, marker: str, text: str) -> None:
        stated = numbering_of(child(element, "pPr")) or style.numbering
        indent = "  " * ((stated[1] or 0) if stated else 0)
        first, *rest = text.split("\n")
        inner = " " * (len(marker) + 1)
        self._add("\n".join([f"{indent}{marker} {first}", *(indent + inner + line for line in rest)]), "item")

    def _add(self, text: str, kind: str) -> None:
        if text.strip():
            self.layout.add(text, tight=bool(kind) and kind == self._before)
            self._before = kind

    def _marker(self, element: Any, style: Style) -> str | None:
        """Counts a paragraph that is numbered; one without text is counted too, as Word does."""
        own = numbering_of(child(element, "pPr"))
        stated = own or style.numbering
        if stated is None or stated[0] == "0":
            return None
        level = stated[1]
        if level is None:
            level = self.numbering.level_of_style(stated[0], attribute_of(element, "pPr", "pStyle"))
        return self.numbering.marker(stated[0], level)

    def _table(self, element: Any) -> None:
        rows = [row for row in _through(element, "tr") if child(row, "trPr", "del") is None]
        cells = [list(_through(row, "tc")) for row in rows]
        if all(len(row) == 1 for row in cells):  # a frame around text
            for row in cells:
                self.blocks(row[0])
            return
        first = True
        for row in cells:
            line = trimmed_row([text for cell in row for text in self._spanned(cell)])
            if line:
                self.layout.add(line, tight=not first)
                first = False
        self._before = ""

    def _spanned(self, cell: Any) -> list[str]:
        """Returns the text of a cell, and empty ones for the columns that it also covers."""
        span = attribute_of(cell, "tcPr", "gridSpan")
        return [self._cell(cell), *[""] * (min(int(span), _MAX_SPAN) - 1 if span.isdigit() else 0)]

    def _cell(self, cell: Any) -> str:
        merged = child(cell, "tcPr", "vMerge")
        if merged is not None and attribute(merged, "val") != "restart":
            return ""  # goes on from the row above
        return self.text_of(cell)

    def _inline(self, parent: Any) -> str:
        return "".join(self._pieces(parent))

    def _pieces(self, parent: Any) -> Iterator[str]:
        """Yields the text of what stands in a paragraph."""
        for element in parent:
            name = local(element)
            match name:
                case "r":
                    if not self._is_hidden(element):
                        yield from self._pieces(element)
                case "t":
                    yield element.text or ""
                case "tab" | "ptab":
                    yield "\t"
                case "br" | "cr":
                    yield "\n" if attribute(element, "type") in (None, "textWrapping") else " "
                case "noBreakHyphen":
                    yield "-"
                case "sym":
                    yield _symbol(attribute(element, "char") or "")
                case "footnoteReference" | "endnoteReference":
                    yield self._note(name.removesuffix("Reference"), attribute(element, "id") or "")
                case "commentReference":
                    self.comments.append(attribute(element, "id") or "")
                case "oMath":
                    yield f"${found}$" if (found := formula(element)) else ""
                case "AlternateContent":
                    if (chosen := _alternative(element)) is not None:
                        yield from self._pieces(chosen)
                case "txbxContent":
                    self._boxes.append(element)
                case "sdt" if child(element, "sdtPr", "showingPlcHdr") is not None:
                    continue
                case _ if name not in _GONE and len(element):
                    yield from self._pieces(element)

    def _note(self, kind: str, number: str) -> str:
        return f"[{self.notes.setdefault((kind, number), len(self.notes) + 1)}]"

    def _is_hidden(self, run: Any) -> bool:
        properties = child(run, "rPr")
        if properties is None:
            return False
        stated = is_on(child(properties, "vanish"))
        if stated is None and (style := self.styles.get(attribute_of(properties, "rStyle"))) is not None:
            stated = style.hidden
        return bool(stated)


def _tidy(text: str) -> str:
    """Returns a paragraph without blanks at the ends of its lines."""
    text = text.replace("$$", "$ $")  # two formulas side by side
    return "\n".join(_BLANKS.sub(" ", line).strip() for line in text.strip().split("\n"))


def _symbol(code: str) -> str:
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    if number < 0xE000:
        return chr(number) if number > 31 and not 0xD800 <= number < 0xE000 else ""
    return _SYMBOLS.get(number, "")


def _alternative(element: Any) -> Any:
    """Returns the first alternative, which is the newest; all say the same."""
    return next((each for each in element if local(each) in ("Choice", "Fallback") and len(each)), None)


def _is_generated(element: Any) -> bool:
    """Tells a table of contents, and a placeholder that nobody filled in."""
    gallery = attribute_of(element, "sdtPr", "docPartObj", "docPartGallery")
    return gallery == "Table of Contents" or child(element, "sdtPr", "showingPlcHdr") is not None


def _through(parent: Any, name: str) -> Iterator[Any]:
    """Yields the rows of a table or the cells of a row, also those in content controls and insertions."""
    for element in parent:
        found = local(element)
        if found == name:
            yield element
        elif found in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _through(element, name)


def _lies_in_removed(element: Any, top: Any) -> bool:
    """Tells whether a paragraph lies in a fallback, whose text another alternative has, or was removed."""
    at = element.getparent()
    while at is not None and at is not top:
        if local(at) in ("del", "moveFrom") or (local(at) == "Fallback" and at.getprevious() is not None):
            return True
        at = at.getparent()
    return False
