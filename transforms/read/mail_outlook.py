"""Outlook's ``.msg``: a mail as a compound file of properties (MS-OXMSG), read by python-oxmsg.

Text is the plain body, else the HTML body; Outlook stores one of them beside its RTF. Attachments are files
within the record like those of any mail; a mail attached to it has no bytes of its own, and is refused.
"""

import struct
from collections.abc import Iterator
from typing import Any

from schemas import locators
from schemas.records import MAX_RAW_BYTES, Dead, Extracted, Fallen, Record, Refused
from transforms.read.dates import parse_timestamp
from transforms.read.formats import Embedded, ExtractOptions, Format, ReadContext
from transforms.read.mail_body import plain_body, tidy
from transforms.read.mail_headers import author_of, date_of, header_text, metadata_of
from transforms.read.mail_html import text_of_html
from transforms.read.mail_message import Part, parse
from transforms.read.mail_parts import is_encrypted
from transforms.read.streams import Readable, read_fully

MEDIA_TYPE = "application/vnd.ms-outlook"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER_BYTES = 512
_MARKS = tuple(name.encode("utf-16-le") for name in ("__properties_version1.0", "__substg1.0_"))
_MAX_ENTRIES = 20_000  # streams and storages; a mail to 100 people has 3,000
_HTML = 0x1013  # property identifiers of MS-OXPROPS
_RTF = 0x1009
_ENCRYPTED = ("application/pgp-encrypted",)


def records(stream: Readable, context: ReadContext) -> Iterator[Record | Fallen | Embedded]:
    """Yields the mail and the files within it."""
    raw = read_fully(stream, MAX_RAW_BYTES + 1)
    if len(raw) > MAX_RAW_BYTES:
        dead = Dead("too_large", f"more than {MAX_RAW_BYTES} bytes")
        yield Fallen(context.prefix, dead, media_type=MEDIA_TYPE)
        return
    yield Record(context.prefix, raw, FORMAT.name, MEDIA_TYPE)
    message = _load(raw)
    if isinstance(message, Dead) or _is_encrypted(message):
        return
    for number, (name, content) in enumerate(_attached(message), 1):
        locator = locators.join(context.prefix, locators.step("part", number))
        if content is None:
            yield Fallen(locator, Refused("unsupported_format", detail="embedded message"))
        else:
            yield Embedded(locator, name, content)


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Returns the text of a mail, its subject, author and date, and the headers of its thread."""
    message = _load(raw)
    if isinstance(message, Dead):
        return message
    if _is_encrypted(message):
        return Dead("encrypted", "a key is needed")
    body = plain_body(_get(message, "body") or "")
    text = tidy(body.text) or tidy(_html_text(message))
    if not text:
        only_rtf = _property(message, _RTF) is not None
        return Refused("unsupported_format", detail="rtf body") if only_rtf else Refused("empty")
    headers = _headers(message)
    metadata = metadata_of(headers)
    if names := [{"part": str(i), "name": name} for i, (name, _) in enumerate(_attached(message), 1)]:
        metadata["attachments"] = names
    if body.dropped:
        metadata["left_out"] = list(body.dropped)
    sent = parse_timestamp(_get(message, "sent_date"))
    return Extracted(
        text,
        header_text(_get(message, "subject") or ""),
        author_of(headers),
        date_of(headers) if sent is None else sent,
        None,
        metadata,
    )


def _load(raw: bytes) -> Any:
    """Returns the mail, or the ``Dead`` that it is."""
    from olefile import OleFileIO  # imported by the first such mail
    from oxmsg import Message
    from oxmsg.storage import Storage

    if not has_sound_header(raw):
        return Dead("corrupt", "ValueError: the header of the compound file is damaged")
    try:
        with OleFileIO(raw) as ole:
            entries = [entry for entry in ole.direntries if entry is not None]
            if len(entries) > _MAX_ENTRIES:
                return Dead("too_large", f"more than {_MAX_ENTRIES} streams")
            if sum(entry.size for entry in entries[1:]) > len(raw):
                return Dead("corrupt", "ValueError: streams are larger than the file")
            message = Message(Storage.from_ole(ole))
            message.message_class  # noqa: B018 - properties are parsed at the first question
    except Exception as error:  # on broken files it raises what it likes
        return Dead("corrupt", f"{type(error).__name__}: not an Outlook mail")
    return message


def has_sound_header(raw: bytes) -> bool:
    """Tells whether the file can hold the sectors and tables that its header states (MS-CFB, 2.2).

    olefile believes these numbers, and takes as much memory as they say.
    """
    if len(raw) < _HEADER_BYTES:
        return False
    shift, mini_shift = struct.unpack_from("<HH", raw, 30)
    counts = [struct.unpack_from("<I", raw, offset)[0] for offset in (40, 44, 64, 72)]
    return shift in (9, 12) and mini_shift == 6 and max(counts) <= len(raw) >> shift


def _get(message: Any, name: str) -> Any:
    """Returns what the mail says, None where its bytes cannot be read."""
    try:
        return getattr(message, name)
    except Exception:  # missing streams, wrong encodings
        return None


def _property(message: Any, number: int) -> bytes | None:
    try:
        found: bytes | None = message.properties.binary_prop_value(number)
    except Exception:  # the property points to a stream that is not there
        return None
    return found


def _html_text(message: Any) -> str:
    page = _get(message, "html_body")
    raw = _property(message, _HTML) if page is None else page.encode("utf-8", "replace")
    found = text_of_html(raw or b"", "" if page is None else "utf-8")
    return found if isinstance(found, str) else ""


def _headers(message: Any) -> Part:
    """Returns the headers with which the mail came; of one that was not sent, what they would be."""
    stated = _get(message, "message_headers") or {}
    lines = [f"{name}: {value}" for name, value in stated.items() if name.lower() != "content-type"]
    given = {name.lower() for name in stated}
    people = _get(message, "recipients") or ()
    for name, value in (("From", _get(message, "sender")), ("To", ", ".join(map(_recipient, people)))):
        if value and name.lower() not in given:
            lines.append(f"{name}: {' '.join(value.split())}")
    parsed = parse("\n".join([*lines, "", ""]).encode("utf-8", "replace"))
    return parsed if isinstance(parsed, Part) else Part()


def _recipient(person: Any) -> str:
    name, address = _get(person, "name") or "", _get(person, "email_address") or ""
    return f'"{name}" <{address}>' if name and name != address else address


def _attached(message: Any) -> list[tuple[str, bytes | None]]:
    return [
        (_get(file, "file_name") or "", _get(file, "file_bytes"))
        for file in _get(message, "attachments") or ()
    ]


def _is_encrypted(message: Any) -> bool:
    kinds = {_get(file, "mime_type") for file in _get(message, "attachments") or ()}
    content_type = (_get(message, "message_headers") or {}).get("Content-Type", "")
    described = parse(f"Content-Type: {content_type}\n\n".encode("utf-8", "replace"))
    return (
        not kinds.isdisjoint(_ENCRYPTED)
        or (_get(message, "message_class") or "").upper().endswith(".SMIME")
        or (isinstance(described, Part) and is_encrypted(described))
    )


def sniff(head: bytes, name: str) -> bool:
    """Takes compound files that are called a mail or have the properties of one."""
    if not head.startswith(_OLE):
        return False
    return name.lower().endswith(".msg") or all(mark in head for mark in _MARKS)


FORMAT = Format(
    name="msg",
    media_type=MEDIA_TYPE,
    extensions=(".msg",),
    extract=extract,
    libraries=("charset-normalizer", "olefile", "python-oxmsg", "resiliparse"),
    sniff=sniff,
    reader=records,
)
