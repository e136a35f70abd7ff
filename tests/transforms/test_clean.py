"""``clean_text`` and ``clean_document``: what goes, what stays, and that twice is once."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.records import Document, Rejection
from schemas.specs import CleanSpec
from tests.transforms.test_clean_repair import broken_texts
from transforms.clean import clean_document, clean_text, recipe

SPEC = CleanSpec()


def document(text: str, title: str | None = None, author: str | None = None) -> Document:
    return Document(
        doc_id=b"\1" * 16,
        source="notes",
        uri="notes:a.txt",
        locator="byte=3",
        media_type="text/plain",
        raw_sha256=b"\2" * 32,
        text=text,
        title=title,
        author=author,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\r\ntwo\rthree\n", "one\ntwo\nthree"),
        ("page one\fpage two\vline", "page one\npage two\nline"),
        ("\ufeffmark", "mark"),
        ("a\x00b\x07c\x7fd", "abcd"),
        ("tab\tstays", "tab\tstays"),
        ("end  \t\nof\xa0\u3000\nlines \u2003", "end\nof\nlines"),
        ("\n \n\t\n    indented = 1\n", "    indented = 1"),
        ("def a():\n\n\ndef b():", "def a():\n\n\ndef b():"),
        ("far\n\n\n \n\n\n\napart", "far\n\n\napart"),
        ("می\u200cخواهم 👩\u200d💻", "می\u200cخواهم 👩\u200d💻"),
        ("Caf\u0065\u0301", "Café"),
        ("\x81\x8d", ""),
        (" \n\r\n\ufeff\x00\t", ""),
    ],
)
def test_examples(text: str, expected: str) -> None:
    assert clean_text(text, SPEC) == expected


@given(st.one_of(broken_texts, st.text(), st.text("a Ã\x81œ\u0301\n\r\f\v\t\xa0\u3000\u2028e", max_size=12)))
@example("X\u2028Ã b")
@example("Ã© \u3000")
@example("a\x81\u0301")
def test_clean_is_clean(text: str) -> None:
    once = clean_text(text, SPEC)
    assert clean_text(once, SPEC) is once
    assert unicodedata.is_normalized("NFC", once)
    lines = once.split("\n")
    assert all(line == line.rstrip() for line in lines)
    assert "\n\n\n\n" not in once
    assert once == once.strip("\n")
    assert all(c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") for c in once)


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1))
def test_plain_ascii_is_left_alone(text: str) -> None:
    assert clean_text(text, SPEC) is text


def test_disabled() -> None:
    text = "schÃ¶n \r\n\x00"
    assert clean_text(text, CleanSpec(enabled=False)) is text
    whole = document(text)
    assert clean_document(whole, CleanSpec(enabled=False)) is whole


def test_unchanged_document_is_the_same_object() -> None:
    whole = document("nothing to do", title="Nothing", author=None)
    assert clean_document(whole, SPEC) is whole


def test_text_title_and_author() -> None:
    cleaned = clean_document(document("schÃ¶n ", title="Ã\x9cber\r\nuns ", author=" \x00"), SPEC)
    assert isinstance(cleaned, Document)
    assert (cleaned.text, cleaned.title, cleaned.author) == ("schön", "Über uns", None)


@pytest.mark.parametrize("text", ["", " \n\t ", "\ufeff\x00\r\n"])
def test_nothing_left_is_a_rejection(text: str) -> None:
    refused = clean_document(document(text), SPEC)
    assert isinstance(refused, Rejection)
    assert (refused.stage, refused.rule, refused.head) == ("clean", "empty", text)
    assert (refused.doc_id, refused.source, refused.uri) == (b"\1" * 16, "notes", "notes:a.txt")
    assert (refused.locator, refused.media_type, refused.raw_sha256) == ("byte=3", "text/plain", b"\2" * 32)


def test_recipe_names_what_decides() -> None:
    assert recipe()["ftfy"]
    assert recipe()["settings"]["uncurl_quotes"] is False
    assert isinstance(recipe()["clean"], int)
