"""Columns of a snapshot as arrays over dense row numbers.

The dense row number of a document is the prefix sum of its part's rows, in the order of the manifest's
list, plus its row in the part; ``signatures`` has the same rows in the same order.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.units import PartInfo
from transforms.survivors import NO_DATE
from warehouse.parts import open_part
from warehouse.storage import Storage


@dataclass(frozen=True, slots=True)
class DocumentColumns:
    """What deduplication must know of every document; some 80 bytes each.

    Attributes:
        doc_id: uint8 [n, 16].
        text_sha256: uint8 [n, 32].
        chars: int32 [n].
        created_at: int64 [n], microseconds, ``NO_DATE`` where unknown.
        source: int32 [n], index into ``sources``.
        sources: Names of the sources.
    """

    doc_id: NDArray[np.uint8]
    text_sha256: NDArray[np.uint8]
    chars: NDArray[np.int32]
    created_at: NDArray[np.int64]
    source: NDArray[np.int32]
    sources: tuple[str, ...]


def load_columns(
    storage: Storage, parts: Sequence[PartInfo], source_of_unit: dict[str, str]
) -> DocumentColumns:
    """Reads the columns of the given parts of ``documents``, in their order."""
    sources = tuple(sorted(set(source_of_unit.values())))
    total = sum(part.rows for part in parts)
    ids = np.empty((total, 16), np.uint8)
    hashes = np.empty((total, 32), np.uint8)
    chars = np.empty(total, np.int32)
    created = np.empty(total, np.int64)
    source = np.empty(total, np.int32)
    row = 0
    for info in parts:
        with open_part(storage, info.path) as part:
            for batch in part.iter_batches(
                columns=["doc_id", "text_sha256", "chars", "created_at"], batch_size=65536
            ):
                stop = row + batch.num_rows
                ids[row:stop] = fixed_width(batch.column("doc_id").storage, 16)
                hashes[row:stop] = fixed_width(batch.column("text_sha256"), 32)
                chars[row:stop] = batch.column("chars").to_numpy()
                created[row:stop] = _times(batch.column("created_at"))
                source[row:stop] = sources.index(source_of_unit[info.unit])
                row = stop
    return DocumentColumns(ids, hashes, chars, created, source, sources)


def _times(column: pa.Array) -> NDArray[np.int64]:
    """Returns microseconds, ``NO_DATE`` where a value is missing; not by Arrow's slow import."""
    missing, values = column.buffers()
    times = np.frombuffer(values, np.int64, len(column), column.offset * 8)
    if missing is None or not column.null_count:
        return times
    bits = np.unpackbits(np.frombuffer(missing, np.uint8), bitorder="little")
    there = bits[column.offset : column.offset + len(column)].astype(np.bool_)
    return np.where(there, times, NO_DATE)


def iter_signatures(
    storage: Storage, parts: Sequence[PartInfo], permutations: int
) -> Iterator[tuple[int, NDArray[np.uint32]]]:
    """Yields (dense row of the first, uint32 [k, permutations]) through all parts of ``signatures``."""
    row = 0
    for info in parts:
        with open_part(storage, info.path) as part:
            for batch in part.iter_batches(columns=["minhash"], batch_size=8192):
                values = fixed_width(batch.column("minhash"), permutations * 4)
                yield row, values.view("<u4")
                row += batch.num_rows


@contextmanager
def gathered_signatures(
    storage: Storage, parts: Sequence[PartInfo], permutations: int, rows: NDArray[np.int64]
) -> Iterator[Callable[[NDArray[np.int64]], NDArray[np.uint32]]]:
    """Gives the signatures of chosen rows from a file that is mapped into memory, and gone after use.

    Args:
        storage: Of the warehouse.
        parts: Of ``signatures``, in their order.
        permutations: Values in a signature.
        rows: The dense rows that may be asked for, ascending.

    Yields:
        A function from some of the rows to uint32 [rows, permutations].
    """
    with storage.scratch() as local:
        with open(local, "wb") as handle:
            for first, values in iter_signatures(storage, parts, permutations):
                low, high = np.searchsorted(rows, [first, first + len(values)])
                values[rows[low:high] - first].tofile(handle)
        if not len(rows):
            yield lambda wanted: np.empty((len(wanted), permutations), np.uint32)
            return
        mapped = np.memmap(local, np.uint32, mode="r", shape=(len(rows), permutations))
        yield lambda wanted: mapped[np.searchsorted(rows, wanted)]


def fixed_width(column: pa.Array, width: int) -> NDArray[np.uint8]:
    """Returns binary values of one length as an array, uint8 [n, width], without copying them.

    Raises:
        ValueError: If a value is missing or has another length.
    """
    count, first = len(column), column.offset
    begin = first * width
    same = column.null_count == 0
    if pa.types.is_binary(column.type):
        borders = np.frombuffer(column.buffers()[1], np.int32, count + 1, first * 4)
        begin = int(borders[0])
        same = same and bool((np.diff(borders) == width).all())
    if not same:
        raise ValueError(f"not all values are {width} bytes long")
    return np.frombuffer(column.buffers()[-1], np.uint8, count * width, begin).reshape(count, width)
