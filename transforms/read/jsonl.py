"""JSONL (NDJSON): one JSON value a line.

A range of bytes owns the lines that begin in it, so any way to cut a file gives the same records.
Blank lines are no records. A line that is no JSON is one dead letter, and the next one goes on.
"""

from collections.abc import Iterator

import orjson

from schemas.records import MAX_RAW_BYTES, Dead, Extracted, Fallen, Record, Refused
from transforms.read.formats import ExtractOptions, Format, ReadContext
from transforms.read.json_values import parse_json
from transforms.read.lines import Lines
from transforms.read.streams import BrokenStream, Readable, move_to
from transforms.read.structured import extract_fields

_MEDIA_TYPE = "application/x-ndjson"
_RECORD_TYPE = "application/json"


def records(stream: Readable, context: ReadContext) -> Iterator[Record | Fallen]:
    """Yields the lines that begin in the range; ``raw`` is the line without its end."""
    start, stop = context.start or 0, context.stop
    if start:
        move_to(stream, start - 1)
    lines = Lines(stream, max(0, start - 1))
    whole = not start and stop is None
    found = False
    try:
        for offset, line in lines:
            if offset < start:
                continue  # the end of a line that began before the range
            if stop is not None and offset >= stop:
                return
            record = _record(offset, line, context)
            if record is not None:
                found = True
                yield record
    except BrokenStream as broken:
        yield Fallen(context.locate("byte", lines.offset), broken.dead, media_type=_MEDIA_TYPE)
        return
    if whole and not found:
        yield Fallen(context.prefix, Refused("empty"), media_type=_MEDIA_TYPE)


def _record(offset: int, line: bytes | None, context: ReadContext) -> Record | Fallen | None:
    if line is None:
        dead = Dead("too_large", f"a line of more than {MAX_RAW_BYTES} bytes")
        return Fallen(context.locate("byte", offset), dead, media_type=_RECORD_TYPE)
    raw = line.removesuffix(b"\n").removesuffix(b"\r")
    if not raw.strip():
        return None
    return json_record(context.locate("byte", offset), raw, FORMAT.name)


def json_record(locator: str, raw: bytes, form: str) -> Record | Fallen:
    """Makes a record of the bytes of one JSON value."""
    parsed = parse_json(raw)
    if isinstance(parsed, Dead):
        return Fallen(locator, parsed, raw, _RECORD_TYPE)
    value = parsed[0]
    return Record(locator, raw, form, _RECORD_TYPE, value if isinstance(value, dict) else None)


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Maps the fields of an object; a value that is no object has no text field."""
    fields = options.parsed
    if fields is None:
        parsed = parse_json(raw)
        if isinstance(parsed, Dead):
            return parsed
        fields = parsed[0]
        if not isinstance(fields, dict):
            return Refused("missing_field", detail=options.text_field)
    return extract_fields(fields, options, valid=True)  # parse_json saw to it, and Arrow holds none


def sniff(head: bytes, name: str) -> bool:
    """Takes ``.jsonl`` and ``.ndjson`` as they say, and a ``.json`` that holds one object a line."""
    if not name.lower().endswith(".json"):
        return True
    lines = head.split(b"\n", 2)
    if len(lines) < 2 or not lines[1].lstrip().startswith(b"{"):
        return False
    try:
        return isinstance(orjson.loads(lines[0]), dict)
    except orjson.JSONDecodeError:
        return False


FORMAT = Format(
    name="jsonl",
    media_type=_MEDIA_TYPE,
    extensions=(".jsonl", ".ndjson", ".jsonlines", ".json"),
    extract=extract,
    libraries=("orjson",),
    sniff=sniff,
    reader=records,
)
