"""The main text as trafilatura finds it: what is done to the tree before, and how its result is laid out.

trafilatura joins the lines of preformatted text that stands in lists and definitions. So the white
space in ``pre`` is written as signs that no page uses before it, and turned back after it.
"""

import logging
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from transforms.read.layout import TextLayout, join_lines, table_row

_PRE, _NEWLINE, _SPACE, _TAB = "\U00012473", "\U00012470", "\U00012471", "\U00012472"  # cuneiform punctuation
_HIDE = str.maketrans({"\n": _NEWLINE, "\t": _TAB})
_SHOW = str.maketrans({_NEWLINE: "\n", _SPACE: " ", _TAB: "\t", _PRE: None})
_INDENT = re.compile(rf"(?:(?<=[{_NEWLINE} ])|^) | (?= )")
_BLOCKS = {"p", "head", "list", "item", "quote", "code", "table", "row", "cell", "div", "fw", "ab"}
_PERMALINKS = {"\u00b6", "\u00a7", "#", "\U0001f517"}


def trafilatura_text(tree: Any) -> str:
    """Returns what trafilatura takes for the main text, "" if it finds none or gives up; changes the tree."""
    _prepare(tree)
    try:
        found = _trafilatura()(
            tree,
            fast=True,
            include_comments=False,
            include_tables=True,
            include_formatting=True,
            with_metadata=False,
        )
    except Exception:  # on untrusted pages it raises what it likes; then all text of the page is taken
        return ""
    try:
        body = getattr(found, "body", None)
        return "" if body is None else body_text(body)
    except RecursionError:
        return ""


@cache
def _trafilatura() -> Callable[..., Any]:
    """Returns the extractor; it is imported at the first page, as it takes 0.1 s and 30 MB."""
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it would report each odd page on stderr
    found: Callable[..., Any] = bare_extraction
    return found


def _prepare(tree: Any) -> None:
    """Protects preformatted text in a page and takes the signs off its headings that link to themselves."""
    for link in list(tree.iter("a")):
        if not len(link) and (link.text or "").strip() in _PERMALINKS:
            link.drop_tree()
    for block in tree.iter("pre"):
        for element in block.iter():
            element.text = _hide(element.text)
            if element is not block:
                element.tail = _hide(element.tail)
        block.text = _PRE + (block.text or "")


def _hide(text: str | None) -> str | None:
    return _INDENT.sub(_SPACE, text.translate(_HIDE)) if text else text


def body_text(body: Any) -> str:
    """Returns the text: paragraphs unwrapped, headings on lines of their own, lists with marks, code kept."""
    layout = TextLayout()
    _children(body, layout)
    return layout.text()


def _children(element: Any, layout: TextLayout, *, tight: bool = False) -> None:
    """Adds blocks and the runs of inline content between them."""
    run = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            continue
        if child.tag in _BLOCKS and not _is_inline_code(child):
            tight = _add_run(run, layout, tight)
            _block(child, layout, tight=tight)
            tight = False
        else:
            run.append(_inline(child))
        run.append(child.tail or "")
    _add_run(run, layout, tight)


def _add_run(run: list[str], layout: TextLayout, tight: bool) -> bool:
    text = _paragraph("".join(run))
    run.clear()
    layout.add(text, tight=tight)
    return tight and not text


def _is_inline_code(child: Any) -> bool:
    if child.tag != "code":
        return False
    text = "".join(child.itertext())
    return _PRE not in text and text.strip().count("\n") < 2


def _block(element: Any, layout: TextLayout, *, tight: bool) -> None:
    match element.tag:
        case "head":
            layout.add(_paragraph(_inline(element)))
        case "list":
            _list(element, layout)
        case "code":
            layout.add(_verbatim(element))
        case "quote" if _PRE in (element.text or ""):
            layout.add(_verbatim(element))
        case "quote" if not any(child.tag in _BLOCKS for child in element):
            layout.add(_paragraph(_inline(element)))
        case "table":
            first = True
            for row in element.iter("row"):
                cells = [_paragraph(" ".join(cell.itertext())) for cell in row.iter("cell")]
                layout.add(table_row(cells), tight=not first)
                first = False
        case _:
            _children(element, layout, tight=tight)


def _list(element: Any, layout: TextLayout) -> None:
    """Adds a list; terms of a definition list have no mark, their definitions an indent."""
    numbered = element.get("rend") == "ol"
    number = 0
    for child in element:
        if child.tag != "item":
            _block(child, layout, tight=False)
            continue
        number += 1
        kind = (child.get("rend") or "")[:2]
        if kind == "dt":
            _children(child, layout)
            continue
        layout.open_item("  " if kind == "dd" else f"{number}. " if numbered else "- ")
        _children(child, layout, tight=number > 1)
        layout.close_item()


def _verbatim(element: Any) -> str:
    """Returns preformatted text; ``lb`` is a line break in it."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            parts.append("\n" if child.tag == "lb" else _verbatim(child))
        parts.append(child.tail or "")
    return "".join(parts).translate(_SHOW)


def _inline(element: Any) -> str:
    r"""Returns the text of inline content; ``\v`` stands for a line break that was meant."""
    if element.tag == "lb":
        return "\v"
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            parts.append(_inline(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _paragraph(text: str) -> str:
    """Joins the lines of a paragraph but for those breaks that were meant."""
    lines = [line for part in text.split("\v") if (line := join_lines(part))]
    return "\n".join(lines).translate(_SHOW)
