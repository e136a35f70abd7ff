"""What the worker and its parser say to each other: a length and a pickle, over a socket.

Documents travel as columns: pickling a thousand frozen objects one by one costs four times as much.
"""

import pickle
import struct
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from socket import socket
from typing import Any

from pipelines.stretches import Resume, Stretch
from schemas.records import Dead, Document
from schemas.specs import IngestSpec
from schemas.units import WorkUnit

DONE, FAILED, OUT_OF_MEMORY = 0, 70, 71
"""Exit codes of a parser: its worker has gone; a bug; it asked for more memory than it may have."""

HEADER = struct.Struct("<Q")
"""The length of what follows, in bytes."""

_NAMES = [field.name for field in fields(Document)]
_columns_of = attrgetter(*_NAMES)
_SETTERS = [getattr(Document, name).__set__ for name in _NAMES]


@dataclass(frozen=True, slots=True)
class Request:
    """What a parser has to do.

    Attributes:
        unit: What to read.
        spec: Its source, and the options of extraction.
        resume: Where to go on.
        streams: (slice, number of the thing that was sought, stream) -> how a parser died there.
    """

    unit: WorkUnit
    spec: IngestSpec
    resume: Resume = field(default_factory=Resume)
    streams: Mapping[tuple[int, int, int], Dead] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """The walk itself failed, not a parser: a bug, which ends the build."""

    summary: str
    trace: str


def send(link: socket, content: "Request | Stretch | Failure") -> None:
    """Sends one message."""
    data = pickle.dumps(_packed(content) if isinstance(content, Stretch) else content, 5)
    link.sendall(HEADER.pack(len(data)))
    link.sendall(data)


def unpack(data: "memoryview | bytes") -> "Request | Stretch | Failure":
    """Returns the message whose bytes these are."""
    content = pickle.loads(data)  # noqa: S301 - our own process wrote it
    if isinstance(content, tuple):
        stretch, columns = content
        stretch.documents = _documents(columns)
        return stretch  # type: ignore[no-any-return]
    return content  # type: ignore[no-any-return]


def _packed(stretch: Stretch) -> tuple[Stretch, list[tuple[Any, ...]]]:
    columns = list(zip(*map(_columns_of, stretch.documents), strict=True))
    stretch.documents = []
    return stretch, columns


def _documents(columns: Sequence[Sequence[Any]]) -> list[Document]:
    made = [Document.__new__(Document) for _ in range(len(columns[0]))] if columns else []
    for put, values in zip(_SETTERS, columns, strict=False):
        # The setters of slots: a frozen document is filled where nobody has seen it yet.
        deque(map(put, made, values), 0)
    return made
