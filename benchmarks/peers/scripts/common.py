"""What the loops have in common: reading, words, shingles, writing."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

NGRAM = 5
PERMUTATIONS = 128
THRESHOLD = 0.7
_WORD = re.compile(r"\w+")


def rows(folder: str) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """Yields each line and what it holds."""
    for path in sorted(Path(folder).glob("*.jsonl")):
        with path.open("rb") as file:
            for line in file:
                yield line, orjson.loads(line)


def shingles(text: str) -> list[str]:
    """Returns the runs of five words; a shorter text is one."""
    words = _WORD.findall(text.lower())
    return [" ".join(words[first : first + NGRAM]) for first in range(max(1, len(words) - NGRAM + 1))]


def write(folder: str, kept: Iterator[bytes]) -> None:
    """Writes the lines that are kept."""
    target = Path(folder, "kept")
    target.mkdir(parents=True)
    with (target / "kept.jsonl").open("wb") as file:
        file.writelines(kept)
