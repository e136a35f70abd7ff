import time

import pytest

from schemas.records import Dead, Extracted
from transforms.read import restructuredtext
from transforms.read.formats import ExtractOptions


def extract(source: str):
    return restructuredtext.extract(source.encode(), ExtractOptions())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Title\n=====\n\nSub\n---\n\none\ntwo\n", "Title\n\nSub\n\none two\n"),
        ("- a\n- b\n\n  - c\n\n1. x\n2. y\n", "- a\n- b\n\n  - c\n\n1. x\n2. y\n"),
        ("code::\n\n    x = 1\n      y\n", "code:\n\nx = 1\n  y\n"),
        (
            ":func:`~os.path.join` and :ref:`text <t>` ``lit`` *em* `link <u>`_ :pep:`8`",
            "join and text lit em link PEP 8\n",
        ),
        ("\\*args and x\\ s", "*args and xs\n"),
        (".. note::\n   Take care.\n", "Note: Take care.\n"),
        (".. versionadded:: 3.2\n   The thing.\n", "New in version 3.2: The thing.\n"),
        (".. function:: f(*a)\n   :noindex:\n\n   Does *it*.\n", "f(*a)\n\nDoes it.\n"),
        (".. code-block:: py\n   :linenos:\n\n   x = 1\n", "x = 1\n"),
        (".. unheard-of:: arg\n\n   Content.\n", "arg\n\nContent.\n"),
        (".. comment\n\n.. _target:\n\ntext [1]_\n\n.. [1] note\n", "text [1]\n\n[1] note\n"),
        (".. |x| replace:: long *name*\n\nthe |x| |y|\n", "the long name y\n"),
        (".. |d| date::\n\non |d|\n", "on\n"),
        (".. image:: a.png\n   :alt: A picture\n", "A picture\n"),
        ("== ==\na  b\n== ==\n1  2\n== ==\n", "a | b\n1 | 2\n"),
        ("term\n   definition\n", "term\n  definition\n"),
        ("| verse\n| two\n", "verse\ntwo\n"),
        (".. toctree::\n   a\n   b\n\ntext\n", "text\n"),
        (".. include:: /etc/passwd\n\ntext\n", "text\n"),
        (".. raw:: html\n\n   <b>x</b>\n\ntext\n", "text\n"),
        (".. csv-table::\n   :file: /etc/passwd\n\ntext\n", "text\n"),
        ("unclosed *emphasis and `role\n", "unclosed *emphasis and `role\n"),
    ],
)
def test_what_a_reader_sees(source, expected):
    found = extract(source)
    assert isinstance(found, Extracted)
    assert found.text == expected


def test_the_header_of_a_proposal_becomes_metadata():
    found = extract(
        "PEP: 8\nTitle: Style\n  Guide\nAuthor: A B <a@b.c>,\n        C D\nCreated: 05-Jul-2001\n"
        "\n\nIntro\n=====\n\ntext\n"
    )
    assert isinstance(found, Extracted)
    assert (found.title, found.author, found.created_at) == ("Style Guide", "A B, C D", 994291200000000)
    assert found.metadata["pep"] == "8"
    assert found.text == "Intro\n\ntext\n"


def test_a_first_field_list_becomes_metadata():
    found = extract("Title\n=====\n\n:Author: A\n:Date: 2020-01-02\n\ntext\n")
    assert isinstance(found, Extracted)
    assert (found.title, found.author, found.created_at) == ("Title", "A", 1577923200000000)
    assert found.text == "Title\n\ntext\n"


def test_inconsistent_titles_lose_no_text():
    found = extract("A\n=\n\nB\n-\n\nC\n=\n\nD\n~\n\ntext\n")
    assert isinstance(found, Extracted)
    assert all(letter in found.text.split() for letter in "ABCD")
    assert "text" in found.text


@pytest.mark.parametrize(
    "source",
    ["- " * 3000, "`" * 5000, "*a " * 3000, "|a " * 3000, "[1]_ " * 3000, "=" * 20_000, " " * 9000 + "x"],
)
def test_hostile_text_ends_soon(source):
    began = time.process_time()
    found = extract(source)
    assert isinstance(found, Extracted) or (isinstance(found, Dead) and found.reason == "parse_error")
    assert time.process_time() - began < 20


def test_deep_nesting_is_a_parse_error_or_text():
    found = extract("\n".join(" " * i + "- x\n" for i in range(0, 2000, 2)))
    assert isinstance(found, Extracted) or found.reason == "parse_error"


def test_nothing_is_printed(capsys):
    extract(".. bad directive::\n  :x\n\n`unclosed\n\nA\n==\nB\n~\n")
    assert capsys.readouterr() == ("", "")
