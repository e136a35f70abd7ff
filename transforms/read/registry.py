"""The formats that can be read, and how the format of a file is found: content first, name second.

A new format is one file with a ``Format`` and one line in ``FORMATS``.
"""

import re
from functools import cache

from schemas.records import Dead, Refused
from transforms.read import (
    arc,
    asciidoc,
    code,
    delimited,
    epub,
    html,
    json_file,
    jsonl,
    mail_eml,
    mail_mbox,
    mail_outlook,
    markdown,
    mediawiki,
    notebook,
    package_metadata,
    parquet,
    restructuredtext,
    text,
    warc,
)
from transforms.read.containers import OLE, ZIP, identify
from transforms.read.decode import looks_like_text
from transforms.read.formats import Format
from transforms.read.magic import BINARY_MAGIC, KNOWN_MAGIC
from transforms.read.mail_detect import find_mail
from transforms.read.office import docx, odf, pptx, rtf, sheets
from transforms.read.pdf import document as pdf
from transforms.read.plugins import Plugin, load_plugins
from transforms.read.streams import Readable

FORMATS: tuple[Format, ...] = (
    text.FORMAT,
    markdown.FORMAT,
    restructuredtext.FORMAT,
    asciidoc.FORMAT,
    html.FORMAT,
    jsonl.FORMAT,  # before JSON: a ``.json`` with one object a line is JSONL
    json_file.FORMAT,
    delimited.CSV,
    delimited.TSV,
    parquet.FORMAT,
    package_metadata.FORMAT,
    notebook.FORMAT,
    code.FORMAT,
    mail_eml.FORMAT,
    mail_mbox.FORMAT,
    mail_outlook.FORMAT,
    warc.FORMAT,
    arc.FORMAT,
    mediawiki.FORMAT,
    pdf.FORMAT,
    docx.FORMAT,
    pptx.FORMAT,
    sheets.XLSX,
    sheets.XLS,
    odf.ODT,
    odf.ODS,
    odf.ODP,
    rtf.FORMAT,
    epub.FORMAT,
)
"""The formats of this package; where two take the same content, the first one in this order has it."""

HEAD_BYTES = 1 << 16
"""How much of the content ``detect`` should see, in bytes."""

_TOLD_BY_CONTENT = (warc.FORMAT, arc.FORMAT, mediawiki.FORMAT, pdf.FORMAT, rtf.FORMAT)
"""Formats whose first bytes tell them, whatever they are called."""

_PACKAGES = (docx.FORMAT, pptx.FORMAT, sheets.XLSX, odf.ODT, odf.ODS, odf.ODP, epub.FORMAT)
"""Formats that are zip files."""

_BY_NAME = {form.name: form for form in FORMATS}
_EXTENSION = re.compile(r"[^.]\.([A-Za-z0-9_+~-]{1,16})$")
_WELL_KNOWN = re.compile(
    r"_*(readme|licen[cs]es?|copying|notices?|copyright|authors|contributors|credits|thanks|acknowledge?ments"
    r"|changes|changelog|history|news|todo|install|security|maintainers|faq)(?![a-z])",
    re.IGNORECASE,
)
_CODE = re.compile(  # endings of program code and data, which no well-known name makes prose
    r"\.(py|js|ts|vue|c|h|cc|cpp|rs|go|java|sh|rb|pl|css|scss|xml|ya?ml|toml|ini|cfg|svg|in|tmpl|tpl|lock|po|bat)$",
    re.IGNORECASE,
)
_HTML_GUESSED = ("txt", "php", "asp", "aspx", "jsp", "cgi", "shtml", "doc", "docx", "xls", "xlsx")


@cache
def plugins() -> tuple[Plugin, ...]:
    """Returns the formats that other packages bring (``transforms.read.plugins``), imported once.

    Raises:
        UsageError: If one of them cannot be used.
    """
    return load_plugins(FORMATS)


def all_formats() -> tuple[Format, ...]:
    """Returns every format, those of other packages after ours."""
    return FORMATS + tuple(plugin.form for plugin in plugins())


