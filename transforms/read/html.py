"""HTML pages to their main text, and what a page says of itself.

``transforms.read.html_main`` (default), trafilatura or resiliparse finds the main text. Where it finds
almost nothing on a page that has text, all of its text is taken.
"""

import re
from typing import Any

import lxml.html
from lxml import etree

from schemas.records import Dead, Extracted, Refused
from transforms.read.decode import decode
from transforms.read.formats import ExtractOptions, Format
from transforms.read.html_blocks import page_blocks
from transforms.read.html_layout import layout_text
from transforms.read.html_main import main_block
from transforms.read.html_metadata import page_metadata
from transforms.read.html_trafilatura import trafilatura_text

_HEAD_BYTES = 4096
_MIN_CHARS = 150  # of main text; below it is "almost nothing"
_MIN_SHARE = 0.1
_LONG_PARAGRAPH = 5000  # characters
_CHARSET = re.compile(
    rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w:.-]+)|<\?xml[^>]+encoding\s*=\s*[\"']([\w:.-]+)", re.IGNORECASE
)
_STARTS = re.compile(
    # Atomic and possessive, so that many comments are not tried in every division of them.
    rb"\A(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!--(?>.*?-->)\s*+)*+<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")


def looks_like_html(head: bytes) -> bool:
    """Tells whether content begins as an HTML page does."""
    return _STARTS.match(head[:_HEAD_BYTES]) is not None


def declared_encoding(raw: bytes) -> str | None:
    """Returns the encoding that a page states in its head, if any."""
    declared = _CHARSET.search(raw[:_HEAD_BYTES])
    return (declared[1] or declared[2]).decode("ascii", "replace") if declared else None


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Finds the main text of a page, without navigation, and its title, author and date."""
    decoded = decode(raw, options.charset or declared_encoding(raw))
    if isinstance(decoded, Dead):
        return decoded
    page = _XML_DECLARATION.sub("", decoded[0].lstrip("\ufeff")).replace("\0", "")
    with_trafilatura = options.html_extractor == "trafilatura"
    tree = _tree(page, plain=not with_trafilatura)
    if tree is None:
        return Extracted("")
    found = page_metadata(tree)
    if options.html_extractor == "resiliparse":
        text = _resiliparse_text(page)
    else:
        text = trafilatura_text(tree) if with_trafilatura else layout_text(main_block(page_blocks(tree)))
    if _is_heap(text) or len(text) < _MIN_CHARS:
        everything = _everything(page)
        if len(text) <= _MIN_SHARE * len(everything) or _is_heap(text):
            text = everything
    return Extracted(text, found.title, found.author, found.created_at, None, found.metadata)


def _tree(page: str, *, plain: bool) -> Any:
    """Returns the parsed page, None if there is none; ``plain`` without the methods of ``lxml.html``."""
    make = etree.HTMLParser if plain else lxml.html.HTMLParser
    parser = make(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=plain)
    try:
        return etree.fromstring(page.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return None


def _is_heap(text: str) -> bool:
    """Tells a page that trafilatura gave up on: all its words, navigation too, as one paragraph."""
    return len(text) > _LONG_PARAGRAPH and "\n" not in text.rstrip("\n")


def _everything(page: str) -> str:
    """Returns all text of a page, navigation too."""
    tree = _tree(page, plain=True)
    return "" if tree is None else layout_text(page_blocks(tree))


def _resiliparse_text(page: str) -> str:
    """Returns what resiliparse takes for the main text; it is imported at the first page."""
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(page, links=False, main_content=True, alt_texts=False))


def sniff(head: bytes, name: str) -> bool:
    """Takes every text that is called HTML."""
    return b"\0" not in head or looks_like_html(head.replace(b"\0", b""))


FORMAT = Format(
    name="html",
    media_type="text/html",
    extensions=(".html", ".htm", ".xhtml"),
    extract=extract,
    version=2,
    libraries=("charset-normalizer", "lxml", "resiliparse", "trafilatura"),
    sniff=sniff,
)
