"""The band pairing of deduplication on a Beam runner: the engine for what outgrows one machine.

The answer is that of ``warehouse.pairing``: of the documents that share a band key, an edge from the
smallest row to each other. Only band keys and row numbers are shuffled, 8 bytes each, and not one by one: a
part sends what falls into the same shard of the key space as one packed element, so the runner carries
some elements a part instead of some a document. A shard is sorted as a whole in NumPy, so a key that a
million documents share costs 16 bytes a document, and each group is read once, as runners promise no more.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from apache_beam import PCollection
from apache_beam.options.pipeline_options import PipelineOptions
from numpy.typing import NDArray

from schemas.units import PartInfo
from transforms.bands import band_keys
from warehouse.columns import iter_signatures
from warehouse.pairing import EDGE_SCHEMA
from warehouse.parts import open_part
from warehouse.storage import Storage, open_storage

SHARD_BYTES = 32 << 20
"""Keys and rows of a shard, about; a worker holds some five times that while it pairs one."""

MIN_SHARDS = 16
"""So many even when there is little to pair, so that all workers have something to do."""

_BYTES_A_BAND = 16
_FOLDER = "tmp"


@dataclass(frozen=True, slots=True)
class Bands:
    """What the workers must know; it travels to them by pickling.

    Attributes:
        warehouse: Its location.
        name: Of the files of this pairing in the warehouse's scratch folder.
        permutations: Values in a signature, uint32 each.
        bands: Bands of a signature.
        rows: Values in a band.
        shards: Shards of the key space.
    """

    warehouse: str
    name: str
    permutations: int
    bands: int
    rows: int
    shards: int

    def chosen(self) -> str:
        """Returns the path of the file that says, in a bit a row, which documents take part."""
        return f"{_FOLDER}/{self.name}-rows"

    def edges(self, shard: int) -> str:
        """Returns the path of a shard's edges."""
        return f"{_FOLDER}/{self.name}-{shard}.parquet"


@dataclass(frozen=True, slots=True)
class _Signed:
    """A part of ``signatures`` and the dense row number of its first row."""

    part: PartInfo
    first: int


def pair_on_beam(
    storage: Storage,
    signatures: Sequence[PartInfo],
    permutations: int,
    bands: int,
    rows: int,
    representatives: NDArray[np.int64],
    flags: Sequence[str],
) -> pa.Table:
    """Pairs documents that share a band of their signatures, on the runner that the flags name.

    Args:
        storage: Of the warehouse; the workers must reach its location.
        signatures: All parts of ``signatures``, in the order that the dense row numbers follow.
        permutations: Values in a signature.
        bands: Bands of a signature.
        rows: Values in a band.
        representatives: Dense rows of the documents that take part, ascending, without repetitions.
        flags: Beam flags, as ``pipelines.runners.beam_flags`` returns them.

    Returns:
        ``left``, ``right`` (int64, left < right): the distinct edges, sorted.

    Raises:
        RuntimeError: If the runner lost or doubled any band, or if the pipeline failed.
    """
    with edges_on_beam(storage, signatures, permutations, bands, rows, representatives, flags) as files:
        return _collect(storage, files)


