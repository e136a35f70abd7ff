import datetime
import json

import openpyxl
import pytest

from schemas.records import Document
from tests.transforms.read.papers import fate_of, package, saved, settled, text_of
from transforms.read.office import sheets


def workbook(*rows: tuple, title: str = "Sheet"):
    made = openpyxl.Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    return made


def test_a_workbook():
    made = workbook(
        ("Item", None, "Price", "On"),
        ("a", None, 1.5, datetime.date(2024, 1, 2)),
        (None, None, None, None),
        ("b", None, 10.0, datetime.datetime(2024, 1, 2, 3, 4, 5)),
        ("c", None, True, None),
        title="Sales",
    )
    made.properties.creator, made.properties.title = "Ann", "Figures"
    made.properties.created = datetime.datetime(2024, 5, 6)
    hidden = made.create_sheet("Secret")
    hidden.append(["x"])
    hidden.sheet_state = "hidden"
    made.create_sheet("Empty")
    made.create_sheet("More").append(["y"])
    [found] = settled(saved(made), "a.xlsx")
    assert isinstance(found, Document)
    assert found.text == (
        "Sales\n\nItem | Price | On\na | 1.5 | 2024-01-02\nb | 10 | 2024-01-02 03:04:05\nc | TRUE\n\n"
        "More\n\ny\n"
    )
    assert (found.title, found.author, found.created_at) == ("Figures", "Ann", 1714953600_000000)
    stated = json.loads(found.metadata or "")
    assert (stated["sheets"], stated["sheets_hidden"]) == (4, 1)
    assert found.media_type.endswith("spreadsheetml.sheet")


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def relationship(kind: str, target: str) -> str:
    link = f"<Relationship Id='rId1' Type='{KINDS}/{kind}' Target='{target}'/>"
    return f"<Relationships xmlns='{LINKS}'>{link}</Relationships>"


def bare(*cells: str) -> bytes:
    """Makes the smallest workbook of one sheet around cells."""
    sheets = "<sheets><sheet name='S' sheetId='1' r:id='rId1'/></sheets>"
    types = f"<Types><Override PartName='/xl/workbook.xml' ContentType='{TYPE}'/></Types>"
    rows = f"<sheetData>{''.join(f'<row>{cell}</row>' for cell in cells)}</sheetData>"
    return package(
        {
            "[Content_Types].xml": types,
            "_rels/.rels": relationship("officeDocument", "xl/workbook.xml"),
            "xl/workbook.xml": f"<workbook xmlns='{MAIN}' xmlns:r='{KINDS}'>{sheets}</workbook>",
            "xl/_rels/workbook.xml.rels": relationship("worksheet", "worksheets/sheet1.xml"),
            "xl/worksheets/sheet1.xml": f"<worksheet xmlns='{MAIN}'>{rows}</worksheet>",
        }
    )


def test_formulas_count_by_their_values():
    data = bare("<c r='A1'><v>2</v></c><c r='B1'><f>A1*2</f><v>4</v></c>")
    assert text_of(data, "a.xlsx") == "S\n\n2 | 4\n"


def test_a_cell_in_the_last_corner_does_not_make_a_sheet_endless():
    far = "<c r='XFD1048576'><v>7</v></c>"
    assert fate_of(bare("<c r='A1'><v>2</v></c>", far), "a.xlsx") == "too_large"
    assert text_of(bare(far), "a.xlsx") == "S\n\n7\n"


def test_what_cannot_be_read():
    data = saved(workbook())
    assert fate_of(data, "a.xlsx") == "empty"
    assert fate_of(data[:1500], "a.xlsx") == "truncated"


def test_cells_of_a_workbook_that_is_damaged(monkeypatch):
    monkeypatch.setattr(sheets, "MAX_TEXT_BYTES", 100)
    assert fate_of(saved(workbook(*[("words",)] * 50)), "a.xlsx") == "too_large"


@pytest.mark.parametrize("name", ["test.xls"])
def test_a_workbook_of_excel_97(shared_data, name):
    import tarfile

    with tarfile.open(shared_data / "samples" / "H_documents" / "markitdown_tests.tar.gz") as archive:
        member = next(each for each in archive if each.name.endswith(name))
        data = archive.extractfile(member).read()  # type: ignore[union-attr]
    [found] = settled(data, "a.bin")
    assert isinstance(found, Document)
    assert (found.media_type, found.author) == ("application/vnd.ms-excel", "Adam Fourney")
    assert found.text.startswith("Sheet1\n\nAlpha | Beta | Gamma | Delta\n89 | 82 | 100 | 12\n")
