"""Rich Text Format (``.rtf``, and ``.doc`` files that are such), read by striprtf: one record a file.

Headers and footers of pages, notes and pictures are left out.
"""

import re

from schemas.records import Dead, Extracted, Refused
from transforms.read.dates import parse_timestamp
from transforms.read.formats import ExtractOptions, Format
from transforms.read.layout import TextLayout, trimmed_row
from transforms.read.titles import stated_name, stated_title
from transforms.read.values import valid_text

_MEDIA = "application/rtf"
_MAGIC = b"{\\rtf"
_HEX = re.compile(rb"[0-9a-fA-F\s]{512,}")  # of pictures; the library would look at each digit
_ITEM = re.compile(r"(?:[·•▪◦\uf0b7\uf0a7\uf0d8\uf0fc-]|(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)])\t")
_BULLET = re.compile(r"[·•▪◦\uf0b7\uf0a7\uf0d8\uf0fc-]\t")
_STATED = r"\{\\%s\b ?((?:[^{}\\]|\\[^{}])*)\}"
_CREATED = re.compile(r"\{\\creatim((?:\\[a-z]+\d+)+)\}")
_PRIVATE = re.compile("[\ue000-\uf8ff\ufeff\u00ad]")
_INFO_CHARS = 1 << 16
_FAULTS = (ValueError, LookupError, IndexError, TypeError, AttributeError, OverflowError, RecursionError)


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Returns the text of a document, and what its information group says."""
    source = _HEX.sub(b" ", raw).decode("latin-1")
    text = _plain(source)
    if text is None:
        return Dead("parse_error", "ValueError: not to be read as RTF")
    if not text.strip() and not source.rstrip("\0\r\n\t ").endswith("}"):
        return Dead("truncated", "ValueError: the file ends within its groups")
    head = source[:_INFO_CHARS]
    created = _CREATED.search(head)
    return Extracted(
        valid_text(_laid_out(text)),
        title=stated_title(_stated(head, "title")),
        author=stated_name(_stated(head, "author")),
        created_at=_date(created[1]) if created else None,
        metadata={key: value for key in ("subject", "keywords") if (value := _stated(head, key))},
    )


def _plain(source: str) -> str | None:
    from striprtf.striprtf import rtf_to_text  # imported by the first document

    try:
        text = str(rtf_to_text(source, encoding="cp1252", errors="replace"))
    except _FAULTS:
        return None
    # Characters beyond the first plane come as two halves.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _laid_out(text: str) -> str:
    """Puts paragraphs apart; rows of tables, which end with a bar, and items of lists stand close."""
    layout = TextLayout()
    before = ""
    for line in text.split("\n"):
        kind = ""
        stripped = line.strip(" \t\r")
        if stripped.endswith("|") and "|" in stripped[:-1]:
            kind, shown = "row", trimmed_row(stripped[:-1].split("|"))
        elif _ITEM.match(stripped):
            kind, shown = "item", _BULLET.sub("- ", stripped).replace("\t", " ", 1)
        else:
            shown = stripped.strip("|") if stripped.strip("| ") == "" else stripped
        shown = _PRIVATE.sub("", shown).strip()
        if shown:
            layout.add(shown, tight=bool(kind) and kind == before)
            before = kind
    return layout.text()


def _stated(head: str, name: str) -> str:
    """Returns an entry of the information group, "" if there is none."""
    found = re.search(_STATED % name, head)
    if found is None:
        return ""
    page = re.search(r"\\ansicpg\d+", head)
    text = _plain("{\\rtf1\\ansi" + (page[0] if page else "") + " " + found[1] + "}")
    return " ".join((text or "").split())


def _date(groups: str) -> int | None:
    parts = {name: int(value) for name, value in re.findall(r"\\([a-z]+)(\d{1,4})", groups)}
    return parse_timestamp(
        f"{parts.get('yr', 0):04d}-{parts.get('mo', 1):02d}-{parts.get('dy', 1):02d}"
        f"T{parts.get('hr', 0):02d}:{parts.get('min', 0):02d}:00"
    )


def sniff(head: bytes, name: str) -> bool:
    """Takes what begins as RTF does, whatever it is called."""
    return head.startswith(_MAGIC)


FORMAT = Format(
    name="rtf",
    media_type=_MEDIA,
    extensions=(".rtf",),
    extract=extract,
    libraries=("striprtf",),
    sniff=sniff,
)
