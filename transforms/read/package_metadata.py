"""Core metadata of Python packages (``METADATA``, ``PKG-INFO``): headers, then the README.

The headers are those of the "Core metadata specifications" of the Python Packaging User Guide.
"""

import re
from email import message_from_string
from email.message import Message

from schemas.records import Dead, Extracted, Refused
from transforms.read import markdown, restructuredtext
from transforms.read.decode import decode
from transforms.read.formats import ExtractOptions, Format
from transforms.read.values import valid_text

FILE_NAMES = ("METADATA", "PKG-INFO")
_MARK = re.compile(rb"\A(?:\xef\xbb\xbf)?Metadata-Version:", re.IGNORECASE)
_FOLDED = re.compile(r"\n(?: {8}|\t|       \|)")


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Reads the README as what ``Description-Content-Type`` says; the headers become metadata.

    Without a README the text is the summary.
    """
    decoded = decode(raw)
    if isinstance(decoded, Dead):
        return decoded
    message = message_from_string(decoded[0].replace("\r\n", "\n"))
    body = message.get_payload()
    readme = (
        body if isinstance(body, str) and body.strip() else _FOLDED.sub("\n", _header(message, "Description"))
    )
    kind = _header(message, "Description-Content-Type").split(";")[0].strip().lower()
    found = _extract_readme(readme, kind, options)
    if not isinstance(found, Extracted):
        return found
    text = found.text if found.text.strip() else _header(message, "Summary")
    if not text.strip():
        return Refused("empty")
    author = _header(message, "Author") or _header(message, "Author-email") or _header(message, "Maintainer")
    return Extracted(
        text,
        title=valid_text(_header(message, "Name")) or None,
        author=valid_text(author) or None,
        metadata=_metadata(message),
    )


def _extract_readme(readme: str, kind: str, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Reads a README; without a stated type it is reStructuredText, as the specification says.

    Long READMEs of old packages state no type but are Markdown; a heading with ``#`` tells.
    """
    if kind == "text/markdown" or (not kind and re.search(r"^#{1,3} \S|^```", readme, re.MULTILINE)):
        return markdown.extract(readme.encode("utf-8", "replace"), options)
    if kind in {"", "text/x-rst"}:
        return restructuredtext.extract(readme.encode("utf-8", "replace"), options)
    return Extracted(readme)


def _metadata(message: Message) -> dict[str, str | list[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in message.items():
        if name.lower() != "description":
            headers.setdefault(name.lower().replace("-", "_"), []).append(valid_text(str(value)))
    return {name: values[0] if len(values) == 1 else values for name, values in headers.items()}


def _header(message: Message, name: str) -> str:
    value = message.get(name)
    return "" if value is None or str(value).strip() == "UNKNOWN" else str(value)


def sniff(head: bytes, name: str) -> bool:
    """Takes only files of the right name that begin with the version of the metadata."""
    return name in FILE_NAMES and _MARK.match(head) is not None


FORMAT = Format(
    name="package-metadata",
    media_type="text/x-python-metadata",
    extensions=(),
    extract=extract,
    libraries=(*markdown.FORMAT.libraries, *restructuredtext.FORMAT.libraries),
    sniff=sniff,
)
