"""Pages that are all text, such as the chapters of a book, to text: nothing in them is navigation.

Paragraphs are unwrapped; headings, list items and rows of tables stand on lines of their own; preformatted
text and the lines of verse are kept.
"""

from dataclasses import dataclass
from typing import Any

import lxml.html
from lxml import etree

from schemas.records import Dead
from transforms.read.decode import decode
from transforms.read.html import declared_encoding
from transforms.read.layout import TextLayout, join_lines, trimmed_row

MAX_TAGS = 500_000
"""Tags of a page; each takes some 600 bytes of memory when the page is parsed."""

_SKIPPED = {
    *(
        "script",
        "style",
        "template",
        "noscript",
        "head",
        "svg",
        "canvas",
        "audio",
        "video",
        "object",
        "iframe",
    ),
    *("rt", "rp"),
}
_BLOCKS = {
    *(
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
    ),
    *(
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
    ),
    *(
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "ul",
        "tr",
        "td",
        "th",
        "tbody",
    ),
    *("thead", "tfoot", "caption", "book", "frontmatter", "bodymatter", "rearmatter", "level1", "level2"),
}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BREAK = "\v"
_LINE_CHARS = 80


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of a page, its ``title`` and its first heading."""

    text: str
    title: str | None
    heading: str | None


def page_text(raw: bytes, charset: str | None = None) -> PageText | Dead:
    """Returns all text of a page of HTML or XHTML.

    Args:
        raw: The page.
        charset: The encoding that its container states, if any.

    Returns:
        The text; ``undecodable`` if the page is no text, ``too_large`` if it has too many tags,
        ``parse_error`` if it is nested too deep.
    """
    if raw.count(b"<") > MAX_TAGS:
        return Dead("too_large", f"a page of more than {MAX_TAGS} tags")
    decoded = decode(raw, charset or declared_encoding(raw))
    if isinstance(decoded, Dead):
        return decoded
    page = decoded[0].lstrip("\ufeff").replace("\0", "")
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return PageText("", None, None)
    walk = _Walk()
    body = tree.find("body")
    try:
        walk.blocks(tree if body is None else body)
    except RecursionError:
        return Dead("parse_error", "RecursionError: nested too deep")
    title = tree.findtext("head/title")
    return PageText(walk.layout.text(), " ".join((title or "").split()) or None, walk.heading)


class _Walk:
    def __init__(self) -> None:
        self.layout = TextLayout()
        self.heading: str | None = None

    def blocks(self, element: Any, *, tight: bool = False) -> None:
        """Adds the blocks in an element, and the runs of inline content between them."""
        run = [element.text or ""]
        for each in element:
            tag = each.tag if isinstance(each.tag, str) else ""
            if tag in _BLOCKS or (tag and _holds_blocks(each)):
                tight = self._add_run(run, tight)
                self._block(each, tag, tight=tight)
                tight = False
            else:
                run.append(_inline(each))
            run.append(each.tail or "")
        self._add_run(run, tight)

    def _add_run(self, run: list[str], tight: bool) -> bool:
        text = paragraph("".join(run))
        run.clear()
        self.layout.add(text, tight=tight)
        return tight and not text

    def _block(self, element: Any, tag: str, *, tight: bool) -> None:
        if tag in _SKIPPED or _is_page_break(element):
            return
        if tag in _HEADINGS:
            text = " ".join(paragraph(_inline(element)).split())
            self.heading = self.heading or text or None
            self.layout.add(text)
        elif tag in ("ul", "ol"):
            self._list(element, numbered=tag == "ol")
        elif tag == "dd":
            self.layout.open_item("  ")
            self.blocks(element, tight=True)
            self.layout.close_item()
        elif tag == "pre":
            self.layout.add("".join(element.itertext()).strip("\n"), tight=tight)
        elif tag == "table" and not _is_frame(element):
            first = True
            for row in element.iter("tr"):
                cells = [" ".join(paragraph(_inline(c)).split()) for c in row if c.tag in ("td", "th")]
                self.layout.add(trimmed_row(cells), tight=not first)
                first = False
        else:
            self.blocks(element, tight=tight or _is_verse(element))

    def _list(self, element: Any, *, numbered: bool) -> None:
        start = element.get("start") or ""
        number = int(start) - 1 if start.isascii() and start.isdigit() and len(start) < 7 else 0
        first = True
        for item in element:
            if item.tag != "li":
                if isinstance(item.tag, str):
                    self._block(item, item.tag, tight=not first)
                continue
            number += 1
            self.layout.open_item(f"{number}. " if numbered else "- ")
            self.blocks(item, tight=not first)
            self.layout.close_item()
            first = False


def _is_page_break(element: Any) -> bool:
    """Tells the number of a page of the printed book, which stands in the midst of the text."""
    return "pagebreak" in (element.get("epub:type") or "") or element.get("role") == "doc-pagebreak"


def _is_verse(element: Any) -> bool:
    """Tells a line of verse: a short division after another one, each without blocks of its own."""
    before = element.getprevious()
    return (
        element.tag == "div"
        and before is not None
        and before.tag == "div"
        and all(
            len(each.text_content()) < _LINE_CHARS and not _holds_blocks(each) for each in (before, element)
        )
    )


def _holds_blocks(element: Any) -> bool:
    return element.tag not in _SKIPPED and any(
        each.tag in _BLOCKS for each in element.iterdescendants() if isinstance(each.tag, str)
    )


def _is_frame(table: Any) -> bool:
    """Tells a table that only holds its content in place: each row has one cell."""
    return all(sum(cell.tag in ("td", "th") for cell in row) < 2 for row in table.iter("tr"))


def _inline(element: Any) -> str:
    r"""Returns the text of inline content; ``\v`` stands for a line break."""
    if not isinstance(element.tag, str) or element.tag in _SKIPPED or _is_page_break(element):
        return ""
    if element.tag == "br":
        return _BREAK
    parts = [element.text or ""]
    for each in element:
        if each.tag in _BLOCKS:
            parts.append(" ")
        parts.append(_inline(each))
        parts.append(each.tail or "")
    return "".join(parts)


def paragraph(text: str) -> str:
    """Joins the lines of a paragraph but for those breaks that were meant."""
    lines = [" ".join(join_lines(part).split()) for part in text.split(_BREAK)]
    return "\n".join(line for line in lines if line)
