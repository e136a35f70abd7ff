"""Pages a second of the whole chain with HTML as input, beside the two libraries alone.

    python benchmarks/html_pages.py --data DIR [--pages 600] [--rounds 3]

The same pages (of I_web_html_pages, drawn without pattern), as files in a folder. ``datamoat build`` reads,
extracts, repairs, tells languages, measures quality, counts personal data, signs, deduplicates and writes,
with one worker and its sandbox, as it is by default. Beside it trafilatura (``fast=True``, and its default)
and resiliparse (``main_content=True``, as ``[html] extractor`` calls it) decode and extract the same files,
and keep nothing. Whole processes on one core, imports included, interleaved; medians of CPU time.
"""

import argparse
import os
import statistics
import sys
import tarfile
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.build import to_toml
from benchmarks.chance import rank
from benchmarks.peers.tools import pinned
from benchmarks.resources import Cost, measure

_ROOT = Path(__file__).resolve().parents[1]
_TOOLS = ("datamoat", "trafilatura fast", "trafilatura", "resiliparse")


def write_pages(data: Path, folder: Path, count: int) -> int:
    """Writes pages; returns their bytes."""
    with tarfile.open(data / "bulk" / "I_web_html_pages.tar.gz") as archive:
        pages = [info for info in archive if info.isreg() and info.name.endswith((".html", ".htm"))]
        pages.sort(key=lambda info: rank("page", info.name))
        for number, info in enumerate(pages[:count]):
            file = archive.extractfile(info)
            if file is not None:
                (folder / f"{number:05}.html").write_bytes(file.read())
    return sum(path.stat().st_size for path in folder.iterdir())


def alone(tool: str, folder: Path) -> None:
    """Extracts all pages by a library."""
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    def decoded(raw: bytes) -> str:
        return str(bytes_to_str(raw, detect_encoding(raw)))

    chars = 0
    for path in sorted(folder.iterdir()):
        raw = path.read_bytes()
        if tool == "resiliparse":
            from resiliparse.extract.html2text import extract_plain_text

            text = extract_plain_text(decoded(raw), main_content=True, links=False, alt_texts=False)
        else:
            from trafilatura import extract

            text = extract(raw, fast=tool.endswith("fast"), include_comments=False)
        chars += len(text or "")
    print(chars)


def command(tool: str, folder: Path, out: Path) -> list[str]:
    """Returns what is run."""
    if tool != "datamoat":
        return [sys.executable, str(Path(__file__).resolve()), "--alone", tool, "--folder", str(folder)]
    source = {"name": "s", "contributor": "c", "license": "NOASSERTION", "paths": [str(folder)]}
    tables: dict[str, object] = {"corpus": {"name": "h", "warehouse": str(out / "w")}, "source": [source]}
    (out / "corpus.toml").write_text(to_toml(tables), encoding="utf-8")
    return [sys.executable, "-m", "datamoat", "build", str(out / "corpus.toml"), "--workers", "1", "-q"]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--alone", choices=_TOOLS[1:], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        alone(options.alone, options.folder)
        return
    core = sorted(os.sched_getaffinity(0))[:1]
    costs: dict[str, list[Cost]] = {tool: [] for tool in _TOOLS}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "pages"
        folder.mkdir()
        size = write_pages(options.data, folder, options.pages)
        count = len(list(folder.iterdir()))
        print(f"{count:,} pages, {size / 1e6:.1f} MB")
        for _ in range(options.rounds):
            for tool in _TOOLS:
                with tempfile.TemporaryDirectory(dir=scratch) as out:
                    env = {"PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1"}
                    cost = measure(pinned(command(tool, folder, Path(out)), core), env)
                if cost.exit_code not in (0, 1):
                    raise RuntimeError(f"{tool} ended with exit code {cost.exit_code}")
                costs[tool].append(cost)
    print("| tool | CPU s | pages/s per core | MB/s |")
    print("|---|--:|--:|--:|")
    for tool in _TOOLS:
        cpu = statistics.median(cost.cpu_s for cost in costs[tool])
        print(f"| {tool} | {cpu:.1f} | {count / cpu:,.0f} | {size / cpu / 1e6:.2f} |")


if __name__ == "__main__":
    main()
