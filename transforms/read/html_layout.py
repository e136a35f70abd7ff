"""How blocks of a page become text: paragraphs, lists with marks, rows of tables, code as it stands."""

from transforms.read.html_blocks import Block, Run
from transforms.read.layout import TextLayout, table_row

_CELL_CHARS = 500  # a longer cell makes the table one for layout
_LISTS = frozenset(("ul", "ol", "menu", "dir"))


def layout_text(block: Block) -> str:
    """Returns the text of a block."""
    layout = TextLayout()
    _items(block, layout)
    return layout.text()


def _items(block: Block, layout: TextLayout, *, tight: bool = False) -> None:
    for item in block.items:
        if isinstance(item, Run):
            layout.add(item.text, tight=tight)
        else:
            _block(item, layout, tight=tight or (block.tag == "li" and item.tag in _LISTS))
        tight = False


def _block(block: Block, layout: TextLayout, *, tight: bool) -> None:
    match block.tag:
        case "ul" | "menu" | "dir":
            _list(block, layout, numbered=False, tight=tight)
        case "ol":
            _list(block, layout, numbered=True, tight=tight)
        case "dd":
            layout.open_item("  ")
            _items(block, layout, tight=True)
            layout.close_item()
        case "table":
            _table(block, layout)
        case _:
            _items(block, layout, tight=tight)


def _list(block: Block, layout: TextLayout, *, numbered: bool, tight: bool) -> None:
    number = 0
    for item in block.items:
        if isinstance(item, Run) or item.tag != "li":
            if isinstance(item, Run):
                layout.add(item.text)
            else:
                _block(item, layout, tight=False)
            continue
        number += 1
        layout.open_item(f"{number}. " if numbered else "- ")
        _items(item, layout, tight=tight or number > 1)
        layout.close_item()


def _table(block: Block, layout: TextLayout) -> None:
    rows = list(_rows(block))
    cells = [cell for row in rows for cell in row.items if isinstance(cell, Block)]
    if any(cell.chars > _CELL_CHARS or _has_blocks(cell) for cell in cells) or not cells:
        _items(block, layout)
        return
    first = True
    for row in rows:
        texts = [_flat(cell) for cell in row.items if isinstance(cell, Block)]
        layout.add(table_row(texts), tight=not first)
        first = False


def _rows(block: Block) -> list[Block]:
    rows: list[Block] = []
    for item in block.items:
        if isinstance(item, Block):
            if item.tag == "tr":
                rows.append(item)
            elif item.tag in ("tbody", "thead", "tfoot"):
                rows.extend(_rows(item))
    return rows


def _has_blocks(cell: Block) -> bool:
    return any(
        isinstance(item, Block) and (item.tag in ("table", "pre") or _has_blocks(item)) for item in cell.items
    )


def _flat(block: Block) -> str:
    return " ".join(item.text if isinstance(item, Run) else _flat(item) for item in block.items)
