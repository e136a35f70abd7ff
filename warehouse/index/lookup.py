"""Finds rows of a sorted part by their values, reading one row group a value.

The fences in a file's metadata (the first value of each row group) say which row groups can hold a value, so
nothing else is read, locally or from an object store. A value that fills more than two row groups is common:
of it only the first two are read, and the others are counted.
"""

import base64
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from schemas.errors import WorkFailed
from warehouse.index.ranges import FENCES, GROUP_ROWS, range_of, range_unit
from warehouse.storage import Storage

_KEPT_GROUPS: Final = 256
"""Row groups of a part that are kept, of some 100 kB each: the next answer often asks for the same."""


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
    """A part that is sorted by one of its columns; its file stays open, and what was read last is kept.

    Raises:
        WorkFailed: If it is not there or is no part that was written for this.
    """

    def __init__(self, storage: Storage, path: str, key: str, columns: Sequence[str]) -> None:
        """Opens it.

        Args:
            storage: Of the warehouse.
            path: Of the part.
            key: The column it is sorted by.
            columns: To read besides.
        """
        try:
            self._handle = storage.map(path)
            # Few values, and long ones.
            names = ["part"] if "part" in columns else []
            self._file = pq.ParquetFile(self._handle, pre_buffer=False, read_dictionary=names)
            stated = self._file.metadata.metadata[FENCES]
        except FileNotFoundError:
            raise WorkFailed(f"{path} of the index is gone; `datamoat index` makes it again") from None
        except (OSError, pa.ArrowException, KeyError, TypeError) as error:
            raise WorkFailed(f"{path} of the index cannot be read: {error}") from error
        self._fences = np.frombuffer(base64.b64decode(stated), "<i8")
        self._columns = [key, *columns]
        self._groups: OrderedDict[int, dict[str, NDArray[Any]]] = OrderedDict()

    def rows(
        self, values: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]], NDArray[np.int64]]:
        """Finds rows.

        Args:
            values: Distinct and ascending.

        Returns:
            For each row that was found the index of its value, its columns, and for each value how many rows
            have it; more than were read where it is common.
        """
        low = np.maximum(np.searchsorted(self._fences, values, side="left") - 1, 0)
        high = np.maximum(np.searchsorted(self._fences, values, side="right") - 1, 0)
        # Of a value that begins in one row group and goes on, the next one is read too.
        places = np.concatenate([np.arange(len(values)), np.flatnonzero(high > low)])
        groups = np.concatenate([low, low[high > low] + 1])
        order = np.lexsort((places, groups))
        counts = np.maximum(high - low - 1, 0) * GROUP_ROWS
        which: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        found: dict[str, list[NDArray[Any]]] = {name: [] for name in self._columns}
        for rows in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
            if len(rows):
                group, mine = self._group(int(groups[rows[0]])), places[rows]
                keys = group[self._columns[0]]
                begins = np.searchsorted(keys, values[mine], side="left")
                held = np.searchsorted(keys, values[mine], side="right") - begins
                counts[mine] += held
                steps = np.arange(held.sum()) - np.repeat(np.cumsum(held) - held, held)
                taken = np.repeat(begins, held) + steps
                which.append(np.repeat(mine, held))
                for name, column in group.items():
                    found[name].append(column[taken])
        asked = np.concatenate(which)
        order = np.argsort(asked, kind="stable")
        columns = {
            name: np.concatenate(pieces)[order] if pieces else np.empty(0, np.int64)
            for name, pieces in found.items()
        }
        return asked[order], columns, counts

    def close(self) -> None:
        """Closes the file."""
        self._groups.clear()
        self._file.close()
        self._handle.close()

    def _group(self, number: int) -> dict[str, NDArray[Any]]:
        if number not in self._groups:
            table = self._file.read_row_group(number, columns=self._columns, use_threads=False)
            self._groups[number] = {name: _values(table[name]) for name in self._columns}
            if len(self._groups) > _KEPT_GROUPS:
                self._groups.popitem(last=False)
        self._groups.move_to_end(number)
        return self._groups[number]


def _values(column: pa.ChunkedArray) -> NDArray[Any]:
    """Returns a column of a row group; names as objects that equal ones share."""
    pieces: list[NDArray[Any]] = []
    for chunk in column.chunks:
        if isinstance(chunk, pa.DictionaryArray):
            names = np.array(chunk.dictionary.to_pylist(), object)
            pieces.append(names[chunk.indices.to_numpy()])
        else:
            pieces.append(chunk.to_numpy(zero_copy_only=False))
    return np.concatenate(pieces)


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
                self._open[one] = SortedPart(self._storage, path, "hash", ["doc"])
            mine = np.flatnonzero(number == one)
            which, rows, held = self._open[one].rows(hashes[mine])
            asked.append(mine[which])
            ordinal.append(rows["doc"].astype(np.int64))
            counts[mine] = held
        return Found(np.concatenate(asked), np.concatenate(ordinal), counts)

    def close(self) -> None:
        """Closes the files."""
        for part in self._open.values():
            part.close()
