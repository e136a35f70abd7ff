"""Hostile mails: each ends as documents, rejections or dead letters; soon, and never as an exception."""

import base64
import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Document
from tests.transforms.read.mails import FATE_OF_ALL, HEADERS, fates, lines, mail, multipart, part, settled
from transforms.read.mail_message import MAX_DEPTH, MAX_LINES, MAX_PARTS
from transforms.read.reader import MAX_EMBEDDED

HEAD = lines(*HEADERS)
SECONDS = 20  # of CPU; each takes less than one here, a quadratic one minutes


def nested(depth: int, kind: str = "mixed") -> bytes:
    begin = b"".join(
        b"Content-Type: multipart/%s; boundary=b%d\n\n--b%d\n" % (kind.encode(), level, level)
        for level in range(depth)
    )
    return HEAD + begin + b"\nhello\n" + b"".join(b"--b%d--\n" % level for level in reversed(range(depth)))


def forwarded(depth: int) -> bytes:
    return (
        b"".join(b"Subject: %d\nContent-Type: message/rfc822\n\n" % level for level in range(depth))
        + b"Subject: last\n\nhello\n"
    )


def text_with(*headers: bytes) -> bytes:
    return b"".join(header + b"\n" for header in headers) + HEAD + b"\nhello\n"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(text_with(*(b"X-%d: y" % number for number in range(10_000))), id="headers"),
        pytest.param(text_with(b"X-A: " + b"y" * (1 << 20)), id="header"),
        pytest.param(text_with(b"Subject: " + b"=?a?q?" * 170_000), id="encoded words without an end"),
        pytest.param(text_with(b"Subject: " + b"=?utf-8?q?a?= " * 70_000), id="encoded words"),
        pytest.param(text_with(b"From: " + b"(" * (1 << 20)), id="comments"),
        pytest.param(text_with(b"From: " + b"a<b," * (1 << 18)), id="addresses"),
        pytest.param(text_with(b"Content-Type: text/plain" + b";" * (1 << 20)), id="parameters"),
        pytest.param(text_with(b'Content-Type: text/plain; a="' + b'\\";' * 300_000), id="quotes"),
        pytest.param(
            text_with(b"Content-Type: text/plain; " + b"".join(b"name*%d*=a; " % i for i in range(50_000))),
            id="RFC 2231",
        ),
        pytest.param(
            text_with(b"Content-Type: text/plain; charset=\"a\0b\"; name*=idna''%FF; x*9999999999999=1"),
            id="charset",
        ),
        pytest.param(text_with(b"References: " + b"<" * (1 << 20)), id="references"),
        pytest.param(HEAD + b"\nhello\n" + b"-----BEGIN PGP SIGNATURE-----\n" * 200_000, id="armour"),
        pytest.param(HEAD + b"\nhello\n" + b"begin 644 a\n#AAAA\n" * 100_000, id="uuencoded"),
        pytest.param(
            HEAD + b"\nhello\n" + (base64.b64encode(b"\x12\xa7" * 27) + b"\n") * 3 + b"-\n" * 100_000,
            id="base64",
        ),
        pytest.param(HEAD + b"Content-Type: text/html\n\nhello" + b"<div>" * 200_000, id="html"),
        pytest.param(HEAD + b"Content-Type: text/enriched\n\nhello" + b"<param>" * 400_000, id="enriched"),
        pytest.param(
            HEAD + b"Content-Type: text/plain; format=flowed\n\nhello" + b" \n" * 400_000, id="flowed"
        ),
        pytest.param(HEAD + b"\nhello" + b" " * (1 << 20) + b"\n", id="blanks"),
        pytest.param(nested(MAX_DEPTH), id="multiparts"),
        pytest.param(
            HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n", id="never closed"
        ),
        pytest.param(HEAD + b"Content-Type: multipart/mixed; boundary=b\n\nhello\n", id="never opened"),
        pytest.param(HEAD + b"Content-Type: multipart/mixed\n\nhello\n", id="no boundary"),
        pytest.param(HEAD + b"Content-Type: multipart/mixed; boundary=\n\nhello\n", id="empty boundary"),
        pytest.param(b"hello\n", id="no headers"),
        pytest.param(b"\xff\xfe" + (HEAD + b"\nhello\n").decode().encode("utf-16-le"), id="UTF-16"),
        pytest.param(HEAD + b"\nhel\0lo " + b"hello " * 30, id="NUL"),
        pytest.param(HEAD.replace(b"\n", b"\r") + b"\rhello\r", id="CR"),
        pytest.param(
            lines("From: a@b", "no header line", "Subject: x", "Date: y", "", "hello"), id="broken header"
        ),
    ],
)
def test_what_stays_readable(data):
    start = time.process_time()
    [document, *rest] = settled(data)
    assert time.process_time() - start < SECONDS
    assert isinstance(document, Document), document
    assert "hello" in document.text
    assert not rest


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (HEAD + b"X: y\n" * (MAX_LINES + 1) + b"\nhello\n", {"": "too_large"}),
        (HEAD + b"\n" + b"\r" * (MAX_LINES + 1), {"": "too_large"}),
        (multipart(*[part("x")] * (MAX_PARTS + 1)), {"": "too_large"}),
        (nested(1_000), {"": "empty", ".".join(["part=1"] + ["1"] * (MAX_DEPTH - 1)): "too_deep"}),
        (mail("<p>" * 500_001, kind="text/html"), {"": "too_large"}),
        (mail("\0" * 1000), {"": "undecodable"}),
        (
            forwarded(1_000),
            {
                **{"!".join(["part=1"] * depth): "empty" for depth in range(MAX_EMBEDDED + 1)},
                "!".join(["part=1"] * (MAX_EMBEDDED + 1)): "too_deep",
            },
        ),
    ],
    ids=["lines", "CR", "parts", "multiparts", "tags", "NUL", "mails"],
)
def test_what_is_refused(data, expected):
    start = time.process_time()
    found = settled(data)
    assert time.process_time() - start < SECONDS
    assert fates(found) == expected


