"""Tables of AsciiDoc: lines to rows of cells, by the marks at their beginning."""

import re

_SPECIFIED = re.compile(r"[\d.+*<>^]*[a-z]?\|")  # ``2+|``, ``a|``
_CELL = re.compile(r"(?:(?<=\s)|^)[\d.+*<>^]*[a-z]?(?<!\\)\|")


def table_rows(lines: list[str], separator: str) -> list[list[str]]:
    """Returns the rows of a table, a row a line; a line without a mark goes on with the last cell.

    >>> table_rows(["|a |b", "2+|c", "more"], "|")
    [['a', 'b'], ['c more']]
    """
    rows: list[list[str]] = []
    for line in lines:
        text = line.strip()
        if not text or (text.startswith("//") and not text.startswith("///")):
            continue
        if separator != "|":
            rows.append(text.split(separator))
        elif _SPECIFIED.match(text):
            rows.append([part.strip() for part in _CELL.split(text)[1:]])
        else:
            more, *cells = (part.strip() for part in _CELL.split(text))
            if rows:
                rows[-1][-1] += f" {more}"
                rows[-1].extend(cells)
            else:
                rows.append([more, *cells])
    return rows
