"""Says what DuckDB says in the words of the command line."""

import duckdb

from schemas.errors import UsageError, WorkFailed

_LINES = 8


def translate(error: duckdb.Error) -> UsageError | WorkFailed:
    """Returns DuckDB's error as one of ours, its message cut to a few lines."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    message = "\n".join(lines[:_LINES])
    if isinstance(error, duckdb.PermissionException):
        return UsageError(f"{lines[0]}\nSQL reads the tables of the snapshot and nothing else")
    if isinstance(error, (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InternalException)):
        return WorkFailed(f"{lines[0]}\n`datamoat verify` tells whether the warehouse is whole")
    return UsageError(message)
