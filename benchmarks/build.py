"""Speed and memory of ``datamoat build``: on a quarter, a half and all of the J set, and on a large JSONL.

    python benchmarks/build.py --data DIR [--jsonl CORPUS.jsonl] [--workers 2] [--only quarter ...]

``DIR/bulk`` holds the archives of ``examples/handbooks/corpus.toml``; ``CORPUS.jsonl`` comes from
``benchmarks/corpus.py``. A share of the set is those sources whose bytes come nearest to it, and are
printed. Every run builds into an empty temporary warehouse. Ingest ends with its last receipt: its memory
is the largest sum of PSS over all processes until then, its time counts from the start of the process.
"""

import argparse
import json
import os
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any

import numpy as np
import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.resources import Cost, measure

_ROOT = Path(__file__).resolve().parents[1]
_HANDBOOKS = _ROOT / "examples" / "handbooks" / "corpus.toml"
SHARES = {"quarter": 0.25, "half": 0.5, "all": 1.0}


@dataclass(frozen=True, slots=True)
class Size:
    """A source's archive: its regular files and their bytes."""

    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Run:
    """A build that was measured.

    Attributes:
        read: Records read, as the receipts say; ``bytes`` uncompressed bytes.
        ingest_s: Seconds from the start to the last ingest receipt.
        ingest_pss_mb: Largest sum of PSS until then, in MB.
        cost: Of the whole command.
    """

    read: int
    bytes: int
    ingest_s: float
    ingest_pss_mb: float
    cost: Cost

    def line(self, name: str) -> str:
        """Returns the figures as a line of the table under ``HEAD``."""
        megabytes = self.bytes / 1e6
        parts = [f"{name:<10}{self.read:>10,}{megabytes:>9,.1f}"]
        for seconds, memory in (
            (self.ingest_s, self.ingest_pss_mb),
            (self.cost.wall_s, self.cost.peak_pss_mb),
        ):
            speed = f"{self.read / seconds:>9,.0f}{megabytes / seconds:>8,.1f}"
            parts.append(f"{seconds:>10,.1f}{speed}{memory:>8,.0f}")
        return "".join(parts) + f"{self.cost.cpu_s:>9,.1f}"


HEAD = f"{'':<10}{'documents':>10}{'MB':>9}" + "".join(
    f"{stage + ' s':>10}{'docs/s':>9}{'MB/s':>8}{'PSS MB':>8}" for stage in ("ingest", "build")
) + f"{'CPU s':>9}"  # fmt: skip


def choose(sizes: Mapping[str, Size], share: float) -> list[str]:
    """Returns the sources whose bytes come to a share of all; within 1 % of it, those whose files do too.

    Args:
        sizes: Source -> its size; up to some 20 sources, for all subsets are tried.
        share: From 0 to 1.
    """
    names = sorted(sizes)
    subsets = np.arange(1 << len(names))
    filled = np.zeros(len(subsets))
    counted = np.zeros(len(subsets))
    for position, name in enumerate(names):
        inside = (subsets >> position) & 1
        filled += inside * (sizes[name].bytes / sum(size.bytes for size in sizes.values()))
        counted += inside * (sizes[name].files / sum(size.files for size in sizes.values()))
    off = np.abs(filled - share)
    near = off <= max(0.01, off.min())
    best = int(subsets[near][np.argmin(np.abs(counted - share)[near])])
    return [name for position, name in enumerate(names) if best >> position & 1]


def archive_size(paths: Sequence[str]) -> Size:
    """Returns the files of tar archives, and their bytes."""
    files = size = 0
    for path in paths:
        with tarfile.open(path) as archive:
            for member in archive:
                files += member.isfile()
                size += member.size if member.isfile() else 0
    return Size(files, size)


