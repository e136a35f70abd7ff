"""Which texts of a snapshot does the index know already, and where do they stand now?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.ids import digest16
from schemas.tables import SCHEMA_VERSION
from schemas.units import PartInfo
from transforms.survivors import collapse_exact
from warehouse.columns import fixed_width
from warehouse.index.ranges import part_info, write_sorted
from warehouse.parts import open_part, part_path
from warehouse.storage import Storage


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """The documents of a snapshot beside what the index knows.

    Attributes:
        documents: Parts of ``documents``, in the order of dense rows.
        sha256: uint8 [n, 32], of each document's text.
        segments: Names of the known segments.
        segment: int32 [n], which of them knows the text; -1 where none does.
        ordinal: int32 [n], its number there.
        news: Dense rows of texts that no segment knows, the first copy of each, ascending.
    """

    documents: tuple[PartInfo, ...]
    sha256: NDArray[np.uint8]
    segments: tuple[str, ...]
    segment: NDArray[np.int32]
    ordinal: NDArray[np.int32]
    news: NDArray[np.int64]

    def added(self, segment: str) -> "Texts":
        """Returns the same with the new texts known to a segment, numbered in the order of ``news``."""
        number = len(self.segments)
        place = np.full(len(self.sha256), -1, np.int64)
        place[self.news] = np.arange(len(self.news))
        standing = _first_copies(self.sha256)
        new = self.segment < 0
        known, ordinal = self.segment.copy(), self.ordinal.copy()
        known[new] = number
        ordinal[new] = place[standing[new]]
        return Texts(
            self.documents, self.sha256, (*self.segments, segment), known, ordinal, np.empty(0, np.int64)
        )


def compare_texts(
    storage: Storage, documents: Sequence[PartInfo], indexed: Sequence[tuple[str, PartInfo]]
) -> Texts:
    """Looks every text of a snapshot up in the segments of an earlier one.

    Args:
        storage: Of the warehouse.
        documents: Parts of ``documents``.
        indexed: (segment, its part of ``indexed``) of the earlier snapshot.
    """
    hashes = [np.empty((0, 32), np.uint8), *(_column(storage, part.path) for part in documents)]
    sha256 = np.concatenate(hashes)
    known, segment, ordinal = [np.empty((0, 32), np.uint8)], [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    for number, (_, part) in enumerate(indexed):
        with open_part(storage, part.path) as file:
            table = file.read(columns=["doc", "text_sha256"]).combine_chunks()
        known.append(fixed_width(table["text_sha256"].chunk(0), 32))
        ordinal.append(table["doc"].to_numpy().astype(np.int32))
        segment.append(np.full(table.num_rows, number, np.int32))
    before = sum(len(part) for part in known)
    standing = _first_copies(np.concatenate([*known, sha256]))[before:]
    found = standing < before
    chosen = np.where(found, standing, 0)
    of_segment = np.concatenate([*segment, [-1]])[np.where(found, chosen, before)].astype(np.int32)
    of_ordinal = np.concatenate([*ordinal, [-1]])[np.where(found, chosen, before)].astype(np.int32)
    return Texts(
        tuple(documents),
        sha256,
        tuple(name for name, _ in indexed),
        of_segment,
        of_ordinal,
        np.unique(standing[~found]) - before,
    )


def write_indexed(storage: Storage, texts: Texts) -> dict[str, PartInfo]:
    """Writes where the texts of each segment stand; a segment of which none is left has no part."""
    begins = np.cumsum([0, *(part.rows for part in texts.documents)])
    names = pa.array([part.path for part in texts.documents], pa.string())
    made = {}
    for number, segment in enumerate(texts.segments):
        rows = np.flatnonzero(texts.segment == number)
        if not len(rows):
            continue
        rows = rows[np.argsort(texts.ordinal[rows], kind="stable")]
        part = np.searchsorted(begins, rows, side="right") - 1
        ordinal = texts.ordinal[rows]
        hashes = pa.py_buffer(np.ascontiguousarray(texts.sha256[rows]).tobytes())
        columns = {
            "segment": pa.array([segment]).take(pa.array(np.zeros(len(rows), np.int8))),
            "doc": pa.array(ordinal),
            "part": names.take(pa.array(part)),
            "row": pa.array((rows - begins[part]).astype(np.int32)),
            "text_sha256": pa.FixedSizeBinaryArray.from_buffers(pa.binary(32), len(rows), [None, hashes]),
        }
        stated = [texts.documents[index].path for index in np.unique(part).tolist()]
        # With another schema the same rows are other bytes, and a published part is never changed.
        version = str(SCHEMA_VERSION)
        digest = digest16("indexed", version, segment, ordinal.tobytes(), rows.tobytes(), *stated).hex()
        path = part_path("indexed", segment, digest)
        write_sorted(storage, path, "indexed", columns, ordinal)
        made[segment] = part_info(storage, "indexed", path, segment)
    return made


def _column(storage: Storage, path: str) -> NDArray[np.uint8]:
    with open_part(storage, path) as file:
        return fixed_width(file.read(columns=["text_sha256"]).combine_chunks()["text_sha256"].chunk(0), 32)


def _first_copies(sha256: NDArray[np.uint8]) -> NDArray[np.int64]:
    return collapse_exact(sha256, np.arange(len(sha256)))
