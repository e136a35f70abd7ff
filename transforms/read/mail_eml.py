"""Mail as one file: RFC 5322 with MIME (``.eml``, maildir, web pages saved as ``.mht``).

The mail is a record, and so is each of its attachments, at ``part=…``. Quoted mails and signatures stay in
the text. What is encrypted is dead; a mail without text is refused, its attachments are read all the same.
"""

import re
from collections.abc import Iterator

from schemas import locators
from schemas.records import MAX_RAW_BYTES, Dead, Extracted, Fallen, Record, Refused
from transforms.read.decode import looks_like_text
from transforms.read.formats import Embedded, ExtractOptions, Format, ReadContext
from transforms.read.mail_body import body_of
from transforms.read.mail_headers import author_of, charset_of_headers, date_of, header, metadata_of
from transforms.read.mail_message import TOO_DEEP, parse
from transforms.read.mail_parts import Leaf, contents_of, file_name, is_encrypted, name_for_format
from transforms.read.streams import Readable, read_fully

MEDIA_TYPE = "message/rfc822"

_MAX_LISTED = 1_000  # attachments in the metadata
_BLANK = re.compile(rb"\r?\n\r?\n|\r\r")
_FIELD = re.compile(rb"(?:\A|[\r\n])content-(type|disposition)[ \t]*:\s*([\w/.+-]*)", re.IGNORECASE)
_PLAIN = (b"text/plain", b"text/html")
_NAME = rb"[A-Za-z][A-Za-z0-9-]{0,75}"
_STARTS = re.compile(rb"\A(?:\xef\xbb\xbf)?[\r\n]*(?:>?From [^\r\n]*\r?\n)?" + _NAME + rb"[ \t]*:")
_LINE = re.compile(rb"(" + _NAME + rb")[ \t]*:|[ \t]")
_TELLING = (b"from", b"received", b"return-path", b"message-id", b"delivered-to", b"mime-version")
_USUAL = (
    *_TELLING,
    b"to",
    b"cc",
    b"date",
    b"subject",
    b"reply-to",
    b"sender",
    b"content-type",
    b"newsgroups",
)
_SNIFFED = 1 << 14


def records(stream: Readable, context: ReadContext) -> Iterator[Record | Fallen | Embedded]:
    """Yields the mail and the files within it."""
    raw = read_fully(stream, MAX_RAW_BYTES + 1)
    if len(raw) > MAX_RAW_BYTES:
        dead = Dead("too_large", f"more than {MAX_RAW_BYTES} bytes")
        yield Fallen(context.prefix, dead, media_type=MEDIA_TYPE)
        return
    yield Record(context.prefix, raw, FORMAT.name, MEDIA_TYPE)
    yield from attachments(raw, context.prefix)


def attachments(raw: bytes, place: str) -> Iterator[Fallen | Embedded]:
    """Yields the files within a mail.

    Args:
        raw: The mail.
        place: Its locator.
    """
    if not _may_have_parts(raw):
        return
    message = parse(raw)
    if isinstance(message, Dead) or is_encrypted(message):
        return
    for leaf in contents_of(message).attachments:
        yield _embedded(leaf, locators.join(place, locators.step("part", leaf.number)))


def _embedded(leaf: Leaf, locator: str) -> Fallen | Embedded:
    part = leaf.part
    if part.kind == TOO_DEEP:
        return Fallen(locator, Dead("too_deep", "too many multiparts in one another"), part.content())
    if is_encrypted(part):
        return Fallen(locator, Dead("encrypted", "a key is needed"), part.content(), part.kind)
    return Embedded(locator, name_for_format(part), part.content())


def _may_have_parts(raw: bytes) -> bool:
    """Tells by the headers whether a mail can have attachments; most have none, and are parsed only once."""
    blank = _BLANK.search(raw)
    fields = list(_FIELD.finditer(raw, 0, blank.end() if blank else len(raw)))
    return any(field[1].lower() == b"disposition" or field[2].lower() not in _PLAIN for field in fields)


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Returns the text of a mail, its subject, author and date, and the headers of its thread."""
    message = parse(raw)
    if isinstance(message, Dead):
        return message
    if is_encrypted(message):
        return Dead("encrypted", "a key is needed")
    contents = contents_of(message)
    body = body_of(contents.texts)
    if not body.text.strip():
        if any(note == "pgp message" for note in body.dropped):
            return Dead("encrypted", "a key is needed")
        if body.dead is not None:
            return body.dead
        return Refused("empty")
    charset = charset_of_headers(message)
    metadata = metadata_of(message, charset)
    if contents.attachments:
        metadata["attachments"] = [_listed(leaf) for leaf in contents.attachments[:_MAX_LISTED]]
    if body.dropped:
        metadata["left_out"] = list(body.dropped)
    return Extracted(
        body.text,
        header(message, "Subject", charset),
        author_of(message, charset),
        date_of(message),
        None,
        metadata,
    )


def _listed(leaf: Leaf) -> dict[str, str]:
    listed = {"part": leaf.number, "media_type": leaf.part.kind}
    if name := file_name(leaf.part):
        listed["name"] = name
    return listed


def looks_like_mail(head: bytes) -> bool:
    """Tells whether content begins with the headers of a mail: two usual ones, of which one tells."""
    if not _STARTS.match(head):
        return False
    names = set()
    for line in head[:_SNIFFED].lstrip(b"\xef\xbb\xbf\r\n").splitlines():
        found = _LINE.match(line)
        if found is None and not line.startswith((b"From ", b">From ")):
            break
        if found and found[1]:
            names.add(found[1].lower())
    return len(names.intersection(_USUAL)) >= 2 and not names.isdisjoint(_TELLING)


def has_headers(head: bytes) -> bool:
    """Tells whether content begins with any header."""
    return _STARTS.match(head) is not None


def sniff(head: bytes, name: str) -> bool:
    """Takes every text that is called a mail, and with headers also what does not look like text."""
    return has_headers(head) or looks_like_text(head)


FORMAT = Format(
    name="eml",
    media_type=MEDIA_TYPE,
    extensions=(".eml", ".msg", ".mht", ".mhtml"),
    extract=extract,
    libraries=("charset-normalizer", "resiliparse"),
    sniff=sniff,
    reader=records,
)
