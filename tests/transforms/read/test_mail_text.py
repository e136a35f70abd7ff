"""The text of a mail: encodings, line wrapping, HTML, blocks that are no text."""

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Dead
from tests.transforms.read.mails import mail, text_of
from transforms.read.mail_blocks import drop_blocks
from transforms.read.mail_charset import decode_mail
from transforms.read.mail_enriched import plain_of_enriched
from transforms.read.mail_flowed import unwrap
from transforms.read.mail_html import text_of_html

RUSSIAN = "Съешь же ещё этих мягких французских булок, да выпей чаю.\n" * 5


@pytest.mark.parametrize(
    ("raw", "declared", "text"),
    [
        (RUSSIAN.encode("koi8-r"), "koi8-r", RUSSIAN),
        (RUSSIAN.encode("koi8-r"), "KOI8-R", RUSSIAN),
        (RUSSIAN.encode("utf-8"), "koi8-r", RUSSIAN),
        (RUSSIAN.encode("koi8-r"), "us-ascii", RUSSIAN),
        (RUSSIAN.encode("koi8-r"), "unknown-8bit", RUSSIAN),
        (RUSSIAN.encode("koi8-r"), "x-user-defined", RUSSIAN),
        ("日本語".encode("iso-2022-jp"), "iso-2022-jp", "日本語"),
        ("日本語".encode("utf-7"), "unicode-1-1-utf-7", "日本語"),
        ("中文 text".encode("gb2312"), "GB2312_CHARSET", "中文 text"),
        ("It’s late – go".encode("cp1252") + b" home" * 40, "", "It’s late – go" + " home" * 40),
        (b"plain", "a\0b", "plain"),
        (b"plain", "idna", "plain"),
    ],
)
def test_encodings(raw, declared, text):
    assert decode_mail(raw, declared) == text


@given(
    raw=st.binary(max_size=300),
    declared=st.sampled_from(["", "utf-7", "hz", "big5", "punycode", "utf-16", "?"]),
)
def test_any_bytes_in_any_stated_encoding(raw, declared):
    found = decode_mail(raw, declared)
    assert isinstance(found, str) or found.reason == "undecodable"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("quoted-printable", "Gr=C3=BC=\n=C3=9Fe"),
        ("Quoted-Printable; x", "Gr=C3=BC=C3=9Fe"),
        ("BASE64 ", base64.b64encode("Grüße".encode()).decode()),
        ("base64", base64.b64encode("Grüße".encode()).decode().rstrip("=") + "\n"),
        ("base64", "Grüße, not encoded at all, whatever it says"[:5]),
        ("x-uuencode", "begin 644 a\n" + binascii.b2a_uu("Grüße".encode()).decode() + "`\nend"),
        ("8bit", "Grüße"),
        ("7-bit", "Grüße"),
        ("nonsense", "Grüße"),
    ],
)
def test_transfer_encodings(encoding, body):
    data = mail(body, kind="text/plain; charset=utf-8", Content_Transfer_Encoding=encoding)
    assert text_of(data) == "Grüße\n"


def test_text_that_only_claims_to_be_base64_stays():
    assert text_of(mail("Dear Sir, this is no Base64.", Content_Transfer_Encoding="base64")) == (
        "Dear Sir, this is no Base64.\n"
    )


@pytest.mark.parametrize(
    ("flowed", "text"),
    [
        ("one \ntwo\nthree", "one two\nthree"),
        ("> one \n> two\nthree", "> one two\nthree"),
        ("> one \n>> two", "> one\n>> two"),
        (" From here \n and there", "From here and there"),
        ("text \n-- \nAda", "text\n-- \nAda"),
        ("> text \n> -- \n> Ada", "> text\n> -- \n> Ada"),
        ("a \n\nb", "a\n\nb"),
        (">", ">"),
    ],
)
def test_flowed_text(flowed, text):
    assert unwrap(flowed) == text


