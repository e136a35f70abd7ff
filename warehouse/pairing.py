"""Which documents share a band? DuckDB's answer, in bounded memory.

The contract, which Beam's engine on a cluster fulfils with the same result: band keys of documents by
their dense row numbers go in, in any order and in batches of any size; edges come out, distinct and
sorted. Each bucket (rows with the same key) gives the edges of a star, from its smallest row to each
other one, never all pairs, so that output is linear in input. Beyond ``memory_limit`` DuckDB spills to
``temp_directory``.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import pyarrow as pa

from warehouse.spilling import spilling

BAND_SCHEMA: Final = pa.schema(
    [pa.field("row", pa.int64(), nullable=False), pa.field("key", pa.uint64(), nullable=False)]
)
"""What goes in: a document's dense row number, and the key of one of its bands."""

EDGE_SCHEMA: Final = pa.schema(
    [pa.field("left", pa.int64(), nullable=False), pa.field("right", pa.int64(), nullable=False)]
)
"""What comes out: the smallest row of a bucket, and another row of it."""

EDGE_BATCH_ROWS: Final = 1 << 16
"""Edges in a batch at the most."""

_EDGES = """
    WITH buckets AS (SELECT key, min("row") AS "left" FROM bands GROUP BY key HAVING count(*) > 1)
    SELECT DISTINCT buckets."left" AS "left", bands."row" AS "right"
    FROM bands JOIN buckets USING (key)
    WHERE bands."row" > buckets."left"
    ORDER BY ALL
"""


def pair_bands(
    batches: Iterable[pa.RecordBatch], *, memory_limit: str, temp_directory: str, threads: int
) -> Iterator[pa.RecordBatch]:
    """Yields the edges of all buckets, distinct, by ascending left and right row.

    Args:
        batches: Of ``BAND_SCHEMA``; read once.
        memory_limit: As DuckDB writes it, ``"400MB"``.
        temp_directory: A local folder for what does not fit; left empty.
        threads: Threads of the engine.

    Yields:
        Batches of ``EDGE_SCHEMA``.

    Raises:
        duckdb.OutOfMemoryException: If the disk is full or the limit is too small to work in.
    """
    with spilling(
        batches,
        BAND_SCHEMA,
        "bands",
        memory_limit=memory_limit,
        temp_directory=temp_directory,
        threads=threads,
    ) as connection:
        for batch in connection.sql(_EDGES).to_arrow_reader(EDGE_BATCH_ROWS):
            yield batch.cast(EDGE_SCHEMA)
