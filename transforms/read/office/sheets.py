"""Workbooks (``.xlsx``, ``.xlsm``, ``.xlsb``, ``.xls``), read by calamine: a row a line, cells in columns.

Formulas count by the values that were kept with them. Hidden sheets, empty rows and empty columns are left
out. Before a sheet is laid out in memory its extent is looked at: a cell in the last corner makes it endless.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from schemas.records import MAX_TEXT_BYTES, Dead, Extracted, Refused
from transforms.read.dates import parse_timestamp
from transforms.read.formats import ExtractOptions, Format
from transforms.read.layout import TextLayout, trimmed_row
from transforms.read.office.package import BrokenPackage, Package, core_properties
from transforms.read.office.types import media_type_of
from transforms.read.titles import stated_name, stated_title
from transforms.read.values import valid_text

MAX_CELLS = 4_000_000
"""Cells of the rectangle that a sheet uses; a sheet with more is a dead letter ``too_large``."""

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_XLS = "application/vnd.ms-excel"
_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_PART = re.compile(r"xl/(?:worksheets/)?[^/]+\.(?:xml|bin)\Z", re.IGNORECASE)


def extract_xlsx(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Returns the text of a workbook, sheet after sheet, and its properties."""
    try:
        package = Package(raw)
        for name in list(package.names()):
            # Each part that the library unpacks passes the bounds of a package before.
            if _PART.match(name) and _is_endless(package.read(name) or b""):
                return Dead("too_large", f"a sheet of more than {MAX_CELLS} cells")
        stated = core_properties(package, package.relations())
        media = media_type_of(package, _XLSX)
    except BrokenPackage as broken:
        return broken.dead
    found = _workbook(raw)
    if not isinstance(found, Extracted):
        return found
    return Extracted(
        found.text,
        title=stated_title(stated.title),
        author=stated.author,
        created_at=stated.created_at,
        metadata={**stated.metadata, **found.metadata},
        media_type=media,
    )


def extract_xls(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Returns the text of a workbook of Excel 97 to 2003, and what its summary says."""
    from olefile import OleFileIO

    found = _workbook(raw)
    if not isinstance(found, Extracted):
        return found
    try:
        with OleFileIO(raw) as ole:
            summary = ole.get_metadata()
            code = f"cp{summary.codepage}" if summary.codepage and summary.codepage > 0 else "cp1252"
            title, author = (_decoded(each, code) for each in (summary.title, summary.author))
            created = parse_timestamp(summary.create_time)
    except Exception:  # a summary that is damaged, or none; the library raises what it likes
        return found
    return Extracted(found.text, stated_title(title), stated_name(author), created, None, found.metadata)


def _decoded(value: Any, encoding: str) -> str:
    if not isinstance(value, bytes):
        return value if isinstance(value, str) else ""
    try:
        text = value.decode("utf-8" if encoding in ("cp65001", "cp65535") else encoding, "replace")
    except LookupError:
        text = value.decode("cp1252", "replace")
    return " ".join(text.replace("\0", "").split())


def _workbook(raw: bytes) -> Extracted | Refused | Dead:
    import python_calamine  # imported by the first workbook

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(raw))
        return _sheets(book, python_calamine)
    except python_calamine.PasswordError:
        return Dead("encrypted", "a password is needed")
    except python_calamine.CalamineError as error:
        return Dead("corrupt", f"{type(error).__name__}: not a workbook")
    except (ValueError, OSError, OverflowError, UnicodeError) as error:
        return Dead("corrupt", f"{type(error).__name__}: not a workbook")


def _sheets(book: Any, calamine: Any) -> Extracted | Dead:
    layout = TextLayout()
    shown = hidden = size = 0
    for index, stated in enumerate(book.sheets_metadata):
        if stated.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if stated.visible != calamine.SheetVisibleEnum.Visible:
            hidden += 1
            continue
        sheet = book.get_sheet_by_index(index)
        if sheet.height * sheet.width > MAX_CELLS:
            return Dead("too_large", f"a sheet of more than {MAX_CELLS} cells")
        shown += 1
        headed = False
        first = True
        for line in sheet_lines(sheet.iter_rows()):
            size += len(line)
            if size > MAX_TEXT_BYTES:
                return Dead("too_large", f"more than {MAX_TEXT_BYTES} characters")
            if not headed:
                layout.add(stated.name)
                headed = True
            layout.add(line, tight=not first)
            first = False
    metadata: dict[str, Any] = {"sheets": shown + hidden}
    if hidden:
        metadata["sheets_hidden"] = hidden
    return Extracted(valid_text(layout.text()), metadata=metadata)


def sheet_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yields the rows that are not empty, without the columns that are."""
    table = [[cell_text(value) for value in row] for row in rows]
    used = sorted({at for row in table for at, cell in enumerate(row) if cell.strip()})
    for row in table:
        if line := trimmed_row([row[at] if at < len(row) else "" for at in used]):
            yield line


def cell_text(value: Any) -> str:
    """Returns what a cell shows, near enough: whole numbers without a point, dates as ISO 8601.

    >>> cell_text(10.0), cell_text(0.1 + 0.2), cell_text(True)
    ('10', '0.3', 'TRUE')
    """
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return f"{value:.15g}"  # the digits that a workbook keeps
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("seconds")
        case timedelta():
            return str(value)
        case None:
            return ""
    return str(value)


def _is_endless(sheet: bytes) -> bool:
    """Tells whether the rectangle around the cells of a sheet is larger than may be laid out."""
    low = [1 << 30, 1 << 30]
    high = [0, 0]
    for found in _CELL.finditer(sheet):
        column = 0
        for letter in found[1]:
            column = column * 26 + letter - 64
        for axis, at in enumerate((column, int(found[2]))):
            low[axis], high[axis] = min(low[axis], at), max(high[axis], at)
    return (high[0] - low[0] + 1) * (high[1] - low[1] + 1) > MAX_CELLS if high[0] else False


def sniff(head: bytes, name: str) -> bool:
    """Packages and compound files are told by what is in them, not by their first bytes."""
    return False


XLSX = Format(
    name="xlsx",
    media_type=_XLSX,
    extensions=(".xlsx", ".xlsm", ".xlsb", ".xltx", ".xltm"),
    extract=extract_xlsx,
    libraries=("lxml", "python-calamine"),
    sniff=sniff,
)
XLS = Format(
    name="xls",
    media_type=_XLS,
    extensions=(".xls", ".xlt"),
    extract=extract_xls,
    libraries=("olefile", "python-calamine"),
    sniff=sniff,
)
