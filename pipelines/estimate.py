"""What a plan would take: time, disk and memory from stated rates. These are estimates, and rough ones.

The rates are for one core of the kind that continuous integration runs on; texts, languages and disks
differ by a factor of two and more.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator

from pipelines.benchmark_items import planned_benchmarks
from pipelines.config import Config
from pipelines.plan import Plan
from schemas.plans import Band, PlanAnswer, PlanDedup, PlanRow
from schemas.units import FileSlice, WorkUnit
from transforms import bands
from transforms.read import registry
from transforms.read.compression import strip_suffix
from transforms.read.formats import Format

UNSUPPORTED = "unsupported"

MB_PER_SECOND = {
    "asciidoc": 4.0,
    "docx": 2.5,
    "html": 1.2,
    "markdown": 2.5,
    "xlsx": 2.5,
    "rst": 0.8,
    UNSUPPORTED: 200.0,
}
"""Format -> MB a second and core through the whole chain; where extraction costs most, it decides."""

MB_PER_SECOND_OTHER = 5.0
"""Formats that are text as they are: repair, language and signatures decide."""

SECONDS_PER_FILE = 0.0004
"""What a document costs whatever its size, on one core."""

DEDUP_SECONDS_PER_FILE = 0.00005
"""Pairing and clustering, by document."""

START_SECONDS = 4.0
"""Starting the workers, committing."""

TEXT_DISK_FRACTION = 0.2
"""Stored bytes for each byte read: zstd on text, which of markup is but a part."""

DISK_BYTES_PER_FILE = 200
"""Ids, signals and the rest of a document's rows, beside its text and its signature."""

SIGNATURE_VALUE_BYTES = 4
"""A value of a MinHash signature."""

BASE_MEMORY_BYTES = 250 << 20
"""The main process, with DuckDB at work."""

WORKER_MEMORY_BYTES = 300 << 20
"""A worker process: it holds one batch at a time, whatever the size of the input."""

DEDUP_MEMORY_BYTES_PER_FILE = 300
"""Row numbers, band hashes and clusters by document, before DuckDB spills to disk."""

SIMILARITIES = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Similarities for which the probability of being found is stated."""


def estimate(config: Config, plan: Plan, workers: int | None = None) -> PlanAnswer:
    """Returns what a build of a plan would read and take; it reads benchmarks only and writes nothing.

    Args:
        config: The configuration that the plan was made for.
        plan: The plan; only its new units take time and disk.
        workers: Worker processes; None stands for one a core.
    """
    workers = workers or _cores()
    rows = _rows(plan.units)
    files = sum(row.files for row in rows)
    fresh = _rows(plan.new)
    documents = sum(row.files for row in fresh if row.format != UNSUPPORTED)
    dedup = config.dedup
    work = sum(row.bytes / 1e6 / MB_PER_SECOND.get(row.format, MB_PER_SECOND_OTHER) for row in fresh)
    work += documents * SECONDS_PER_FILE
    pairing = files * DEDUP_SECONDS_PER_FILE if dedup.enabled and plan.new else 0.0
    signature = dedup.permutations * SIGNATURE_VALUE_BYTES if dedup.enabled else 0
    readable = sum(row.bytes for row in fresh if row.format != UNSUPPORTED)
    return PlanAnswer(
        corpus=config.name,
        warehouse=config.warehouse,
        rows=rows,
        files=files,
        bytes=sum(row.bytes for row in rows),
        units=len(plan.units),
        kept=len(plan.kept),
        new=len(plan.new),
        dissolved=len(plan.dissolved),
        vanished=plan.vanished,
        gone_sources=plan.gone_sources,
        workers=workers,
        seconds=round(START_SECONDS + work / workers + pairing),
        disk_bytes=int(readable * TEXT_DISK_FRACTION) + documents * (DISK_BYTES_PER_FILE + signature),
        memory_bytes=BASE_MEMORY_BYTES
        + workers * WORKER_MEMORY_BYTES
        + (files * DEDUP_MEMORY_BYTES_PER_FILE if dedup.enabled else 0),
        dedup=_dedup(dedup.threshold, dedup.permutations) if dedup.enabled else None,
        benchmarks=planned_benchmarks(config),
    )


def guess_format(name: str) -> str:
    """Returns the format that a file name promises, or ``unsupported``.

    >>> guess_format("guide/intro.md"), guess_format("dump.jsonl.gz"), guess_format("logo.png")
    ('markdown', 'jsonl', 'unsupported')
    """
    inner = strip_suffix(name)[0]
    lower = inner.lower()
    endings = [(ending, form.name) for form in registry.all_formats() for ending in form.extensions]
    named = [item for item in endings if lower.endswith(item[0])]
    if named:
        # ``.json`` is an ending of two formats; the one that is called so is meant.
        return max(named, key=lambda item: (len(item[0]), item[0] == f".{item[1]}"))[1]
    found = registry.detect(inner, b"text\n")
    return found.name if isinstance(found, Format) else UNSUPPORTED


def _rows(units: Iterable[WorkUnit]) -> tuple[PlanRow, ...]:
    """Counts files and bytes by source and format."""
    files: Counter[tuple[str, str]] = Counter()
    sizes: Counter[tuple[str, str]] = Counter()
    for unit in units:
        for piece in unit.slices:
            for name, size, count in _contents(piece):
                key = unit.source, guess_format(name)
                files[key] += count
                sizes[key] += size
    return tuple(
        PlanRow(source=source, format=form, files=files[source, form], bytes=sizes[source, form])
        for source, form in sorted(files)
    )


def _contents(piece: FileSlice) -> Iterator[tuple[str, int, int]]:
    """Yields name, bytes and number of what a slice holds; a file that is cut counts with its first piece.

    A slice knows the sum of its members' sizes only, so each counts with the mean.
    """
    if piece.kind != "members":
        yield piece.path, piece.bytes, int(piece.start == 0)
        return
    count = len(piece.members)
    for index, name in enumerate(piece.members):
        yield name, piece.bytes * (index + 1) // count - piece.bytes * index // count, 1


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _dedup(threshold: float, permutations: int) -> PlanDedup:
    count, rows = bands.choose_bands(threshold, permutations)
    found = tuple(
        Band(similarity=similarity, found=round(bands.found_probability(similarity, count, rows), 4))
        for similarity in SIMILARITIES
    )
    return PlanDedup(threshold=threshold, permutations=permutations, bands=count, rows=rows, found=found)
