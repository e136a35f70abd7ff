"""Documents made in the tests by the libraries that people make them with."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

from schemas.records import DeadLetter, Document, Fallen, Rejection
from schemas.specs import IngestSpec
from tests.transforms.read.helpers import source
from transforms.extract import extract_record
from transforms.read.reader import read_stream
from transforms.settle import settle_fallen

SPEC = IngestSpec(source())


def settled(data: bytes, name: str) -> list[Document | Rejection | DeadLetter]:
    """Reads and extracts a file as the pipeline does."""
    return [
        settle_fallen(name, each, "s") if isinstance(each, Fallen) else extract_record(name, each, SPEC)
        for each in read_stream(BytesIO(data), name, SPEC.source)
    ]


def text_of(data: bytes, name: str) -> str:
    """Returns the text of a file that is one document."""
    [found] = settled(data, name)
    assert isinstance(found, Document), found
    return found.text


def fate_of(data: bytes, name: str) -> str:
    """Returns the rule or the reason of a file that is no document."""
    [found] = settled(data, name)
    assert not isinstance(found, Document), found.text
    return found.rule if isinstance(found, Rejection) else found.reason


def pdf(*pages: Callable[[Any], None], **options: Any) -> bytes:
    """Makes a PDF with reportlab; each function draws a page of 600 by 800 points."""
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    stated = {key: options.pop(key) for key in ("title", "author") if key in options}
    canvas = Canvas(out, pagesize=(600, 800), invariant=1, **options)
    for key, value in stated.items():
        getattr(canvas, "set" + key.capitalize())(value)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def lines(*texts: str, left: float = 72, top: float = 700, size: float = 12, font: str = "Times-Roman"):
    """Returns what draws lines below one another."""

    def draw(canvas: Any) -> None:
        canvas.setFont(font, size)
        for number, text in enumerate(texts):
            canvas.drawString(left, top - 1.2 * size * number, text)

    return draw


def together(*draws: Callable[[Any], None]) -> Callable[[Any], None]:
    """Returns what draws several things on one page."""

    def draw(canvas: Any) -> None:
        for each in draws:
            each(canvas)

    return draw


def package(parts: dict[str, str | bytes], *, stored: tuple[str, ...] = ("mimetype",)) -> bytes:
    """Makes a zip of parts."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            made.writestr(zipfile.ZipInfo(name), data, kind)
    return out.getvalue()


def saved(document: Any) -> bytes:
    """Returns the bytes of a document of python-docx, python-pptx or openpyxl."""
    out = BytesIO()
    document.save(out)
    return out.getvalue()
