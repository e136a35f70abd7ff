import json

import pytest

from schemas.records import Document
from tests.transforms.read.papers import fate_of, package, settled, text_of

KINDS = {
    "text": "application/vnd.oasis.opendocument.text",
    "spreadsheet": "application/vnd.oasis.opendocument.spreadsheet",
    "presentation": "application/vnd.oasis.opendocument.presentation",
}
SPACES = "".join(
    f" xmlns:{name}='urn:oasis:names:tc:opendocument:xmlns:{name}:1.0'"
    for name in ("office", "text", "table", "style", "draw", "presentation", "meta")
)


def odf(body: str, kind: str = "text", styles: str = "", meta: str = "", **parts: str) -> bytes:
    """Makes an OpenDocument file around a body."""
    content = (
        f"<office:document-content{SPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    stated = f"<office:document-meta{SPACES}><office:meta>{meta}</office:meta></office:document-meta>"
    return package({"mimetype": KINDS[kind], "content.xml": content, "meta.xml": stated, **parts})


def p(text: str, **attributes: str) -> str:
    return f"<text:p{''.join(f' text:{k}={v!r}' for k, v in attributes.items())}>{text}</text:p>"


def test_a_text():
    items = "".join(f"<text:list-item>{p(text)}</text:list-item>" for text in ("one", "two"))
    numbered = f"<text:list text:style-name='L1'>{items}</text:list>"
    styles = (
        "<text:list-style style:name='L1'>"
        "<text:list-level-style-number text:level='1' style:num-format='1'/></text:list-style>"
    )
    meta = (
        "<dc:title xmlns:dc='dc'>A title</dc:title><meta:initial-creator>Ann</meta:initial-creator>"
        "<meta:creation-date>1970-01-02T00:00:00</meta:creation-date>"
        "<dc:language xmlns:dc='dc'>de-DE</dc:language><meta:document-statistic meta:page-count='3'/>"
    )
    body = (
        "<text:h text:outline-level='1'>Head</text:h>"
        + p("Some  words<text:s/>and<text:line-break/>a <text:span>line</text:span>.")
        + numbered
        + f"<text:list>{items}</text:list>"
    )
    [found] = settled(odf(body, styles=styles, meta=meta), "a.odt")
    assert isinstance(found, Document)
    assert found.text == "Head\n\nSome words and\na line.\n\n1. one\n2. two\n\n- one\n- two\n"
    assert (found.title, found.author, found.created_at) == ("A title", "Ann", 86400_000000)
    assert json.loads(found.metadata or "") == {"lang": "de-DE", "pages": 3}
    assert found.media_type == KINDS["text"]


def test_what_is_not_shown_is_left_out():
    styles = "<style:style style:name='H'><style:text-properties text:display='none'/></style:style>"
    body = (
        f"<text:tracked-changes><text:changed-region>{p('DELETED')}</text:changed-region></text:tracked-changes>"
        + p("seen<text:span text:style-name='H'> HIDDEN</text:span>")
        + f"<text:table-of-content><text:index-body>{p('CONTENTS')}</text:index-body></text:table-of-content>"
        + f"<text:section text:display='none'>{p('SECRET')}</text:section>"
        + "<text:p text:style-name='H'>GONE</text:p>"
    )
    assert text_of(odf(body, styles=styles), "a.odt") == "seen\n"


def test_notes_and_comments_stand_at_the_end():
    note = f"<text:note-citation>7</text:note-citation><text:note-body>{p('A note.')}</text:note-body>"
    note = f"<text:note>{note}</text:note>"
    comment = f"<office:annotation>{p('Why?')}</office:annotation>"
    assert text_of(odf(p(f"Ouch{note}!{comment}")), "a.odt") == "Ouch[1]!\n\n[1] A note.\n\nComment: Why?\n"


def cell(text: str = "", **attributes: str) -> str:
    stated = "".join(f" table:{name.replace('_', '-')}='{value}'" for name, value in attributes.items())
    return f"<table:table-cell{stated}>{p(text) if text else ''}</table:table-cell>"


def row(*cells: str, **attributes: str) -> str:
    stated = "".join(f" table:{name.replace('_', '-')}='{value}'" for name, value in attributes.items())
    return f"<table:table-row{stated}>{''.join(cells)}</table:table-row>"


def test_a_workbook():
    styles = "<style:style style:name='off'><style:table-properties table:display='false'/></style:style>"
    rows = (
        row(cell("a"), cell(number_columns_repeated="2"), cell("b"), cell(number_columns_repeated="16000"))
        + row(cell(number_columns_repeated="16384"), number_rows_repeated="1000000")
        + row(cell("c"), cell(number_columns_repeated="2"), cell("d"))
        + row(cell("e"), number_rows_repeated="2")
    )
    body = (
        f"<table:table table:name='First'>{rows}</table:table>"
        f"<table:table table:name='Off' table:style-name='off'>{row(cell('x'))}</table:table>"
    )
    [found] = settled(odf(body, "spreadsheet", styles), "a.zip")
    assert isinstance(found, Document)
    assert found.text == "First\n\na | b\nc | d\ne\ne\n"
    assert found.media_type == KINDS["spreadsheet"]
    assert json.loads(found.metadata or "") == {"sheets": 2, "sheets_hidden": 1}


def test_cells_that_are_repeated_without_end():
    rows = row(cell("x", number_columns_repeated="999999"), number_rows_repeated="999999") * 20
    assert fate_of(odf(f"<table:table>{rows}</table:table>", "spreadsheet"), "a.ods") == "too_large"


def test_a_presentation():
    def frame(text: str, kind: str = "outline") -> str:
        return (
            f"<draw:frame presentation:class='{kind}'><draw:text-box>{p(text)}</draw:text-box></draw:frame>"
        )

    notes = f"<presentation:notes>{frame('Say this.', 'notes')}</presentation:notes>"
    body = (
        f"<draw:page>{frame('Body.')}{frame('Title', 'title')}{frame('9', 'page-number')}{notes}</draw:page>"
    )
    [found] = settled(odf(body, "presentation"), "a.odp")
    assert isinstance(found, Document)
    assert found.text == "Title\n\nBody.\n\nNotes: Say this.\n"
    assert (found.title, json.loads(found.metadata or "")) == ("Title", {"slides": 1})


@pytest.mark.parametrize(
    ("data", "fate"),
    [
        (odf(""), "empty"),
        (odf(p("words"))[:200], "truncated"),
        (package({"mimetype": KINDS["text"]}), "corrupt"),
        (
            odf(
                p("x"),
                **{"META-INF/manifest.xml": "<m><file-entry><encryption-data/></file-entry></m>"},
            ),
            "encrypted",
        ),
    ],
)
def test_what_cannot_be_read(data, fate):
    assert fate_of(data, "a.odt") == fate
