"""Web archives: WARC (ISO 28500; 0.17 to 1.1), with it WET and WAT, and the older ARC.

A record's place is ``byte=OFFSET``: where its header begins in the decompressed content, whether the file
is compressed as a whole or record by record. Its bytes are its block: for a page the HTTP response with
its header. What no page is (``request``, ``revisit``, ``warcinfo``, ``metadata``, ``continuation``) is
refused by a rule of that name.
"""

import re
from collections.abc import Iterator
from io import BytesIO

from warcio.statusandheaders import StatusAndHeadersParser

from schemas.records import Fallen, Record, Refused
from transforms.read import web_content
from transforms.read.formats import Format, ReadContext
from transforms.read.frames import Frame, Framing, Header, frames
from transforms.read.lookahead import Lookahead
from transforms.read.streams import Readable, move_to

_MEDIA_TYPE = "application/warc"
_KEPT = ("response", "resource", "conversion")
_REFUSED = ("request", "revisit", "warcinfo", "metadata", "continuation")
_FIELDS = {  # field of the header -> key in the document's metadata
    "warc-type": web_content.RECORD_TYPE,
    "warc-target-uri": web_content.URL,
    "warc-date": "warc_date",
    "warc-record-id": "warc_record_id",
    "warc-truncated": "warc_truncated",
    "warc-identified-content-language": web_content.LANGUAGE,
    "content-type": web_content.CONTENT_TYPE,
}
_LENGTH = re.compile(r"\d{1,18}")
_PARSER = StatusAndHeadersParser([], verify=False)


def records(stream: Readable, context: ReadContext) -> Iterator[Record | Fallen]:
    """Yields every record: those that hold content, and why the others do not.

    ``context.start`` must be the offset of a record, ``context.stop`` any offset.
    """
    yield from read_frames(stream, context, FRAMING, FORMAT)


def read_frames(
    stream: Readable, context: ReadContext, framing: Framing, form: Format
) -> Iterator[Record | Fallen]:
    """Yields the records of a web archive of either kind."""
    start = context.start or 0
    if start:
        move_to(stream, start)
    found = False
    for frame in frames(Lookahead(stream, start), framing):
        if context.stop is not None and frame.offset >= context.stop:
            return
        found = True
        yield _record(frame, context.locate("byte", frame.offset), form)
    if not found and not start:
        yield Fallen(context.prefix, Refused("empty"), media_type=form.media_type)


def _record(frame: Frame, locator: str, form: Format) -> Record | Fallen:
    fields = frame.fields
    media_type = web_content.essence(fields.get(web_content.CONTENT_TYPE)) or form.media_type
    kind = fields.get(web_content.RECORD_TYPE, "")
    if frame.fault is not None:
        return Fallen(locator, frame.fault, frame.block, media_type)
    if kind == "resource" and fields.get(web_content.URL, "").startswith("metadata:"):
        kind = "metadata"  # so Wget calls its own log
    if kind in _REFUSED:
        return Fallen(locator, Refused(kind), frame.block, media_type)
    if kind not in _KEPT:
        return Fallen(locator, Refused("unknown_record_type", detail=kind[:100]), frame.block, media_type)
    if not frame.block:
        return Fallen(locator, Refused("empty"), frame.block, media_type)
    return Record(locator, frame.block, form.name, media_type, fields)


def _parse(header: bytes) -> Header:
    """Reads a WARC header: names in any case, folded lines, of a repeated field the first."""
    stated: dict[str, str] = {}
    for name, value in _PARSER.parse(BytesIO(header)).headers:
        stated.setdefault(name.strip().lower(), " ".join(value.split()))
    length = stated.get("content-length", "")
    fields = {key: stated[name] for name, key in _FIELDS.items() if stated.get(name)}
    fields[web_content.RECORD_TYPE] = stated.get("warc-type", "").lower()
    if web_content.URL in fields:
        fields[web_content.URL] = fields[web_content.URL].removeprefix("<").removesuffix(">")
    return fields, int(length) if _LENGTH.fullmatch(length) else None


def _may_begin(head: bytes) -> bool:
    return len(head) < len(b"WARC/1") and b"WARC/".startswith(head.upper())


FRAMING = Framing(
    name="WARC",
    begins=re.compile(rb"WARC/\d", re.IGNORECASE),
    may_begin=_may_begin,
    ends=re.compile(rb"\n\r?\n"),
    boundary=re.compile(rb"WARC/\d\.\d{1,2}\r?\n(?=[\w-]{1,64}:)", re.IGNORECASE),
    parse=_parse,
)


def sniff(head: bytes, name: str) -> bool:
    """Takes what begins as WARC, and what is called so: a damaged one is a dead letter, not a refusal."""
    return FRAMING.begins.match(head) is not None or name.lower().endswith((".warc", ".wet", ".wat"))


FORMAT = Format(
    name="warc",
    media_type=_MEDIA_TYPE,
    extensions=(".warc", ".wet", ".wat"),
    extract=web_content.extract,
    version=2,
    libraries=("warcio", *web_content.LIBRARIES),
    sniff=sniff,
    reader=records,
)
