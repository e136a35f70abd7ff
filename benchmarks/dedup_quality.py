"""How well does a decision "near copy or not" agree with what is known of pairs of texts?

    python benchmarks/dedup_quality.py --data DIR [--write PAIRS] [--decided NAME=FILE …]

Takes the pairs of ``benchmarks.judged`` and prints, for each set, how many copies were found and how many
others were taken for copies; for the pairs that people judged also precision, recall and F1 with an
interval from 2,000 resamplings of the pairs. Decided by:

    datamoat     words, shingles, signatures and bands of this project: a band is shared, and the exact
                 similarity reaches the threshold
    datatrove    its rule restated: its normalisation, 5 words, 14 bands of 8 values, not verified
    text-dedup   its rule restated: its splitting, 5 words, 14 bands of 9 values, not verified

The restated rules are given the probability that a pair shares a band, not one throw of the dice; so their
counts are expected ones. ``--write`` writes the pairs as JSON lines (pair_id, set, left_text, right_text,
label) for tools that run elsewhere, and ``--decided`` reads what they decided (pair_id, duplicate).
"""

import argparse
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.judged import PARTS, Pair, judged_pairs
from schemas.specs import DedupSpec
from transforms.bands import band_keys, choose_bands
from transforms.shingles import Shingles, containment, jaccard, shingles
from transforms.signatures import sign
from transforms.words import split_words

NGRAM, PERMUTATIONS, THRESHOLD = DedupSpec().ngram, DedupSpec().permutations, DedupSpec().threshold
THRESHOLDS = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8)
OTHERS_NGRAM = 5
"""Words in a shingle of datatrove and text-dedup, and of plain similarities."""
JUDGED = "webis"
_RESAMPLINGS, _SEED = 2_000, 4

Decisions = NDArray[np.float64]
"""Of each pair the probability, mostly 0 or 1, that it is taken for a near copy."""


def scores(decisions: Decisions, labels: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Returns precision, recall and F1; precision is 1 where nothing was taken for a copy.

    >>> precision, recall, f1 = scores(np.array([1.0, 1.0, 0.0, 1.0]), np.array([True, True, True, False]))
    >>> round(precision, 3), round(recall, 3), round(f1, 3)
    (0.667, 0.667, 0.667)
    """
    taken, right = float(decisions.sum()), float(decisions[labels].sum())
    copies = int(np.count_nonzero(labels))
    return right / taken if taken else 1.0, right / copies, 2 * right / (taken + copies)


def interval(decisions: Decisions, labels: NDArray[np.bool_]) -> tuple[float, float]:
    """Returns the 95 % interval of F1 when the pairs are drawn anew, with replacement."""
    drawn = np.random.default_rng(_SEED).integers(0, len(labels), (_RESAMPLINGS, len(labels)))
    drawn = drawn[labels[drawn].any(axis=1)]
    low, high = np.quantile([scores(decisions[row], labels[row])[2] for row in drawn], [0.025, 0.975])
    return float(low), float(high)


def left_out(similarity: NDArray[np.float64], labels: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Scores a threshold that is chosen, for each pair, as the best one for all the other pairs."""
    decisions = np.zeros(len(labels))
    for place in range(len(labels)):
        others = np.arange(len(labels)) != place
        values = np.unique(similarity[others])
        middles = (values[1:] + values[:-1]) / 2
        f1 = [scores((similarity[others] >= middle).astype(float), labels[others])[2] for middle in middles]
        decisions[place] = similarity[place] >= middles[int(np.argmax(f1))]
    return scores(decisions, labels)


def similarities(
    pairs: Sequence[Pair], measure: Callable[[NDArray[np.uint32], NDArray[np.uint32]], float]
) -> NDArray[np.float64]:
    """Compares the shingles of each pair."""
    return np.array([measure(made.of(0), made.of(1)) for made in map(_shingles, pairs)])


def banded(pairs: Sequence[Pair]) -> NDArray[np.bool_]:
    """Tells which pairs are compared at all."""
    bands, rows = choose_bands(THRESHOLD, PERMUTATIONS)
    keys = (band_keys(sign(_shingles(pair), PERMUTATIONS), bands, rows) for pair in pairs)
    return np.array([bool((left == right).any()) for left, right in keys])


def datatrove(pairs: Sequence[Pair]) -> Decisions:
    """Its rule, as of version 0.10 with default settings; words are split at spaces."""

    def words(text: str) -> list[str]:
        kept = "".join(" " if mark.isspace() else mark for mark in text.lower())
        kept = "".join(mark for mark in kept if unicodedata.category(mark)[0] not in "PC")
        kept = "".join(m for m in unicodedata.normalize("NFD", kept) if unicodedata.category(m) != "Mn")
        return re.sub(r"\d+", "0", kept).split()

    return _unverified(pairs, words, bands=14, rows=8)


def text_dedup(pairs: Sequence[Pair]) -> Decisions:
    """Its rule, as of version 0.4 with 5 words, 128 permutations and threshold 0.7."""
    return _unverified(pairs, lambda text: re.split(r"\W", text.lower()), bands=14, rows=9)


def _unverified(pairs: Sequence[Pair], words: Callable[[str], list[str]], bands: int, rows: int) -> Decisions:
    def similarity(pair: Pair) -> float:
        left, right = (set(_runs(words(text))) for text in (pair.left_text, pair.right_text))
        return len(left & right) / len(left | right) if left and right else 0.0

    exact = np.array([similarity(pair) for pair in pairs])
    return np.asarray(1.0 - (1.0 - exact**rows) ** bands, np.float64)


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[place:] for place in range(OTHERS_NGRAM)), strict=False)


