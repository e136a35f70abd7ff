"""Which blocks are the main text, and how they are laid out."""

import pytest

from schemas.records import Extracted
from transforms.read import html
from transforms.read.formats import ExtractOptions
from transforms.read.html_names import BODY, MAIN, names_mean

SENTENCES = [f"Sentence {i} tells at some length how bridges were built in those days." for i in range(40)]


def prose(first: int, last: int) -> str:
    return "".join(f"<p>{sentence}</p>" for sentence in SENTENCES[first:last])


def extract(body: str) -> str:
    found = html.extract(f"<html><body>{body}</body></html>".encode(), ExtractOptions())
    assert isinstance(found, Extracted)
    return found.text


LINKS = "<ul>" + "".join(f'<li><a href="/{i}">Another page number {i}</a></li>' for i in range(30)) + "</ul>"


@pytest.mark.parametrize(
    "aside",
    [
        f"<nav>{LINKS}</nav>",
        f"<div>{LINKS}</div>",
        '<div class="sidebar"><p>Subscribe to our letters, they come every week and cost nothing.</p></div>',
        '<div id="comments"><p>I was there myself, and it was nothing like what is told here.</p></div>',
        '<section class="relatedPosts"><p>Ten tunnels that you have to see before forty.</p></section>',
        '<div style="display:none"><p>This was hidden from the reader, whoever that may be.</p></div>',
        '<div aria-hidden="true"><p>This was hidden from the reader, whoever that may be.</p></div>',
        "<footer><p>All rights are reserved by the owners of the bridge and of the river.</p></footer>",
        "<form><button>Send it all off to us now please</button><select><option>One</select></form>",
        "<script>var words = 'that nobody is meant to read, however long they get';</script>",
    ],
)
def test_what_is_not_the_main_text_goes(aside):
    plain = extract(f"<div class=wrap><div class=text>{prose(0, 12)}</div></div>")
    assert plain.count("Sentence") == 12
    assert extract(f"<div class=wrap><div class=text>{prose(0, 12)}</div>{aside}</div>") == plain
    assert extract(f"{aside}<div class=wrap><div class=text>{prose(0, 12)}</div></div>") == plain


@pytest.mark.parametrize("name", ["sidebar", "comments-open", "widget", "cookie"])
def test_a_name_does_not_take_the_whole_page_away(name):
    assert extract(f'<div class="{name}">{prose(0, 12)}</div>').count("Sentence") == 12


def test_sections_of_handbooks_may_be_called_what_they_like():
    body = f'<section id="sharing"><h2>Sharing</h2>{prose(0, 8)}</section>'
    body += f'<section id="comments"><h2>Comments</h2>{prose(8, 16)}</section>'
    assert extract(body).count("Sentence") == 16


def test_notes_of_handbooks_stay():
    note = '<aside class="note"><p>Take care that the river does not rise while you build.</p></aside>'
    assert "Take care" in extract(f"<main>{prose(0, 8)}{note}{prose(8, 12)}</main>")


def test_the_article_is_found_beside_teasers():
    teasers = "".join(
        f'<div class="card"><h3>Card {i}</h3><p>{SENTENCES[i]}</p></div>' for i in range(20, 35)
    )
    text = extract(f"<div><article><h1>Bridges</h1>{prose(0, 12)}</article></div><div>{teasers}</div>")
    assert text.startswith("Bridges\n\nSentence 0 ")
    assert "Card" not in text


def test_a_page_of_several_articles_stays_whole():
    articles = "".join(f"<article><h2>Part {i}</h2>{prose(i * 6, i * 6 + 6)}</article>" for i in range(4))
    text = extract(f"<div>{articles}</div>")
    assert [f"Part {i}\n" in text for i in range(4)] == [True] * 4


def test_prose_before_the_body_belongs_to_it():
    lead = "<p>Bridges have been built since men could fell a tree, and what this took is told here.</p>"
    text = extract(f'<div class="wrap">{lead}<div class="article-body">{prose(0, 12)}</div></div>')
    assert text.startswith("Bridges have been built since")


def test_a_page_of_links_keeps_them():
    assert "Another page number 7" in extract(LINKS)


def test_headings_at_the_end_go():
    assert extract(f"<main>{prose(0, 9)}<h3>Read next</h3></main>").rstrip().endswith("in those days.")


def test_blocks_are_laid_out():
    text = extract(
        f"""<main>{prose(0, 8)}<ol><li>one<ul><li>deep</li></ul></li><li>two</li></ol>
        <dl><dt><code>open</code>(path)</dt><dd>Opens a file.<pre>if x:
    open(x)
</pre></dd></dl><table><tr><th>Name<th>Length</tr><tr><td>Golden <b>Gate</b></td><td>2737 m</td></tr></table>
        <p>A line<br>and its second<br><br>and a new paragraph.</p><p>你
好</p></main>"""
    )
    assert "1. one\n   - deep\n2. two\n" in text
    assert "open(path)\n  Opens a file.\n\n  if x:\n      open(x)\n" in text
    assert "Name | Length\nGolden Gate | 2737 m\n" in text
    assert "A line\nand its second\n\nand a new paragraph.\n\n你好\n" in text


def test_code_has_no_line_numbers():
    code = '<pre><span class="linenos">1</span>x = 1\n<span class="linenos">2</span>y = 2\n</pre>'
    assert "\n\nx = 1\ny = 2\n" in extract(f"<main>{prose(0, 8)}{code}</main>")


def test_tables_for_layout_are_no_tables():
    page = f"<table><tr><td>{LINKS}</td><td>{prose(0, 12)}</td></tr></table>"
    text = extract(page)
    assert "|" not in text
    assert text.startswith("Sentence 0 ")


@pytest.mark.parametrize("depth", [100, 127, 128, 129, 1000])
def test_the_text_of_deep_pages_is_found(depth):
    assert extract("<div>" * depth + prose(0, 8)).count("Sentence") == 8
    assert extract("<b><i>" * depth + prose(0, 8)).count("Sentence") == 8


def test_the_names_of_wordpress_say_what_a_post_is_about():
    names = "post-12 post type-post status-publish category-social-media tag-newsletter hentry"
    assert not names_mean(names).aside
    assert names_mean("social-media").aside
    assert names_mean("post").level == MAIN
    assert names_mean("article_body").level == BODY
