r"""Mailboxes in one file: ``mbox`` (RFC 4155), read mail by mail in memory bounded by the largest one.

A mail begins where a line ``From somebody Thu Jan  1 00:00:00 1970`` is followed by a header, or by the blank
line of a mail without any. That is asked without looking back, so any way to cut a file into ranges gives the
same mails; what programs leave out (the blank line before, the quoting of such lines in the text) does no
harm. ``raw`` is the mail with this line and with ``>From`` as the file has it; for reading, one ``>`` is
taken off (the rule of ``mboxrd``).
"""

import re
from collections.abc import Iterator

from schemas.records import MAX_RAW_BYTES, Dead, Extracted, Fallen, Record, Refused
from transforms.read import mail_eml
from transforms.read.formats import Embedded, ExtractOptions, Format, ReadContext
from transforms.read.lines import Lines
from transforms.read.streams import BrokenStream, Readable, move_to

MEDIA_TYPE = "application/mbox"

_MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_ZONE = rb"(?: +[A-Z+-][A-Za-z0-9]{0,5})"
_FROM = re.compile(
    rb"From [^\r\n]{0,300}? (?:" + _MONTH + rb" +\d{1,2}|\d{1,2} +" + _MONTH + rb"(?: +\d{2,4})?)"
    rb" +\d{1,2}:\d\d(?::\d\d)?" + _ZONE + rb"{0,2}(?: +\d{2,4})?" + _ZONE + rb"?"
    rb"(?: +remote from [^\r\n]{1,80})?[ \t]*\r?\n"
)
_HEADER = re.compile(rb">From |[!-9;-~]+[ \t]*:|\r?\n")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_HEAD_LINE = 512


def records(stream: Readable, context: ReadContext) -> Iterator[Record | Fallen | Embedded]:
    """Yields the mails that begin in the range, each followed by the files within it."""
    start = context.start or 0
    if start:
        move_to(stream, start - 1)
    lines = Lines(stream, max(0, start - 1))
    mail = _Mail(0, is_junk=True)
    try:
        for offset, line, begins in _marked(lines, start):
            if begins:
                yield from mail.found(context)
                mail = _Mail(offset)
                if context.stop is not None and offset >= context.stop:
                    return
            mail.add(line)
    except BrokenStream as broken:
        yield Fallen(context.locate("byte", mail.offset), broken.dead, bytes(mail.raw), MEDIA_TYPE)
        return
    yield from mail.found(context)


def _marked(lines: Lines, start: int) -> Iterator[tuple[int, bytes | None, bool]]:
    """Yields the lines from ``start`` on, each with whether a mail begins there."""
    held: tuple[int, bytes] | None = None
    for offset, line in lines:
        if offset < start:
            continue
        if held is not None:
            yield *held, line is not None and _HEADER.match(line) is not None
            held = None
        if line is not None and line.startswith(b"From ") and _FROM.match(line[:_HEAD_LINE]):
            held = offset, line
        else:
            yield offset, line, False
    if held is not None:
        yield *held, False


class _Mail:
    """What is gathered of a mail."""

    def __init__(self, offset: int, *, is_junk: bool = False) -> None:
        self.offset = offset
        self.raw = bytearray()
        self._is_junk = is_junk
        self._is_large = False

    def add(self, line: bytes | None) -> None:
        if line is None or len(self.raw) + len(line) > MAX_RAW_BYTES:
            self._is_large = True
            self.raw.clear()
        elif not self._is_large:
            self.raw += line

    def found(self, context: ReadContext) -> Iterator[Record | Fallen | Embedded]:
        """Yields the mail; of what stands before the first one only that it is there."""
        locator = context.locate("byte", self.offset)
        raw = bytes(self.raw)
        if self._is_junk:
            if (raw.strip() or self._is_large) and not context.start:
                yield Fallen(locator, Dead("corrupt", "ValueError: no mail begins here"), raw, MEDIA_TYPE)
        elif self._is_large:
            dead = Dead("too_large", f"a mail of more than {MAX_RAW_BYTES} bytes")
            yield Fallen(locator, dead, media_type=mail_eml.MEDIA_TYPE)
        else:
            yield Record(locator, raw, FORMAT.name, mail_eml.MEDIA_TYPE)
            yield from mail_eml.attachments(_unquoted(raw), locator)


def _unquoted(raw: bytes) -> bytes:
    """Returns a mail as it was before it was put into the mailbox."""
    mail = raw[raw.find(b"\n") + 1 :]
    return _QUOTED.sub(rb"\1", mail) if b">From " in mail else mail


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Reads one mail of a mailbox like one in a file of its own."""
    return mail_eml.extract(_unquoted(raw), options)


def sniff(head: bytes, name: str) -> bool:
    """Takes what begins as a mailbox does."""
    begin = head.lstrip(b"\r\n")
    found = _FROM.match(begin)
    return found is not None and _HEADER.match(begin, found.end()) is not None


FORMAT = Format(
    name="mbox",
    media_type=MEDIA_TYPE,
    extensions=(".mbox", ".mbx"),
    extract=extract,
    libraries=mail_eml.FORMAT.libraries,
    sniff=sniff,
    reader=records,
)
