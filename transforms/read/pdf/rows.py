"""Lines of a page to rows of cells, and rows to blocks: paragraphs and tables in their reading order.

The order is that of the page's content, which programs that make PDF nearly always write as it is read; it
is left only within a row, and where two columns were painted line by line.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from transforms.read.pdf.glyphs import Line, Word

_SAME_ROW = 0.6  # of the lower one's height
_CELL_GAP = 1.1  # heights of a letter between two cells; between words there are 0.2 to 0.7
_TABLE_GAP = 0.55  # within what is a table, where lines are not stretched
_PITCH = 1.35  # heights of a letter from line to line, where a page has too few lines to tell
_NEXT_LINE = 1.45  # pitches down to the next line of the same block
_SIZES = 0.16  # by how much letters of one block differ
_COLUMN_WORDS = 4  # words of a line of a column, on average; cells of a table have fewer
_COLUMN_ROWS = 4


BULLETS = "•●◦▪■□▫▸►‣⁃∙❖➢➤✓✔○◆◇"
"""Signs that stand before an item of a list."""


@dataclass(slots=True)
class Row:
    """What stands at one height: a line, or the cells of a table."""

    lines: list[Line]
    top: float
    bottom: float

    @property
    def left(self) -> float:
        """Where it begins, in points."""
        return min(line.left for line in self.lines)

    @property
    def right(self) -> float:
        """Where it ends, in points."""
        return max(line.right for line in self.lines)

    @property
    def size(self) -> float:
        """The height of its tallest letters."""
        return max(line.size for line in self.lines)

    @property
    def bold(self) -> bool:
        """True if all of it is bold."""
        return all(line.bold for line in self.lines)

    def words(self) -> list[Word]:
        """Returns its words as they are read; in the order of the content where it is one line."""
        if len(self.lines) == 1:
            return self.lines[0].words
        to_left = sum(is_rtl(line.text) for line in self.lines) * 2 > len(self.lines)
        ordered = sorted(self.lines, key=lambda line: -line.right if to_left else line.left)
        return [word for line in ordered for word in line.words]

    def cells(self, gap: float = _CELL_GAP) -> list[list[Word]]:
        """Splits its words where the space is wider than some heights of a letter."""
        cells: list[list[Word]] = []
        gap *= self.size
        for word in self.words():
            before = cells[-1][-1] if cells else None
            if before is None or (
                max(word.left - before.right, before.left - word.right) > gap and before.text not in BULLETS
            ):
                cells.append([word])
            else:
                cells[-1].append(word)
        return cells

    def text(self) -> str:
        """Returns its words with spaces between them."""
        return " ".join(word.text for word in self.words())


@dataclass(slots=True)
class Block:
    """Rows that belong together; a table if they have cells."""

    rows: list[Row] = field(default_factory=list)
    table: bool = False


def rows_of(lines: list[Line]) -> list[Row]:
    """Puts lines that stand next to one another into rows."""
    rows: list[Row] = []
    for line in lines:
        # Only the last row is asked: boxes of several lines side by side are read one after the other.
        if rows and _fits(rows[-1], line):
            rows[-1].lines.append(line)
        else:
            rows.append(Row([line], line.top, line.bottom))
    return rows


def _fits(row: Row, line: Line) -> bool:
    """Tells whether a line stands at the height of a row, and in none of its places."""
    overlap = min(row.bottom, line.bottom) - max(row.top, line.top)
    lower = min(row.bottom - row.top, line.size)
    if overlap < _SAME_ROW * max(lower, 0.1):
        return False
    return all(line.left >= other.right - 0.5 or line.right <= other.left + 0.5 for other in row.lines)


def blocks_of(rows: list[Row]) -> list[Block]:
    """Groups rows; a block is one paragraph or several, or a table."""
    blocks: list[Block] = []
    pitch = _pitches(rows)
    for part in _tables(rows):
        if part.table:
            blocks += _columns(part, pitch)
        else:
            blocks += _paragraph_blocks(part.rows, pitch)
    return blocks


def _tables(rows: list[Row]) -> list[Block]:
    """Splits rows into runs with cells and runs without; a lone row with cells is a line."""
    parts: list[Block] = []
    gaps = [_gaps(row) for row in rows]
    for index, row in enumerate(rows):
        before = rows[index - 1] if index else None
        near = before is not None and _is_near(before, row, 2.5)
        after = rows[index + 1] if index + 1 < len(rows) else None
        table = (near and _share(gaps[index - 1], gaps[index])) or (
            after is not None and _is_near(row, after, 2.5) and _share(gaps[index], gaps[index + 1])
        )
        if parts and parts[-1].table == table and (near or not table):
            parts[-1].rows.append(row)
        else:
            parts.append(Block([row], table))
    return parts


def _gaps(row: Row) -> list[tuple[float, float]]:
    """Returns the spaces between the cells of a row."""
    return [(left[-1].right, right[0].left) for left, right in pairwise(row.cells())]


def _share(above: list[tuple[float, float]], below: list[tuple[float, float]]) -> bool:
    """Tells whether some space lies above another."""
    return any(a < d and c < b for a, b in above for c, d in below)


def _is_near(upper: Row, lower: Row, heights: float) -> bool:
    """Tells whether a row stands below another, and not far from it."""
    return -0.5 * upper.size < lower.top - upper.bottom < heights * max(upper.size, lower.size)


def _columns(table: Block, pitch: dict[float, float]) -> list[Block]:
    """Returns the table, or, if it is two columns of running text, the one after the other."""
    pairs = [row.cells() for row in table.rows]
    if len(pairs) < _COLUMN_ROWS or any(len(cells) != 2 for cells in pairs):
        return [table]
    average = [sum(len(cells[side]) for cells in pairs) / len(pairs) for side in (0, 1)]
    if min(average) < _COLUMN_WORDS:
        return [table]
    if max(cells[0][-1].right for cells in pairs) > min(cells[1][0].left for cells in pairs):
        return [table]
    found: list[Block] = []
    for side in (0, 1):
        found += _paragraph_blocks([_row(row, pairs[i][side]) for i, row in enumerate(table.rows)], pitch)
    return found


def is_rtl(text: str) -> bool:
    """Tells text that is written from right to left: Hebrew, Arabic and their relatives."""
    return any("\u0590" <= char <= "\u08ff" or "\ufb1d" <= char <= "\ufefc" for char in text)


def _row(row: Row, words: list[Word]) -> Row:
    line = Line(words, words[0].left, words[-1].right, row.top, row.bottom, row.bold)
    return Row([line], row.top, row.bottom)


def _paragraph_blocks(rows: list[Row], pitch: dict[float, float]) -> list[Block]:
    blocks: list[Block] = []
    for row in rows:
        if blocks and _continues(blocks[-1].rows[-1], row, pitch):
            blocks[-1].rows.append(row)
        else:
            blocks.append(Block([row]))
    return blocks


def _continues(before: Row, row: Row, pitch: dict[float, float]) -> bool:
    """Tells whether a row is the next line of a block, by its distance, its letters and its place."""
    if abs(before.size - row.size) > _SIZES * max(before.size, row.size) or before.bold != row.bold:
        return False
    down = row.bottom - before.bottom
    usual = pitch.get(round(row.size), _PITCH * row.size)
    if not 0.4 * row.size < down < max(_NEXT_LINE * usual, 1.02 * row.size):
        return False
    return min(before.right, row.right) - max(before.left, row.left) > 0


def _pitches(rows: list[Row]) -> dict[float, float]:
    """Returns the usual distance of two lines, for each height of letters."""
    found: dict[float, list[float]] = {}
    for before, row in pairwise(rows):
        down = row.bottom - before.bottom
        if abs(before.size - row.size) < _SIZES * row.size and 0.5 * row.size < down < 2.2 * row.size:
            found.setdefault(round(row.size), []).append(down)
    return {size: median(each) for size, each in found.items() if len(each) > 2}


def table_cells(rows: list[Row]) -> list[list[str]]:
    """Returns the cells of a table in its columns, with empty ones where a row has none.

    The row with the most cells tells the columns; a cell that spans several stands in its first.
    """
    split = [row.cells(_TABLE_GAP) for row in rows]
    widest = max(split, key=len)
    columns = [[cell[0].left, cell[-1].right] for cell in widest]
    for cells in split:
        for cell in cells:
            touched = [c for c in columns if cell[0].left < c[1] and cell[-1].right > c[0]]
            if len(touched) == 1:
                others = [c for c in columns if c is not touched[0]]
                low = max((c[1] for c in others if c[1] <= touched[0][0]), default=cell[0].left)
                high = min((c[0] for c in others if c[0] >= touched[0][1]), default=cell[-1].right)
                touched[0][0] = max(min(touched[0][0], cell[0].left), low)
                touched[0][1] = min(max(touched[0][1], cell[-1].right), high)
    table: list[list[str]] = []
    for cells in split:
        made = [""] * len(columns)
        at = -1
        for cell in cells:
            place = _column(columns, cell)
            at = min(max(place, at + 1), len(columns) - 1)
            text = " ".join(word.text for word in cell).lstrip(BULLETS).lstrip()
            made[at] = f"{made[at]} {text}" if made[at] else text
        table.append(made)
    return table


def _column(columns: list[list[float]], cell: list[Word]) -> int:
    """Returns the first column that a cell touches, or the nearest."""
    left, right = cell[0].left, cell[-1].right
    for index, (begin, end) in enumerate(columns):
        if left < end and right > begin:
            return index
    middle = (left + right) / 2
    return min(range(len(columns)), key=lambda i: abs((columns[i][0] + columns[i][1]) / 2 - middle))
