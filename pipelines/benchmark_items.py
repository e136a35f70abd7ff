"""Reads the benchmarks that a configuration names, and puts their items where every worker finds them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipelines.config.resolved import BenchmarkFiles, Config
from schemas.benchmarks import PARTS, BenchmarkItem
from schemas.errors import UsageError
from schemas.plans import PlanBenchmark
from schemas.records import Fallen, Record
from schemas.specs import IngestSpec, Named, SourceSpec
from schemas.units import PartInfo
from transforms.decontaminate.fields import ItemError, read_item
from transforms.decontaminate.items import make_items
from transforms.read.reader import read_stream
from warehouse.benchmarks import write_items
from warehouse.storage import Storage
from warehouse.storage.inputs import open_input

_NAMED = Named(constant="")


def place_items(storage: Storage, config: Config) -> PartInfo | None:
    """Writes the items of a configuration's benchmarks into the warehouse, named by what they are.

    Returns:
        The part, or None where no source is held against any.

    Raises:
        UsageError: If a benchmark cannot be read, or a record of it is no item.
    """
    if not any(config.ingest_spec(source.name).decontaminate.enabled for source in config.sources):
        return None
    return write_items(storage, read_items(config.benchmarks))


def with_items(spec: IngestSpec, part: PartInfo | None) -> IngestSpec:
    """Returns what a source's chain must know, with the place of the items."""
    if part is None or not spec.decontaminate.enabled:
        return spec
    return replace(spec, decontaminate=replace(spec.decontaminate, items=part.path))


def read_items(benchmarks: Sequence[BenchmarkFiles]) -> list[BenchmarkItem]:
    """Reads the items of benchmarks.

    Raises:
        UsageError: If a file cannot be read, or a record of it is no item; the message says which.
    """
    return [item for benchmark in benchmarks for item in _items(benchmark)]


def planned_benchmarks(config: Config) -> tuple[PlanBenchmark, ...]:
    """Returns what a build would hold documents against; it writes nothing.

    Raises:
        UsageError: As ``read_items``.
    """
    answer = []
    for benchmark in config.benchmarks:
        items = read_items([benchmark])
        example = {part: getattr(items[0], part)[:80] for part in PARTS if getattr(items[0], part)}
        searchable = int(make_items(items).searchable().sum())
        answer.append(
            PlanBenchmark(name=benchmark.name, items=len(items), searchable=searchable, example=example)
        )
    return tuple(answer)


def _items(benchmark: BenchmarkFiles) -> Iterator[BenchmarkItem]:
    number = 0
    for file in benchmark.files:
        where = f"{file.root}/{file.path}"
        try:
            stream = open_input(file.root, file.path)
        except OSError as error:
            raise UsageError(f"benchmark `{benchmark.name}`: {where} cannot be read: {error}") from error
        with stream:
            for found in read_stream(stream, file.path, SourceSpec(benchmark.name, _NAMED, _NAMED)):
                yield _item(benchmark, f"{where} {found.locator}".rstrip(), number, found)
                number += 1
    if not number:
        raise UsageError(f"benchmark `{benchmark.name}` has no items")


def _item(benchmark: BenchmarkFiles, where: str, number: int, found: Record | Fallen) -> BenchmarkItem:
    if isinstance(found, Fallen):
        why = getattr(found.fate, "message", None) or getattr(found.fate, "rule", "")
        raise UsageError(f"benchmark `{benchmark.name}`: {where}: {why}")
    if found.fields is None:
        raise UsageError(
            f"benchmark `{benchmark.name}`: {where} has no fields; it must be JSONL, CSV or Parquet"
        )
    try:
        return read_item(benchmark.name, number, found.fields, benchmark.fields)
    except ItemError as error:
        raise UsageError(f"benchmark `{benchmark.name}`: {where}: {error}") from None
