"""Connected components on a Beam runner, for more documents than one worker's forest holds.

Alternating large-star and small-star rounds (Kiveris et al., "Connected components in MapReduce and beyond",
2014): each step gathers the neighbours of every row and hangs them from the smallest of them, until nothing
changes and each component is a star around its smallest row. Some 3 rounds for candidate pairs of documents,
log n or so for a path. Row numbers are all that is shuffled, packed as in ``beam_pairing``; edges stay in
files of the warehouse's scratch folder between the steps. A worker holds one shard at a time, and the
neighbours of one row are never split: 80 bytes for each document of the largest component.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from apache_beam import PCollection
from apache_beam.options.pipeline_options import PipelineOptions
from numpy.typing import NDArray

from pipelines.beam_pairing import MIN_SHARDS, SHARD_BYTES, distinct_edges, pack, unpack
from transforms.components import connect_pieces, name_components
from transforms.words import mix
from warehouse.pairing import EDGE_SCHEMA
from warehouse.parts import open_part
from warehouse.storage import Storage, open_storage

FOREST_ROWS: Final = 1 << 31
"""Documents up to which one worker connects all: 5 bytes each, 11 GB."""

MAX_ROUNDS: Final = 60
"""A path of n rows takes about log n; more says that something is wrong."""

_BYTES_AN_END = 16
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits without pattern (2^64 divided by the golden ratio)
_READ_ROWS = 1 << 18
_FOLDER = "tmp"


def components_on_beam(
    storage: Storage, files: Sequence[str], order: NDArray[np.int64], flags: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Connects edges: by a forest in this process, or by star rounds where the rows are too many for it.

    Args:
        storage: Of the warehouse; the workers must reach its location.
        files: Paths in it, of ``EDGE_SCHEMA``.
        order: Rank of every row in survivor order.
        flags: Beam flags, as ``pipelines.runners.beam_flags`` returns them.

    Returns:
        As ``transforms.components.connect``; the same by either way.
    """
    if len(order) <= FOREST_ROWS:
        return connect_pieces(_iter_edges(storage, files), order)
    rows, smallest = connect_by_stars(storage, files, flags)
    return rows, name_components(rows, smallest, order)


