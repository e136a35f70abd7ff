"""Connects representatives that share a band: in memory, by DuckDB, or by Beam on a cluster."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.units import PartInfo
from transforms.bands import band_keys, bucket_edges
from transforms.components import connect_pieces
from warehouse.columns import iter_signatures
from warehouse.storage import Storage

MEMORY_LIMIT = "600MB"
"""What DuckDB may use for the pairing before it spills to disk."""

HELD_BANDS = 4 << 20
"""Bands that are paired in memory, 160 MB: some 170,000 texts; DuckDB takes longer to load than these."""

Components = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows that share a band with another, ascending; the first row in survivor order of each one's component."""


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

    def here(self, order: NDArray[np.int64], threads: int) -> Components:
        """Connects on this machine; spills to the system's temporary folder.

        Args:
            order: Rank of every row in survivor order.
            threads: Threads of the engine.
        """
        return connect_pieces(self.edges(threads), order)

    def edges(self, threads: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Yields the edges between rows that share a band, as this machine pairs them: (left, right)."""
        if len(np.unique(self.representatives)) * self.bands <= HELD_BANDS:
            pieces = list(self._keys())
            if pieces:
                rows, keys = (np.concatenate(column) for column in zip(*pieces, strict=True))
                yield bucket_edges(rows, keys)
            return
        from warehouse.pairing import BAND_SCHEMA, pair_bands

        with tempfile.TemporaryDirectory(prefix="datamoat-bands-") as folder:
            columns = (map(pa.array, piece) for piece in self._keys())
            bands = (pa.RecordBatch.from_arrays(list(arrays), schema=BAND_SCHEMA) for arrays in columns)
            batches = pair_bands(bands, memory_limit=MEMORY_LIMIT, temp_directory=folder, threads=threads)
            for batch in batches:
                yield batch.column("left").to_numpy(), batch.column("right").to_numpy()

    def on_beam(self, order: NDArray[np.int64], flags: Sequence[str]) -> Components:
        """Connects by Beam pipelines on the runner that the flags name; the same components."""
        from pipelines.beam_components import components_on_beam
        from pipelines.beam_pairing import edges_on_beam

        taking = np.unique(self.representatives)
        with edges_on_beam(
            self.storage, self.signatures, self.permutations, self.bands, self.rows, taking, flags
        ) as files:
            return components_on_beam(self.storage, files, order, flags)

    def _keys(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.uint64]]]:
        """Yields rows and keys, one value a band."""
        for first, values in iter_signatures(self.storage, self.signatures, self.permutations):
            rows = np.arange(first, first + len(values))
            alone = self.representatives[rows] == rows
            keys = band_keys(values[alone], self.bands, self.rows)
            yield np.repeat(rows[alone], self.bands), keys.ravel()
