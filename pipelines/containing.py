"""Finds documents that stand inside of others, among those that survive."""

import tempfile
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms.containing import (
    CANDIDATE_SHARE,
    LEAST_SHINGLES,
    MOST_HOLDERS,
    Parts,
    choose,
    places_of,
    sample,
    shares_of,
)
from transforms.judging import ShingleSets
from warehouse.containing import SAMPLE_SCHEMA, candidate_parts

MEMORY_LIMIT = "600MB"
"""What DuckDB may use before it spills to disk."""

_ROWS_AT_ONCE = 1 << 12


def find_parts(
    sets: ShingleSets,
    survivors: NDArray[np.int64],
    order: NDArray[np.int64],
    reference: NDArray[np.bool_],
    limit: float,
    threads: int,
) -> Parts:
    """Returns which survivors stand inside of which others.

    Nothing of ours is left out for a document of a reference source. Reads and shingles every surviving text
    once, and needs 4 bytes a shingle on disk.

    Args:
        sets: Shingle sets, which learn what they do not know.
        survivors: Rows of the documents that survive, ascending.
        order: Rank of every row in survivor order.
        reference: Whether a row belongs to a reference source.
        limit: Share of a part's shingles that a whole must hold.
        threads: Threads of the engine.
    """
    sets.learn(survivors[~sets.known(survivors)])
    sizes = sets.sizes(survivors)
    large = sizes >= LEAST_SHINGLES
    rows = survivors[large]
    place = np.full(len(order), -1, np.int64)
    place[rows] = places_of(sizes[large], order[rows])
    found = []
    with tempfile.TemporaryDirectory(prefix="datamoat-parts-") as folder:
        candidates = candidate_parts(
            _samples(sets, rows, place),
            most=MOST_HOLDERS,
            share=limit * CANDIDATE_SHARE,
            memory_limit=MEMORY_LIMIT,
            temp_directory=folder,
            threads=threads,
        )
        for part, whole in candidates:
            able = reference[part] | ~reference[whole]
            share = shares_of(sets, part[able], whole[able])
            reached = share >= limit
            found.append((part[able][reached], whole[able][reached], share[reached]))
    none = np.empty(0, np.int64)
    part, whole, share = (
        np.concatenate(columns) for columns in zip((none, none, none.astype(np.float64)), *found, strict=True)
    )
    return choose(part, whole, share, place)


def _samples(
    sets: ShingleSets, rows: NDArray[np.int64], place: NDArray[np.int64]
) -> Iterator[pa.RecordBatch]:
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        some = rows[first : first + _ROWS_AT_ONCE]
        owner, keys = sample(sets.read(some))
        columns = [pa.array(some[owner]), pa.array(place[some[owner]]), pa.array(keys)]
        yield pa.RecordBatch.from_arrays(columns, schema=SAMPLE_SCHEMA)
