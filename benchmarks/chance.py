"""Chance that is the same on every machine and in every run, and does not depend on what came before."""

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

_T = TypeVar("_T")

SEED = 20240229
"""Everything made by chance here hangs on this number."""


def rank(*names: str | int) -> bytes:
    """Returns 16 bytes to sort by: an order that is the same everywhere and has no pattern."""
    text = "\0".join(map(str, (SEED, *names)))
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


class Dice:
    """Random choices for one purpose; only ``random.random`` is used, which Python keeps stable."""

    def __init__(self, *names: str | int) -> None:
        self._random = random.Random(int.from_bytes(rank(*names), "big"))

    def below(self, limit: int) -> int:
        """Returns a number from 0 to ``limit`` - 1."""
        return int(self._random.random() * limit)

    def choice(self, items: Sequence[_T]) -> _T:
        """Returns one of the items."""
        return items[self.below(len(items))]

    def positions(self, count: int, limit: int) -> list[int]:
        """Returns ``count`` different numbers below ``limit``, sorted."""
        drawn: set[int] = set()
        while len(drawn) < min(count, limit):
            drawn.add(self.below(limit))
        return sorted(drawn)
