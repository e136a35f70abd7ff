"""Layout of text made of markup: blocks with blank lines between them, lists, tables, joined lines."""

import re

_NO_SPACE = re.compile(r"[\u2e80-\u30ff\u31f0-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]")


def join_lines(text: str) -> str:
    r"""Joins the lines of a paragraph as a browser does; Chinese and Japanese get no space there.

    >>> join_lines("one\n  two"), join_lines("你\n好")
    ('one two', '你好')
    """
    if "\n" not in text:
        return text.strip()
    joined = ""
    for line in text.split("\n"):
        stripped = line.strip()
        if not stripped:
            continue
        joined += (" " if joined and needs_space(joined[-1], stripped[0]) else "") + stripped
    return joined


def needs_space(before: str, after: str) -> bool:
    """Tells whether a line break between two characters is a space to the reader."""
    return _NO_SPACE.match(before) is None or _NO_SPACE.match(after) is None


class TextLayout:
    """Puts blocks together to a text.

    Items of lists are opened with their marker; what stands in them is indented by its width.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._indents = [""]
        self._markers = ""

    def open_item(self, marker: str) -> None:
        """Begins an item: its first line gets the marker (``- ``), the others its width in spaces."""
        self._markers += marker if self._markers else self._indents[-1] + marker
        self._indents.append(self._indents[-1] + " " * len(marker))

    def close_item(self) -> None:
        """Ends an item; one without content leaves nothing."""
        self._indents.pop()
        self._markers = ""

    def add(self, text: str, *, tight: bool = False) -> None:
        """Adds a block; an empty one leaves nothing.

        Args:
            text: One or more lines.
            tight: True if no blank line stands before it.
        """
        text = text.strip("\n")
        if not text or text.isspace():
            return
        if self._lines and not tight:
            self._lines.append("")
        first, *rest = text.split("\n")
        indent = self._indents[-1]
        self._lines.append((self._markers or indent) + first.rstrip())
        self._markers = ""
        self._lines.extend((indent + line).rstrip() for line in rest)

    def text(self) -> str:
        """Returns the text; it ends with a line break unless it is empty."""
        return "\n".join(self._lines) + "\n" if self._lines else ""


def table_row(cells: list[str]) -> str:
    """Returns a row of a table as one line, "" if all cells are empty."""
    row = " | ".join(" ".join(cell.split()) for cell in cells)
    return row.strip() if row.strip(" |") else ""


def trimmed_row(cells: list[str]) -> str:
    """Returns a row as ``table_row`` does, without the empty cells at its end."""
    kept = len(cells)
    while kept and not cells[kept - 1].strip():
        kept -= 1
    return table_row(cells[:kept])