def test_compressed_mails_in_compressed_mails_are_not_opened():
    """Else thirty files in each of eight would be a mail of 2 KB that takes years."""
    data = mail("x " * 1000)
    for _ in range(3):
        packed = base64.encodebytes(gzip.compress(data, mtime=0))
        file = part(packed, kind="application/gzip; name=a.eml.gz", Content_Transfer_Encoding="base64")
        data = multipart(*[file] * 10)
    found = settled(data)
    assert len(found) == 1 + 10 + 100
    assert {fate for place, fate in fates(found).items() if place.count("part=") == 2} == {
        "nested_archive: gz"
    }


PIECES = [
    b"From: a@b\n",
    b"Subject: =?utf-8?b?x?=\n",
    b"Content-Type: multipart/mixed; boundary=b\n",
    b"\n",
    b"--b\n",
    b"--b--\n",
    b"Content-Type: message/rfc822\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: x-uuencode\n",
    b"begin 644 a\n",
    b"M\xff\n",
    b"AAAA====\n",
    b"=E9=\n",
    b" folded\n",
    b"\xff\xfe\0\n",
    b"Content-Type: text/html\n",
    b"<p><b>x",
    b"Content-Disposition: attachment; filename*0*=utf-8''%FF; filename*1=x\n",
    b"-----BEGIN PGP MESSAGE-----\n",
    b"From a@b Thu Aug 22 13:27:39 2002\n",
    b"Date: Thu, 99 Foo 10000 99:99 +9999\n",
    b"\r",
    b">From x\n",
    b"text \n> x \n",
]


@given(
    pieces=st.lists(st.sampled_from(PIECES), max_size=40),
    name=st.sampled_from(["a.eml", "a.mbox", "a.txt", "a"]),
)
def test_any_mixture_of_pieces_is_accounted_for(pieces, name):
    found = settled(b"".join(pieces), name)
    assert found
    assert all(fate in FATE_OF_ALL for fate in (item.split(":")[0] for item in fates(found).values()))


@given(data=st.data())
def test_a_mail_cut_anywhere_is_accounted_for(data):
    whole = multipart(
        part("Text."),
        part(mail("Inner.")[:-1], kind="message/rfc822"),
        part("QUJD", Content_Transfer_Encoding="base64"),
    )
    end = data.draw(st.integers(0, len(whole)))
    assert settled(whole[:end])
