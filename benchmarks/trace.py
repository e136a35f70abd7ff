"""How fast is an answer traced, and how does that grow with the corpus? Prints two tables.

    python benchmarks/trace.py --data DIR --scratch DIR [--documents 10000 100000 1000000] [--words 150]

Documents are put together from sentences of the Markdown, reStructuredText and plain texts of the archives
DIR/bulk/J_*.tar.gz, about --words words each, with a fixed seed. Answers of 50, 200 and 800 words are half
quotations of 20 to 30 words from documents that were drawn, half words of the corpus in an order of their
own. "Warm" is one process that asks one answer after another, "cold" a process of its own for each (start of
the interpreter and imports included). Time is CPU time and the clock's. What was written is deleted.
"""

import argparse
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.chance import SEED
from benchmarks.trace_warehouse import write_warehouse
from pipelines.index import index
from pipelines.stages import How
from warehouse.catalog import Catalog, snapshot
from warehouse.trace import open_trace

SUFFIXES = (".md", ".rst", ".txt", ".adoc")
_QUESTIONS = 40
_COLD = 5


def sentences(folder: Path, most: int = 400_000) -> list[str]:
    """Returns lines of prose of the archives, each once, in the archives' order."""
    found: dict[str, None] = {}
    for archive in sorted(folder.glob("J_*.tar.gz")):
        with tarfile.open(archive, "r|gz") as members:
            for member in members:
                if member.isfile() and member.name.endswith(SUFFIXES) and member.size < 200_000:
                    content = members.extractfile(member)
                    text = content.read().decode("utf-8", "replace") if content else ""
                    found.update(dict.fromkeys(line for line in text.split("\n") if 60 <= len(line) <= 600))
            if len(found) >= most:
                break
    return list(found)


def documents(lines: list[str], count: int, words: int) -> Iterator[tuple[str, str]]:
    """Yields (name, text) of documents; a smaller corpus is the beginning of a larger one."""
    for number in range(count):
        yield f"{number}.txt", document(lines, number, words)


def document(lines: list[str], number: int, words: int) -> str:
    """Returns the text of a document by its number."""
    dice = random.Random(SEED * 1_000_003 + number)
    chosen: list[str] = []
    length = 0
    while length < words:
        chosen.append(lines[int(dice.random() * len(lines))])
        length += chosen[-1].count(" ") + 1
    return "\n".join(chosen)


def answer(lines: list[str], count: int, words: int, length: int, number: int) -> str:
    """Returns an answer of some length by its number; it quotes the first ``count`` documents."""
    dice = random.Random(f"{SEED} {length} {number}")
    pieces: list[str] = []
    while len(pieces) < length:
        text = document(lines, int(dice.random() * count), words).split()
        size = 20 + int(dice.random() * 11)
        first = int(dice.random() * max(len(text) - size, 1))
        pieces += text[first : first + size]
        for _ in range(size):
            line = lines[int(dice.random() * len(lines))].split()
            pieces.append(line[int(dice.random() * len(line))])
    return " ".join(pieces[:length])


def cpu() -> float:
    """Returns CPU seconds of this process and its children that ended."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def measure_index(folder: Path, lines: list[str], count: int, words: int, workers: int) -> Catalog:
    """Writes and indexes a corpus; prints a row of the first table."""
    catalog = write_warehouse(folder, documents(lines, count, words))
    begin, clock = cpu(), time.perf_counter()
    index(catalog, How(workers, quiet=True))
    used, took = cpu() - begin, time.perf_counter() - clock
    parts = catalog.parts(snapshot(catalog, None))
    size = {
        table: sum(part.bytes for part in parts if part.table == table)
        for table in ("documents", "fingerprints", "indexed")
    }
    rows = sum(part.rows for part in parts if part.table == "fingerprints")
    made = size["fingerprints"] + size["indexed"]
    cells = [f"{count:,}", f"{rows:,}", f"{used:.1f}", f"{took:.1f}", f"{count / used:,.0f}"]
    cells += [f"{size['documents'] / 1e6:,.1f}", f"{made / 1e6:,.1f}", f"{made / size['documents']:.2f}"]
    print(f"| {' | '.join(cells)} |", flush=True)
    return catalog


def measure_questions(catalog: Catalog, lines: list[str], count: int, words: int) -> list[str]:
    """Asks answers of three lengths; returns rows of the second table."""
    manifest, table = snapshot(catalog, None), []
    for length in (50, 200, 800):
        texts = [answer(lines, count, words, length, number) for number in range(_QUESTIONS)]
        clocks, used, covered, opened = [], [], [], []
        with open_trace(catalog, manifest) as tracer:
            tracer.trace(texts[-1])
            for text in texts[:-1]:
                begin, clock = time.process_time(), time.perf_counter()
                found = tracer.trace(text)
                clocks.append(1000 * (time.perf_counter() - clock))
                used.append(1000 * (time.process_time() - begin))
                covered.append(found.coverage)
                opened.append(found.opened)
        cold = [_cold(catalog, text) for text in texts[:_COLD]]
        cells = [f"{count:,}", str(length)]
        cells += [f"{_p(times, 50):.0f} / {_p(times, 95):.0f}" for times in (used, clocks)]
        cells += [f"{statistics.median(times):.0f}" for times in zip(*cold, strict=True)]
        cells += [f"{statistics.mean(opened):.0f}", f"{statistics.mean(covered):.2f}"]
        table.append(f"| {' | '.join(cells)} |")
    return table


def _cold(catalog: Catalog, text: str) -> tuple[float, float]:
    begin, clock = cpu(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "datamoat", "trace", catalog.storage.location, text, "--json"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=Path(__file__).resolve().parents[1],
    )
    return 1000 * (cpu() - begin), 1000 * (time.perf_counter() - clock)


def _p(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--documents", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--words", type=int, default=150)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    lines = sentences(options.data / "bulk")
    print(f"{len(lines):,} sentences\n")
    print("| documents | fingerprints | index CPU s | wall s | documents/s of CPU ", end="")
    print("| text MB | index MB | index/text |")
    print("|--:|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    questions: list[str] = []
    for count in options.documents:
        with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
            place = Path(folder) / "warehouse"
            catalog = measure_index(place, lines, count, options.words, options.workers)
            questions += measure_questions(catalog, lines, count, options.words)
            shutil.rmtree(place)
    print("\n| documents | words | warm CPU ms, p50 / p95 | warm wall ms, p50 / p95 ", end="")
    print("| cold CPU ms | cold wall ms | texts opened | coverage |")
    print("|--:|--:|--:|--:|--:|--:|--:|--:|")
    print("\n".join(questions))


if __name__ == "__main__":
    main()
