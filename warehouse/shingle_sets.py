"""Shingle sets of chosen documents, made of their stored texts and kept on disk.

Only the texts of the rows that are asked for are shingled. The parts of ``documents`` are read in order, each
row group at most once a call. Memory holds the texts of one row group, and 24 bytes a known document; the
sets are mapped from a file.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from schemas.units import PartInfo
from transforms.shingles import Shingles
from warehouse.parts import open_part
from warehouse.storage import Storage

Shingle = Callable[[Sequence[str]], Shingles]
"""Shingles texts, as they were shingled for their signatures."""


@contextmanager
def stored_shingle_sets(
    storage: Storage, parts: Sequence[PartInfo], shingle: Shingle
) -> Iterator["StoredShingleSets"]:
    """Gives shingle sets in a scratch file that is gone after use.

    Args:
        storage: Of the warehouse.
        parts: Of ``documents``, in the order of dense rows.
        shingle: Shingles texts.
    """
    with storage.scratch() as local, open(local, "w+b") as handle:
        yield StoredShingleSets(storage, parts, shingle, handle)


class StoredShingleSets:
    """The sets that were learned; see ``transforms.judging.ShingleSets``.

    Attributes:
        texts: Texts that were read and shingled.
        row_groups: Row groups that were read for them.
        bytes: Of the sets on disk.
    """

    def __init__(
        self, storage: Storage, parts: Sequence[PartInfo], shingle: Shingle, handle: BinaryIO
    ) -> None:
        self._storage, self._parts, self._shingle, self._handle = storage, parts, shingle, handle
        none = np.empty(0, np.int64)
        # By ascending row: where its set begins in the file, and how many values it has.
        self._rows, self._begins, self._sizes = none, none, none
        self._values = np.empty(0, np.uint32)
        self.texts = self.row_groups = self.bytes = 0

    def learn(self, rows: NDArray[np.int64]) -> None:
        """Reads and shingles the texts of rows: ascending, distinct, none of them known yet."""
        sets = [np.empty(0, np.int64)]
        self._handle.seek(0, os.SEEK_END)
        for texts in self._iter_texts(rows):
            made = self._shingle(texts).distinct()
            self._handle.write(made.hashes.tobytes())
            sets.append(np.diff(made.bounds))
        self._handle.flush()
        sizes = np.concatenate(sets)
        begins = len(self._values) + np.cumsum(sizes) - sizes
        places = np.searchsorted(self._rows, rows)
        self._rows = np.insert(self._rows, places, rows)
        self._begins = np.insert(self._begins, places, begins)
        self._sizes = np.insert(self._sizes, places, sizes)
        if len(self._rows):
            self._values = np.asarray(np.memmap(self._handle, np.uint32, mode="r"))
        self.texts += len(rows)
        self.bytes = self._values.nbytes

    def known(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tells which rows are known."""
        if not len(self._rows):
            return np.zeros(len(rows), np.bool_)
        places = np.searchsorted(self._rows, rows)
        places[places == len(self._rows)] = 0
        return np.asarray(self._rows[places] == rows)

    def sizes(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns how many shingles the set of each row has."""
        return self._sizes[np.searchsorted(self._rows, rows)]

    def read(self, rows: NDArray[np.int64]) -> Shingles:
        """Returns the sets of the rows."""
        places = np.searchsorted(self._rows, rows)
        sizes = self._sizes[places]
        bounds = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(sizes, out=bounds[1:])
        shift = np.repeat(self._begins[places] - bounds[:-1], sizes)
        return Shingles(self._values[shift + np.arange(bounds[-1])], bounds)

    def _iter_texts(self, rows: NDArray[np.int64]) -> Iterator[list[str]]:
        """Yields the texts of rows in order, those of one row group together."""
        first = 0
        for info in self._parts:
            low, high = np.searchsorted(rows, [first, first + info.rows])
            if low < high:
                with open_part(self._storage, info.path) as part:
                    yield from self._iter_part(part, rows[low:high] - first)
            first += info.rows

    def _iter_part(self, part: pq.ParquetFile, rows: NDArray[np.int64]) -> Iterator[list[str]]:
        first = 0
        for group in range(part.num_row_groups):
            count = part.metadata.row_group(group).num_rows
            low, high = np.searchsorted(rows, [first, first + count])
            if low < high:
                column = part.read_row_group(group, columns=["text"]).column("text")
                self.row_groups += 1
                yield [column[row].as_py() for row in (rows[low:high] - first).tolist()]
            first += count
