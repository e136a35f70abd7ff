"""Hashes of texts into sorted parts: each worker writes a run, each range of hashes gathers its slices.

One contract, two engines with the same parts: here runs lie in the warehouse's scratch folder and a range
reads its slice of each; on a cluster Beam's shuffle carries the same slices (``pipelines.fingerprinting``).
Memory is bounded by a run (the fingerprints of one part of ``documents``) and by a range, whatever the
corpus.
"""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from schemas.tables import SCHEMA_VERSION, TABLES
from schemas.units import PartInfo
from transforms.winnowing import HASH_BITS, fingerprint
from transforms.words import split_words
from warehouse.parts import open_part, part_path, stored_digest
from warehouse.storage import Storage

RANGE_ROWS: Final = 1 << 22
"""Rows of a part of ``fingerprints``, about; some 20 MB, and 200 MB of memory while it is sorted."""

GROUP_ROWS: Final = 8192
"""Rows of a row group: what a look-up of one hash reads."""

FENCES: Final = b"datamoat.fences"
"""Key of the file's metadata that holds the first sorted value of each row group, base64 of int64."""

_BYTES_A_ROW = 11  # of the compressed text; measured, and only good for the number of parts
_BATCH_TEXTS = 64


@dataclass(frozen=True, slots=True)
class IndexTask:
    """Texts of one part of ``documents`` that get their fingerprints.

    Attributes:
        path: Of the part.
        rows: Places in the part, ascending; int32 as bytes.
        first: Ordinal of the first of them; the others follow.
        run: Path of the run it writes.
        bytes: For balance.
    """

    path: str
    rows: bytes
    first: int
    run: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Ranging:
    """What the workers must know.

    Attributes:
        warehouse: Its location.
        segment: Name of the segment.
        digest: Of the recipe, as it stands in the parts' names.
        ngram: Words of an n-gram.
        min_words: Words' worth of a run that is never missed.
        ranges: Into how many equal ranges the hashes are split.
    """

    warehouse: str
    segment: str
    digest: str
    ngram: int
    min_words: int
    ranges: int

    def part(self, number: int) -> str:
        """Returns the path of a range's part."""
        return part_path("fingerprints", range_unit(self.segment, number), self.digest)


def range_unit(segment: str, number: int) -> str:
    """Names a range of a segment in the names of parts.

    >>> range_unit("a1", 2)
    'a1.00002'
    """
    return f"{segment}.{number:05d}"


def range_of(hashes: NDArray[np.int64], ranges: int) -> NDArray[np.int64]:
    """Returns the range that each hash falls into.

    >>> range_of(np.array([0, 2**39, 2**40 - 1]), 16).tolist()
    [0, 8, 15]
    """
    # Hashes are evenly spread, so equal ranges are of about equal size.
    return (hashes * ranges) >> HASH_BITS


