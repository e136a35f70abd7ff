"""Makes small corpora with near copies, chains and unlike documents, from a seed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from transforms.bands import band_keys
from transforms.shingles import Shingles, shingles
from transforms.signatures import sign
from transforms.words import split_words

NGRAM = 3
PERMUTATIONS = 64
BANDS, ROWS = 16, 4


def texts(seed: int, count: int = 60) -> list[str]:
    """Documents of some families: each one is a new text or an edited copy of any one before it."""
    rng = np.random.default_rng(seed)
    made: list[list[str]] = []
    for _ in range(count):
        if made and rng.random() < 0.75:
            words = list(made[rng.integers(len(made))])
            for _ in range(int(rng.integers(0, 6))):
                place = int(rng.integers(len(words)))
                words[place : place + int(rng.integers(0, 3))] = [f"w{rng.integers(5000)}"]
        else:
            words = [f"w{number}" for number in rng.integers(0, 5000, int(rng.integers(2, 120)))]
        made.append(words or ["w"])
    return [" ".join(words) for words in made]


def signatures(documents: list[str], ngram: int = NGRAM) -> NDArray[np.uint32]:
    return sign(shingles(split_words(documents), ngram), PERMUTATIONS)


def all_edges(keys: NDArray[np.uint64]) -> list[tuple[int, int]]:
    """The star edges of all buckets, by plain dictionaries."""
    buckets: dict[int, list[int]] = {}
    for row, values in enumerate(keys.tolist()):
        for key in values:
            buckets.setdefault(key, []).append(row)
    return sorted({(min(rows), row) for rows in buckets.values() for row in rows if row != min(rows)})


def edges_of(matrix: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    pairs = np.array(all_edges(band_keys(matrix, BANDS, ROWS)), np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


class KnownTexts:
    """Shingle sets of texts in memory; says which rows were learned, and in how many goes."""

    def __init__(self, documents: Sequence[str], ngram: int = NGRAM) -> None:
        self._documents, self._ngram = documents, ngram
        self._sets: dict[int, NDArray[np.uint32]] = {}
        self.learned: list[int] = []
        self.times = 0

    def learn(self, rows: NDArray[np.int64]) -> None:
        assert (np.diff(rows) > 0).all()
        made = shingles(split_words([self._documents[row] for row in rows.tolist()]), self._ngram)
        self._sets |= {row: np.unique(made.of(place)) for place, row in enumerate(rows.tolist())}
        self.learned += rows.tolist()
        self.times += 1

    def known(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.array([row in self._sets for row in rows.tolist()], np.bool_)

    def sizes(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.array([len(self._sets[row]) for row in rows.tolist()], np.int64)

    def read(self, rows: NDArray[np.int64]) -> Shingles:
        sets = [self._sets[row] for row in rows.tolist()]
        return Shingles(np.concatenate(sets), np.cumsum([0, *map(len, sets)]))
