import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Document
from tests.transforms.read.mails import fates, settled
from tests.transforms.read.outlook_file import BINARY, INTEGER, TEXT, TIME, outlook_mail
from transforms.read.registry import by_name, detect

CLASS, SUBJECT, SENT, HEADERS, NAME, ADDRESS, BODY, RTF, HTML = (
    0x1A,
    0x37,
    0x39,
    0x7D,
    0xC1A,
    0xC1F,
    0x1000,
    0x1009,
    0x1013,
)
FILE, LONG_NAME, MIME, METHOD = 0x3701, 0x3707, 0x370E, 0x3705
NOTE = {
    (CLASS, TEXT): "IPM.Note",
    (SUBJECT, TEXT): "Grüße",
    (NAME, TEXT): "Ada Lovelace",
    (ADDRESS, TEXT): "ada@x.org",
}
STAMP = 116444736000000000 + 86400 * 10**7  # 2 January 1970, in units of 100 ns since 1601


def attachment(content: bytes, name: str, kind: str = "application/octet-stream") -> dict:
    return {(FILE, BINARY): content, (LONG_NAME, TEXT): name, (MIME, TEXT): kind, (METHOD, INTEGER): 1}


def test_a_mail_becomes_a_document():
    data = outlook_mail({**NOTE, (BODY, TEXT): "Hello,\r\n\r\n> a\r\nAda", (SENT, TIME): STAMP})
    [found] = settled(data, "a.msg")
    assert isinstance(found, Document)
    assert (found.text, found.title, found.author) == ("Hello,\n\n> a\nAda\n", "Grüße", "Ada Lovelace")
    assert (found.created_at, found.media_type) == (86400_000000, "application/vnd.ms-outlook")
    assert json.loads(found.metadata or "") == {"from": '"Ada Lovelace" <ada@x.org>'}


def test_the_headers_with_which_it_came_are_those_of_the_mail():
    headers = (
        "From: =?utf-8?q?J=C3=B6hn?= <j@x>\r\nTo: b@x\r\nMessage-ID: <1@x>\r\n"
        "Date: Thu, 01 Jan 1970 00:00:01 +0000\r\n"
    )
    [found] = settled(outlook_mail({**NOTE, (BODY, TEXT): "x", (HEADERS, TEXT): headers}), "a.msg")
    assert isinstance(found, Document)
    assert (found.author, found.created_at) == ("Jöhn", 1_000000)
    assert json.loads(found.metadata or "") == {"from": "Jöhn <j@x>", "message_id": "<1@x>", "to": "b@x"}


def test_attachments_are_records():
    files = (
        attachment(b"# A\n\nWords.\n", "a.md"),
        attachment(b"\x89PNG\r\n\x1a\n" + bytes(9000), "b.png"),
        {(METHOD, INTEGER): 5},
    )
    data = outlook_mail({**NOTE, (BODY, TEXT): "x"}, files)
    whole, notes, *_ = found = settled(data, "a.msg")
    assert fates(found) == {
        "": "document",
        "part=1": "document",
        "part=2": "binary: png",
        "part=3": "unsupported_format: embedded message",
    }
    assert isinstance(notes, Document)
    assert (notes.parent_id, notes.text) == (whole.doc_id, "A\n\nWords.\n")


@pytest.mark.parametrize(
    ("properties", "files", "fate"),
    [
        ({(HTML, BINARY): b"<p>Caf\xc3\xa9</p>"}, (), "document"),
        ({(RTF, BINARY): b"LZFu"}, (), "unsupported_format: rtf body"),
        ({(BODY, TEXT): " "}, (), "empty"),
        ({(BODY, TEXT): "x", (CLASS, TEXT): "IPM.Note.SMIME"}, (), "encrypted"),
        ({}, (attachment(b"x", "x", "application/pgp-encrypted"),), "encrypted"),
        ({(HEADERS, TEXT): "Content-Type: multipart/encrypted; boundary=b\r\n"}, (), "encrypted"),
    ],
)
def test_bodies(properties, files, fate):
    found = settled(outlook_mail({**NOTE, **properties}, files), "a.msg")
    assert fates(found)[""] == fate
    assert len(found) == 1 or fate != "encrypted"


def test_content_goes_before_the_name():
    data = outlook_mail({**NOTE, (BODY, TEXT): "x"})
    assert detect("a.msg", data) == detect("a.dat", data) == by_name("msg")
    assert detect("a.doc", data[:512] + bytes(5000)) != by_name("msg")
    assert detect("a.msg", b"From: a\nTo: b\n\nx\n") == by_name("eml")


@given(data=st.data())
def test_damaged_files_are_accounted_for(data):
    whole = bytearray(outlook_mail({**NOTE, (BODY, TEXT): "x" * 900}, (attachment(b"words\n", "a.txt"),)))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(8, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert settled(bytes(whole[: data.draw(st.integers(600, len(whole)))]), "a.msg")


def test_streams_that_share_their_sectors_are_corrupt():
    """Else a file of 64 MB could state a thousand streams of 64 MB each."""
    data = outlook_mail({**NOTE, (BODY, TEXT): "x" * 3000})
    size = (6000).to_bytes(8, "little")
    assert data.count(size) == 2  # in the property and in the directory
    assert fates(settled(data.replace(size, (6_000_000).to_bytes(8, "little")), "a.msg")) == {"": "corrupt"}


@pytest.mark.parametrize("offset", [31, 33, 43, 47, 67, 75])
def test_a_header_that_states_absurd_sizes_is_corrupt(offset):
    data = bytearray(outlook_mail({**NOTE, (BODY, TEXT): "x"}))
    data[offset] = 0x7F
    assert fates(settled(bytes(data), "a.msg")) == {"": "corrupt"}
    assert fates(settled(bytes(data[:100]), "a.msg")) == {"": "corrupt"}


def test_real_mails(shared_data):
    import tarfile

    expected = {"fake-email.msg": "Test Email", "fake-email-attachment.msg": "Fake email with attachment"}
    with tarfile.open(shared_data / "samples/H_documents/unstructured_example_docs.tar.gz") as archive:
        for info in archive:
            if (name := info.name.rsplit("/", 1)[-1]) in expected:
                first, *rest = settled(archive.extractfile(info).read(), name)  # type: ignore[union-attr]
                assert isinstance(first, Document)
                assert first.title == expected.pop(name)
                assert all(isinstance(item, Document) for item in rest)
    assert not expected
