from io import BytesIO
from pathlib import Path
from tarfile import open as open_tar

import docx
import pytest

from schemas.records import Document
from tests.transforms.read.helpers import Dribble, source
from tests.transforms.read.papers import fate_of, lines, package, pdf, saved, settled
from transforms.read.containers import identify
from transforms.read.reader import read_stream


def word(text: str = "Words.") -> bytes:
    made = docx.Document()
    made.add_paragraph(text)
    return saved(made)


def test_office_files_are_told_by_what_is_in_them():
    data = word()
    for name in ("a.xlsx", "a.zip", "a.epub", "a", "a.txt"):
        [found] = settled(data, name)
        assert isinstance(found, Document), name
        assert (found.text, found.locator) == ("Words.\n", "")
    assert identify(BytesIO(data), data[:100]) == "docx"
    assert identify(Dribble(data), data[:100]) is None  # type: ignore[arg-type]


def test_archives_stay_archives():
    data = package({"a.txt": "Words.\n", "b.docx": word()})
    assert [each.locator for each in settled(data, "a.zip")] == ["member=a.txt", "member=b.docx"]
    assert fate_of(data, "a.docx") == "unsupported_format"
    assert fate_of(data, "a.jar") == "unsupported_format"


def test_a_document_that_is_called_an_archive_belongs_to_the_first_range():
    found = [list(read_stream(BytesIO(word()), "a.zip", source(), "", start, start + 5)) for start in (0, 5)]
    assert [len(each) for each in found] == [1, 0]


def test_a_document_in_a_stream_that_cannot_seek():
    import gzip

    from transforms.read.compression import Decompressed

    packed = gzip.compress(word())
    [found] = read_stream(Decompressed(BytesIO(packed), "gz"), "a.docx", source())
    assert found.locator == ""
    assert settled(packed, "a.docx.gz")[0].text == "Words.\n"  # type: ignore[union-attr]


def test_an_attached_document_is_read():
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@example.org", "Papers"
    mail.set_content("See the papers.")
    mail.add_attachment(word(), maintype="application", subtype="octet-stream", filename="a.bin")
    mail.add_attachment(pdf(lines("More.")), maintype="application", subtype="pdf", filename="b.pdf")
    found = settled(mail.as_bytes(), "a.eml")
    assert [each.text for each in found if isinstance(each, Document)] == [
        "See the papers.\n",
        "Words.\n",
        "More.\n",
    ]


def test_encrypted_and_old_office_files():
    from tests.transforms.read.outlook_file import outlook_mail

    assert identify(BytesIO(outlook_mail({})), outlook_mail({})[:600]) == "msg"


@pytest.mark.parametrize(
    "name",
    [
        "docling_with_groundtruth",
        "mammoth_docx",
        "markitdown_tests",
        "pdfjs_small_pdfs",
        "pypdf_sample_files",
        "tika_test_documents",
        "unstructured_example_docs",
    ],
)
def test_every_real_file_gives_text_or_a_reason(shared_data: Path, name: str):
    """A random part of them would do; all of them take some seconds."""
    with open_tar(shared_data / "samples" / "H_documents" / f"{name}.tar.gz") as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.isfile() else None
            if stream is not None:
                data = stream.read()
                found = settled(data, member.name.rpartition("/")[2])
                assert found or member.name.endswith(".xml"), member.name


def test_documents_in_a_web_archive_are_read():
    bodies = ((pdf(lines("On paper.")), "application/pdf"), (word(), "application/octet-stream"))
    blocks = [f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode() + body for body, kind in bodies]
    data = b"".join(
        f"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: {len(block)}\r\n\r\n".encode()
        + block
        + b"\r\n\r\n"
        for block in blocks
    )
    found = settled(data, "a.warc")
    assert [each.text for each in found if isinstance(each, Document)] == ["On paper.\n", "Words.\n"]
    assert found[0].media_type == "application/pdf"