def by_name(name: str) -> Format:
    """Returns a format by its name.

    Raises:
        KeyError: If there is no such format.
    """
    found = _BY_NAME.get(name)
    return found if found is not None else {form.name: form for form in all_formats()}[name]


def detect(
    name: str, head: bytes, forced: str = "auto", content: Readable | None = None
) -> Format | Refused | Dead:
    """Finds the format of content.

    Args:
        name: Path of the file or name of the member, without the suffix of its compression.
        head: Its first ``HEAD_BYTES``, decompressed.
        forced: Name of the format as configured, or ``auto``.
        content: All of it, at its beginning, if it can seek: what a zip or a compound file is, its head
            does not tell.

    Returns:
        The format, or ``empty``, ``unsupported_format`` (text or a known format without a reader),
        ``binary``; ``encrypted`` for an office document that needs a password.
    """
    if not head:
        return Refused("empty")
    if forced != "auto":
        return by_name(forced)
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    extension = _extension(base)
    for plugin in plugins():
        # Asked first, or none could ever read what one of ours takes, or what is known to have no reader.
        if _is_of(plugin.form, base, head):
            return plugin.form
    if content is not None and head.startswith((ZIP, OLE)) and (kind := identify(content, head)) is not None:
        if kind == "encrypted":
            return Dead("encrypted", "a password is needed")
        if kind == "broken":  # its name must do; the format says what is wrong with it
            named = next((form for form in _candidates(name.lower()) if form in _PACKAGES), None)
            return named or Refused("unsupported_format", detail=_extension(name) or "zip")
        return _BY_NAME[kind] if kind in _BY_NAME else Refused("unsupported_format", detail=kind)
    for form in _TOLD_BY_CONTENT:
        if form.sniff is not None and form.sniff(head, ""):
            return form
    if (mail := find_mail(name, extension, head)) is not None:
        return mail
    for magic, what in KNOWN_MAGIC:
        if head.startswith(magic):
            return Refused("unsupported_format", detail=extension if what == "zip" and extension else what)
    for magic, what in BINARY_MAGIC:
        if head.startswith(magic):
            return Refused("binary", detail=what)
    if b"-----BEGIN PGP" in head[:512]:
        return Refused("unsupported_format", detail="pgp")
    return _detect_text(base, extension, head)


def _detect_text(base: str, extension: str, head: bytes) -> Format | Refused:
    if parquet.sniff(head, base):
        return parquet.FORMAT
    if (not extension or extension in _HTML_GUESSED) and html.looks_like_html(head):
        return html.FORMAT
    is_text = looks_like_text(head)
    for form in _candidates(base):
        if form.sniff is not None and form.sniff(head, base):
            return form
        if form.sniff is None and is_text:
            return form
    if not is_text:
        return Refused("binary", detail=extension or "data")
    if _WELL_KNOWN.match(base) and not _CODE.search(base):
        return text.FORMAT
    if not extension and not head.startswith(b"#!"):
        return text.FORMAT
    return Refused("unsupported_format", detail=extension or "script")


def _candidates(base: str) -> list[Format]:
    """Returns the formats that may be meant by a file name, the longest extension first."""
    lower = base.lower()
    named = [package_metadata.FORMAT] if base in package_metadata.FILE_NAMES else []
    return named + [form for extension, form in _extensions() if lower.endswith(extension)]


def _is_of(form: Format, base: str, head: bytes) -> bool:
    """Tells whether a format of another package knows content for its own."""
    if form.sniff is None or (form.extensions and not base.lower().endswith(form.extensions)):
        return False
    return form.sniff(head, base)


@cache
def _extensions() -> list[tuple[str, Format]]:
    """Returns the extensions and who takes them, the longest first."""
    claims = [(extension, form) for form in all_formats() for extension in form.extensions]
    return sorted(claims, key=lambda claim: -len(claim[0]))


def _extension(base: str) -> str:
    """Returns the extension of a file name in lower case without the dot, or "".

    A name that begins with its only dot is all extension: ``.gitignore`` gives ``gitignore``.
    """
    if base.startswith(".") and base.count(".") == 1:
        return base[1:].lower()
    found = _EXTENSION.search(base)
    return found[1].lower() if found else ""
