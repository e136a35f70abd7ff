"""What stands on the pages of a document again and again: running heads and feet, page numbers.

A row is taken for one only if it is among the outermost of its page and the same stands, digits aside, at the
same height of other pages; a number only if it counts the pages. Of documents of one page only a last ``1``.
"""

import re
from collections import defaultdict

from transforms.read.pdf.glyphs import PageText
from transforms.read.pdf.rows import Row

_OUTER = 3  # rows at the top and at the bottom that are looked at
_ZONE = 0.16  # of the page's height
_HEIGHT = 6.0  # points by which heights may differ
_MIN_PAGES = 3
_MIN_SHARE = 0.3  # of the pages of one parity: heads of left and right pages differ
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(
    r"[\[(|·•–—\s-]*(?:(?:page|seite|página|pagina|стр\.?|p\.?|pg\.?)\s*)?(\d{1,4}|[ivxlc]{1,7})"
    r"(?:\s*(?:/|of|von|de|di|из)\s*\d{1,4})?[\])|·•–—\s-]*",
    re.IGNORECASE,
)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


def drop_furniture(pages: list[tuple[PageText, list[Row]]]) -> list[list[Row]]:
    """Returns the rows of each page without running heads and feet and page numbers."""
    dropped: set[tuple[int, int]] = set()
    places: dict[tuple[str, int, bool], list[tuple[int, int]]] = defaultdict(list)
    numbers: dict[tuple[int, bool, bool], list[tuple[int, int]]] = defaultdict(list)
    for page, (size, rows) in enumerate(pages):
        for index, at_top, outermost in _outer(rows, size.height):
            row = rows[index]
            text = " ".join(row.text().split())
            if found := _NUMBER.fullmatch(text):
                for value in _values(found[1]):
                    numbers[value - page, at_top, found[1].isdigit()].append((page, index))
                continue
            # Further inside, rows that differ in their numbers may well be text.
            shown = _DIGITS.sub("0", text).lower() if outermost else text
            place = round(row.top / _HEIGHT)
            for near in (place - 1, place, place + 1):
                places[shown, near, at_top].append((page, index))
    for same in places.values():
        if len({page for page, _ in same}) >= max(_MIN_PAGES, int(_MIN_SHARE * len(pages))):
            dropped.update(same)
    for counted in numbers.values():
        on = {page for page, _ in counted}
        if len(on) >= int(_MIN_SHARE * len(pages)) and any(page + 1 in on for page in on):
            dropped.update(counted)
    if len(pages) == 1:
        size, rows = pages[0]
        last = [index for index, at_top, outermost in _outer(rows, size.height) if outermost and not at_top]
        dropped.update((0, index) for index in last if rows[index].text() == "1")
    return [
        [row for index, row in enumerate(rows) if (page, index) not in dropped]
        for page, (_, rows) in enumerate(pages)
    ]


def _outer(rows: list[Row], height: float) -> list[tuple[int, bool, bool]]:
    """Returns the outer rows of a page, whether they stand at its top, and whether they are the outermost."""
    order = sorted(range(len(rows)), key=lambda index: rows[index].top)
    top = [(i, True, i == order[0]) for i in order[:_OUTER] if rows[i].bottom < _ZONE * height]
    low = [(i, False, i == order[-1]) for i in order[-_OUTER:] if rows[i].top > (1 - _ZONE) * height]
    return top + low


def _values(number: str) -> list[int]:
    """Returns what a page number may mean: ``c`` and ``x`` are letters too, so roman ones are bounded."""
    if number.isdigit():
        return [int(number)]
    total = 0
    values = [_ROMAN[letter] for letter in number.lower()]
    for value, after in zip(values, [*values[1:], 0], strict=True):
        total += value if value >= after else -value
    return [total] if 0 < total < 200 else []
