import json
import re
import zipfile
from io import BytesIO

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from schemas.records import Document
from tests.transforms.read.papers import fate_of, package, saved, settled, text_of
from transforms.read.office import package as packages
from transforms.read.office.math import formula
from transforms.read.office.package import parse_xml as parse_safely

KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
TYPES = f'<Types><Override PartName="/word/document.xml" ContentType="{KIND}"/></Types>'
RELS = (
    '<Relationships><Relationship Id="r" Type="x/officeDocument" Target="word/document.xml"/></Relationships>'
)
MATH = '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">{}</m:oMath>'


def element(xml: str):
    """Returns an element of WordprocessingML; names need no declarations."""
    return parse_xml(re.sub(r"^<([\w:]+)", rf"<\1 {nsdecls('w')}", xml, count=1))


def bare(body: str, **parts: str) -> bytes:
    """Makes the smallest package around a body."""
    content = f"<w:document xmlns:w='urn:w'><w:body>{body}</w:body></w:document>"
    return package({"[Content_Types].xml": TYPES, "_rels/.rels": RELS, "word/document.xml": content, **parts})


def changed(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """Returns a package with one part changed."""
    with zipfile.ZipFile(BytesIO(data)) as made:
        parts = {each: made.read(each) for each in made.namelist()}
    assert old in parts[name]
    parts[name] = parts[name].replace(old, new)
    return package(parts)


def test_a_document_as_word_writes_it():
    made = docx.Document()
    made.core_properties.title, made.core_properties.author = "A title", "Ann"
    made.add_heading("One", 1)
    made.add_paragraph("Some words.")
    for text in ("first", "second"):
        made.add_paragraph(text, style="List Bullet")
    for text in ("one", "two"):
        made.add_paragraph(text, style="List Number")
    table = made.add_table(2, 2)
    for cell, text in zip([*table.rows[0].cells, *table.rows[1].cells], ("a\nb", "c", "", "d"), strict=True):
        cell.text = text
    made.sections[0].header.paragraphs[0].text = "HEAD"
    made.sections[0].footer.paragraphs[0].text = "FOOT"
    [found] = settled(saved(made), "a.docx")
    assert isinstance(found, Document)
    assert found.text == ("One\n\nSome words.\n\n- first\n- second\n1. one\n2. two\n\na b | c\n| d\n")
    assert (found.title, found.author, found.created_at) == ("A title", "Ann", 1387840500_000000)
    assert found.media_type.endswith("wordprocessingml.document")
    assert json.loads(found.metadata or "")["lang"] == "en-US"


def test_changes_are_accepted_and_hidden_text_is_not_seen():
    made = docx.Document()
    paragraph = made.add_paragraph("Before ")
    for xml in (
        "<w:del><w:r><w:delText>DELETED </w:delText></w:r></w:del>",
        "<w:ins><w:r><w:t xml:space='preserve'>inserted </w:t></w:r></w:ins>",
        "<w:moveFrom><w:r><w:t>MOVED</w:t></w:r></w:moveFrom>",
        "<w:moveTo><w:r><w:t xml:space='preserve'>moved </w:t></w:r></w:moveTo>",
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>HIDDEN</w:t></w:r>",
        "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t xml:space='preserve'>shown </w:t></w:r>",
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>CLICK</w:t></w:r></w:sdtContent></w:sdt>",
        "<w:sdt><w:sdtContent><w:r><w:t>filled</w:t></w:r></w:sdtContent></w:sdt>",
        "<w:r><w:fldChar w:fldCharType='begin'/></w:r>",
        "<w:r><w:instrText> REF x </w:instrText></w:r>",
        "<w:r><w:t xml:space='preserve'> in.</w:t></w:r>",
    ):
        paragraph._p.append(element(xml))
    made.add_comment(paragraph.runs[0], text="Why?", author="Bob")
    assert text_of(saved(made), "a.docx") == "Before inserted moved shown filled in.\n\nComment: Why?\n"


def test_notes_stand_at_the_end_in_their_order():
    notes = (
        "<w:footnotes xmlns:w='urn:w'>"
        "<w:footnote w:id='2'><w:p><w:r><w:t>Second.</w:t></w:r></w:p></w:footnote>"
        "<w:footnote w:id='1'><w:p><w:r><w:t>First.</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    rels = "<Relationships><Relationship Id='a' Type='x/footnotes' Target='footnotes.xml'/></Relationships>"
    data = bare(
        "<w:p><w:r><w:t>Ouch</w:t><w:footnoteReference w:id='1'/><w:t>!</w:t>"
        "<w:footnoteReference w:id='2'/></w:r></w:p>",
        **{"word/footnotes.xml": notes, "word/_rels/document.xml.rels": rels},
    )
    assert text_of(data, "a.docx") == "Ouch[1]![2]\n\n[1] First.\n[2] Second.\n"


def test_numbers_are_counted():
    levels = "".join(
        f"<w:lvl w:ilvl='{i}'><w:start w:val='1'/>"
        f"<w:numFmt w:val='{kind}'/><w:lvlText w:val='{text}'/></w:lvl>"
        for i, (kind, text) in enumerate(
            (("decimal", "%1."), ("lowerLetter", "%1.%2)"), ("lowerRoman", "(%3)"))
        )
    )
    numbering = (
        f"<w:numbering xmlns:w='urn:w'><w:abstractNum w:abstractNumId='0'>{levels}</w:abstractNum>"
        "<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>"
        "<w:num w:numId='2'><w:abstractNumId w:val='0'/>"
        "<w:lvlOverride w:ilvl='0'><w:startOverride w:val='5'/></w:lvlOverride></w:num></w:numbering>"
    )
    rels = "<Relationships><Relationship Id='a' Type='x/numbering' Target='numbering.xml'/></Relationships>"

    def item(number: int, level: int) -> str:
        return (
            f"<w:p><w:pPr><w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{number}'/></w:numPr></w:pPr>"
            "<w:r><w:t>x</w:t></w:r></w:p>"
        )

    places = ((1, 0), (1, 1), (1, 1), (1, 2), (1, 0), (1, 1), (2, 0), (2, 0), (0, 0))
    data = bare(
        "".join(item(*place) for place in places),
        **{"word/numbering.xml": numbering, "word/_rels/document.xml.rels": rels},
    )
    assert text_of(data, "a.docx").split("\n") == [
        *("1. x", "  1.a) x", "  1.b) x", "    (i) x", "2. x", "  2.a) x", "5. x", "6. x", "", "x", ""),
    ]


@pytest.mark.parametrize(
    ("xml", "latex"),
    [
        (
            "<m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den><m:r><m:t>b</m:t></m:r></m:den></m:f>",
            r"\frac{a}{b}",
        ),
        (
            "<m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>",
            "x^{2}",
        ),
        ("<m:rad><m:deg/><m:e><m:r><m:t>x</m:t></m:r></m:e></m:rad>", r"\sqrt{x}"),
        (
            "<m:nary><m:naryPr><m:chr m:val='∑'/></m:naryPr><m:sub><m:r><m:t>i</m:t></m:r></m:sub>"
            "<m:sup><m:r><m:t>n</m:t></m:r></m:sup><m:e><m:r><m:t>i</m:t></m:r></m:e></m:nary>",
            r"\sum_{i}^{n} i",
        ),
        (
            "<m:func><m:fName><m:r><m:t>log</m:t></m:r></m:fName><m:e><m:r><m:t>x</m:t></m:r></m:e></m:func>",
            r"\log x",
        ),
        ("<m:d><m:e><m:r><m:t>x</m:t></m:r></m:e><m:e><m:r><m:t>y</m:t></m:r></m:e></m:d>", "(x|y)"),
    ],
)
def test_formulas(xml, latex):
    assert formula(parse_safely(MATH.format(xml).encode())) == latex


def test_text_boxes_are_read_once():
    box = "<w:txbxContent><w:p><w:r><w:t>in a box</w:t></w:r></w:p></w:txbxContent>"
    data = bare(
        "<w:p><w:r><w:t>Around</w:t></w:r><w:r><mc:AlternateContent xmlns:mc='urn:mc'>"
        f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert text_of(data, "a.docx") == "Around\n\nin a box\n"


def test_strict_documents_and_templates_are_read():
    data = saved(docx.Document())
    strict = bare("<w:p><w:r><w:t>Words</w:t></w:r></w:p>")
    assert text_of(strict, "a.docx") == "Words\n"
    template = changed(data, "[Content_Types].xml", b"document.main+xml", b"template.main+xml")
    template = changed(
        template, "word/document.xml", b"<w:body>", b"<w:body><w:p><w:r><w:t>Words</w:t></w:r></w:p>"
    )
    [found] = settled(template, "a.bin")
    assert isinstance(found, Document)
    assert found.media_type == "application/vnd.openxmlformats-officedocument.wordprocessingml.template"


def test_entities_are_not_expanded():
    content = (
        "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>"
        "<!ENTITY f SYSTEM 'file:///etc/hostname'>]>"
        "<w:document xmlns:w='urn:w'><w:body><w:p><w:r><w:t>safe &b; &f;</w:t></w:r></w:p></w:body>"
        "</w:document>"
    )
    data = package({"[Content_Types].xml": TYPES, "_rels/.rels": RELS, "word/document.xml": content})
    assert text_of(data, "a.docx") == "safe\n"


def test_what_cannot_be_read():
    data = saved(docx.Document())
    assert fate_of(data, "a.docx") == "empty"
    assert fate_of(data[: len(data) // 2], "a.docx") == "truncated"
    assert fate_of(b"no zip at all", "a.docx") == "unsupported_format"
    assert fate_of(package({"a.txt": "x"}), "a.docx") == "unsupported_format"
    deep = "<w:ins>" * 5000 + "<w:p/>" + "</w:ins>" * 5000
    assert fate_of(bare(deep), "a.docx") in ("empty", "parse_error", "corrupt")


def test_bombs_are_bounded(monkeypatch):
    monkeypatch.setattr(packages, "MAX_PART_BYTES", 1000)
    data = bare("<w:p><w:r><w:t>" + "a" * 100_000 + "</w:t></w:r></w:p>")
    assert fate_of(data, "a.docx") == "too_large"


def test_a_broken_package_says_so():
    data = bytearray(bare("<w:p><w:r><w:t>" + "".join(map(str, range(3000))) + "</w:t></w:r></w:p>"))
    at = data.index(b"word/document.xml") + 200
    data[at : at + 40] = bytes(40)
    assert fate_of(bytes(data), "a.docx") == "corrupt"
