"""PDF files by PDFium (pypdfium2): one record a file, its text page after page.

PDFium opens what the empty user password opens. Comments and other annotations, attached files and values of
form fields are left out; so is text that only an image shows: a file of nothing else is refused as
``no_text_layer``, one whose fonts do not say what their characters mean as ``no_unicode_map``.
"""

import ctypes
import re
import unicodedata
from functools import cache
from typing import Any

from schemas.records import MAX_TEXT_BYTES, Dead, Extracted, Refused
from transforms.read.decode import looks_like_text
from transforms.read.formats import ExtractOptions, Format
from transforms.read.magic import BINARY_MAGIC, KNOWN_MAGIC
from transforms.read.pdf.dates import parse_pdf_date
from transforms.read.pdf.furniture import drop_furniture
from transforms.read.pdf.glyphs import PageText, page_text
from transforms.read.pdf.paragraphs import block_texts, join_paragraphs, vocabulary
from transforms.read.pdf.rows import Block, blocks_of, rows_of
from transforms.read.titles import stated_name, stated_title
from transforms.read.values import valid_text

MAX_PAGES = 20_000
"""Pages of a document; one with more is a dead letter ``too_large``."""

MAX_UNKNOWN = 0.1
"""Share of characters that are none, above which a text is refused."""

MAX_MIXED = 0.2
"""Share of words in letters of several scripts, above which a text of fonts without a map is refused."""

_HEADER = re.compile(rb"%PDF-\d\.\d")
_HEADER_BYTES = 1024  # in which readers look for the header (ISO 32000-1, annex H, note 13)
_MAX_STATED_BYTES = 2000
_LAM_ALEF = re.compile(
    "(\u0627)([\u0622\u0623\u0625])(\u0644)"
)  # the ligature, taken apart the wrong way round
_MIXED_WORDS = 2000
_JAPANESE = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "FULLWIDTH", "HALFWIDTH", "HANGUL"}
_PASSWORD, _SECURITY = 4, 5  # FPDF_ERR_ of fpdfview.h


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Returns the text of a document, page after page, and what it states of itself."""
    pypdfium2, pdfium = _library()
    try:
        document = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in (_PASSWORD, _SECURITY):
            return Dead("encrypted", "a password is needed")
        if b"%%EOF" not in raw[-2048:]:
            return Dead("truncated", "PdfiumError: the file ends before its end mark, and cannot be opened")
        return Dead("corrupt", "PdfiumError: cannot be opened")
    try:
        count = len(document)
        if count > MAX_PAGES:
            return Dead("too_large", f"more than {MAX_PAGES} pages")
        pages = _pages(document, count, pypdfium2, pdfium)
        return pages if isinstance(pages, Dead) else _document(document, pages, count, pdfium)
    finally:
        document.close()


@cache
def _library() -> tuple[Any, Any]:
    """Returns pypdfium2 and PDFium's own functions, begun at the first document (0.1 s).

    PDFium is begun anew without the fonts of the system: in place of fonts that a file lacks it takes its own
    then, so that widths, and the spaces that it finds by them, are the same on every machine.
    """
    import pypdfium2
    import pypdfium2.raw as pdfium

    no_paths = (ctypes.POINTER(ctypes.c_char) * 1)()  # ended by a null pointer at once
    pdfium.FPDF_DestroyLibrary()
    pdfium.FPDF_InitLibraryWithConfig(pdfium.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=no_paths))
    return pypdfium2, pdfium


def _pages(document: Any, count: int, pypdfium2: Any, pdfium: Any) -> list[PageText] | Dead:
    """Returns the pages that can be read."""
    pages: list[PageText] = []
    letters = 0
    for number in range(count):
        try:
            page = document[number]
        except pypdfium2.PdfiumError:
            continue
        try:
            found = page_text(page, pdfium)
        except pypdfium2.PdfiumError:
            continue
        finally:
            page.close()
        letters += found.letters
        if letters > MAX_TEXT_BYTES:
            return Dead("too_large", f"more than {MAX_TEXT_BYTES} characters")
        pages.append(found)
    if not pages:
        return Dead("corrupt", "PdfiumError: has no page that can be read")
    return pages


def _document(document: Any, pages: list[PageText], count: int, pdfium: Any) -> Extracted | Refused:
    letters = sum(page.letters for page in pages)
    unknown = sum(page.unknown for page in pages)
    if unknown > MAX_UNKNOWN * letters:
        return Refused("no_unicode_map", round(unknown / letters, 3), MAX_UNKNOWN)
    text = _text(pages)
    if sum(page.doubtful for page in pages) > letters / 2 and (mixed := mixed_words(text)) > MAX_MIXED:
        return Refused("no_unicode_map", round(mixed, 3), MAX_MIXED)
    if not any(char.isalnum() for char in text):
        return Refused("no_text_layer", value=float(count))
    metadata: dict[str, Any] = {"pages": count}
    if lost := count - len(pages):
        metadata["pages_unreadable"] = lost
    if empty := sum(not page.letters for page in pages):
        metadata["pages_without_text"] = empty
    for key, name in (("subject", "Subject"), ("keywords", "Keywords"), ("producer", "Producer")):
        if value := stated_name(_stated(document, name, pdfium)):
            metadata[key] = value
    if language := _language(document, pdfium):
        metadata["lang"] = language
    return Extracted(
        text,
        title=stated_title(_stated(document, "Title", pdfium)),
        author=stated_name(_stated(document, "Author", pdfium)),
        created_at=parse_pdf_date(_stated(document, "CreationDate", pdfium)),
        metadata=metadata,
    )


def _text(pages: list[PageText]) -> str:
    rows = drop_furniture([(page, rows_of(page.lines)) for page in pages])
    blocks: list[list[Block]] = [blocks_of(each) for each in rows]
    known = vocabulary(block for each in blocks for block in each)
    paragraphs: list[str] = []
    before: Block | None = None
    for number, block in ((number, block) for each in blocks for number, block in enumerate(each)):
        # A page or a column may end in the midst of a sentence.
        breaks = before is not None and (number == 0 or block.rows[0].top < before.rows[-1].top)
        before = block
        for index, text in enumerate(block_texts(block, known)):
            whole = None
            if paragraphs and breaks and index == 0 and not block.table:
                whole = join_paragraphs(paragraphs[-1], text, known)
            if whole is None:
                paragraphs.append(text)
            else:
                paragraphs[-1] = whole
    text = "\n\n".join(each for each in paragraphs if each.strip())
    text = _LAM_ALEF.sub(r"\1\3\2", text.replace("\ufffe", "-"))
    return valid_text(text) + "\n" if text else ""


def mixed_words(text: str) -> float:
    """Returns the share of words with letters of more than one script; in real text there are next to none.

    >>> mixed_words("a word здесь"), mixed_words("wоrd word")
    (0.0, 0.5)
    """
    words = [set(map(_script, word)) - {""} for word in text.split()[:_MIXED_WORDS]]
    words = [scripts for scripts in words if scripts]
    return sum(len(scripts - _JAPANESE) + bool(scripts & _JAPANESE) > 1 for scripts in words) / max(
        len(words), 1
    )


def _script(char: str) -> str:
    """Returns the script of a letter as its name begins, "" for anything else."""
    return unicodedata.name(char, "UNKNOWN").partition(" ")[0] if char.isalpha() else ""


def _stated(document: Any, key: str, pdfium: Any) -> str:
    """Returns an entry of the document's information dictionary, "" if there is none."""
    name = key.encode()
    size = pdfium.FPDF_GetMetaText(document, name, None, 0)
    return _utf16(lambda buffer: pdfium.FPDF_GetMetaText(document, name, buffer, size), size)


