"""What a record of a web archive holds, whatever archive it comes from: pages, texts, and what is neither.

The format of a page is that of its content; where that does not tell, its ``Content-Type``, then its
address. What a format makes of several records (tables, archives, mailboxes) is refused here: a record of
an archive is one document.
"""

import re
from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

from schemas.records import Dead, Extracted, Refused
from transforms.read import asciidoc, html, json_file, markdown, restructuredtext, text
from transforms.read.formats import ExtractOptions, Format
from transforms.read.http import Response, parse_response, unwrap
from transforms.read.office import docx, odf, pptx, rtf, sheets
from transforms.read.pdf import document as pdf

URL = "url"
RECORD_TYPE = "warc_type"
CONTENT_TYPE = "content_type"
LANGUAGE = "lang"

LIBRARIES = tuple(
    sorted(
        {"brotli", "warcio", "zstandard"}.union(
            *(form.libraries for form in (text.FORMAT, markdown.FORMAT, restructuredtext.FORMAT)),
            *(form.libraries for form in (asciidoc.FORMAT, html.FORMAT, json_file.FORMAT)),
            *(form.libraries for form in (pdf.FORMAT, docx.FORMAT, pptx.FORMAT, rtf.FORMAT)),
            *(form.libraries for form in (odf.ODT, sheets.XLSX, sheets.XLS)),
        )
    )
)
"""What decides about the text of a page."""

_HEAD_BYTES = 1 << 16
_NAMES = {  # Content-Type -> a name by which the registry knows the format
    "text/html": "page.html",
    "application/xhtml+xml": "page.html",
    "text/plain": "page.txt",
    "text/markdown": "page.md",
    "text/x-markdown": "page.md",
    "text/x-rst": "page.rst",
    "text/asciidoc": "page.adoc",
    "application/json": "page.json",
    "application/ld+json": "page.json",
    "application/x-ipynb+json": "page.ipynb",
    "application/pdf": "page.pdf",
    "application/rtf": "page.rtf",
    "application/epub+zip": "page.epub",
}
_VAGUE = ("", "application/octet-stream", "binary/octet-stream", "unknown/unknown", "application/unknown")
_MACHINERY = (
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/x-javascript",
    "application/ecmascript",
)
_SERVED = re.compile(r"\.(?:php\d?|aspx?|jspx?|cgi|cfm|pl|do|dll|exe)\Z", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)


def essence(content_type: str | None) -> str:
    """Returns the media type of a ``Content-Type`` without its parameters, in lower case.

    >>> essence("Text/HTML; charset=utf-8")
    'text/html'
    """
    return (content_type or "").split(";", 1)[0].strip().lower()


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Makes the text of a page; its address, date and header become metadata.

    Returns:
        What the format of the content finds; ``http_status`` for an answer that is no success;
        ``unsupported_format`` or ``binary`` for what is no text; ``empty``.
    """
    fields = dict(options.parsed or {})
    response = parse_response(raw)
    if isinstance(response, Dead):
        return response
    if response.status is not None and not 200 <= response.status < 300:
        return Refused("http_status", value=float(response.status))
    if response.headers:
        fields.pop(CONTENT_TYPE, None)  # which only said that it is HTTP
    metadata = fields | _stated(response)
    body = unwrap(response)
    if isinstance(body, Dead):
        return body
    if not body.strip():
        return Refused("empty")
    content_type = metadata.get(CONTENT_TYPE, "")
    form = _format_of(essence(content_type), metadata, body)
    if not isinstance(form, Format):
        return form
    charset = _CHARSET.search(content_type)
    if charset is not None:
        metadata["charset"] = charset[1].lower()
    found = form.extract(body, replace(options, parsed=None, charset=metadata.get("charset")))
    if not isinstance(found, Extracted):
        return found
    return replace(found, metadata=_merged(found, metadata), media_type=found.media_type or form.media_type)


def _stated(response: Response) -> dict[str, Any]:
    """Returns what the header of a response says that is worth keeping."""
    names = {
        CONTENT_TYPE: "content-type",
        LANGUAGE: "content-language",
        "last_modified": "last-modified",
    }
    stated: dict[str, Any] = {
        key: value[:1000] for key, name in names.items() if (value := response.headers.get(name))
    }
    if response.status is not None:
        stated["http_status"] = response.status
    return stated


def _merged(found: Extracted, metadata: dict[str, Any]) -> dict[str, Any]:
    """Returns what the page says of itself, and what the archive says; the address is the archive's."""
    inner = dict(found.metadata)
    if URL in inner and URL in metadata and inner[URL] != metadata[URL]:
        inner["canonical_url"] = inner.pop(URL)
    language = inner.get(LANGUAGE) or metadata.get(LANGUAGE)
    return {**inner, **metadata, **({LANGUAGE: language} if language else {})}


def _format_of(media: str, metadata: dict[str, Any], body: bytes) -> Format | Refused | Dead:
    head = body[:_HEAD_BYTES]
    # The registry lists the archives too, so it cannot be imported before them.
    from transforms.read.registry import detect

    if metadata.get(RECORD_TYPE) == "conversion" and media == "text/plain":
        return text.FORMAT
    if media in _MACHINERY:
        return Refused("unsupported_format", detail=media)
    if html.looks_like_html(head):
        return html.FORMAT
    name = _NAMES.get(media)
    if media in _VAGUE or name == "page.txt":
        found = detect(_name_of(metadata.get(URL, "")), head, content=BytesIO(body))
        if isinstance(found, Refused) and name is not None:
            found = detect(name, head, content=BytesIO(body))
    elif name is not None:
        found = detect(name, head, content=BytesIO(body))
    else:
        shown = "page." + (re.sub(r"[^a-z0-9]", "", media.rpartition("/")[2])[:16] or "x")
        found = detect(shown, head, content=BytesIO(body))
    if isinstance(found, Dead):
        return found
    if isinstance(found, Refused):
        return replace(found, detail=media or found.detail)
    if found.name == "code":
        return text.FORMAT
    if found.reader is not None and found.name != json_file.FORMAT.name:
        return Refused("unsupported_format", detail=found.name)
    return found


def _name_of(url: str) -> str:
    """Returns the file name that an address ends with; "" if it says how the page was made."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    name = unquote(path.rpartition("/")[2])
    return "" if _SERVED.search(name) else name
