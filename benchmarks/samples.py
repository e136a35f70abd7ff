"""The whole tree of samples as one corpus: what becomes of every file, by the ending of its name.

    python benchmarks/samples.py --data DIR [--workers 2] [--keep FOLDER]

``DIR/samples`` is one source, hostile files and all. Prints time, CPU seconds, the largest sum of PSS over
all processes (parsers included), the funnel, and the table of docs/ingest.md.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.fates import fates_of, folder_size, markdown, mistakes_of, wrong_with
from benchmarks.resources import measure

_CONFIG = """[corpus]
name = "samples"
warehouse = "{warehouse}"
[[source]]
name = "samples"
contributor = {{path = 0}}
license = "LicenseRef-mixed"
paths = ["{samples}"]
max_dead_fraction = 1.0
"""


def main() -> None:
    """Builds and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="keep the warehouse in this folder")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="samples"))
    try:
        sys.exit(run(options.data.resolve() / "samples", folder, options.workers))
    finally:
        if not options.keep:
            shutil.rmtree(folder)


def run(samples: Path, folder: Path, workers: int) -> int:
    """Builds the corpus and says what became of its files; returns the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    warehouse = folder / "warehouse"
    config = folder / "corpus.toml"
    config.write_text(_CONFIG.format(warehouse=warehouse, samples=samples))
    files, size = folder_size(samples)
    print(f"{files:,} files, {size / 1e6:.0f} MB", flush=True)
    command = [sys.executable, "-m", "datamoat", "build", str(config), "--workers", str(workers), "--quiet"]
    cost = measure(command, quiet=False)
    print(
        f"exit code {cost.exit_code}, {cost.wall_s:.0f} s, {cost.cpu_s:.0f} CPU s, "
        f"peak of PSS {cost.peak_pss_mb:,.0f} MB\n",
        flush=True,
    )
    if cost.exit_code:
        return 1
    print(markdown(fates_of(str(warehouse))))
    wrong, mistakes = wrong_with(str(warehouse)), mistakes_of(str(warehouse))
    for line in (*wrong, *mistakes):
        print(line)
    print(f"\n{len(wrong)} checks failed, {len(mistakes)} mistakes of readers")
    return 1 if wrong or mistakes else 0


if __name__ == "__main__":
    main()
