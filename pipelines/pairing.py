"""Pairs the band keys of all representatives: by DuckDB on this machine, or by Beam on a cluster."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.units import PartInfo
from transforms.bands import band_keys
from warehouse.columns import iter_signatures
from warehouse.pairing import BAND_SCHEMA, pair_bands
from warehouse.storage import Storage

MEMORY_LIMIT = "600MB"
"""What DuckDB may use for the pairing before it spills to disk."""


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Tree edges between rows that share a band: ``left`` is the smallest row of the bucket."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Pairing:
    """What is to be paired.

    Attributes:
        storage: Of the warehouse.
        signatures: Parts of ``signatures``, in the order of dense rows.
        permutations: Values in a signature.
        bands: Bands of a signature; ``rows`` values in each.
        representatives: For every row, the row that stands for its text; only those are paired.
    """

    storage: Storage
    signatures: tuple[PartInfo, ...]
    permutations: int
    bands: int
    rows: int
    representatives: NDArray[np.int64]

    def here(self, threads: int) -> Edges:
        """Pairs on this machine; spills to the system's temporary folder."""
        with tempfile.TemporaryDirectory(prefix="datamoat-bands-") as folder:
            batches = list(
                pair_bands(self._keys(), memory_limit=MEMORY_LIMIT, temp_directory=folder, threads=threads)
            )
        return _edges(batches)

    def on_beam(self, flags: Sequence[str]) -> Edges:
        """Pairs by a Beam pipeline on the runner that the flags name; the same edges."""
        from pipelines.beam_pairing import pair_on_beam

        table = pair_on_beam(
            self.storage,
            self.signatures,
            self.permutations,
            self.bands,
            self.rows,
            np.unique(self.representatives),
            flags,
        )
        return _edges(table.to_batches())

    def _keys(self) -> Iterator[pa.RecordBatch]:
        for first, values in iter_signatures(self.storage, self.signatures, self.permutations):
            rows = np.arange(first, first + len(values))
            alone = self.representatives[rows] == rows
            keys = band_keys(values[alone], self.bands, self.rows)
            columns = [np.repeat(rows[alone], self.bands), keys.ravel()]
            yield pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=BAND_SCHEMA)


def _edges(batches: Sequence[pa.RecordBatch]) -> Edges:
    if not batches:
        return Edges(np.empty(0, np.int64), np.empty(0, np.int64))
    table = pa.Table.from_batches(batches)
    return Edges(table.column("left").to_numpy(), table.column("right").to_numpy())
