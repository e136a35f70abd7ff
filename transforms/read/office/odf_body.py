"""The content of an OpenDocument file to text (OASIS OpenDocument 1.3, part 3).

Tracked deletions lie apart from the text and are left out; so are hidden text and tables of contents. Notes
and comments follow at the end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from transforms.read.layout import TextLayout
from transforms.read.office.package import attribute, child, local
from transforms.read.office.sheets import sheet_lines

_GONE = (
    *("tracked-changes", "table-of-content", "alphabetical-index", "illustration-index", "table-index"),
    *(
        "object-index",
        "sequence-decls",
        "variable-decls",
        "user-field-decls",
        "forms",
        "dde-connection-decls",
    ),
    *("script", "hidden-text", "title", "desc", "event-listeners", "bibliography-configuration", "shapes"),
    *("ruby-text", "settings", "scripts", "font-face-decls", "calculation-settings", "content-validations"),
    *(
        "named-expressions",
        "database-ranges",
        "data-pilot-tables",
        "header-decl",
        "footer-decl",
        "date-time-decl",
    ),
)
_BLOCKS = (
    "p",
    "h",
    "list",
    "table",
    "section",
    "numbered-paragraph",
    "frame",
    "text-box",
    "page",
    "g",
    "custom-shape",
)
_FURNITURE = ("date-time", "footer", "header", "page-number")
_MAX_REPEAT = 1000
MAX_CELLS = 4_000_000
"""Cells of all tables; what is repeated counts as often, unless it is empty."""


class TooManyCells(Exception):  # noqa: N818 - it says what the tables have
    """The tables have more than ``MAX_CELLS`` cells; caught by the format."""


@dataclass(slots=True)
class Content:
    """Content while it is walked.

    Attributes:
        hidden: Names of styles whose text is not shown.
        layout: Where blocks go.
        notes: Texts of footnotes and endnotes, in order; ``comments`` likewise.
        title: Text of the first heading.
        slides: Pages of a presentation, and ``sheets`` of a workbook.
    """

    hidden: frozenset[str] = frozenset()
    numbered: frozenset[str] = frozenset()
    layout: TextLayout = field(default_factory=TextLayout)
    notes: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    title: str | None = None
    slides: int = 0
    sheets: int = 0
    sheets_hidden: int = 0
    _cells: int = 0
    _depth: int = 0

    def blocks(self, parent: Any, *, tight: bool = False) -> None:
        """Adds the blocks in an element."""
        for element in parent:
            name = local(element)
            if name in _GONE or self._is_hidden(element):
                continue
            match name:
                case "p":
                    self._add(self._paragraph(element), tight)
                case "h":
                    text = " ".join(self._paragraph(element).split())
                    self.title = self.title or text or None
                    self._add(text, False)
                case "list":
                    self._list(element)
                case "table":
                    self._table(element)
                case "page":
                    self._slide(element)
                case "annotation":
                    self._comment(element)
                case "notes":
                    if text := self.lines(element):
                        self._add(f"Notes: {text}", False)
                case _ if attribute(element, "class") in _FURNITURE:
                    continue
                case _ if name:
                    self.blocks(element, tight=tight)
            tight = False

    def sheets_of(self, parent: Any) -> None:
        """Adds the tables of a workbook with their names."""
        for element in parent:
            if local(element) != "table":
                continue
            self.sheets += 1
            if self._is_hidden(element):
                self.sheets_hidden += 1
                continue
            self._table(element, attribute(element, "name") or "")

    def lines(self, parent: Any) -> str:
        """Returns the paragraphs in an element, one a line."""
        found = [
            " ".join(self._paragraph(element).split())
            for element in parent.iter()
            if local(element) in ("p", "h") and not _in_note(element, parent)
        ]
        return "\n".join(line for line in found if line)

    def finish(self) -> str:
        """Adds notes and comments, and returns the text."""
        for number, note in enumerate(self.notes, 1):
            self.layout.add(f"[{number}] {note}", tight=number > 1)
        for number, comment in enumerate(self.comments):
            self.layout.add(f"Comment: {comment}", tight=number > 0)
        return self.layout.text()

    def _is_hidden(self, element: Any) -> bool:
        if attribute(element, "style-name") in self.hidden:
            return True
        return attribute(element, "display") == "none" and local(element) in (
            "section",
            "p",
            "hidden-paragraph",
        )

    def _add(self, text: str, tight: bool) -> None:
        lines = [" ".join(line.split(" ")).strip() for line in text.strip().split("\n")]
        self.layout.add("\n".join(lines), tight=tight)

    def _paragraph(self, element: Any) -> str:
        """Returns a paragraph; the frames in it are added as blocks of their own."""
        frames: list[Any] = []
        text = "".join(self._pieces(element, frames))
        if frames:
            for frame in frames:
                self.blocks([frame])
        return text

    def _pieces(self, parent: Any, frames: list[Any]) -> Iterator[str]:
        """Yields the text of what stands in a paragraph; white space counts as in HTML."""
        yield _folded(parent.text)
        for element in parent:
            name = local(element)
            match name:
                case "s":
                    yield " " * min(_number(element, "c", 1), 1)
                case "tab":
                    yield "\t"
                case "line-break":
                    yield "\n"
                case "note":
                    yield self._note(element)
                case "annotation":
                    self._comment(element)
                case "frame" | "custom-shape" | "g" | "text-box" | "rect" | "ellipse":
                    frames.append(element)
                case "hidden-paragraph" | "note-citation" | "annotation-end":
                    pass
                case _ if name in _GONE or (name == "span" and self._is_hidden(element)):
                    pass
                case _ if name:
                    yield from self._pieces(element, frames)
            yield _folded(element.tail)

    def _note(self, element: Any) -> str:
        body = child(element, "note-body")
        self.notes.append("")  # a note in a note comes after it
        at = len(self.notes)
        self.notes[at - 1] = " ".join(self.lines(body).split()) if body is not None else ""
        return f"[{at}]"

    def _comment(self, element: Any) -> None:
        if text := " ".join(self.lines(element).split()):
            self.comments.append(text)

    def _list(self, element: Any) -> None:
        number = 0
        style = attribute(element, "style-name") or ""
        numbered = f"{style}/{self._depth + 1}" in self.numbered
        first = True
        for item in element:
            if local(item) == "list-header":
                self.blocks(item)
            if local(item) != "list-item":
                continue
            number = _number(item, "start-value", number + 1)
            self.layout.open_item(f"{number}. " if numbered else "- ")
            self._depth += 1
            self.blocks(item, tight=not first or self._depth > 1)
            self._depth -= 1
            self.layout.close_item()
            first = False

    def _table(self, element: Any, name: str = "") -> None:
        rows: list[list[str]] = []
        for row in _rows(element):
            if any(cells := self._row(row)):
                times = min(_number(row, "number-rows-repeated", 1), _MAX_REPEAT)
                self._count((times - 1) * len(cells))
                rows += [cells] * times
        if name and rows:
            self.layout.add(name)
        for number, line in enumerate(sheet_lines(rows)):
            self.layout.add(line, tight=number > 0)

    def _row(self, row: Any) -> list[str]:
        cells: list[str] = []
        empty = 0
        for cell in row:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            times = max(_number(cell, "number-columns-repeated", 1), 1)
            text = " ".join(self.lines(cell).split()) if len(cell) else ""
            if not text:
                empty += times  # written only if something follows: rows are padded to the last column
                continue
            times = min(times, _MAX_REPEAT)
            self._count(min(empty, _MAX_REPEAT) + times)
            cells += [""] * min(empty, _MAX_REPEAT) + [text] * times
            empty = 0
        return cells

    def _count(self, cells: int) -> None:
        self._cells += cells
        if self._cells > MAX_CELLS:
            raise TooManyCells

    def _slide(self, page: Any) -> None:
        """Adds a page of a presentation: its title, its shapes, its notes."""
        self.slides += 1
        shapes = [each for each in page if local(each) and local(each) not in ("notes", *_GONE)]
        notes = [each for each in page if local(each) == "notes"]
        titled = [each for each in shapes if attribute(each, "class") == "title"]
        for shape in titled:
            text = " ".join(self.lines(shape).split())
            self.title = self.title or text or None
            self._add(text, False)
        self.blocks([each for each in shapes if not any(each is other for other in titled)])
        self.blocks(notes)


def _rows(table: Any) -> Iterator[Any]:
    """Yields the rows of a table, those in groups and headers too; filtered and hidden ones are left out."""
    for element in table:
        name = local(element)
        if name == "table-row":
            if attribute(element, "visibility") in (None, "visible"):
                yield element
        elif name in ("table-rows", "table-header-rows", "table-row-group"):
            yield from _rows(element)


def _in_note(element: Any, top: Any) -> bool:
    """Tells whether a paragraph lies in a note or a comment within ``top``, which are given apart."""
    at = element.getparent()
    while at is not None and at is not top:
        if local(at) in ("note", "annotation", "tracked-changes", "frame", "custom-shape") and local(
            top
        ) not in (
            "notes",
            "frame",
            "custom-shape",
        ):
            return True
        at = at.getparent()
    return False


def _number(element: Any, name: str, default: int) -> int:
    value = attribute(element, name) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else default


def _folded(text: str | None) -> str:
    """Returns text with its white space as one space each."""
    if not text:
        return ""
    words = " ".join(text.split())
    return (" " if text[0].isspace() else "") + words + (" " if words and text[-1].isspace() else "")
