"""Reads one file or member: compression, archive and format are told by its content and its name.

Everything of it comes out as records and fallen ones, in order; nothing that the bytes can do is an
exception for the caller.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

from schemas import locators
from schemas.records import MAX_RAW_BYTES, Dead, Fallen, Record, Refused
from schemas.specs import SourceSpec
from transforms.read import registry
from transforms.read.archives import detect_archive, is_tar, open_members
from transforms.read.compression import Decompressed, detect_compression, strip_suffix
from transforms.read.containers import OLE, ZIP
from transforms.read.formats import Embedded, Format, ReadContext
from transforms.read.parquet import group_of
from transforms.read.streams import BrokenStream, Peeked, Readable, as_seekable, peek, read_fully
from transforms.read.watch import UNWATCHED, Watch

_COUNTED = re.compile(r"(?:#\d+)+$")  # what tells members of one name apart

MAX_EMBEDDED = 8
"""How deep mails may lie in mails; what lies deeper is a dead letter ``too_deep``."""

Found = Iterator[Record | Fallen]
_log = logging.getLogger(__name__)


def read_stream(
    stream: Readable,
    name: str,
    spec: SourceSpec,
    locator_prefix: str = "",
    start: int | None = None,
    stop: int | None = None,
    watch: Watch = UNWATCHED,
) -> Found:
    """Yields every record of a file or member, and what fell, in the order of the content.

    Args:
        stream: The content, at its beginning; ranges, zip and Parquet need one that can seek.
        name: Path of the file or name of the member.
        spec: The source.
        locator_prefix: ``member=…`` for a member, else empty; stands before each locator.
        start: First byte (JSONL), row group (Parquet) or member (archive) of the range.
        stop: First after the range.
        watch: Follows this stream and those within it.
    """
    context = ReadContext(name, spec, locator_prefix, start, stop)
    found = _read_all(stream, context, watch)
    return watch.follow(found, lambda dead: Fallen(locator_prefix, dead))


def _read_all(stream: Readable, context: ReadContext, watch: Watch) -> Found:
    try:
        yield from _read(stream, context, watch)
    except BrokenStream as broken:
        yield Fallen(context.prefix, broken.dead)
    except MemoryError:
        raise  # says something of this process, not of the stream
    except OSError as error:
        yield Fallen(context.prefix, Dead("unreadable", f"{type(error).__name__}: cannot be read"))
    except Exception as error:
        # A reader's mistake about this content costs this content, and is told: not a whole build.
        _log.exception("%s %s: the reader failed", context.name, context.prefix)
        yield Fallen(context.prefix, Dead("crashed", f"{type(error).__name__}: the reader failed"))


def find_record(stream: Readable, name: str, spec: SourceSpec, locator: str) -> bytes | None:
    """Reads the raw bytes of a record again, to hold them against the digest that was kept.

    Args:
        stream: The file, at its beginning.
        name: Its path.
        spec: The source it was read for.
        locator: Where the record stands in the file.

    Returns:
        The bytes that were ``Record.raw``; None if there is no record at that place any more.
    """
    steps = locators.parse(locator)
    if steps and steps[0][0] == "member" and not _is_document(stream, name, spec):
        prefix = locators.step(*steps[0])
        for found in open_members(stream, name):
            if not isinstance(found, Fallen) and found[0] == steps[0][1]:
                return _find(found[1], found[0], spec, prefix, locator)
        return None
    return _find(stream, name, spec, "", locator)


def _find(stream: Readable, name: str, spec: SourceSpec, prefix: str, locator: str) -> bytes | None:
    start, stop = _range_of(stream, name, spec, prefix, locator)
    for found in read_stream(stream, name, spec, prefix, start, stop):
        if found.locator == locator and (isinstance(found, Record) or found.raw):
            return found.raw
    return None


def _is_document(stream: Readable, name: str, spec: SourceSpec) -> bool:
    """Tells a book, whose chapters are members too, from an archive."""
    if as_seekable(stream) is None:
        return False
    head, _ = peek(stream, registry.HEAD_BYTES)
    if not head.startswith(ZIP):
        return False
    return isinstance(registry.detect(strip_suffix(name)[0], head, spec.format, stream), Format)


def _range_of(
    stream: Readable, name: str, spec: SourceSpec, prefix: str, locator: str
) -> tuple[int | None, int | None]:
    """Returns the smallest range that holds a record, where the format has ranges and the stream seeks."""
    kind, value = (locators.parse(locator) or [("member", "")])[0]
    movable = as_seekable(stream)
    if prefix or movable is None or kind not in {"byte", "row"}:
        return None, None
    head, _ = peek(stream, registry.HEAD_BYTES)
    form = None if detect_compression(head) else registry.detect(name, head, spec.format)
    if not isinstance(form, Format):
        return None, None
    if form.name in {"jsonl", "mbox", "warc", "arc"} and kind == "byte":
        return int(value), int(value) + 1
    if form.name == "parquet" and kind == "row":
        group = group_of(stream, int(value))
        movable.seek(0)
        return (None, None) if group is None else (group, group + 1)
    return None, None


def _read(stream: Readable, context: ReadContext, watch: Watch) -> Found:
    head, stream = peek(stream, registry.HEAD_BYTES)
    shown = _COUNTED.sub("", context.name) if context.prefix else context.name
    name, claimed = strip_suffix(shown)
    kind = detect_compression(head)
    if kind is not None:
        stream = Decompressed(stream, kind)
        head, stream = peek(stream, registry.HEAD_BYTES)
        if (inner := detect_compression(head)) is not None:
            yield Fallen(context.prefix, Refused("nested_archive", detail=inner))
            return
    elif claimed is not None and head and not is_tar(head):
        dead = Dead("corrupt", f"ValueError: {claimed} data does not begin as such")
        yield Fallen(context.prefix, dead, head)
        return
    if not head:
        read_fully(stream, 1)  # a stream that broke before its first byte says so here
    archive = detect_archive(name, head)
    if archive is None and head.startswith((ZIP, OLE)) and as_seekable(stream) is None:
        raw = read_fully(stream, MAX_RAW_BYTES + 1)
        stream = BytesIO(raw) if len(raw) <= MAX_RAW_BYTES else Peeked(raw, stream)
    form = registry.detect(name, head, context.source.format, stream)
    if archive is not None and head and (archive == "tar" or not isinstance(form, Format)):
        yield from _archive(stream, replace(context, name=f"a.{archive}"), watch)
        return
    if archive is not None and context.start:
        return  # a document that is called an archive was planned like one; it belongs to the first range
    if not isinstance(form, Format):
        refused_empty = isinstance(form, Refused) and form.rule == "empty"
        yield Fallen(context.prefix, form, b"" if refused_empty else _bounded(stream))
        return
    context = replace(context, name=name)
    if form.seeks and as_seekable(stream) is None:
        raw = read_fully(stream, MAX_RAW_BYTES + 1)
        if len(raw) > MAX_RAW_BYTES:
            dead = Dead("too_large", f"more than {MAX_RAW_BYTES} bytes, and cannot seek")
            yield Fallen(context.prefix, dead, media_type=form.media_type)
            return
        stream = BytesIO(raw)
    for found in form.records(stream, context):
        if not isinstance(found, Embedded):
            yield found
        elif kind is not None and locators.parent(context.prefix) is not None:
            # Compressed mails in compressed mails would let each level be a thousand times larger.
            yield Fallen(found.locator, Refused("nested_archive", detail=kind), found.raw)
        else:
            yield from _embedded(found, context.source, watch)


def _embedded(file: Embedded, spec: SourceSpec, watch: Watch) -> Found:
    """Yields the records of a file within a record; its format is its own, whatever the source's is."""
    if sum(kind == "part" for kind, _ in locators.parse(file.locator)) > MAX_EMBEDDED:
        dead = Dead("too_deep", f"more than {MAX_EMBEDDED} mails in one another")
        yield Fallen(file.locator, dead, file.raw)
        return
    spec = replace(spec, format="auto")
    yield from read_stream(BytesIO(file.raw), file.name, spec, file.locator, watch=watch)


def _archive(stream: Readable, context: ReadContext, watch: Watch) -> Found:
    """Yields the records of the members in the range; an archive in an archive is not opened."""
    if context.prefix:
        yield Fallen(context.prefix, Refused("nested_archive", detail=context.name.rpartition(".")[2]))
        return
    if as_seekable(stream) is None and context.name.endswith(".zip"):
        yield Fallen(context.prefix, Refused("nested_archive", detail="zip"))
        return
    for found in open_members(stream, context.name, context.start or 0, context.stop):
        if isinstance(found, Fallen):
            yield found
        else:
            member, content = found
            prefix = locators.step("member", member)
            yield from read_stream(content, member, context.source, prefix, watch=watch)


def _bounded(stream: Readable) -> bytes:
    """Returns the content of what is refused, for its head and digest; b"" if it is too large."""
    raw = read_fully(stream, MAX_RAW_BYTES + 1)
    return raw if len(raw) <= MAX_RAW_BYTES else b""
