"""Opens documents by part and row: one row group each, its part kept open for the next."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from warehouse.storage import Storage

Row = dict[str, Any]

_OPEN_PARTS = 256
_KEPT_GROUPS = 16  # row groups with their texts: what the sentences of one answer ask for again and again
_COLUMNS = ("doc_id", "source", "uri", "locator", "title", "contributor", "license")


class Documents:
    """The documents of a snapshot, by place.

    Attributes:
        unreadable: Parts that could not be read so far, each with the reason.
    """

    def __init__(self, storage: Storage) -> None:
        self.unreadable: dict[str, str] = {}
        self._storage = storage
        self._open: OrderedDict[str, tuple[pa.NativeFile, pq.ParquetFile, NDArray[np.int64]]] = OrderedDict()
        self._groups: OrderedDict[tuple[str, int, bool], pa.Table] = OrderedDict()

    def read(self, places: Sequence[tuple[str, int]], *, text: bool) -> Mapping[tuple[str, int], Row]:
        """Reads rows of ``documents``; those of parts that cannot be read are left out.

        Args:
            places: (path of the part, row in it), in any order.
            text: Whether the text is needed.
        """
        columns = [*_COLUMNS, "text"] if text else list(_COLUMNS)
        found: dict[tuple[str, int], Row] = {}
        for path, row in sorted(set(places)):
            try:
                _, file, begins = self._part(path)
                number = int(np.searchsorted(begins, row, side="right")) - 1
                rows = self._groups.get((path, number, text))
                if rows is None:
                    rows = file.read_row_group(number, columns=columns, use_threads=False)
                    self._groups[path, number, text] = rows
                    if len(self._groups) > _KEPT_GROUPS:
                        self._groups.popitem(last=False)
                self._groups.move_to_end((path, number, text))
                (found[path, row],) = rows.slice(row - int(begins[number]), 1).to_pylist()
            except (OSError, pa.ArrowException, ValueError) as error:
                self.unreadable[path] = "is gone" if isinstance(error, FileNotFoundError) else str(error)
        return found

    def close(self) -> None:
        """Closes the files."""
        while self._open:
            self._close_oldest()

    def _part(self, path: str) -> tuple[pa.NativeFile, pq.ParquetFile, NDArray[np.int64]]:
        if path not in self._open:
            handle = self._storage.map(path)
            file = pq.ParquetFile(handle, pre_buffer=False)
            sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
            self._open[path] = (handle, file, np.cumsum([0, *sizes[:-1]]))
            if len(self._open) > _OPEN_PARTS:
                self._close_oldest()
        self._open.move_to_end(path)
        return self._open[path]

    def _close_oldest(self) -> None:
        _, (handle, file, _) = self._open.popitem(last=False)
        file.close()
        handle.close()
