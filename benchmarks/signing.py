"""How fast are words, counts, shingles and signatures, on one core?

    python benchmarks/signing.py --data DIR

Takes the Markdown, text and HTML pages of the archives ``DIR/bulk/J_*.tar.gz`` (at most 500 of each, in
28 languages), cut to 5,200 characters so that they are about 4 KB each, and prints documents per second
of process time by batch size: the best of three rounds. ``DATAMOAT_KERNEL=numpy`` measures the NumPy code.
"""

import argparse
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from schemas.specs import DedupSpec
from transforms import kernel
from transforms.measures import measure
from transforms.shingles import shingles
from transforms.signatures import sign
from transforms.words import split_words

_CHARS = 5_200
_PAGES = 500
_NGRAM, _PERMUTATIONS = DedupSpec().ngram, DedupSpec().permutations
_STEPS = ("words", "measures", "shingles", "signatures")


def pages(data: Path) -> list[str]:
    """Reads the pages, spread so that each batch holds several languages."""
    texts: list[tuple[int, str]] = []
    for path in sorted((data / "bulk").glob("J_*.tar.gz")):
        with tarfile.open(path) as archive:
            names = [
                entry for entry in archive if entry.name.endswith((".md", ".mdx", ".rst", ".txt", ".html"))
            ]
            for place, entry in enumerate(names[:: max(len(names) // _PAGES, 1)]):
                if file := archive.extractfile(entry):
                    texts.append((place, file.read().decode(errors="replace")[:_CHARS]))
    return [text for _, text in sorted(texts, key=lambda item: item[0])]


def seconds(texts: Sequence[str], batch: int) -> list[float]:
    """Returns the process time of each step over all texts."""
    spent = [0.0] * len(_STEPS)
    for first in range(0, len(texts), batch):
        begun = process_time()
        words = split_words(texts[first : first + batch])
        split = process_time()
        measure(words)
        measured = process_time()
        made = shingles(words, _NGRAM)
        shingled = process_time()
        sign(made, _PERMUTATIONS)
        signed = process_time()
        steps = (split - begun, measured - split, shingled - measured, signed - shingled)
        spent = [total + step for total, step in zip(spent, steps, strict=True)]
    return spent


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    texts = pages(parser.parse_args().data)
    print(f"computed by {'the compiled loops' if kernel.compiled() else 'NumPy'}")
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    print(f"{len(texts)} documents, mean {megabytes / len(texts) * 1e3:.1f} KB")
    print("batch " + "".join(f"{step:>12}" for step in _STEPS) + "    words to signatures")
    seconds(texts[:64], 64)  # tables are built once a process
    for batch in (16, 64, 256, 1000):
        best = [min(step) for step in zip(*(seconds(texts, batch) for _ in range(3)), strict=True)]
        total = best[0] + best[2] + best[3]
        rates = "".join(f"{len(texts) / step:>12,.0f}" for step in best)
        print(f"{batch:>5} {rates}    {len(texts) / total:,.0f} docs/s, {megabytes / total:.0f} MB/s")


if __name__ == "__main__":
    main()
