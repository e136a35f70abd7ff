"""Finds rows of a sorted part by their values, reading one row group a value.

The fences in a file's metadata (the first value of each row group) say which row groups can hold a value, so
nothing else is read, locally or from an object store. A value that fills more than two row groups is common:
of it only the first two are read, and the others are counted.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from schemas.errors import WorkFailed
from warehouse.index.ranges import FENCES, GROUP_ROWS, range_of, range_unit
from warehouse.storage import Storage


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Texts that hold the hashes that were asked for.

    Attributes:
        asked: int64 [n], index of the hash among those asked for.
        ordinal: int64 [n], of a text that holds it.
        counts: int64 [asked for], how many texts hold each hash; more than rows where it is common.
    """

    asked: NDArray[np.int64]
    ordinal: NDArray[np.int64]
    counts: NDArray[np.int64]


class SortedPart:
    """A part that is sorted by one of its columns; its file stays open.

    Raises:
        WorkFailed: If it is not there or is no part that was written for this.
    """

    def __init__(self, storage: Storage, path: str, key: str) -> None:
        try:
            self._handle: BinaryIO = storage.open(path)
            self._file = pq.ParquetFile(self._handle)
            stated = self._file.metadata.metadata[FENCES]
        except FileNotFoundError:
            raise WorkFailed(f"{path} of the index is gone; `datamoat index` makes it again") from None
        except (OSError, pa.ArrowException, KeyError, TypeError) as error:
            raise WorkFailed(f"{path} of the index cannot be read: {error}") from error
        self._fences = np.frombuffer(base64.b64decode(stated), "<i8")
        self._key = key

    def rows(
        self, values: NDArray[np.int64], columns: Sequence[str]
    ) -> tuple[NDArray[np.int64], pa.Table, NDArray[np.int64]]:
        """Finds rows.

        Args:
            values: Distinct and ascending.
            columns: To read.

        Returns:
            For each row that was found the index of its value, the rows, and for each value how many rows
            have it; more than were read where it is common.
        """
        low = np.maximum(np.searchsorted(self._fences, values, side="left") - 1, 0)
        high = np.maximum(np.searchsorted(self._fences, values, side="right") - 1, 0)
        read = np.unique(np.concatenate([low, np.minimum(high, low + 1)]))
        wanted = list(dict.fromkeys([self._key, *columns]))
        table = self._file.read_row_groups(read.tolist(), columns=wanted, use_threads=len(read) > 16)
        keys = table[self._key].to_numpy().astype(np.int64)
        begins = np.searchsorted(keys, values, side="left")
        counts = np.searchsorted(keys, values, side="right") - begins
        which = np.repeat(np.arange(len(values)), counts)
        steps = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
        rows = table.take(pa.array(begins[which] + steps)) if len(which) else table.slice(0, 0)
        return which, rows, counts + np.maximum(high - low - 1, 0) * GROUP_ROWS

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
        self._handle.close()


class SegmentIndex:
    """The fingerprints of a segment."""

    def __init__(self, storage: Storage, name: str, ranges: int, parts: Mapping[str, str]) -> None:
        """Opens nothing yet.

        Args:
            storage: Of the warehouse.
            name: Of the segment.
            ranges: Into how many its hashes are split.
            parts: Unit -> path of its parts of ``fingerprints``.
        """
        self._storage, self._name, self._ranges, self._paths = storage, name, ranges, parts
        self._open: dict[int, SortedPart] = {}

    def find(self, hashes: NDArray[np.int64]) -> Found:
        """Finds the texts that hold some hashes, distinct and ascending."""
        asked, ordinal = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        counts = np.zeros(len(hashes), np.int64)
        number = range_of(hashes, self._ranges)
        for one in np.unique(number).tolist():
            path = self._paths.get(range_unit(self._name, one))
            if path is None:
                continue
            if one not in self._open:
                self._open[one] = SortedPart(self._storage, path, "hash")
            mine = np.flatnonzero(number == one)
            which, rows, held = self._open[one].rows(hashes[mine], ["doc"])
            asked.append(mine[which])
            ordinal.append(rows["doc"].to_numpy().astype(np.int64))
            counts[mine] = held
        return Found(np.concatenate(asked), np.concatenate(ordinal), counts)

    def close(self) -> None:
        """Closes the files."""
        for part in self._open.values():
            part.close()
