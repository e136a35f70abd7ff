"""Mails that the tests of the readers are fed, made of lines; and short ways to read them."""

from io import BytesIO

from schemas.records import DeadLetter, Document, Fallen, Record, Rejection
from schemas.specs import IngestSpec
from tests.transforms.read.helpers import source
from transforms.extract import extract_record
from transforms.read.reader import find_record, read_stream
from transforms.settle import settle_fallen

HEADERS = (
    "From: Ada Lovelace <ada@example.org>",
    "To: Charles <charles@example.org>",
    "Subject: Notes",
    "Date: Thu, 22 Aug 2002 18:26:25 +0700",
    "Message-ID: <1@example.org>",
    "MIME-Version: 1.0",
)
FATE_OF_ALL = {
    *("document", "empty", "binary", "unsupported_format", "nested_archive"),
    *("encrypted", "undecodable", "too_large", "too_deep", "corrupt", "truncated", "parse_error"),
}


def lines(*parts: str | bytes) -> bytes:
    return b"\n".join(part.encode() if isinstance(part, str) else part for part in parts) + b"\n"


def mail(
    *body: str | bytes, kind: str = "text/plain", headers: tuple[str, ...] = HEADERS, **more: str
) -> bytes:
    stated = [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    return lines(*headers, f"Content-Type: {kind}", *stated, "", *body)


def part(*body: str | bytes, kind: str = "text/plain", **more: str) -> bytes:
    return mail(*body, kind=kind, headers=(), **more)[:-1]


def multipart(*parts: bytes, kind: str = "mixed", boundary: str = "=b") -> bytes:
    return mail(*joined(*parts, boundary=boundary), kind=f'multipart/{kind}; boundary="{boundary}"')


def inner(*parts: bytes, kind: str = "mixed", boundary: str = "=i") -> bytes:
    return part(*joined(*parts, boundary=boundary), kind=f'multipart/{kind}; boundary="{boundary}"')


def joined(*parts: bytes, boundary: str) -> list[str | bytes]:
    return [line for each in parts for line in (f"--{boundary}", each)] + [f"--{boundary}--"]


def settled(data: bytes, name: str = "a.eml", **options: object) -> list[Document | Rejection | DeadLetter]:
    """Reads a file up to what becomes of each record, and checks that each is found again with its bytes."""
    spec = IngestSpec(source(**options))
    out = []
    for found in list(read_stream(BytesIO(data), name, spec.source)):
        if isinstance(found, Fallen):
            out.append(settle_fallen(name, found, "s"))
        else:
            out.append(extract_record(name, found, spec))
        if isinstance(found, Record) or found.raw:
            assert find_record(BytesIO(data), name, spec.source, found.locator) == found.raw
    assert len({item.locator for item in out}) == len(out)
    return out


def fate(item: Document | Rejection | DeadLetter) -> str:
    """Says in a word what became of a record."""
    match item:
        case Document():
            return "document"
        case Rejection():
            return f"{item.rule}: {item.detail}" if item.detail else item.rule
        case DeadLetter():
            return item.reason


def fates(items: list[Document | Rejection | DeadLetter]) -> dict[str, str]:
    return {item.locator: fate(item) for item in items}


def text_of(data: bytes, name: str = "a.eml") -> str:
    [document] = settled(data, name)
    assert isinstance(document, Document), document
    return document.text
