"""What flows through a pipeline: records, documents, and what became of those that fell.

All are frozen: sibling consumers in Beam see one another's mutations. Times are microseconds since
1970 in UTC. A record is in exactly one of four states: ``Record`` (read), ``Document`` (alive),
``Rejection`` (a rule refused it) or ``DeadLetter`` (it could not be read or processed).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

HEAD_CHARS = 500
"""How much of a refused text is kept in the tables, in characters."""

MAX_RAW_BYTES = 64 << 20
"""A record above this size is a dead letter ``too_large``, in bytes."""

MAX_TEXT_BYTES = 16 << 20
"""A text above this size in UTF-8 is a dead letter ``too_large``, in bytes."""

Reason = Literal[
    "encrypted",  # a password is needed
    "truncated",  # the file ends before its format says so
    "corrupt",  # the bytes are not what the format promises
    "parse_error",  # the parser refused the content
    "undecodable",  # no encoding gives text
    "too_large",  # above MAX_RAW_BYTES or MAX_TEXT_BYTES
    "too_deep",  # archives in archives beyond the limit
    "timeout",  # the parser used up its CPU time, or made no progress at all
    "out_of_memory",  # the parser asked for more memory than it may have
    "crashed",  # the parser's process died, or the parser failed in a way that it should not
    "unsafe_path",  # an archive member that points outside the archive
    "unreadable",  # the file system refused (permissions, vanished while reading)
    "changed",  # the file is not the one that was planned
]
"""Why a record is dead; the list is fixed, so that it can be counted."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as a reader found it, before its text is extracted.

    Attributes:
        locator: Where in the file it stands (``schemas.locators``).
        raw: The record's bytes at its locator, after decompression.
        format: Name of the format (``transforms.read.registry``) whose ``extract`` turns ``raw`` into text.
        media_type: IANA media type of ``raw``.
        fields: Parsed fields of a structured record (JSON object, CSV row), or what its container says
            of it (address and date of a web page), else None.

    A record without bytes of its own (a Parquet row) has its canonical JSON (sorted keys) as ``raw``.
    """

    locator: str
    raw: bytes
    format: str
    media_type: str
    fields: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A record that is alive: text and everything known about it.

    ``contributor``, ``license`` and ``attribution`` are set only where the record overrides what its
    source states. ``created_at`` is what the document itself states. ``metadata`` is JSON. ``pii`` is how
    much personal data was found, by kind, also where it was hidden; None if nobody looked.
    """

    doc_id: bytes
    source: str
    uri: str
    locator: str
    media_type: str
    raw_sha256: bytes
    text: str
    parent_id: bytes | None = None
    messages: str | None = None
    title: str | None = None
    author: str | None = None
    created_at: int | None = None
    metadata: str | None = None
    contributor: str | None = None
    license: str | None = None
    attribution: str | None = None
    language: str | None = None
    language_score: float | None = None
    pii: tuple[tuple[str, int], ...] | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that a rule refused.

    Attributes:
        rule: Name of the first rule, in stated order, that refused it.
        value: What was measured, and ``limit`` what it was held against, where they are numbers.
        detail: What was measured where it is not a number (the language, the extension).
        also: The other rules that would have refused it.
        head: The first ``HEAD_CHARS`` characters of what was refused.
    """

    doc_id: bytes
    source: str
    uri: str
    locator: str
    stage: str
    rule: str
    value: float | None = None
    limit: float | None = None
    detail: str | None = None
    also: tuple[str, ...] = ()
    head: str = ""
    media_type: str | None = None
    raw_sha256: bytes | None = None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that could not be read or processed.

    ``message`` is an exception's type and a fixed text; tracebacks, which differ between machines, go
    to the log.
    """

    doc_id: bytes
    source: str
    uri: str
    locator: str
    stage: str
    reason: Reason
    message: str
    head: str = ""
    raw_sha256: bytes | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """What a reader or a rule says of a record it refuses, before place and source are known."""

    rule: str
    value: float | None = None
    limit: float | None = None
    detail: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dead:
    """What a reader or a parser says of what it could not read, before place and source are known."""

    reason: Reason
    message: str


@dataclass(frozen=True, slots=True)
class Fallen:
    """What a reader yields instead of a ``Record`` when there is none: where, and what became of it."""

    locator: str
    fate: Refused | Dead
    raw: bytes = b""
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a format's ``extract`` makes of a record: the text, and what the record says of itself.

    ``media_type`` is set where the text was found in a container (an HTTP response) and is of a more
    precise type than the record.
    """

    text: str
    title: str | None = None
    author: str | None = None
    created_at: int | None = None
    messages: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    media_type: str | None = None
