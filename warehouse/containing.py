"""Which documents may stand inside of others? DuckDB's answer, from samples of their shingles."""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from warehouse.spilling import spilling

SAMPLE_SCHEMA: Final = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("place", pa.int64(), nullable=False),
        pa.field("key", pa.uint32(), nullable=False),
    ]
)
"""What goes in: a document's dense row number, its place from long to short, and a hash of its sample."""

_BATCH_ROWS = 1 << 16
_CANDIDATES = """
    WITH holders AS (SELECT key, count(*) AS holders FROM sampled GROUP BY key HAVING count(*) <= $most),
    known AS (SELECT "row", place, key, holders FROM sampled JOIN holders USING (key)),
    totals AS (SELECT "row" AS part, count(*) AS keys FROM known GROUP BY "row"),
    shared AS (
        SELECT small."row" AS part, large."row" AS whole, count(*) AS keys
        FROM known AS small JOIN known AS large USING (key)
        WHERE large.place < small.place AND small.holders > 1 AND large.holders > 1
        GROUP BY ALL)
    SELECT part, whole FROM shared JOIN totals USING (part)
    WHERE shared.keys >= $share * totals.keys
    ORDER BY whole, part
"""


def candidate_parts(
    batches: Iterable[pa.RecordBatch],
    *,
    most: int,
    share: float,
    memory_limit: str,
    temp_directory: str,
    threads: int,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yields pairs (part, whole) whose samples share enough, by ascending whole and part.

    Keys that more than ``most`` documents hold do not count at all. So the pairs that are counted are
    at most ``most`` / 2 a key and document.

    Args:
        batches: Of ``SAMPLE_SCHEMA``, a key of a document once; read once.
        most: Documents that hold a key, at the most.
        share: Of the part's keys that the whole must hold.
        memory_limit: As DuckDB writes it, ``"400MB"``.
        temp_directory: A local folder for what does not fit; left empty.
        threads: Threads of the engine.
    """
    with spilling(
        batches,
        SAMPLE_SCHEMA,
        "sampled",
        memory_limit=memory_limit,
        temp_directory=temp_directory,
        threads=threads,
    ) as connection:
        found = connection.sql(_CANDIDATES, params={"most": most, "share": share})
        for batch in found.to_arrow_reader(_BATCH_ROWS):
            yield batch.column("part").to_numpy(), batch.column("whole").to_numpy()
