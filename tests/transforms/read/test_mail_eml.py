import base64
import json

import pytest

from schemas import ids
from schemas.records import DeadLetter, Document
from tests.transforms.read.mails import HEADERS, fates, inner, lines, mail, multipart, part, settled, text_of
from transforms.read.registry import by_name, detect

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def base64_part(content: bytes, kind: str, **more: str) -> bytes:
    return part(base64.encodebytes(content), kind=kind, Content_Transfer_Encoding="base64", **more)


def test_a_mail_becomes_a_document():
    data = mail(
        "Hello,", "", "> quoted", "answer", "-- ", "Ada", References="<a@x> junk <b@x>", In_Reply_To="<a@x>"
    )
    [found] = settled(data, "box/1.eml")
    assert isinstance(found, Document)
    assert found.text == "Hello,\n\n> quoted\nanswer\n-- \nAda\n"
    assert (found.title, found.author) == ("Notes", "Ada Lovelace")
    assert found.created_at == 1030015585_000000
    assert (found.locator, found.parent_id, found.media_type) == ("", None, "message/rfc822")
    assert found.raw_sha256 == ids.sha256(data)
    assert json.loads(found.metadata or "") == {
        "from": "Ada Lovelace <ada@example.org>",
        "in_reply_to": "<a@x>",
        "message_id": "<1@example.org>",
        "references": ["<a@x>", "<b@x>"],
        "to": "Charles <charles@example.org>",
    }


def test_attachments_are_records_whose_parent_is_the_mail():
    data = multipart(
        part("The text."),
        part(
            "# Title", "", "Words.", kind="text/plain", Content_Disposition='attachment; filename="notes.md"'
        ),
        base64_part(PNG, "image/png", Content_Disposition="inline"),
        base64_part(b'{"text": "one"}\n{"text": "two"}\n', "application/octet-stream; name=rows.jsonl"),
        part("BEGIN:VCALENDAR", kind="text/calendar"),
    )
    found = settled(data, "a.eml")
    assert fates(found) == {
        "": "document",
        "part=2": "document",
        "part=3": "binary: png",
        "part=4!byte=0": "document",
        "part=4!byte=16": "document",
        "part=5": "unsupported_format: calendar",
    }
    whole, notes, _, one, _, _ = found
    assert isinstance(whole, Document)
    assert isinstance(notes, Document)
    assert isinstance(one, Document)
    assert (whole.text, notes.text, one.text) == ("The text.\n", "Title\n\nWords.\n", "one")
    assert (whole.parent_id, notes.parent_id, one.parent_id) == (None, whole.doc_id, whole.doc_id)
    assert notes.raw_sha256 == ids.sha256(b"# Title\n\nWords.")
    assert [item["part"] for item in json.loads(whole.metadata or "")["attachments"]] == ["2", "3", "4", "5"]


def test_mails_in_mails_keep_their_bytes_and_their_parents():
    innermost = mail("Deepest.", headers=("Subject: c",))
    middle = lines(
        "Subject: b", "Content-Type: multipart/mixed; boundary=m", "", "--m", "", "Middle.", "--m",
        "Content-Type: message/rfc822", "", innermost[:-1], "--m--",
    )  # fmt: skip
    data = multipart(part("Outer."), part(middle[:-1], kind="message/rfc822"))
    outer, second, third = settled(data)
    assert [item.locator for item in (outer, second, third)] == ["", "part=2", "part=2!part=2"]
    assert isinstance(second, Document)
    assert isinstance(third, Document)
    assert (second.title, second.text, third.title, third.text) == ("b", "Middle.\n", "c", "Deepest.\n")
    assert (second.parent_id, third.parent_id) == (outer.doc_id, second.doc_id)
    assert second.raw_sha256 == ids.sha256(middle[:-1])
    assert third.raw_sha256 == ids.sha256(innermost[:-1])


def test_the_configured_format_is_that_of_the_mail_alone():
    data = multipart(
        part("Text."),
        part("a,text\n1,two", kind="text/csv", Content_Disposition="attachment; filename=t.csv"),
    )
    assert [item.media_type for item in settled(data, "mail.dat", format="eml")] == [
        "message/rfc822",
        "text/csv",
    ]


@pytest.mark.parametrize(
    ("forms", "text"),
    [
        ((part("Plain."), part("<p>Rich.</p>", kind="text/html")), "Plain.\n"),
        ((part("<p>Rich.</p>", kind="text/html"), part("Plain.")), "Plain.\n"),
        ((part(" "), part("<p>Rich.</p>", kind="text/html")), "Rich.\n"),
        (
            (part("No HTML?"), part("<p>" + "Word. " * 200 + "</p>", kind="text/html")),
            "Word. " * 199 + "Word.\n",
        ),
        ((part("<bold>A</bold>b", kind="text/enriched"), part("<p>Rich.</p>", kind="text/html")), "Rich.\n"),
    ],
)
def test_one_form_of_an_alternative_is_the_text(forms, text):
    assert text_of(multipart(*forms, kind="alternative")) == text


