"""What became of the files of a corpus, by the ending of their names: a table for people."""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.catalog import open_catalog, snapshot
from warehouse.connect import connect
from warehouse.digests import table_digests
from warehouse.verify import verify

_FATES = """
    SELECT uri, locator, 'document' AS kind, NULL AS why, NULL AS message FROM documents
    UNION ALL SELECT uri, locator, 'rejection', rule, detail FROM rejections
    UNION ALL SELECT uri, locator, 'dead', reason, message FROM dead_letters
"""
_ENDING = re.compile(r"[^/.]\.([a-z0-9_+-]{1,12})(?:\.(?:gz|bz2|xz|zst))?$")
_PACKED = re.compile(r"\.(gz|bz2|xz|zst)$")


@dataclass
class Fates:
    """What became of the files of one ending.

    Attributes:
        files: (uri, member) of the files.
        kinds: ``document``, ``rejection`` or ``dead`` -> records.
        reasons: Rule or reason -> records.
    """

    files: set[tuple[str, str]] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


def fates_of(warehouse: str) -> dict[str, Fates]:
    """Returns ending -> what became of its files; of a file in an archive the member's ending counts."""
    catalog = open_catalog(warehouse)
    found: dict[str, Fates] = {}
    with connect(catalog, snapshot(catalog, None), views=[]) as con:
        for uri, locator, kind, why, _ in con.execute(_FATES).fetchall():
            member = locator.split("!")[0] if locator.startswith("member=") else ""
            fates = found.setdefault(ending_of(member or uri), Fates())
            fates.files.add((uri, member))
            fates.kinds[kind] += 1
            if why:
                fates.reasons[why] += 1
    return found


def ending_of(name: str) -> str:
    """Returns the ending of a name without its compression, ``(none)`` if there is none.

    >>> ending_of("a/b.JSONL.gz"), ending_of("quine.gz"), ending_of("README")
    ('jsonl', 'gz', '(none)')
    """
    lower = re.sub(r"#\d+$", "", name.lower())
    match = _ENDING.search(lower)
    return match[1] if match else "(none)"


def markdown(found: dict[str, Fates], few: int = 3) -> str:
    """Returns the table in Markdown, the most files first; endings of fewer than ``few`` are one row."""
    rest = Fates()
    rows: list[tuple[str, Fates]] = []
    for ending, fates in found.items():
        if len(fates.files) >= few:
            rows.append((f".{ending}" if ending != "(none)" else ending, fates))
        else:
            rest.files |= fates.files
            rest.kinds += fates.kinds
            rest.reasons += fates.reasons
    rows.sort(key=lambda row: (-len(row[1].files), row[0]))
    if rest.files:
        rows.append(("others", rest))
    total = Fates()
    for _, fates in rows:
        total.files |= fates.files
        total.kinds += fates.kinds
    lines = [
        "| ending | files | records read | documents | rejected | dead | why |",
        "|---|--:|--:|--:|--:|--:|---|",
    ]
    for ending, fates in [*rows, ("all", total)]:
        why = ", ".join(f"{name} {count:,}" for name, count in fates.reasons.most_common(6))
        counts = (
            len(fates.files),
            fates.kinds.total(),
            *(fates.kinds[kind] for kind in ("document", "rejection", "dead")),
        )
        lines.append(f"| {ending} | " + " | ".join(f"{count:,}" for count in counts) + f" | {why} |")
    return "\n".join(lines)


def mistakes_of(warehouse: str) -> list[str]:
    """Returns the dead letters that stand for a mistake in a reader, not for a bad file."""
    catalog = open_catalog(warehouse)
    query = "SELECT uri, locator, message FROM dead_letters WHERE message LIKE '%er failed' ORDER BY ALL"
    with connect(catalog, snapshot(catalog, None), views=[]) as con:
        return [f"{uri} {locator}: {message}" for uri, locator, message in con.execute(query).fetchall()]


def wrong_with(warehouse: str) -> list[str]:
    """Returns what ``verify`` says is wrong with a warehouse."""
    catalog = open_catalog(warehouse)
    answer = verify(catalog, snapshot(catalog, None))
    return [str(check) for check in answer.checks if not check.ok]


def tables(warehouse: str) -> dict[str, str]:
    """Returns the digests of a warehouse's tables."""
    catalog = open_catalog(warehouse)
    return table_digests(catalog, snapshot(catalog, None))


def folder_size(folder: Path) -> tuple[int, int]:
    """Returns files and bytes below a folder."""
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)
