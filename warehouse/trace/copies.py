"""The texts of an index as they stand in a snapshot: every copy of each, removed documents left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from schemas.manifest import Manifest, SourceRow
from schemas.units import PartInfo
from warehouse.catalog import Catalog
from warehouse.index.lookup import SortedPart
from warehouse.parts import open_part
from warehouse.storage import Storage
from warehouse.trace.documents import Documents, Row

MOST_COPIES: Final = 200
"""Copies of a text that are named; what there is beyond is counted."""

_REMEMBERED = 10_000  # texts whose places are kept for the next question


@dataclass(frozen=True, slots=True)
class Place:
    """A copy of a text: part of ``documents`` and row in it."""

    part: str
    row: int


class Copies:
    """Where the texts of the index stand in a snapshot; close it after use.

    Attributes:
        unreadable: Parts of ``documents`` that could not be read so far, each with the reason.
    """

    def __init__(self, catalog: Catalog, manifest: Manifest, parts: Sequence[PartInfo]) -> None:
        self._storage = catalog.storage
        self._documents = Documents(catalog.storage)
        self.unreadable: dict[str, str] = self._documents.unreadable
        placed = {part.unit: part.path for part in parts if part.table == "indexed"}
        segments = manifest.index.segments if manifest.index else ()
        self._paths = [placed.get(segment.name) for segment in segments]
        self._open: dict[int, SortedPart] = {}
        self._known: dict[tuple[int, int], list[Place]] = {}
        self._removed = _read_removed(
            catalog.storage, [part.path for part in parts if part.table == "removals"]
        )

    def places(self, segments: Sequence[int], ordinals: Sequence[int]) -> dict[tuple[int, int], list[Place]]:
        """Returns the copies of each text, by (segment, ordinal); texts that went are not there."""
        keys = dict.fromkeys(zip(segments, ordinals, strict=True))
        found = {key: self._known[key] for key in keys if key in self._known}
        new = [key for key in keys if key not in found]
        for segment in sorted({segment for segment, _ in new}):
            path = self._paths[segment]
            if path is None:
                continue
            if segment not in self._open:
                self._open[segment] = SortedPart(self._storage, path, "doc", ["part", "row"])
            mine = sorted(ordinal for of, ordinal in new if of == segment)
            which, rows, _ = self._open[segment].rows(np.array(mine, np.int64))
            for index, part, row in zip(which.tolist(), rows["part"], rows["row"].tolist(), strict=True):
                found.setdefault((segment, mine[index]), []).append(Place(part, row))
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        self._known.update((key, found[key]) for key in new if key in found)
        return found

    def read(self, copies: Sequence[Sequence[Place]]) -> list[Row | None]:
        """Opens the first copy of each text, with its text; None where its part cannot be read."""
        firsts = [(places[0].part, places[0].row) for places in copies]
        rows = self._documents.read(firsts, text=True)
        return [rows.get(first) for first in firsts]

    def holders(self, copies: Sequence[Sequence[Place]], firsts: Sequence[Row]) -> list[list[Row]]:
        """Returns the documents that have each text and are not removed, the one that was opened first."""
        others = [(place.part, place.row) for places in copies for place in places[1:MOST_COPIES]]
        rows = self._documents.read(others, text=False)
        found = []
        for places, first in zip(copies, firsts, strict=True):
            keys = [(place.part, place.row) for place in places[1:MOST_COPIES]]
            held = [first, *(rows[key] for key in keys if key in rows)]
            found.append([row for row in held if row["doc_id"].bytes not in self._removed])
        return found

    def close(self) -> None:
        """Closes all files."""
        self._documents.close()
        for part in self._open.values():
            part.close()


def described(row: Row, first: Row, sources: Mapping[str, SourceRow]) -> dict[str, Any]:
    """Returns what is said of a document that holds something, the same in each kind of list.

    Args:
        row: The document.
        first: The first holder of the same text.
        sources: By name.
    """
    source = sources.get(row["source"])
    return {
        "doc_id": row["doc_id"].hex,
        "copy_of": None if row["doc_id"] == first["doc_id"] else first["doc_id"].hex,
        "source": row["source"],
        "title": row["title"],
        "uri": row["uri"],
        "locator": row["locator"],
        # What a record states of itself goes before what its source states, as in the view fates.
        "contributor": row["contributor"] or (source.contributor if source else None) or "unknown",
        "license": row["license"] or (source.license if source else None) or "NOASSERTION",
        "reference": source.reference if source else False,
    }


def _read_removed(storage: Storage, paths: Sequence[str]) -> set[bytes]:
    removed: set[bytes] = set()
    for path in paths:
        with open_part(storage, path) as part:
            column = part.read(columns=["doc_id"]).column("doc_id").combine_chunks()
        removed.update(column.storage.to_pylist())
    return removed