def test_flowed_text_is_unwrapped_as_the_mail_says():
    assert text_of(mail("one ", "two", kind="text/plain; format=flowed")) == "one two\n"
    assert text_of(mail("日 ", "本", kind="text/plain; charset=utf-8; format=flowed; delsp=yes")) == "日本\n"
    assert text_of(mail("one ", "two")) == "one \ntwo\n"


@given(paragraphs=st.lists(st.text("ab >", min_size=1, max_size=60), max_size=9))
def test_unwrapping_loses_no_letter(paragraphs):
    text = "\n".join(paragraphs)
    kept = unwrap(text)
    assert [char for char in kept if char in "ab"] == [char for char in text if char in "ab"]


UU = "begin 644 cat.gif\n" + "".join(binascii.b2a_uu(bytes([i] * 45)).decode() for i in range(9)) + "`\nend\n"
KEY = "-----BEGIN PGP SIGNATURE-----\nVersion: 1\n\niQA/AwUBPVs\n=abCd\n-----END PGP SIGNATURE-----\n"
BASE64 = base64.encodebytes(bytes(range(256)) * 2).decode()


@pytest.mark.parametrize(
    ("text", "kept", "notes"),
    [
        (f"Look:\n{UU}Bye.\n", "Look:\nBye.\n", ["uuencode cat.gif"]),
        (f"Look:\n{UU[: 18 + 62 * 4]}", "Look:", ["uuencode cat.gif"]),
        ("begin 644 the day\nwith tea, said Ada.\n", "begin 644 the day\nwith tea, said Ada.\n", []),
        (
            f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nHi.\n- -- \nAda\n{KEY}",
            "Hi.\n-- \nAda\n",
            ["pgp signed message", "pgp signature"],
        ),
        (f"a\n{BASE64}b\n", "a\nb\n", ["base64, 9 lines"]),
        (f"a\n{BASE64[:150]}b\n", f"a\n{BASE64[:150]}b\n", []),
        ("=" * 70 + "\n" + "A" * 70 + "\n", "=" * 70 + "\n" + "A" * 70 + "\n", []),
    ],
)
def test_blocks_that_are_no_text(text, kept, notes):
    found, left_out = drop_blocks(text)
    assert (found.rstrip("\n"), left_out) == (kept.rstrip("\n"), notes)


@given(text=st.text("begin 6o4-PG:=\nx", max_size=200))
def test_text_without_blocks_stays(text):
    if "-----BEGIN PGP" not in text:
        found, notes = drop_blocks(text)
        assert notes or found == text


def test_html_mails_are_read_whole():
    page = "<p>Dear Ada,</p><ul><li>one<li>two</ul><table><tr><td>a<td>b</table><p>-- <br>Bob</p>"
    text = text_of(mail(page, kind="text/html"))
    assert [line.strip(" •\t") for line in text.split("\n") if line.strip()] == [
        "Dear Ada,",
        "one",
        "two",
        "a\t\tb",
        "--",
        "Bob",
    ]
    assert text_of(mail("<html><body><p>Rich.</p></body></html>")) == "Rich.\n"  # whatever it says
    assert text_of(mail('<img alt="Only a picture">', kind="text/html")) == "Only a picture\n"


def test_the_encoding_of_the_mail_goes_before_that_of_the_page():
    page = '<meta charset="utf-8"><p>Привет, мир. Как дела?</p>'
    assert text_of_html(page.encode("koi8-r"), "koi8-r") == "Привет, мир. Как дела?"
    assert text_of_html(page.replace("utf-8", "koi8-r").encode("koi8-r"), "") == "Привет, мир. Как дела?"
    assert isinstance(text_of_html(bytes(range(32)) * 9 + b"\0\0", ""), Dead)


def test_enriched_text():
    assert plain_of_enriched("<color><param>red</param>Roses</color>\n\n<nofill>are") == "Roses\nare"
    assert text_of(mail("<bold>Now</bold>", "is <<5", kind="text/enriched")) == "Now is <5\n"
