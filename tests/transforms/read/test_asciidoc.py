import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Extracted
from transforms.read import asciidoc
from transforms.read.formats import ExtractOptions


def extract(source: str) -> Extracted:
    found = asciidoc.extract(source.encode(), ExtractOptions())
    assert isinstance(found, Extracted)
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("== A *b*\n\none\ntwo +\nthree\n", "A b\n\none two\nthree\n"),
        ("Title\n-----\n\ntext\n", "Title\n\ntext\n"),
        ("* a\n** b\n* c\n\n. x\n. y\n", "- a\n  - b\n- c\n  1. x\n  2. y\n"),
        ("[source,py]\n----\nx = 1 # <1>\n\n  y\n----\n", "x = 1\n\n  y\n"),
        ("* a\n+\n----\ncode\n----\n* b\n", "- a\n\n  code\n- b\n"),
        ("|===\n|a |b\n\n|c\n|d\n|===\n", "a | b\nc\nd\n"),
        ("NOTE: Take care.\n", "Note: Take care.\n"),
        ("[NOTE]\n====\ntext\n====\n", "text\n"),
        ("link:a.html[text] https://x.y[z] https://p.q image:i.png[alt]\n", "text z https://p.q alt\n"),
        (
            "[[here]]\n.A picture\nimage::i.png[A picture]\n\nsee <<here>> and <<x,that>>\n",
            "A picture\n\nsee A picture and that\n",
        ),
        ("// comment\n////\nhidden\n////\ntext ((index)) (((hidden)))\n", "text index\n"),
        ("ifdef::x[]\ninclude::y.adoc[]\nendif::[]\ntext\n", "text\n"),
        ("`mono` _em_ *strong* `+*raw*+` snake_case_name\n", "mono em strong *raw* snake_case_name\n"),
        ("term:: definition\n", "term\n  definition\n"),
        (".Title\n----\ncode\n----\n", "Title\n\ncode\n"),
    ],
)
def test_what_a_reader_sees(source, expected):
    assert extract(source).text == expected


def test_the_header_becomes_metadata():
    found = extract("= Book\nAda Lovelace <ada@x.org>\nv1.0, 2020-01-02\n:lang: en\n\nversion {lang}\n")
    assert (found.title, found.author, found.created_at) == ("Book", "Ada Lovelace", 1577923200000000)
    assert found.metadata == {"lang": "en"}
    assert found.text == "Book\n\nversion en\n"


@given(
    source=st.lists(
        st.sampled_from(
            [
                "a",
                "\n",
                "\n\n",
                "= ",
                "* ",
                "** ",
                ". ",
                "----\n",
                "====\n",
                "|===\n",
                "|",
                "[",
                "]",
                "+\n",
                "::",
                "*",
                "_",
                "`",
            ]
        ),
        max_size=30,
    ).map("".join)
)
def test_any_text_gives_text(source):
    extract(source)


@pytest.mark.parametrize(
    "source",
    [
        "[" * 20_000,
        "*a " * 20_000,
        "<<" * 20_000,
        "((" * 20_000,
        "`+" * 20_000,
        "{a}" * 20_000,
        "link:" * 20_000,
    ],
)
def test_hostile_text_ends_soon(source):
    began = time.process_time()
    extract(source)
    assert time.process_time() - began < 20
