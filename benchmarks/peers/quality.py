"""Was it right? What a tool removed, held against the copies that were put in and the exact similarity.

Similarity here belongs to no tool: sets of five words in a row, words being runs of letters, digits and
underscores in lower case, in scripts without spaces single characters; 64-bit hashes of them, all
different ones, none sampled.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus import Row

_WORD = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    r"|[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_NGRAM = 5
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_LEVELS = (0.7, 0.6, 0.5)
_EPSILON = 1e-9  # 0.7 has no exact binary form


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a decision was.

    Attributes:
        removed: Documents that are not kept.
        found: Kind of edit -> share of its copies that no longer stand beside their original.
        precision: Level -> share of the removed documents that some document resembles at least so much.
    """

    removed: int
    found: dict[str, float]
    precision: dict[float, float]


class Judge:
    """Knows the corpus; each document's nearest neighbour is looked for once."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._place = {row.id: place for place, row in enumerate(rows)}
        self._copies = [(row.id, row.copy_of, row.edit) for row in rows if row.copy_of in self._place]
        self._sets = _shingle_sets([row.text for row in rows])
        self._sizes = np.array([len(each) for each in self._sets])
        flat = np.concatenate(self._sets)
        owners = np.repeat(np.arange(len(rows)), self._sizes)
        order = np.argsort(flat, kind="stable")
        self._hashes, self._first, self._counts = np.unique(
            flat[order], return_index=True, return_counts=True
        )
        self._owners = owners[order]
        self._levels: dict[int, float] = {}

    def quality(self, kept: Collection[str]) -> Quality:
        """Judges a decision.

        Args:
            kept: Ids of the documents that are kept.

        Raises:
            ValueError: If one of them is not in the corpus, or comes twice.
        """
        alive = set(kept)
        if len(alive) != len(kept) or not alive <= self._place.keys():
            raise ValueError("kept ids come twice or are unknown")
        removed = sorted(place for name, place in self._place.items() if name not in alive)
        parted, total = Counter[str](), Counter[str]()
        for name, original, kind in self._copies:
            total[str(kind)] += 1
            parted[str(kind)] += name not in alive or original not in alive
        levels = [self.level(place) for place in removed]
        return Quality(
            removed=len(removed),
            found={kind: parted[kind] / total[kind] for kind in sorted(total)},
            precision={
                level: sum(each >= level for each in levels) / max(1, len(levels)) for level in _LEVELS
            },
        )

    def level(self, place: int) -> float:
        """Returns the highest of the levels at which another document resembles this one, else 0.

        Two sets of similarity t share at least ceil(t·n) of the n members of one, so also one of its
        n - ceil(t·n) + 1 rarest (prefix filter; Chaudhuri, Ganti, Kaushik 2006): nothing is missed.
        """
        if place not in self._levels:
            self._levels[place] = next((each for each in _LEVELS if self._resembled(place, each)), 0.0)
        return self._levels[place]

    def _resembled(self, place: int, level: float) -> bool:
        own = self._sets[place]
        slots = np.searchsorted(self._hashes, own)
        slots = slots[np.argsort(self._counts[slots], kind="stable")]
        prefix = slots[: len(own) - math.ceil(level * len(own) - _EPSILON) + 1]
        near = np.concatenate(
            [self._owners[self._first[slot] : self._first[slot] + self._counts[slot]] for slot in prefix]
        )
        others, shared = np.unique(near, return_counts=True)
        sizes = self._sizes[others]
        able = (
            (others != place)
            & (sizes >= level * len(own) - _EPSILON)
            & (level * sizes <= len(own) + _EPSILON)
        )
        others, shared = others[able], shared[able]
        for other in others[np.argsort(-shared, kind="stable")].tolist():
            both = len(np.intersect1d(own, self._sets[other], assume_unique=True))
            if both >= level * (len(own) + len(self._sets[other]) - both) - _EPSILON:
                return True
        return False


def _shingle_sets(texts: Sequence[str]) -> list[NDArray[np.uint64]]:
    numbers: dict[str, int] = {}
    sets = []
    for text in texts:
        words = _WORD.findall(text.lower()) or [text]
        ids = np.array([numbers.setdefault(word, len(numbers) + 1) for word in words], np.uint64)
        mixed = _mix(ids)
        count = max(1, len(ids) - _NGRAM + 1)
        sums = np.zeros(count, np.uint64)
        for step in range(min(_NGRAM, len(ids))):
            sums = sums * _FACTOR + mixed[step : step + count]
        sets.append(np.unique(_mix(sums)))
    return sets


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """MurmurHash3's ``fmix64``, a bijection."""
    made = values ^ (values >> np.uint64(33))
    made = made * np.uint64(0xFF51AFD7ED558CCD)
    made = made ^ (made >> np.uint64(33))
    made = made * np.uint64(0xC4CEB9FE1A85EC53)
    return np.asarray(made ^ (made >> np.uint64(33)))
