import time

import pytest

from schemas.records import Extracted
from transforms.read import html
from transforms.read.formats import ExtractOptions

ARTICLE = "".join(
    f"<p>This is paragraph number {i} of a long article about the history of bridges.</p>" for i in range(12)
)
# ruff: noqa: E501 - a page as pages are
PAGE = f"""<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html lang="en"><head><title>Bridges - Site</title>
<meta property="og:title" content="Bridges"><meta name="author" content="Ada L"><meta name="description" content="On bridges">
<meta property="article:published_time" content="2020-01-02T03:04:05Z"><link rel="canonical" href="https://x.org/b"></head>
<body><nav><a href="/">Home</a><a href="/a">About us</a></nav><article><h1>Bridges<a href="#b">¶</a></h1>{ARTICLE}
<h2>Code</h2><ul><li>first item of the list</li><li>second item <pre>def f():
    return  1</pre></li></ul><table><tr><th>Name</th><th>Length</th></tr><tr><td>Golden Gate</td><td>2737 m</td></tr></table>
<dl><dt>arch</dt><dd>a curved structure</dd></dl></article><footer>Copyright Example Ltd</footer></body></html>"""


def extract(page: str | bytes, **options: str) -> Extracted:
    found = html.extract(page if isinstance(page, bytes) else page.encode(), ExtractOptions(**options))  # type: ignore[arg-type]
    assert isinstance(found, Extracted)
    return found


def test_the_main_text_is_laid_out():
    text = extract(PAGE).text
    assert text.startswith("Bridges\n\nThis is paragraph number 0 of a long article")
    assert "- first item of the list\n- second item\n\n  def f():\n      return  1\n" in text
    assert "Name | Length\nGolden Gate | 2737 m\n" in text
    assert "arch\n  a curved structure" in text
    assert "About us" not in text
    assert "Copyright" not in text


def test_the_head_of_the_page_is_read():
    found = extract(PAGE)
    assert (found.title, found.author, found.created_at) == ("Bridges", "Ada L", 1577934245000000)
    assert found.metadata == {"description": "On bridges", "url": "https://x.org/b", "lang": "en"}


def test_the_other_extractor():
    found = extract(PAGE, html_extractor="resiliparse")
    assert found.title == "Bridges"
    assert "paragraph number 11" in found.text
    assert "About us" not in found.text


def test_the_declared_encoding_is_used():
    page = (
        '<html><head><meta charset="windows-1251"></head><body><p>'
        + "Привет, мир. " * 30
        + "</p></body></html>"
    )
    assert "Привет, мир." in extract(page.encode("cp1251")).text


@pytest.mark.parametrize(
    "page",
    [
        "<p>short</p>",
        "just words",
        "<html><body>short text</body></html>",
        "<table><tr><td>a cell</td></tr></table>",
        "<pre>x = 1</pre>",
    ],
)
def test_pages_with_little_text_keep_it(page):
    words = extract(page).text.split()
    assert words
    assert all(word in page for word in words)


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 20_000 + "text",
        "<a <b " * 5000,
        "<!--" * 5000,
        "<table>" * 2000,
        "&#x41;" * 20_000,
        "<p>" * 20_000,
        "",
        "<",
        "<html>",
        "\0<p>a</p>",
    ],
)
def test_hostile_pages_end_soon(page, capfd):
    began = time.process_time()
    html.extract(page.encode(), ExtractOptions())
    assert time.process_time() - began < 20
    assert capfd.readouterr().err == ""
