"""From a record to a document: the text is extracted, the place gets its name.

What a record cannot give is a rejection (a rule refused it) or a dead letter (it could not be read);
each record becomes exactly one of the three.
"""

import logging
from collections.abc import Mapping
from typing import Any

from schemas import ids, locators
from schemas.records import (
    MAX_TEXT_BYTES,
    Dead,
    DeadLetter,
    Document,
    Extracted,
    Fallen,
    Record,
    Refused,
    Rejection,
)
from schemas.specs import IngestSpec, Named
from transforms.read import registry
from transforms.read.formats import ExtractOptions
from transforms.read.structured import as_names, lookup
from transforms.read.values import canonical_json, valid_text
from transforms.settle import settle

_log = logging.getLogger(__name__)
_UTF8_BYTES = 4  # of a character, at the most


def extract_record(path: str, record: Record, spec: IngestSpec) -> Document | Rejection | DeadLetter:
    """Makes a document of a record.

    Args:
        path: Of the file, relative to the root of its source.
        record: What the reader found there.
        spec: The source and the options of extraction.

    Returns:
        The document; a rejection of stage ``extract`` (``missing_field``, ``not_text``, ``empty``); or
        a dead letter (``undecodable``, ``parse_error``, ``too_large`` …).
    """
    source = spec.source
    options = ExtractOptions(source.text_field, source.fields, spec.html.extractor, record.fields)
    found = _extracted(path, record, options)
    if isinstance(found, Extracted):
        found = _checked(found)
    if not isinstance(found, Extracted):
        fallen = Fallen(record.locator, found, record.raw, record.media_type)
        return settle("extract", path, fallen, source.name)
    place = _Place(path, record)
    parent = locators.parent(record.locator)
    return Document(
        doc_id=ids.document_id(source.name, path, record.locator),
        source=source.name,
        uri=f"{source.name}:{path}",
        locator=record.locator,
        media_type=found.media_type or record.media_type,
        raw_sha256=ids.sha256(record.raw),
        text=found.text,
        parent_id=None if parent is None else ids.document_id(source.name, path, parent),
        messages=found.messages,
        title=_attribute(found.title),
        author=_attribute(found.author),
        created_at=found.created_at,
        metadata=canonical_json(found.metadata) if found.metadata else None,
        contributor=place.name(source.contributor),
        license=place.name(source.license),
        attribution=place.field(source.fields["attribution"]) if "attribution" in source.fields else None,
    )


def _extracted(path: str, record: Record, options: ExtractOptions) -> Extracted | Refused | Dead:
    try:
        return registry.by_name(record.format).extract(record.raw, options)
    except MemoryError:
        raise  # says something of this process, not of the record
    except Exception as error:
        # A parser's mistake about this record costs this record, and is told: not a whole build.
        _log.exception("%s %s: the parser failed", path, record.locator)
        return Dead("crashed", f"{type(error).__name__}: the parser failed")


def _checked(found: Extracted) -> Extracted | Refused | Dead:
    """Refuses a text without a visible character, and one that is too large."""
    if not found.text or found.text.isspace():
        return Refused("empty")
    if len(found.text) * _UTF8_BYTES > MAX_TEXT_BYTES:
        size = len(found.text.encode("utf-8", "surrogatepass"))
        if size > MAX_TEXT_BYTES:
            return Dead("too_large", f"a text of more than {MAX_TEXT_BYTES} bytes")
    return found


def _attribute(value: str | None) -> str | None:
    """Returns a title or author as one line of valid Unicode, None if nothing is left."""
    return " ".join(valid_text(value).split()) or None if value else None


class _Place:
    """Answers where a contributor or licence comes from."""

    def __init__(self, path: str, record: Record) -> None:
        self._path = path
        self._record = record

    def name(self, named: Named) -> str | None:
        """Returns what the record overrides; None if the source states it for all, or nothing is there."""
        if named.field_name is not None:
            return self.field(named.field_name)
        if named.path_part is not None:
            parts = self._parts()
            inside = -len(parts) <= named.path_part < len(parts)
            return parts[named.path_part] or None if inside else None
        return None

    def field(self, name: str) -> str | None:
        fields: Mapping[str, Any] = self._record.fields or {}
        return _attribute(as_names(lookup(fields, name)))

    def _parts(self) -> list[str]:
        """Returns the parts of the path and, in an archive, of the member's name."""
        steps = locators.parse(self._record.locator)
        member = steps[0][1].split("/") if steps and steps[0][0] == "member" else []
        return [*self._path.split("/"), *member]
