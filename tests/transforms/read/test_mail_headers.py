import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.read.mail_headers import (
    author_of,
    charset_of_headers,
    date_of,
    header,
    header_text,
    metadata_of,
)
from transforms.read.mail_message import Part, parse


def parsed(data: bytes) -> Part:
    found = parse(data)
    assert isinstance(found, Part)
    return found


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?iso-8859-1?Q?Gr=FC=DFe?=", "Grüße"),
        ("=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("a =?utf-8?q?b_c?= d", "a b c d"),
        ("=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab"),
        ("=?utf-8?b?44G+44E=?= =?utf-8?b?v+OCgA==?=", "まみむ"),  # a character in two words
        ("=?ISO-2022-JP?B?GyRCJF4kXyRgGyhC?=", "まみむ"),
        ("=?us-ascii*en?q?x?=", "x"),
        ("=?utf-8?b?R3L?=", "Gr"),
        ("=?utf-8?x?what?=", "=?utf-8?x?what?="),
        ("=?no-such-charset?q?caf=C3=A9?=", "café"),
        ("=?idna?q?caf=C3=A9?=", "café"),
        ("  two \t words\0 ", "two words"),
        (" ", None),
    ],
)
def test_the_value_of_a_header(value, text):
    assert header_text(value) == text


@given(value=st.text(max_size=200))
def test_any_value_is_decoded(value):
    found = header_text(value)
    assert found is None or found.encode("utf-8")


@given(text=st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40))
def test_what_a_mail_program_encodes_is_read_back(text):
    from email.header import Header

    assert header_text(Header(text, "utf-8").encode()) == text


def test_bytes_in_headers_are_of_the_encoding_that_the_text_has():
    korean = "안녕하세요 여러분 반갑습니다"
    stated = f"Subject: {korean}\nContent-Type: text/plain; charset=euc-kr\n\nx\n".encode("euc-kr")
    message = parsed(stated)
    assert header(message, "Subject", charset_of_headers(message)) == korean
    text = "Wir grüßen Sie und wünschen schöne Tage. " * 9
    message = parsed(f"Subject: Grüße\n\n{text}\n".encode("cp1252"))
    assert header(message, "Subject", charset_of_headers(message)) == "Grüße"
    assert charset_of_headers(parsed(b"Subject: x\n\n\xff\xfe\n")) == ""
    message = parsed("Subject: Grüße\n\nx\n".encode())
    assert header(message, "subject", charset_of_headers(message)) == "Grüße"


@pytest.mark.parametrize(
    ("value", "author"),
    [
        ("Ada <ada@x.org>", "Ada"),
        ('"Lovelace, Ada" <ada@x.org>', "Lovelace, Ada"),
        ("=?utf-8?q?J=C3=B6hn?= <j@x.org>", "Jöhn"),
        ("ada@x.org (Ada Lovelace)", "Ada Lovelace"),
        ("ada@x.org", "ada@x.org"),
        ("Ada <ada@x.org>, Bob <bob@x.org>", "Ada, Bob"),
        ("a@x.org b@x.org", "a@x.org"),
        ("somebody", "somebody"),
        ("(" * 900, "(" * 900),
        ("", None),
    ],
)
def test_the_author(value, author):
    assert author_of(parsed(f"From: {value}\n\nx\n".encode())) == author


@pytest.mark.parametrize(
    ("value", "stamp"),
    [
        ("Thu, 01 Jan 1970 00:00:01 +0000", 1_000000),
        ("Thu, 01 Jan 1970 01:00:01 +0100 (Middle European Time, a long comment)", 1_000000),
        ("1 Jan 70 00:00:01 GMT", 1_000000),
        ("Thu, 01 Jan 1970 00:00:01 -0000", 1_000000),
        ("1970-01-01T00:00:01Z", 1_000000),
        ("yesterday", None),
        ("Thu, 99 Jan 1970 00:00:01 +0000", None),
        ("Thu, 01 Jan 1970 00:00:01 +999999", 0),  # the day at least
        ("0" * 5000, None),
        ("", None),
    ],
)
def test_the_date(value, stamp):
    assert date_of(parsed(f"Date: {value}\n\nx\n".encode())) == stamp


def test_repeated_and_folded_headers():
    message = parsed(b"To: a@x\nTo: b@x,\n c@x\nList-Id: A list\n <l.x>\nReferences: <1@x>\n\t<2@x>\n\nx\n")
    assert metadata_of(message) == {
        "to": "a@x, b@x, c@x",
        "list_id": "A list <l.x>",
        "references": ["<1@x>", "<2@x>"],
    }
