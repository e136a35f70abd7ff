"""The tree that trafilatura makes of a page's main text (TEI-like XML), laid out as text."""

from typing import Any

from transforms.read.layout import TextLayout, join_lines, table_row

_BLOCKS = {"p", "head", "list", "item", "quote", "code", "table", "row", "cell", "div", "fw", "ab"}
_PERMALINKS = " \u00b6\u00a7#"


def body_text(body: Any) -> str:
    """Returns the text: paragraphs unwrapped, headings on their own lines, lists with ``- ``, code as it is."""
    layout = TextLayout()
    _children(body, layout)
    return layout.text()


def _children(element: Any, layout: TextLayout, *, tight: bool = False) -> None:
    """Adds blocks and the runs of inline content between them."""
    run = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            continue
        if child.tag in _BLOCKS and not _is_inline_code(child, element):
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
    if text:
        layout.add(text, tight=tight)
        return False
    return tight


def _is_inline_code(child: Any, parent: Any) -> bool:
    return (
        child.tag == "code"
        and parent.tag in {"p", "head", "item", "cell"}
        and "\n" not in (child.text or "").strip()
    )


def _block(element: Any, layout: TextLayout, *, tight: bool) -> None:
    match element.tag:
        case "head":
            layout.add(_paragraph(_inline(element)).rstrip(_PERMALINKS))
        case "list":
            _list(element, layout)
        case "code":
            layout.add(_inline(element))
        case "quote" if not any(child.tag in _BLOCKS for child in element):
            layout.add(_inline(element))  # most often preformatted text
        case "table":
            first = True
            for row in element.iter("row"):
                layout.add(table_row([_paragraph(_text(cell)) for cell in row.iter("cell")]), tight=not first)
                first = False
        case _:
            _children(element, layout, tight=tight)


def _list(element: Any, layout: TextLayout) -> None:
    numbered = element.get("rend") == "ol"
    number = 0
    for child in element:
        if child.tag != "item":
            _block(child, layout, tight=False)
            continue
        number += 1
        layout.open_item(f"{number}. " if numbered else "- ")
        _children(child, layout, tight=number > 1)
        layout.close_item()


def _inline(element: Any) -> str:
    """Returns the text of inline content; ``\\v`` stands for a line break that was meant."""
    if element.tag == "lb":
        return "\v"
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            parts.append(_inline(child))
        parts.append(child.tail or "")
    return "".join(parts).replace("\v", "\n") if element.tag in {"code", "quote"} else "".join(parts)


def _text(element: Any) -> str:
    return " ".join(element.itertext())


def _paragraph(text: str) -> str:
    return "\n".join(line for part in text.split("\v") if (line := join_lines(part)))