@contextmanager
def edges_on_beam(
    storage: Storage,
    signatures: Sequence[PartInfo],
    permutations: int,
    bands: int,
    rows: int,
    representatives: NDArray[np.int64],
    flags: Sequence[str],
) -> Iterator[list[str]]:
    """Pairs as ``pair_on_beam`` and leaves the edges where the workers wrote them, until they are used.

    Yields:
        Paths in the warehouse, of ``EDGE_SCHEMA``. The edges of a file are distinct; one that two bands
        gave can stand in two files.
    """
    total = sum(part.rows for part in signatures)
    entries = len(representatives) * bands
    shards = max(MIN_SHARDS, -(-entries * _BYTES_A_BAND // SHARD_BYTES))
    plan = Bands(storage.location, _name(signatures, bands, rows, shards), permutations, bands, rows, shards)
    _clear(storage, plan)
    try:
        chosen = np.zeros(total, np.bool_)
        chosen[representatives] = True
        storage.write(plan.chosen(), np.packbits(chosen, bitorder="little").tobytes())
        first = np.cumsum([0, *(part.rows for part in signatures)]).tolist()
        signed = [_Signed(part, row) for part, row in zip(signatures, first, strict=False)]
        with beam.Pipeline(options=PipelineOptions(list(flags))) as pipeline:
            _ = (
                pipeline
                | "Parts" >> beam.Create(signed).with_output_types(_Signed)
                | "PairBands" >> PairBands(plan)
            )
        yield _written(storage, plan, entries)
    finally:
        _clear(storage, plan)


@dataclass(eq=False)
class PairBands(beam.PTransform[PCollection[_Signed], PCollection[int]]):
    """Writes the edges of each shard of the key space; the numbers of the shards come out."""

    plan: Bands

    def expand(self, parts: PCollection[_Signed]) -> PCollection[int]:  # noqa: D102
        shards: PCollection[int] = (
            parts
            | "ReadBands" >> beam.ParDo(_ReadBandsFn(self.plan))
            | "Shards" >> beam.GroupByKey()
            | "WriteEdges" >> beam.ParDo(_WriteEdgesFn(self.plan))
        )
        return shards


class _ReadBandsFn(beam.DoFn):
    def __init__(self, plan: Bands) -> None:
        self._plan = plan

    def setup(self) -> None:
        self._storage = open_storage(self._plan.warehouse)

    def process(self, element: _Signed) -> Iterator[tuple[int, bytes]]:
        plan = self._plan
        chosen = _read_chosen(self._storage, plan.chosen(), element.first, element.part.rows)
        for offset, signatures in iter_signatures(self._storage, [element.part], plan.permutations):
            picked = np.flatnonzero(chosen[offset : offset + len(signatures)])
            keys = band_keys(signatures[picked], plan.bands, plan.rows).reshape(-1)
            rows = np.repeat(picked.astype(np.int64) + offset + element.first, plan.bands)
            yield from pack(keys, rows, plan.shards)


class _WriteEdgesFn(beam.DoFn):
    """Writes one file a shard, named by the shard, so that a retry writes the same file again."""

    def __init__(self, plan: Bands) -> None:
        self._plan = plan

    def setup(self) -> None:
        self._storage = open_storage(self._plan.warehouse)

    def process(self, element: tuple[int, Iterable[bytes]]) -> Iterator[int]:
        shard, packed = element
        keys, rows = unpack(packed)
        left, right = shard_edges(keys, rows)
        schema = EDGE_SCHEMA.with_metadata({"entries": str(len(keys))})
        table = pa.Table.from_arrays([pa.array(left), pa.array(right)], schema=schema)
        with self._storage.scratch() as local:
            pq.write_table(table, local, compression="zstd", use_dictionary=False)
            self._storage.publish(local, self._plan.edges(shard))
        yield shard


def pack(keys: NDArray[np.uint64], rows: NDArray[np.int64], shards: int) -> Iterator[tuple[int, bytes]]:
    """Splits (key, row) pairs by shard of the key; each shard's come as one string of bytes.

    Args:
        keys: Band keys.
        rows: Row numbers, as many.
        shards: Into how many shards.

    Yields:
        (shard, its keys and then its rows, little-endian), ascending; nothing for an empty shard.
    """
    shard = keys % np.uint64(shards)
    order = np.argsort(shard, kind="stable")
    bounds = np.searchsorted(shard[order], np.arange(shards + 1, dtype=np.uint64))
    for number, (start, stop) in enumerate(pairwise(bounds.tolist())):
        if start < stop:
            picked = order[start:stop]
            yield number, keys[picked].astype("<u8").tobytes() + rows[picked].astype("<i8").tobytes()


def unpack(packed: Iterable[bytes]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Returns the keys and rows of many packed strings, read once and in any order."""
    keys: list[NDArray[np.uint64]] = [np.empty(0, np.uint64)]
    rows: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    for data in packed:
        half = len(data) // 2
        keys.append(np.frombuffer(data[:half], "<u8"))
        rows.append(np.frombuffer(data[half:], "<i8"))
    return np.concatenate(keys), np.concatenate(rows)


def shard_edges(
    keys: NDArray[np.uint64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns the distinct edges from the smallest row of each key to its other rows, sorted.

    What ``transforms.bands.star_edges`` gives for one bucket, for all buckets of a shard at once.

    >>> left, right = shard_edges(np.array([7, 9, 7, 7], np.uint64), np.array([5, 1, 2, 8]))
    >>> left.tolist(), right.tolist()
    ([2, 2], [5, 8])
    """
    if not len(keys):
        return rows, rows
    order = np.argsort(keys, kind="stable")
    keys, rows = keys[order], rows[order]
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    sizes = np.diff(np.append(starts, len(keys)))
    left = np.repeat(np.minimum.reduceat(rows, starts), sizes)
    other = left != rows
    return distinct_edges(left[other], rows[other])


def distinct_edges(
    left: NDArray[np.int64], right: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns each edge once, sorted by left and then right."""
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    new = np.ones(len(left), np.bool_)
    new[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    return left[new], right[new]


def _written(storage: Storage, plan: Bands, entries: int) -> list[str]:
    """Returns the files of the shards, which must have got all bands."""
    files, seen = [], 0
    for path in map(plan.edges, range(plan.shards)):
        if storage.exists(path):
            with open_part(storage, path) as part:
                seen += int(part.schema_arrow.metadata[b"entries"])
            files.append(path)
    if seen != entries:
        raise RuntimeError(f"{entries} bands were to be paired, and {seen} came out of the shuffle")
    return files


def _collect(storage: Storage, files: Sequence[str]) -> pa.Table:
    tables = [EDGE_SCHEMA.empty_table()]
    for path in files:
        with open_part(storage, path) as part:
            tables.append(part.read().replace_schema_metadata())
    edges = pa.concat_tables(tables)
    left, right = distinct_edges(edges["left"].to_numpy(), edges["right"].to_numpy())
    return pa.Table.from_arrays([pa.array(left), pa.array(right)], schema=EDGE_SCHEMA)


def _read_chosen(storage: Storage, path: str, first: int, count: int) -> NDArray[np.bool_]:
    with storage.open(path) as handle:
        handle.seek(first // 8)
        data = handle.read((first + count + 7) // 8 - first // 8)
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
    return bits[first % 8 :][:count].astype(np.bool_)


def _name(signatures: Sequence[PartInfo], bands: int, rows: int, shards: int) -> str:
    stated = [f"{bands} {rows} {shards}", *(part.sha256 for part in signatures)]
    return f"bands-{hashlib.sha256(' '.join(stated).encode()).hexdigest()[:16]}"


def _clear(storage: Storage, plan: Bands) -> None:
    for name in storage.names(_FOLDER):
        if name.startswith(plan.name):
            storage.delete(f"{_FOLDER}/{name}")
