"""ARC, the web archive before WARC (Internet Archive, versions 1 and 2).

The header of a record is one line; the first record (``filedesc:``) names its fields, of which the last
is the length of what follows.
"""

import re
from collections.abc import Iterator

from schemas.records import Fallen, Record
from transforms.read import web_content
from transforms.read.formats import Format, ReadContext
from transforms.read.frames import Framing, Header
from transforms.read.streams import Readable
from transforms.read.warc import read_frames

_MEDIA_TYPE = "application/x-internet-archive"
_LINE = (  # address, IP, date, type, of version 2 more fields, length
    rb"[A-Za-z][\w+.-]*:[^\s][^\n]{0,8000} [\w.:-]{1,45} \d{8,18} [^ \n]+ "
    rb"(?:[^ \n]+ [^ \n]+ [^ \n]+ \d+ [^ \n]+ )?[-\w]+\r?\n"
)
_FIELDS_1 = 5  # address, IP, date, type, length; the address may hold spaces
_FIELDS_2 = 10
_LENGTH = re.compile(r"\d{1,18}")
_DATE = re.compile(r"\A(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\d*\Z")
_RESULT = re.compile(r"\d{3}")


def records(stream: Readable, context: ReadContext) -> Iterator[Record | Fallen]:
    """Yields every record as ``byte=OFFSET`` of its line; ``raw`` is what follows the line."""
    yield from read_frames(stream, context, FRAMING, FORMAT)


def _parse(header: bytes) -> Header:
    """Reads the line of a record, of either version."""
    line = header.decode("utf-8", "replace").rstrip("\r\n")
    parts = line.rsplit(" ", _FIELDS_2 - 1)
    if len(parts) < _FIELDS_2 or not _RESULT.fullmatch(parts[4]):
        parts = line.rsplit(" ", _FIELDS_1 - 1)
    if len(parts) < _FIELDS_1:
        return {}, None
    length = int(parts[-1]) if _LENGTH.fullmatch(parts[-1]) else None
    date = _DATE.sub(r"\1-\2-\3T\4:\5:\6Z", parts[2])
    is_head = parts[0].startswith("filedesc:")
    return {
        web_content.RECORD_TYPE: "warcinfo" if is_head else "response",
        web_content.URL: parts[0],
        "warc_date": date,
        web_content.CONTENT_TYPE: parts[3],
    }, length


def _may_begin(head: bytes) -> bool:
    return b"\n" not in head and re.match(rb"[A-Za-z][\w+.-]*(?::|\Z)", head) is not None


FRAMING = Framing(
    name="ARC",
    begins=re.compile(rb"filedesc:|" + _LINE),
    may_begin=_may_begin,
    ends=re.compile(rb"\n"),
    boundary=re.compile(rb"(?<=\n)(?:filedesc:|" + _LINE + rb")"),
    parse=_parse,
)


def sniff(head: bytes, name: str) -> bool:
    """Takes what begins as ARC does; ``.arc`` alone may be an archive of another kind."""
    return head.startswith(b"filedesc:")


FORMAT = Format(
    name="arc",
    media_type=_MEDIA_TYPE,
    extensions=(".arc",),
    extract=web_content.extract,
    version=2,
    libraries=web_content.LIBRARIES,
    sniff=sniff,
    reader=records,
)
