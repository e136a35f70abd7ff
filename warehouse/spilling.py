"""A database of its own for one computation: its memory is bounded, what does not fit goes to a folder."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

import duckdb
import pyarrow as pa


@contextmanager
def spilling(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    table: str,
    *,
    memory_limit: str,
    temp_directory: str,
    threads: int,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Opens a database that holds the batches as one table, and nothing else.

    Args:
        batches: Of ``schema``; read once.
        schema: Their columns.
        table: Name of the table.
        memory_limit: As DuckDB writes it, ``"400MB"``.
        temp_directory: A local folder for what does not fit; left empty.
        threads: Threads of the engine.

    Raises:
        duckdb.OutOfMemoryException: If the disk is full or the limit is too small to work in.
    """
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": temp_directory,
        "threads": threads,
        "preserve_insertion_order": False,
    }
    with closing(duckdb.connect(config=settings)) as connection:
        source = pa.RecordBatchReader.from_batches(schema, batches)
        connection.register("source", source)
        connection.execute(f'CREATE TABLE "{table}" AS FROM source')
        connection.unregister("source")
        yield connection
