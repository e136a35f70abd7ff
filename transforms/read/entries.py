"""An entry of an archive, whatever the kind of archive."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from schemas.records import Refused
from transforms.read.streams import Readable


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands at one place in an archive.

    Attributes:
        name: Its name as stored; bytes that are not UTF-8 are lone surrogates.
        size: Uncompressed bytes, as stated.
        open: Returns its content; for a tar this is valid until the next entry.
        kind: A regular file, a folder, or something else (link, device).
        detail: What it is, if it is something else.
        encrypted: True if its content needs a password.
        refused: Why its content cannot be read although it is a regular file, else None.
    """

    name: str
    size: int
    open: Callable[[], Readable]
    kind: Literal["file", "folder", "other"] = "file"
    detail: str = ""
    encrypted: bool = False
    refused: Refused | None = None

    def named(self, name: str) -> "Entry":
        """Returns the entry under another name."""
        return replace(self, name=name)
