"""Deduplication by datamoat and by other tools: speed, memory and quality, on the same files in the same run.

    python benchmarks/peers/run.py --data DIR [--documents 40000] [--rounds 3] [--slow-rounds 1]
                                   [--cores 1 2] [--only datamoat rensa ...] [--work build/peers]
                                   [--limit 3600]

Makes the benchmark corpus of ``DIR/bulk`` (``benchmarks/corpus.py``) and a virtual environment for each
tool, both once, in the work folder. Then runs them in turn, whole processes from reading JSONL to written
results, imports included (compiled before, by a run on a few documents that is not counted), each pinned to
as many cores as it has workers, and prints medians. A tool that takes minutes takes part in the first
``--slow-rounds`` rounds only; one that takes more than ``--limit`` seconds, the same for all, is ended,
which is said, and the others go on. Every run is kept in ``results-40000.json`` of the work folder, and later
ones are added to it; ``--report`` prints the table from it and runs nothing.
"""

import argparse
import math
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.corpus import Row, make_corpus
from benchmarks.peers.quality import Judge
from benchmarks.peers.report import Run, table
from benchmarks.peers.tools import Tool, all_tools, pinned
from benchmarks.resources import Cost, measure
from benchmarks.texts import archive_texts, archives

_FILES = 4  # a tool gives a file to a worker
_WARM_UP = 400  # documents


def corpus_folder(work: Path, data: Path, documents: int) -> Path:
    """Returns the folder of the corpus, which is made if it is not there."""
    folder = work / f"corpus-{documents}"
    if not folder.exists():
        print(f"making the corpus of {documents:,} documents", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(dir=work) as scratch:
            whole = Path(scratch) / "corpus.jsonl"
            texts = (text for path in archives(data / "bulk") for text in archive_texts(path))
            print(make_corpus(whole, texts, documents).report(), file=sys.stderr)
            parts = Path(scratch) / "parts"
            parts.mkdir()
            with whole.open("rb") as file:
                for number in range(_FILES):
                    last = documents * (number + 1) // _FILES - documents * number // _FILES
                    with (parts / f"{number}.jsonl").open("wb") as part:
                        part.writelines(file.readline() for _ in range(last))
            parts.rename(folder)
    return folder


def rows_of(folder: Path) -> Iterator[Row]:
    """Yields the documents of the corpus."""
    for path in sorted(folder.glob("*.jsonl")):
        with path.open("rb") as file:
            for line in file:
                yield Row(**orjson.loads(line))


class TooSlow(Exception):  # noqa: N818
    """A tool took longer than any may."""


def run_tool(
    tool: Tool, corpus: Path, out: Path, work: Path, workers: int, cores: list[int], limit: float = math.inf
) -> Cost:
    """Runs a tool and returns what it cost.

    Raises:
        TooSlow: If it was ended after ``limit`` seconds.
        RuntimeError: If it fails; its output is in ``failed.log`` of the work folder.
    """
    command = pinned(tool.command(corpus, out, workers), cores[:workers])
    env = {**tool.env, "RAYON_NUM_THREADS": str(workers), "OMP_NUM_THREADS": str(workers)}
    # Modules are compiled once, as they are wherever a tool is used more than once.
    env["PYTHONDONTWRITEBYTECODE"] = ""
    log = work / "failed.log"
    shell = ["sh", "-c", 'log=$1; shift; exec "$@" >"$log" 2>&1', "sh", str(log), *command]
    cost = measure(shell, env, limit_s=limit)
    if cost.wall_s > limit:
        raise TooSlow(f"{tool.name}: ended after {limit:,.0f} s")
    if cost.exit_code:
        raise RuntimeError(f"{tool.name} ended with exit code {cost.exit_code}; see {log}")
    log.unlink()
    return cost


def warm_up(tool: Tool, corpus: Path, work: Path, cores: list[int]) -> None:
    """Runs a tool on a few documents, so that no measured run compiles its modules."""
    with tempfile.TemporaryDirectory(dir=work) as scratch:
        few, out = Path(scratch) / "corpus", Path(scratch) / "out"
        few.mkdir()
        out.mkdir()
        for path in corpus.glob("*.jsonl"):
            with path.open("rb") as file:
                (few / path.name).write_bytes(b"".join(file.readline() for _ in range(_WARM_UP // _FILES)))
        run_tool(tool, few, out, work, 1, cores)


def run_once(
    tool: Tool, corpus: Path, work: Path, workers: int, cores: list[int], judge: Judge, limit: float
) -> Run:
    """Runs a tool and judges what it kept."""
    with tempfile.TemporaryDirectory(dir=work) as scratch:
        out = Path(scratch)
        cost = run_tool(tool, corpus, out, work, workers, cores, limit)
        quality = judge.quality(list(tool.kept(out)))
    return Run(tool.name, tool.settings, workers, cost, quality)


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder that holds bulk/")
    parser.add_argument("--documents", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slow-rounds", type=int, default=1, help="of the tools that take minutes")
    parser.add_argument("--cores", type=int, nargs="+", default=[1], help="numbers of workers")
    parser.add_argument("--limit", type=float, default=3600, help="seconds that a run may take")
    parser.add_argument("--only", nargs="+", metavar="TOOL")
    parser.add_argument("--work", type=Path, default=Path("build/peers"))
    parser.add_argument("--report", action="store_true", help="print the table of earlier runs")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    work = options.work.resolve()
    results = work / f"results-{options.documents}.json"
    runs = [Run.of(each) for each in orjson.loads(results.read_bytes())] if results.exists() else []
    if options.report:
        print(table(runs, options.documents))
        return
    if not shutil.which("taskset") or not options.data:
        parser.error("--data is needed, and taskset (util-linux)")
    corpus = corpus_folder(work, options.data, options.documents)
    judge = Judge(list(rows_of(corpus)))
    cores = sorted(os.sched_getaffinity(0))
    tools = [tool for tool in all_tools(work / "environments") if tool.name in (options.only or [tool.name])]
    for tool in tools if options.rounds else ():
        warm_up(tool, corpus, work, cores)
    for number in range(options.rounds):
        for tool in tools:
            for workers in options.cores:
                if workers > min(tool.most_workers, len(cores)) or (
                    tool.slow and number >= options.slow_rounds
                ):
                    continue
                try:
                    runs.append(run_once(tool, corpus, work, workers, cores, judge, options.limit))
                except TooSlow as slow:
                    print(f"round {number + 1}: {slow}", file=sys.stderr, flush=True)
                    continue
                results.write_bytes(
                    orjson.dumps([asdict(run) for run in runs], option=orjson.OPT_NON_STR_KEYS)
                )
                print(f"round {number + 1}: {runs[-1].line()}", file=sys.stderr, flush=True)
    print(table(runs, options.documents))


if __name__ == "__main__":
    main()
