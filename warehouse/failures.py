"""Says what DuckDB says in the words of the command line."""

import duckdb

from schemas.errors import UsageError, WorkFailed

_LINES = 8
_OURS = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InternalException)


def translate(error: duckdb.Error) -> UsageError | WorkFailed:
    """Returns the error of a statement as one of ours, its message cut to a few lines."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    if isinstance(error, _OURS):
        return unreadable(error)
    if isinstance(error, duckdb.PermissionException):
        return UsageError(f"{lines[0]}\nSQL reads the tables of the snapshot and nothing else")
    return UsageError("\n".join(lines[:_LINES]))


def unreadable(error: duckdb.Error) -> WorkFailed:
    """Returns an error that no statement of the user is to blame for."""
    first = str(error).strip().partition("\n")[0]
    return WorkFailed(f"{first}\n`datamoat verify` tells whether the warehouse is whole")
