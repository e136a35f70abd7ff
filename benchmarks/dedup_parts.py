"""Are pages inside of other pages found, and how many that are in none?

    python benchmarks/dedup_parts.py --data DIR [--limit 0.9]

Takes the pages of the Rust book, Pro Git and the documentation of Vue, in English and Chinese, and puts each
third into the page after it: between lines (``benchmarks.edits.page_in_page``) or between its halves. All
stand in one corpus. Prints by length how many of those are found inside of the page that they were put into,
beside those that are near duplicates anyway; and which other pages are taken for parts.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.chance import Dice, rank
from benchmarks.edits import page_in_page
from benchmarks.judged import _TRANSLATIONS, _members
from pipelines.containing import find_parts
from schemas.specs import DedupSpec
from transforms.judging import HeldShingles
from transforms.shingles import containment, jaccard, shingles
from transforms.words import split_words

_EVERY = 3
_GROUPS = ((1000, "1,000 shingles and more"), (200, "200 to 999"), (50, "50 to 199"), (0, "fewer"))


def pages(data: Path) -> list[str]:
    """Reads the pages, in an order without a pattern."""
    texts: dict[str, str] = {}
    for original, translation, kept in _TRANSLATIONS:
        for archive in (original, translation):
            found = _members(data, archive, kept)
            texts |= {f"{archive}/{name}": text for name, text in found.items() if len(text) > 500}
    return [texts[name] for name in sorted(texts, key=rank)]


def framed(text: str, frame: str, dice: Dice) -> str:
    """Puts a text into a page: into a part of it, or between its halves."""
    if dice.below(2):
        return page_in_page(text, frame, dice)
    return "\n\n".join((frame[: len(frame) // 2], text, frame[len(frame) // 2 :]))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--limit", type=float, default=0.9)
    options = parser.parse_args()
    own = pages(options.data)
    put = list(range(0, len(own) - 1, _EVERY))  # the page after it is its frame
    texts = [text for place, text in enumerate(own) if place % _EVERY != 1 or place - 1 not in put]
    place_of = {text: place for place, text in enumerate(texts)}
    parts = [place_of[own[place]] for place in put]
    texts += [framed(own[place], own[place + 1], Dice("parts", place)) for place in put]
    wholes = range(len(texts) - len(put), len(texts))
    spec = DedupSpec()
    made = shingles(split_words(texts), spec.ngram)
    rows = np.arange(len(texts))
    found = find_parts(HeldShingles(made), rows, rows, np.zeros(len(rows), np.bool_), options.limit, 1)
    held = dict(zip(found.part.tolist(), found.whole.tolist(), strict=True))
    counts: Counter[tuple[str, str]] = Counter()
    for part, whole in zip(parts, wholes, strict=True):
        size = len(np.unique(made.of(part)))
        group = next(name for least, name in _GROUPS if size >= least)
        near = jaccard(made.of(part), made.of(whole)) >= spec.threshold
        counts[group, "all"] += 1
        counts[group, "near"] += near
        counts[group, "found"] += held.get(part) == whole
        counts[group, "either"] += near or part in held
    print(f"{len(texts):,} pages, {len(put):,} of them inside of another one; limit {options.limit}")
    print(f"{'length':26}{'all':>6}{'near anyway':>13}{'found inside':>14}{'either':>8}")
    for group in dict.fromkeys(name for name, _ in counts):
        row = [counts[group, key] for key in ("all", "near", "found", "either")]
        print(f"{group:26}{row[0]:>6}{row[1]:>13}{row[2]:>14}{row[3]:>8}")
    others = [part for part in held if part not in set(parts)]
    print(f"pages taken for parts that were put nowhere: {len(others)}")
    for part in others[:5]:
        share = containment(made.of(held[part]), made.of(part))
        print(f"  {share:.2f} {texts[part][:60]!r} in {texts[held[part]][:60]!r}")


if __name__ == "__main__":
    main()