def ranges_for(text_bytes: int) -> int:
    """Returns how many ranges the fingerprints of so many bytes of compressed text need."""
    return max(1, -(-text_bytes // (_BYTES_A_ROW * RANGE_ROWS)))


def part_fingerprints(storage: Storage, task: IndexTask, plan: Ranging) -> Iterator[tuple[int, bytes]]:
    """Fingerprints the texts of a task.

    Yields:
        (range, its hashes and then its ordinals, little-endian), ascending; nothing for an empty range.
    """
    rows = np.frombuffer(task.rows, "<i4")
    hashes: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    ordinals: list[NDArray[np.int32]] = [np.empty(0, np.int32)]
    done = seen = 0
    with open_part(storage, task.path) as part:
        for batch in part.iter_batches(columns=["text"], batch_size=_BATCH_TEXTS):
            stop = int(np.searchsorted(rows, seen + batch.num_rows))
            taken = rows[done:stop] - seen
            seen += batch.num_rows
            if not len(taken):
                continue
            words = split_words(batch.column("text").take(pa.array(taken)).to_pylist())
            made = fingerprint(words, plan.ngram, plan.min_words)
            hashes.append(made.hashes)
            texts = np.arange(task.first + done, task.first + stop, dtype=np.int32)
            ordinals.append(np.repeat(texts, np.diff(made.bounds)))
            done = stop
    values, texts = _distinct(np.concatenate(hashes), np.concatenate(ordinals))
    bounds = np.searchsorted(range_of(values, plan.ranges), np.arange(plan.ranges + 1))
    for number, (start, stop) in enumerate(pairwise(bounds.tolist())):
        if start < stop:
            yield number, values[start:stop].tobytes() + texts[start:stop].tobytes()


def write_run(storage: Storage, task: IndexTask, plan: Ranging) -> None:
    """Writes a task's run: where the slice of each range begins, and the slices."""
    slices = dict(part_fingerprints(storage, task, plan))
    sizes = [len(slices.get(number, b"")) for number in range(plan.ranges)]
    bounds = np.cumsum([0, *sizes], dtype="<i8")
    storage.write(task.run, b"".join([bounds.tobytes(), *slices.values()]))


def read_slices(storage: Storage, runs: Iterable[str], number: int, ranges: int) -> Iterator[bytes]:
    """Yields the slices that a range has in the runs."""
    for run in runs:
        with storage.open(run) as handle:
            handle.seek(number * 8)
            begin, end = np.frombuffer(handle.read(16), "<i8").tolist()
            if begin < end:
                handle.seek((ranges + 1) * 8 + begin)
                yield handle.read(end - begin)


def write_range(storage: Storage, slices: Iterable[bytes], plan: Ranging, number: int) -> None:
    """Sorts the slices of a range, which may come in any order, and publishes them as its part."""
    hashes: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    ordinals: list[NDArray[np.int32]] = [np.empty(0, np.int32)]
    for data in slices:
        count = len(data) // 12
        hashes.append(np.frombuffer(data, "<i8", count))
        ordinals.append(np.frombuffer(data, "<i4", count, count * 8))
    values, texts = _distinct(np.concatenate(hashes), np.concatenate(ordinals))
    if len(values):
        columns = {
            "segment": pa.array([plan.segment]).take(pa.array(np.zeros(len(values), np.int8))),
            "hash": pa.array(values),
            "doc": pa.array(texts),
        }
        write_sorted(storage, plan.part(number), "fingerprints", columns, values)


def write_sorted(
    storage: Storage, path: str, table: str, columns: dict[str, pa.Array], key: NDArray[np.integer]
) -> None:
    """Publishes a part that is sorted by a column of whole numbers, with its fences.

    Args:
        storage: Of the warehouse.
        path: Of the part.
        table: Its table.
        columns: Of the table, in any order.
        key: The values it is sorted by.
    """
    stated = {
        "datamoat.schema_version": str(SCHEMA_VERSION),
        "datamoat.table": table,
        FENCES.decode(): base64.b64encode(key[::GROUP_ROWS].astype("<i8").tobytes()).decode(),
    }
    schema = TABLES[table].with_metadata(stated)
    packed = [name for name in ("hash", "doc", "row") if name in columns]
    with storage.scratch() as local:
        pq.write_table(
            pa.table([columns[name].cast(schema.field(name).type) for name in schema.names], schema=schema),
            local,
            row_group_size=GROUP_ROWS,
            # The numbers are packed as tightly as they can be; zstd would only slow the look-up down.
            compression={name: "none" if name in packed else "zstd" for name in schema.names},
            use_dictionary=[name for name in schema.names if name in ("segment", "part")],
            column_encoding=dict.fromkeys(packed, "DELTA_BINARY_PACKED"),
            write_statistics=packed,
        )
        storage.publish(local, path)


def part_info(storage: Storage, table: str, path: str, unit: str) -> PartInfo:
    """Returns what a manifest says of a part that was written by ``write_sorted``."""
    size, sha256 = stored_digest(storage, path)
    with open_part(storage, path) as part:
        return PartInfo(table, path, part.metadata.num_rows, size, sha256, unit, SCHEMA_VERSION)


def _distinct(
    hashes: NDArray[np.int64], ordinals: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Returns each pair once, sorted by hash and then ordinal."""
    order = np.lexsort((ordinals, hashes))
    hashes, ordinals = hashes[order], ordinals[order]
    new = np.ones(len(hashes), np.bool_)
    new[1:] = (hashes[1:] != hashes[:-1]) | (ordinals[1:] != ordinals[:-1])
    return hashes[new], ordinals[new]