def to_toml(tables: Mapping[str, Any]) -> str:
    """Returns a configuration as TOML: tables of plain values, and lists of such tables.

    >>> print(to_toml({"corpus": {"name": "a"}, "source": [{"paths": ["b"], "license": {"field": "c"}}]}))
    [corpus]
    name = "a"
    <BLANKLINE>
    [[source]]
    paths = ["b"]
    license = {field = "c"}
    <BLANKLINE>
    """
    return "\n".join(_table(name, table) for name, table in tables.items())


def run_build(tables: Mapping[str, Any], workers: int, env: Mapping[str, str]) -> Run:
    """Builds a configuration into a temporary warehouse.

    Raises:
        RuntimeError: If the build fails.
    """
    with tempfile.TemporaryDirectory() as scratch:
        config = Path(scratch) / "corpus.toml"
        warehouse = Path(scratch) / "warehouse"
        corpus = {**tables["corpus"], "warehouse": str(warehouse)}
        config.write_text(to_toml({**tables, "corpus": corpus}), encoding="utf-8")
        samples: list[tuple[float, int]] = []
        begun = time()
        command = [sys.executable, "-m", "datamoat", "build", str(config), "--workers", str(workers)]
        paths = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        cost = measure(command, {**env, "PYTHONPATH": paths}, sample=lambda *seen: samples.append(seen))
        if cost.exit_code:
            raise RuntimeError(f"datamoat build ended with exit code {cost.exit_code}")
        receipts = sorted(warehouse.glob("receipts/ingest/*.json"))
        end = max(path.stat().st_mtime for path in receipts)
        stated = [orjson.loads(path.read_bytes()) for path in receipts]
    return Run(
        read=sum(receipt["read"] for receipt in stated),
        bytes=sum(receipt["bytes"] for receipt in stated),
        ingest_s=end - begun,
        ingest_pss_mb=max(pss for seen, pss in samples if seen <= end) / 1e6,
        cost=cost,
    )


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder that holds bulk/")
    parser.add_argument("--jsonl", type=Path, metavar="CORPUS.jsonl", help="build this too")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=[*SHARES, "jsonl"], default=[*SHARES, "jsonl"])
    options = parser.parse_args()
    env = {"DATA": str(options.data.resolve() / "bulk")}
    print(f"{options.workers} workers, {os.cpu_count()} CPUs")
    lines = [HEAD]
    for name, tables in _jobs(options, env["DATA"]):
        run = run_build(tables, options.workers, env)
        lines.append(run.line(name))
        print(f"{HEAD}\n{lines[-1]}", flush=True)
    print("\n" + "\n".join(lines))


def _jobs(options: argparse.Namespace, data: str) -> Iterator[tuple[str, dict[str, Any]]]:
    shares = [name for name in SHARES if name in options.only]
    if shares:
        tables = tomllib.loads(_HANDBOOKS.read_text(encoding="utf-8"))
        sizes = {
            source["name"]: archive_size([path.replace("${DATA}", data) for path in source["paths"]])
            for source in tables["source"]
        }
        for name in shares:
            chosen = choose(sizes, SHARES[name])
            print(
                f"{name}: {sum(sizes[source].bytes for source in chosen) / 1e6:,.1f} MB: {', '.join(chosen)}"
            )
            yield (
                name,
                {**tables, "source": [source for source in tables["source"] if source["name"] in chosen]},
            )
    if options.jsonl and "jsonl" in options.only:
        source = {"name": "texts", "contributor": "benchmark", "license": "NOASSERTION"}
        source |= {"paths": [str(options.jsonl.resolve())], "format": "jsonl"}  # type: ignore[dict-item]
        yield "jsonl", {"corpus": {"name": "benchmark"}, "source": [source]}


def _table(name: str, table: Any) -> str:
    if isinstance(table, list):
        return "\n".join(_block(f"[[{name}]]", each) for each in table)
    return _block(f"[{name}]", table)


def _block(head: str, table: Mapping[str, Any]) -> str:
    return "\n".join([head, *(f"{key} = {_value(value)}" for key, value in table.items())]) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
