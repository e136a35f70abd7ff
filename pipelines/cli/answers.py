"""Files that ``trace`` and ``ground`` read: a text, or a JSON value a line; - is stdin."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def read_file(path: Path) -> bytes:
    """Returns what a file holds.

    Raises:
        UsageError: If it cannot be read.
    """
    from schemas.errors import UsageError

    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def json_lines(path: Path) -> Iterator[tuple[int, str, Any]]:
    """Yields (number of the line, its place for a message, value); empty lines are none.

    Raises:
        UsageError: If the file cannot be read, or a line is no JSON.
    """
    from schemas.errors import UsageError

    for number, line in enumerate(read_file(path).split(b"\n"), 1):
        if line.strip():
            where = f"{path}, line {number}"
            try:
                value: Any = json.loads(line)
            except ValueError as error:
                raise UsageError(f"{where}: {error}") from None
            yield number, where, value


def text_of(row: Any) -> str | None:
    """Returns the text of an answer, or None where the value of a line is none."""
    text = row.get("text", row.get("answer")) if isinstance(row, dict) else None
    return text if isinstance(text, str) else None
