"""Which step of the ingest chain costs what? CPU seconds by step, and by format within extraction.

    python benchmarks/steps.py --data DIR [--every 4]

Runs the pure functions of the chain, as the pipeline does, over every N-th unit of
``examples/handbooks/corpus.toml`` (``DIR/bulk`` holds its archives), in this process.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipelines import reading
from pipelines.chain import Recipe
from pipelines.config import load_config
from pipelines.plan import plan_units
from pipelines.reading import read_unit
from pipelines.recipes import make_recipe
from pipelines.steps import clean_batch, language_batch, quality_batch, sign_batch
from pipelines.writing import _OpenUnit
from schemas.batches import Batch
from schemas.records import DeadLetter, Document, Record, Rejection
from schemas.specs import IngestSpec
from schemas.units import WorkUnit
from transforms.extract import extract_record
from transforms.words import words_of
from warehouse.storage import Storage, open_storage

T = TypeVar("T")
_HANDBOOKS = Path(__file__).resolve().parents[1] / "examples" / "handbooks" / "corpus.toml"


class Spent:
    """CPU seconds by name."""

    def __init__(self) -> None:
        self.seconds = Counter[str]()
        self.documents = Counter[str]()
        self.bytes = Counter[str]()

    def time(self, name: str, work: Callable[[], T]) -> T:
        """Runs something and counts its CPU time."""
        start = process_time()
        done = work()
        self.seconds[name] += process_time() - start
        return done


def time_extraction(spent: Spent) -> None:
    """Makes the walk count what extraction costs, by format; it is taken from what reading costs."""

    def timed(path: str, record: Record, spec: IngestSpec) -> Document | Rejection | DeadLetter:
        before = process_time()
        found = extract_record(path, record, spec)
        cost = process_time() - before
        spent.seconds[f"extract {record.format}"] += cost
        spent.seconds["read"] -= cost
        spent.documents[record.format] += isinstance(found, Document)
        spent.bytes[record.format] += len(record.raw)
        return found

    reading.extract_record = timed  # type: ignore[attr-defined]


def run(unit: WorkUnit, spec: IngestSpec, recipe: Recipe, storage: Storage, spent: Spent) -> int:
    """Takes one unit through the chain; returns its records."""
    target = _OpenUnit(storage, unit, recipe)
    records = 0
    batches: Iterator[Batch] = read_unit(unit, spec)
    while (batch := spent.time("read", lambda: next(batches, None))) is not None:
        records += batch.read
        batch = spent.time("clean", lambda batch=batch: clean_batch(batch, spec))
        batch = spent.time("language", lambda batch=batch: language_batch(batch, spec))
        batch = replace(batch, words=spent.time("words", lambda batch=batch: words_of(batch)))
        batch = spent.time("quality", lambda batch=batch: quality_batch(batch, spec))
        batch = spent.time("counts, shingles, signatures", lambda batch=batch: sign_batch(batch, spec))
        spent.time("write", lambda batch=batch: target.add(batch))
    spent.time("write", target.publish)
    return records


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--every", type=int, default=4)
    options = parser.parse_args()
    os.environ["DATA"] = str(options.data / "bulk")
    config = load_config(_HANDBOOKS)
    units = sorted(plan_units(config).units, key=lambda unit: unit.unit_id)[:: options.every]
    spent, records = Spent(), 0
    time_extraction(spent)
    with tempfile.TemporaryDirectory() as folder:
        storage = open_storage(folder)
        for unit in units:
            spec = config.ingest_spec(unit.source)
            records += run(unit, spec, make_recipe(spec), storage, spent)
    total = sum(spent.seconds.values())
    size = sum(spent.bytes.values()) / 1e6
    print(
        f"{len(units)} units, {records:,} records, {size:.1f} MB, {total:.1f} CPU s, {records / total:,.0f}/s"
    )
    for name, seconds in spent.seconds.most_common():
        form = name.removeprefix("extract ")
        rate = f"  {spent.bytes[form] / seconds / 1e6:.2f} MB/s" if form in spent.bytes else ""
        print(f"{seconds:8.2f} s  {seconds / total:6.1%}  {name}{rate}")


if __name__ == "__main__":
    main()