def _language(document: Any, pdfium: Any) -> str:
    """Returns the language that the catalogue states (ISO 32000-1, 14.9.2), "" if none."""
    size = pdfium.FPDFCatalog_GetLanguage(document, None, 0)

    def fill(buffer: Any) -> Any:
        short = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
        return pdfium.FPDFCatalog_GetLanguage(document, short, size)

    return _utf16(fill, size)


def _utf16(fill: Any, size: int) -> str:
    if not 2 < size <= 1 << 20:
        return ""
    buffer = ctypes.create_string_buffer(size)
    fill(buffer)
    text = buffer.raw[: min(size, _MAX_STATED_BYTES) - 2].decode("utf-16-le", "replace")
    return " ".join(text.replace("\0", "").split())


def sniff(head: bytes, name: str) -> bool:
    """Takes content that begins with the header of PDF, or has it after some bytes that are no text."""
    if head.startswith(b"%PDF-"):
        return True
    found = _HEADER.search(head[:_HEADER_BYTES])
    if found is None or head.startswith(tuple(magic for magic, _ in (*KNOWN_MAGIC, *BINARY_MAGIC))):
        return False
    return not head[: found.start()].strip(b"\xef\xbb\xbf \t\r\n\0") or not looks_like_text(head)


FORMAT = Format(
    name="pdf",
    media_type="application/pdf",
    extensions=(".pdf",),
    extract=extract,
    libraries=("pypdfium2",),
    sniff=sniff,
)
