"""How fast is cleaning, what does the gate let through, and is the result ftfy's? Prints one table.

    python benchmarks/clean.py --data DIR [--every 10]

DIR is the folder with ``bulk``; every n-th file of its J archives is read as UTF-8. Times are CPU seconds,
the best of three; "of 4 KB" is the speed for documents of that size.
"""

import argparse
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import ftfy

from schemas.specs import CleanSpec
from transforms.clean import clean_text
from transforms.clean.gate import SUSPECT
from transforms.clean.repair import CONFIG, repair


def read(data: Path, every: int) -> list[str]:
    """Returns the texts of every n-th file."""
    texts: list[str] = []
    for archive in sorted((data / "bulk").glob("J_*.tar.gz")):
        with tarfile.open(archive) as members:
            for number, member in enumerate(each for each in members if each.isfile()):
                stream = members.extractfile(member) if number % every == 0 else None
                if stream:
                    texts.append(stream.read().decode("utf-8", "replace"))
    return texts


def report(name: str, work: Callable[[str], object], texts: list[str], repeat: int = 3) -> None:
    """Prints the speed of ``work``."""
    size = sum(len(text.encode()) for text in texts)
    best = float("inf")
    for _ in range(repeat):
        start = time.process_time()
        for text in texts:
            work(text)
        best = min(best, time.process_time() - start)
    speed = size / best
    each = f"{len(texts) / best:12,.0f} documents/s {speed / 4096:12,.0f} of 4 KB"
    print(f"  {name:20}{speed / 1e6:10.1f} MB/s {each}")


def main() -> None:
    """Measures and prints."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--every", type=int, default=10)
    options = arguments.parse_args()
    texts = read(options.data, options.every)
    spec = CleanSpec()
    for name, chosen in (
        ("ASCII", [text for text in texts if text.isascii()]),
        ("not ASCII", [text for text in texts if not text.isascii()]),
    ):
        lines = [line for text in chosen for line in text.splitlines(keepends=True)]
        suspect = sum(SUSPECT.search(line) is not None for line in lines)
        print(f"{name}: {len(chosen):,} documents, {len(lines):,} lines, {suspect:,} of them suspect")
        report("repair", repair, chosen)
        report("clean_text", lambda text: clean_text(text, spec), chosen)
        report("ftfy.fix_text", lambda text: ftfy.fix_text(text, CONFIG), chosen, repeat=1)
    different = sum(repair(text)[0] != ftfy.fix_text(text, CONFIG) for text in texts)
    changed = sum(repair(text)[0] != text for text in texts)
    print(
        f"repair differs from ftfy.fix_text in {different} of {len(texts):,} documents; it changed {changed}"
    )


if __name__ == "__main__":
    main()