def _shingles(pair: Pair) -> Shingles:
    return shingles(split_words([pair.left_text, pair.right_text]), NGRAM)


def read_decided(path: Path, pairs: Sequence[Pair]) -> Decisions:
    """Reads decisions that were made elsewhere; a pair without one was not taken for a copy."""
    rows = map(json.loads, path.read_text().splitlines())
    taken = {row["pair_id"] for row in rows if row["duplicate"]}
    return np.array([float(pair.pair_id in taken) for pair in pairs])


def report(pairs: Sequence[Pair], decided: Mapping[str, Decisions]) -> Iterator[str]:
    """Yields the tables.

    Args:
        pairs: All pairs.
        decided: Decisions of others, by name.
    """
    labels = np.array([pair.label for pair in pairs])
    sets = np.array([pair.set for pair in pairs])
    exact = similarities(pairs, jaccard)
    ours = (banded(pairs) & (exact >= THRESHOLD)).astype(float)
    table = {
        "datamoat": ours,
        "datatrove": datatrove(pairs),
        "text-dedup": text_dedup(pairs),
        **{f"Jaccard {limit}": (exact >= limit).astype(float) for limit in THRESHOLDS},
        **decided,
    }
    names = [name for name in dict.fromkeys(sets.tolist()) if name not in PARTS]
    yield "copies found of all + others taken for copies of all"
    yield f"{'':16}" + "".join(f"{name:>21}" for name in names)
    for name, decisions in table.items():
        cells = (_cell(decisions[sets == one], labels[sets == one]) for one in names)
        yield f"{name:16}" + "".join(f"{cell:>21}" for cell in cells)
    chosen = sets == JUDGED
    yield ""
    yield f"{JUDGED:16}{'precision':>12}{'recall':>12}{'F1':>12}   95 % of resamplings"
    for name, decisions in table.items():
        values = "".join(f"{value:>12.3f}" for value in scores(decisions[chosen], labels[chosen]))
        low, high = interval(decisions[chosen], labels[chosen])
        yield f"{name:16}{values}   {low:.2f} - {high:.2f}"
    values = "".join(f"{value:>12.3f}" for value in left_out(exact[chosen], labels[chosen]))
    yield f"{'best threshold':16}{values}   of the other 54 pairs, for each pair"
    for name in sorted(PARTS):
        chosen = sets == name
        parts = similarities([pair for pair in pairs if pair.set == name], containment)
        yield ""
        yield f"{name:16}{'precision':>12}{'recall':>12}{'F1':>12}"
        for limit in (0.1, 0.2, 0.3, 0.5, 0.7):
            for kind, measured in (("contained", parts), ("Jaccard", exact[chosen])):
                found = scores((measured >= limit).astype(float), labels[chosen])
                yield f"{f'{kind} {limit}':16}" + "".join(f"{value:>12.3f}" for value in found)


def _cell(decisions: Decisions, labels: NDArray[np.bool_]) -> str:
    found, false = decisions[labels].sum(), decisions[~labels].sum()
    return f"{_count(found)}/{labels.sum()} + {_count(false)}/{(~labels).sum()}"


def _count(expected: float) -> str:
    return f"{expected:.1f}".removesuffix(".0")


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--write", type=Path, metavar="PAIRS")
    parser.add_argument("--decided", action="append", default=[], metavar="NAME=FILE")
    arguments = parser.parse_args()
    pairs = list(judged_pairs(arguments.data))
    if arguments.write:
        arguments.write.write_text("".join(json.dumps(asdict(pair)) + "\n" for pair in pairs))
    named = (one.split("=", 1) for one in arguments.decided)
    for line in report(pairs, {name: read_decided(Path(file), pairs) for name, file in named}):
        print(line)


if __name__ == "__main__":
    main()
