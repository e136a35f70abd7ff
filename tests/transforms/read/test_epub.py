import hashlib
import json
import zipfile
from io import BytesIO

import pytest

from schemas.records import DeadLetter, Document, Rejection
from tests.transforms.read.helpers import source
from tests.transforms.read.papers import package, settled
from transforms.read.pages import page_text
from transforms.read.reader import find_record

CONTAINER = "<container><rootfiles><rootfile full-path='OPS/book.opf'/></rootfiles></container>"
NAV = (
    "<html xmlns='http://www.w3.org/1999/xhtml'><body><nav><ol><li><a href='one.xhtml'>The first</a></li>"
    "<li><a href='two.xhtml#a'>Part a</a></li><li><a href='two.xhtml#b'>Part b</a></li></ol></nav></body>"
    "</html>"
)


def page(body: str) -> str:
    return (
        "<?xml version='1.0' encoding='utf-8'?><html xmlns='http://www.w3.org/1999/xhtml'"
        f" xmlns:epub='http://www.idpf.org/2007/ops'><head><title>Page</title></head><body>{body}</body></html>"
    )


def book(**parts: str) -> bytes:
    """Makes a book of three chapters, of which the last is missing."""
    manifest = "".join(
        f"<item id='{name}' href='{name}.xhtml' media-type='application/xhtml+xml'{more}/>"
        for name, more in (
            ("nav", " properties='nav'"),
            ("two", ""),
            ("one", ""),
            ("lost", ""),
            ("cover", ""),
        )
    )
    spine = "".join(f"<itemref idref='{name}'/>" for name in ("cover", "nav", "one", "two", "two", "lost"))
    opf = (
        "<package><metadata xmlns:dc='dc'><dc:title>A book</dc:title><dc:creator>Ann</dc:creator>"
        "<dc:creator>Bob</dc:creator><dc:language>en</dc:language><dc:date>1970</dc:date></metadata>"
        f"<manifest>{manifest}</manifest><spine>{spine}</spine></package>"
    )
    return package(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OPS/book.opf": opf,
            "OPS/nav.xhtml": NAV,
            "OPS/one.xhtml": page("<h1>One</h1><p>First\nwords.</p>"),
            "OPS/two.xhtml": page("<h1>Two</h1><p>More words.</p>"),
            "OPS/cover.xhtml": page("<img src='a.png' alt='x'/>"),
            **parts,
        }
    )


def test_chapters_are_records_in_the_order_of_reading():
    found = settled(book(), "a.epub")
    assert [each.locator for each in found] == [
        f"member=OPS/{name}.xhtml" for name in ("cover", "nav", "one", "two", "lost")
    ]
    cover, nav, one, two, lost = found
    assert isinstance(cover, Rejection)
    assert cover.rule == "empty"
    assert isinstance(nav, Rejection)
    assert nav.rule == "table_of_contents"
    assert isinstance(lost, DeadLetter)
    assert lost.reason == "corrupt"
    assert isinstance(one, Document)
    assert (one.text, one.title, one.author) == ("One\n\nFirst words.\n", "The first", "Ann, Bob")
    assert (one.created_at, one.media_type) == (0, "application/xhtml+xml")
    assert json.loads(one.metadata or "") == {"book": "A book", "chapter": 3, "date": "1970", "lang": "en"}
    assert isinstance(two, Document)
    assert two.title == "Two"  # two entries of the table of contents lead to it


@pytest.mark.parametrize("name", ["a.epub", "a.zip", "a.txt"])
def test_a_chapter_is_found_again(name):
    data = book()
    for each in settled(data, name):
        if isinstance(each, Document):
            raw = find_record(BytesIO(data), name, source(), each.locator)
            assert hashlib.sha256(raw or b"").digest() == each.raw_sha256


def test_a_book_in_an_archive():
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("shelf/a.epub", book())
        archive.writestr("b.txt", "Words.\n")
    found = settled(out.getvalue(), "a.zip")
    assert [each.locator for each in found if isinstance(each, Document)] == [
        "member=shelf/a.epub!member=OPS/one.xhtml",
        "member=shelf/a.epub!member=OPS/two.xhtml",
        "member=b.txt",
    ]
    one = next(each for each in found if isinstance(each, Document))
    raw = find_record(BytesIO(out.getvalue()), "a.zip", source(), one.locator)
    assert hashlib.sha256(raw or b"").digest() == one.raw_sha256


def test_chapters_that_are_locked():
    locked = "<encryption><CipherReference URI='OPS/one.xhtml'/></encryption>"
    found = settled(book(**{"META-INF/encryption.xml": locked}), "a.epub")
    [dead] = [each for each in found if isinstance(each, DeadLetter) and each.reason == "encrypted"]
    assert dead.locator == "member=OPS/one.xhtml"


def test_books_that_are_damaged():
    [cut] = settled(book()[:900], "a.epub")
    assert isinstance(cut, DeadLetter)
    assert cut.reason == "truncated"
    [bare] = settled(package({"mimetype": "application/epub+zip"}), "a.epub")
    assert isinstance(bare, DeadLetter)
    assert bare.reason == "corrupt"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<ul><li>a</li><li><p>b</p><ol><li>c</li></ol></li></ul>", "- a\n- b\n\n  1. c\n"),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></table>", "a | b\nc | d\n"),
        ("<pre>a\n  b</pre>", "a\n  b\n"),
        ("<p>a<br/>b</p>", "a\nb\n"),
        ("<div>One line</div><div>and another</div>", "One line\nand another\n"),
        ("<p>text<span epub:type='pagebreak'>17</span> goes on</p>", "text goes on\n"),
        ("<p><ruby>漢<rt>kan</rt></ruby>字</p>", "漢字\n"),
        ("<section><script>x()</script><p>a</p></section>", "a\n"),
        ("<dl><dt>term</dt><dd>what it is</dd></dl>", "term\n  what it is\n"),
    ],
)
def test_pages(body, text):
    found = page_text(page(body).encode())
    assert found.text == text  # type: ignore[union-attr]


def test_pages_that_are_nested_too_deep_or_too_large():
    assert page_text(b"<p>" * 600_000).reason == "too_large"  # type: ignore[union-attr]
    page_text(b"<div>" * 5000 + b"x")  # ends
