"""Draws a plan for eyes."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.plans import PlanAnswer

_VANISHED = 20  # files that are named; the others are counted


def show_plan(answer: PlanAnswer, console: Console) -> None:
    """Draws what would be read, by source and format, and what it would take."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_footer=True)
    table.add_column("source", "total", no_wrap=True)
    table.add_column("format", no_wrap=True)
    table.add_column("files", f"{answer.files:,}", justify="right", no_wrap=True)
    table.add_column("bytes", size(answer.bytes), justify="right", no_wrap=True)
    for row in answer.rows:
        table.add_row(Text(row.source), Text(row.format), f"{row.files:,}", size(row.bytes))
    console.print(table)
    for line in _lines(answer):
        console.print(line, markup=False, soft_wrap=True)


def _lines(answer: PlanAnswer) -> list[str]:
    lines = [f"units      {answer.units:,}: {answer.new:,} to do, {answer.kept:,} done and unchanged"]
    if answer.dissolved:
        lines.append(
            f"dissolved  {answer.dissolved:,} units of the last build: their files changed or are gone"
        )
    lines += [f"gone       source {name} is no more in the configuration" for name in answer.gone_sources]
    lines += [f"vanished   {uri}" for uri in answer.vanished[:_VANISHED]]
    if len(answer.vanished) > _VANISHED:
        lines.append(f"vanished   and {len(answer.vanished) - _VANISHED:,} more")
    workers = f"{answer.workers} worker{'s' if answer.workers > 1 else ''}"
    lines.append(
        f"estimate   {duration(answer.seconds)} with {workers}, {size(answer.disk_bytes)} more on disk, "
        f"{size(answer.memory_bytes)} of memory (from rough rates)"
    )
    if answer.dedup:
        dedup = answer.dedup
        found = ", ".join(f"{band.similarity:g}: {band.found:.1%}" for band in dedup.found)
        lines.append(
            f"duplicates from similarity {dedup.threshold:g}; {dedup.bands} bands of {dedup.rows} rows, "
            f"by which a pair is found at {found}"
        )
    for benchmark in answer.benchmarks:
        short = benchmark.items - benchmark.searchable
        parts = "; ".join(f"{name}: {' '.join(text.split())}" for name, text in benchmark.example.items())
        lines.append(
            f"benchmark  {benchmark.name}: {benchmark.items:,} items"
            f"{f', {short:,} of them too short to be looked for' if short else ''}; the first: {parts}"
        )
    lines.append(f"warehouse  {answer.warehouse}")
    return lines


def size(count: int) -> str:
    """Returns a number of bytes for eyes.

    >>> size(999), size(1_500), size(2_000_000)
    ('999 B', '1.5 KB', '2.0 MB')
    """
    if count < 1000:
        return f"{count} B"
    value = count / 1000
    for unit in ("KB", "MB", "GB"):
        if value < 1000:
            return f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def duration(seconds: int) -> str:
    """Returns a time for eyes.

    >>> duration(75), duration(600), duration(9_000)
    ('75 s', '10 min', '2.5 h')
    """
    if seconds < 90:
        return f"{seconds} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
