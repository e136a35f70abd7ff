"""HTML pages to their main text, and what a page says of itself.

trafilatura (default) or resiliparse finds the main text. Where trafilatura finds almost nothing on a
page that has text, all of its text is taken.
"""

import logging
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import lxml.html
from lxml import etree

from schemas.records import Dead, Extracted, Refused
from transforms.read.decode import decode
from transforms.read.formats import ExtractOptions, Format
from transforms.read.html_body import body_text, prepare
from transforms.read.html_metadata import page_metadata

_HEAD_BYTES = 4096
_MIN_CHARS = 80  # of main text; below it is "almost nothing"
_MIN_SHARE = 0.1
_LONG_PARAGRAPH = 5000  # characters
_CHARSET = re.compile(
    rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w:.-]+)|<\?xml[^>]+encoding\s*=\s*[\"']([\w:.-]+)", re.IGNORECASE
)
_STARTS = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
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
    tree = _tree(page)
    if tree is None:
        return Extracted(_all_text(page))
    found = page_metadata(tree)
    if options.html_extractor == "resiliparse":
        text = _plain_text(page, main_content=True, alt_texts=False)
    else:
        text = _main_text(tree)
    if _is_heap(text) or (len(text) < _MIN_CHARS and len(text) <= _MIN_SHARE * len(_all_text(page))):
        text = _all_text(page)
    return Extracted(text, found.title, found.author, found.created_at, None, found.metadata)


def _tree(page: str) -> Any:
    """Returns the parsed page, None if there is none."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return lxml.html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _main_text(tree: Any) -> str:
    """Returns what trafilatura takes for the main text, "" if it finds none or gives up."""
    prepare(tree)
    try:
        found = _trafilatura()(
            tree,
            fast=True,
            include_comments=False,
            include_tables=True,
            include_formatting=True,
            with_metadata=False,
        )
    except Exception:  # on untrusted pages it raises what it likes; then all text of the page is taken
        return ""
    try:
        body = getattr(found, "body", None)
        return "" if body is None else body_text(body)
    except RecursionError:
        return ""


def _is_heap(text: str) -> bool:
    """Tells a page that trafilatura gave up on: all its words, navigation too, as one paragraph."""
    return len(text) > _LONG_PARAGRAPH and "\n" not in text.rstrip("\n")


def _all_text(page: str) -> str:
    return _plain_text(page, main_content=False, alt_texts=True, form_fields=False)


# The extractors are imported at the first page: a process that reads none, such as the one that plans, need
# not pay 0.1 s and 30 MB for them.


def _plain_text(page: str, **options: Any) -> str:
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(page, links=False, **options))


@cache
def _trafilatura() -> Callable[..., Any]:
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it would report each odd page on stderr
    found: Callable[..., Any] = bare_extraction
    return found


def sniff(head: bytes, name: str) -> bool:
    """Takes every text that is called HTML."""
    return b"\0" not in head or looks_like_html(head.replace(b"\0", b""))


FORMAT = Format(
    name="html",
    media_type="text/html",
    extensions=(".html", ".htm", ".xhtml"),
    extract=extract,
    libraries=("charset-normalizer", "lxml", "resiliparse", "trafilatura"),
    sniff=sniff,
)