def test_pictures_in_an_alternative_are_attachments():
    page = inner(part("<p>Rich.</p>", kind="text/html"), base64_part(PNG, "image/png"), kind="related")
    data = multipart(part("Plain."), page, kind="alternative")
    assert fates(settled(data)) == {"": "document", "part=2.2": "binary: png"}


def test_texts_that_follow_each_other_are_one():
    data = multipart(
        part("One."),
        base64_part(PNG, "image/png"),
        part("Two."),
        part("Three.", kind="text/plain; name=a.txt"),
    )
    whole, *_ = found = settled(data)
    assert isinstance(whole, Document)
    assert whole.text == "One.\n\nTwo.\n"
    assert fates(found) == {"": "document", "part=2": "binary: png", "part=4": "document"}


@pytest.mark.parametrize(
    "data",
    [
        mail("x", kind='multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b'),
        multipart(part("Version: 1", kind="application/pgp-encrypted"), part("x"), kind="encrypted"),
        mail(
            "AAAA",
            kind="application/pkcs7-mime; smime-type=enveloped-data",
            Content_Transfer_Encoding="base64",
        ),
        mail(
            "MIAGCSqGSIb3DQEHA6CAMIACAQAx",
            kind="application/x-pkcs7-mime",
            Content_Transfer_Encoding="base64",
        ),
        mail(
            "-----BEGIN PGP MESSAGE-----",
            "Version: 2",
            "",
            "hQEMA0yZzz",
            "=aaaa",
            "-----END PGP MESSAGE-----",
        ),
    ],
)
def test_an_encrypted_mail_is_dead(data):
    [found] = settled(data)
    assert isinstance(found, DeadLetter)
    assert (found.stage, found.reason) == ("extract", "encrypted")


def test_an_encrypted_part_is_dead_and_the_rest_is_read():
    data = multipart(inner(part("Version: 1"), part("x"), kind="encrypted"), part("List footer."))
    assert fates(settled(data)) == {"": "document", "part=1": "encrypted"}


def test_a_mail_without_text_is_refused_and_its_attachments_are_read():
    data = mail(
        base64.encodebytes(b"# T\n\nWords.\n"),
        kind='text/markdown; name="a.md"',
        Content_Transfer_Encoding="base64",
    )
    assert fates(settled(data)) == {"": "empty", "part=1": "document"}
    assert fates(settled(mail(" ", "\t"))) == {"": "empty"}
    assert fates(settled(lines(*HEADERS))) == {"": "empty"}


def test_a_mail_of_junk_is_undecodable():
    assert fates(settled(mail(bytes(range(1, 9)) * 40 + b"\xff\x81" * 90))) == {"": "undecodable"}


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.eml", lines(*HEADERS, "", "x")),
        ("a.msg", lines(*HEADERS, "", "x")),
        ("a.txt", lines(*HEADERS, "", "x")),
        ("17", lines("Return-Path: <a@b>", "Received: by x", "", "x")),
        ("Maildir/cur/1204680122.M2P7.host:2,S", lines(*HEADERS, "", "x")),
        ("Maildir/new/1204680122.27c4.host.example.org", lines(*HEADERS, "", "x")),
        ("a.eml", b"no headers at all\n"),
        ("a.eml", b"Subject: x\n\n" + bytes(range(256))),
        ("a.txt", b"\xef\xbb\xbf" + lines(*HEADERS, "", "-----BEGIN PGP SIGNED MESSAGE-----")),
        ("a.mht", lines("From: <Saved>", "Subject: x", "", "x")),
    ],
)
def test_what_is_a_mail(name, head):
    assert detect(name, head) == by_name("eml")


@pytest.mark.parametrize(
    ("name", "head", "form"),
    [
        ("a.txt", b"Subject: plants\n\nText about them.\n", "text"),
        ("a.txt", b"Dear all,\nFrom: me\nTo: you\n", "text"),
        ("a.md", lines(*HEADERS, "", "x"), "markdown"),
        ("PKG-INFO", b"Metadata-Version: 2.1\nName: x\nAuthor: y\n", "package-metadata"),
        ("notes", b"Note: one\nDate: two\n\nText.\n", "text"),
    ],
)
def test_what_is_no_mail(name, head, form):
    assert detect(name, head) == by_name(form)


def test_the_whole_spamassassin_sample(shared_data):
    """Of 300 real mails each is a document, or says why not; 98 in 100 have text."""
    import tarfile

    documents = total = 0
    with tarfile.open(shared_data / "samples/H_mail/spamassassin_sample.tar.gz") as archive:
        for info in archive:
            if info.isfile() and info.name.endswith(".eml"):
                found = settled(archive.extractfile(info).read(), info.name)  # type: ignore[union-attr]
                total += 1
                documents += isinstance(found[0], Document)
    assert total == 300
    assert documents >= 0.98 * total