def connect_by_stars(
    storage: Storage, files: Sequence[str], flags: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Connects edges by star rounds on the runner that the flags name.

    Args:
        storage: Of the warehouse.
        files: Paths in it, of ``EDGE_SCHEMA``; not changed.
        flags: Beam flags.

    Returns:
        (rows that have edges, ascending; the smallest row of each one's component).

    Raises:
        RuntimeError: If the rounds do not come to an end, or if a pipeline failed.
    """
    current, edges = list(files), _tally(storage, files).edges
    shards = max(MIN_SHARDS, -(-edges * 2 * _BYTES_AN_END // SHARD_BYTES))
    name = f"stars-{hashlib.sha256(' '.join(files).encode()).hexdigest()[:16]}"
    _clear(storage, name)
    try:
        before = None
        for number in range(MAX_ROUNDS):
            for both in (True, False):
                star = Star(storage.location, f"{name}-{number}-{int(both)}", shards, both)
                with beam.Pipeline(options=PipelineOptions(list(flags))) as pipeline:
                    _ = (
                        pipeline
                        | "Files" >> beam.Create(current).with_output_types(str)
                        | "HangFromSmallest" >> HangFromSmallest(star)
                    )
                current = [path for path in map(star.path, range(shards)) if storage.exists(path)]
                after = _tally(storage, current)
                if after.ends != edges * (1 + both):
                    raise RuntimeError(
                        f"{edges * (1 + both)} ends went into the shuffle, {after.ends} came out"
                    )
                edges = after.edges
            if before == (after.edges, after.fingerprint):
                return _labels(storage, current)
            before = (after.edges, after.fingerprint)
            _clear(storage, f"{name}-{number - 1}-")
            _clear(storage, f"{name}-{number}-1")
        raise RuntimeError(f"components are not connected after {MAX_ROUNDS} rounds")
    finally:
        _clear(storage, name)


@dataclass(frozen=True, slots=True)
class Star:
    """One step; it travels to the workers by pickling.

    Attributes:
        warehouse: Its location.
        name: Of the step's files in the scratch folder.
        shards: Shards of the rows.
        both: True gathers all neighbours of a row and hangs the larger ones from the smallest (large-star);
            False gathers its smaller ones and hangs them and itself (small-star).
    """

    warehouse: str
    name: str
    shards: int
    both: bool

    def path(self, shard: int) -> str:
        """Returns the path of a shard's edges."""
        return f"{_FOLDER}/{self.name}-{shard}.parquet"


@dataclass(eq=False)
class HangFromSmallest(beam.PTransform[PCollection[str], PCollection[int]]):
    """Reads files of edges and writes those of a step; the numbers of its shards come out."""

    star: Star

    def expand(self, files: PCollection[str]) -> PCollection[int]:  # noqa: D102
        shards: PCollection[int] = (
            files
            | "ReadEnds" >> beam.ParDo(_ReadEndsFn(self.star))
            | "Neighbours" >> beam.GroupByKey()
            | "WriteStars" >> beam.ParDo(_WriteStarsFn(self.star))
        )
        return shards


class _ReadEndsFn(beam.DoFn):
    def __init__(self, star: Star) -> None:
        self._star = star

    def setup(self) -> None:
        self._storage = open_storage(self._star.warehouse)

    def process(self, element: str) -> Iterator[tuple[int, bytes]]:
        for small, large in _iter_edges(self._storage, [element]):
            at, other = large, small
            if self._star.both:
                at, other = np.concatenate([large, small]), np.concatenate([small, large])
            yield from pack(at.astype(np.uint64), other, self._star.shards)


class _WriteStarsFn(beam.DoFn):
    """Writes one file a shard, named by the shard, so that a retry writes the same file again."""

    def __init__(self, star: Star) -> None:
        self._star = star

    def setup(self) -> None:
        self._storage = open_storage(self._star.warehouse)

    def process(self, element: tuple[int, Iterable[bytes]]) -> Iterator[int]:
        shard, packed = element
        at, other = unpack(packed)
        small, large = hang(at.astype(np.int64), other, both=self._star.both)
        ends = small.astype(np.uint64) * _FACTOR + large.astype(np.uint64)
        stated = {"ends": str(len(at)), "fingerprint": str(int(mix(ends).sum()))}
        schema = EDGE_SCHEMA.with_metadata(stated)
        table = pa.Table.from_arrays([pa.array(small), pa.array(large)], schema=schema)
        with self._storage.scratch() as local:
            pq.write_table(table, local, compression="zstd", use_dictionary=False)
            self._storage.publish(local, self._star.path(shard))
        yield shard


def hang(
    at: NDArray[np.int64], other: NDArray[np.int64], *, both: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns the edges of one step, (smaller, larger), distinct and sorted.

    Args:
        at: Rows whose neighbours are gathered; all neighbours of a row are there.
        other: A neighbour of each; without ``both``, smaller than the row.
        both: See ``Star``.

    >>> at, other = np.array([2, 2, 2]), np.array([1, 3, 4])
    >>> [ends.tolist() for ends in hang(at, other, both=True)]
    [[1, 1], [3, 4]]
    >>> [ends.tolist() for ends in hang(np.array([4, 4]), np.array([1, 3]), both=False)]
    [[1, 1], [3, 4]]
    """
    if not len(at):
        return at, other
    order = np.argsort(at, kind="stable")
    at, other = at[order], other[order]
    heads = np.flatnonzero(np.diff(at, prepend=-1))
    smallest = np.minimum(np.minimum.reduceat(other, heads), at[heads])
    of_each = np.repeat(smallest, np.diff(heads, append=len(at)))
    if both:
        hung = other > at
        return distinct_edges(of_each[hung], other[hung])
    hung = other != of_each
    small, large = np.concatenate([of_each[hung], smallest]), np.concatenate([other[hung], at[heads]])
    return distinct_edges(small, large)


def _iter_edges(
    storage: Storage, files: Iterable[str]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    for path in files:
        with open_part(storage, path) as part:
            for batch in part.iter_batches(batch_size=_READ_ROWS):
                yield batch.column("left").to_numpy(), batch.column("right").to_numpy()


@dataclass(frozen=True, slots=True)
class _Tally:
    """What the footers of some files say: edges, ends they were made of, a sum whatever the edges' order."""

    edges: int
    ends: int
    fingerprint: int


def _tally(storage: Storage, files: Iterable[str]) -> _Tally:
    edges = ends = fingerprint = 0
    for path in files:
        with open_part(storage, path) as part:
            stated = part.schema_arrow.metadata or {}
            edges += int(part.metadata.num_rows)
            ends += int(stated.get(b"ends", 0))
            fingerprint += int(stated.get(b"fingerprint", 0))
    return _Tally(edges, ends, fingerprint % 2**64)


def _labels(storage: Storage, files: Iterable[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    pieces = list(_iter_edges(storage, files))
    none = np.empty(0, np.int64)
    centre = np.concatenate([none, *(small for small, _ in pieces)])
    hung = np.concatenate([none, *(large for _, large in pieces)])
    centres = np.unique(centre)
    rows, labels = np.concatenate([hung, centres]), np.concatenate([centre, centres])
    order = np.argsort(rows)
    rows, labels = rows[order], labels[order]
    if (np.diff(rows) == 0).any():
        raise RuntimeError("the edges that are left are no stars")
    return rows, labels


def _clear(storage: Storage, name: str) -> None:
    for file in storage.names(_FOLDER):
        if file.startswith(name):
            storage.delete(f"{_FOLDER}/{file}")
