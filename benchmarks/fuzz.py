"""Damaged files: does any of them crash the build, hang it, or get lost?

    python benchmarks/fuzz.py --data DIR [--files 10000] [--workers 2] [--keep FOLDER]

Takes the files below ``DIR/samples`` and the members of its archives, up to 256 kB each, and writes copies
that are cut off, have some bits flipped, or are put together from two of them: the same ones in every run.
Then ``datamoat build`` makes a corpus of them. Exit code 1 if it does not come to its end, if ``datamoat
verify`` finds anything, or if a reader made a mistake (an exception that is none of its own).
"""

import argparse
import io
import shutil
import sys
import tarfile
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.chance import Dice
from benchmarks.fates import ending_of, fates_of, folder_size, markdown, mistakes_of, wrong_with
from benchmarks.resources import measure

LARGEST = 256 << 10
"""Larger seeds are left out: a change in a small file meets more of its structure."""

_FOLDER_FILES = 500
_CONFIG = """[corpus]
name = "fuzz"
warehouse = "warehouse"
[[source]]
name = "fuzz"
contributor = "nobody"
license = "LicenseRef-none"
paths = ["files"]
max_dead_fraction = 1.0
[limits]
seconds = 20
memory_mb = 500
"""

Seeds = Mapping[str, Sequence[tuple[str, bytes]]]
"""Ending -> (name, content)."""


def read_seeds(folder: Path) -> Seeds:
    """Returns the small files below a folder, and those in its archives, by their endings."""
    found: dict[str, list[tuple[str, bytes]]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            for name, content in _unpacked(path):
                if 0 < len(content) <= LARGEST:
                    found.setdefault(ending_of(name), []).append((name.rpartition("/")[2], content))
    return found


def _unpacked(path: Path) -> Iterator[tuple[str, bytes]]:
    content = path.read_bytes()
    yield path.name, content
    with suppress(tarfile.TarError, zipfile.BadZipFile, RuntimeError, EOFError, OSError, zlib.error):
        if path.name.endswith((".tar.gz", ".tgz", ".tar")):
            with tarfile.open(fileobj=io.BytesIO(content)) as archive:
                for info in archive:
                    file = archive.extractfile(info) if info.isreg() else None
                    if file is not None:
                        yield info.name, file.read()
        elif path.name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(content)) as box:
                for name in box.namelist():
                    yield name, box.read(name)


def mutate(dice: Dice, seed: bytes, other: bytes) -> bytes:
    """Returns a damaged copy: cut off, bits flipped, bytes replaced, or spliced with another file."""
    data = bytearray(seed)
    match dice.below(5):
        case 0:
            del data[dice.below(len(data)) :]
        case 1:
            for at in dice.positions(1 + dice.below(32), len(data)):
                data[at] ^= 1 << dice.below(8)
        case 2:
            at = dice.below(len(data))
            size = 1 + dice.below(64)
            data[at : at + size] = bytes(dice.choice((0, 0xFF, dice.below(256))) for _ in range(size))
        case 3:
            data[dice.below(len(data)) :] = other[dice.below(len(other)) :]
        case _:
            at, start = dice.below(len(data)), dice.below(len(other))
            data[at:at] = other[start : start + 1 + dice.below(4096)]
    return bytes(data)


def write_mutants(seeds: Seeds, folder: Path, count: int) -> None:
    """Writes so many damaged files; each ending gets its share, however many seeds it has."""
    endings = sorted(seeds)
    everything = [seed for ending in endings for seed in seeds[ending]]
    for number in range(count):
        dice = Dice("fuzz", number)
        kind = seeds[dice.choice(endings)]
        name, seed = dice.choice(kind)
        _, other = dice.choice(kind if dice.below(2) else everything)
        target = folder / f"{number // _FOLDER_FILES:03}"
        target.mkdir(parents=True, exist_ok=True)
        (target / f"{number:05}-{_safe(name)}").write_bytes(mutate(dice, seed, other))


def _safe(name: str) -> str:
    return "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in name)[
        -60:
    ]


def write_corpus(seeds: Seeds, folder: Path, count: int) -> Path:
    """Writes the damaged files and a configuration for them; returns its path."""
    write_mutants(seeds, folder / "files", count)
    config = folder / "corpus.toml"
    config.write_text(_CONFIG)
    return config


def main() -> None:
    """Writes, builds, and prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="write the files and the warehouse here, and leave them")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="fuzz"))
    try:
        sys.exit(run(read_seeds(options.data / "samples"), folder, options.files, options.workers))
    finally:
        if not options.keep:
            shutil.rmtree(folder)


def run(seeds: Seeds, folder: Path, count: int, workers: int) -> int:
    """Builds a corpus of damaged files and says what became of them; returns the exit code."""
    config = write_corpus(seeds, folder, count)
    files, size = folder_size(folder / "files")
    print(f"{files:,} files, {size / 1e6:.0f} MB, of {sum(map(len, seeds.values())):,} seeds", flush=True)
    command = [sys.executable, "-m", "datamoat", "build", str(config), "--workers", str(workers), "--quiet"]
    started = time.time()
    cost = measure(command)
    warehouse = str(folder / "warehouse")
    print(
        f"exit code {cost.exit_code}, {time.time() - started:.0f} s, {cost.cpu_s:.0f} CPU s, "
        f"peak of PSS {cost.peak_pss_mb:,.0f} MB\n"
    )
    if cost.exit_code:
        return 1
    print(markdown(fates_of(warehouse)))
    wrong, mistakes = wrong_with(warehouse), mistakes_of(warehouse)
    for line in (*wrong, *mistakes):
        print(line)
    print(f"\n{len(wrong)} checks failed, {len(mistakes)} mistakes of readers")
    return 1 if wrong or mistakes else 0


if __name__ == "__main__":
    main()
