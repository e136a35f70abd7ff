"""MinHash signatures: how similar are two sets, judged by 4 bytes a permutation?

A signature keeps, for each of some permutations of all hashes, the smallest hash of a document's
shingles. Two documents agree in a value with the probability of their Jaccard similarity (Broder
1997), so the share of equal values estimates it, with a standard deviation of √(J(1-J)/permutations).

The values are those of datasketch 2.0, ``MinHash(num_perm, seed=1, scheme="affine32")`` fed with the
same 32-bit hashes: the permutations are datasketch's own, the arithmetic is done for a batch at once.
Time is linear in shingles × permutations.
"""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms import kernel
from transforms.shingles import Shingles

SIGNATURES_VERSION: Final = 1
"""Bumped when another signature comes out for the same shingles."""

_SEED = 1
_BLOCK = 1 << 16  # shingles permuted at once: 256 KB and as much scratch, for the second-level cache


def sign(shingles: Shingles, permutations: int) -> NDArray[np.uint32]:
    """Returns one signature a document: uint32, documents × permutations.

    Args:
        shingles: Of a batch; each document has at least one.
        permutations: Values in a signature, at least 1.

    >>> made = Shingles(np.array([7, 8, 9, 7], np.uint32), np.array([0, 3, 4]))
    >>> sign(made, 4).shape
    (2, 4)
    """
    factors, summands = permutations_of(permutations)
    if kernel.compiled():
        documents = len(shingles.bounds) - 1
        hashes, bounds = np.ascontiguousarray(shingles.hashes), np.ascontiguousarray(shingles.bounds)
        scratch, made = np.empty(len(hashes), np.uint32), np.empty((documents, permutations), np.uint32)
        kernel.call("sign", hashes, bounds, documents, factors, summands, permutations, scratch, made)
        return made
    mixed = _mix32(shingles.hashes)
    bounds = shingles.bounds
    documents = len(bounds) - 1
    if not documents:
        return np.empty((0, permutations), np.uint32)
    # Documents are cut where a block ends; the minima of their pieces are joined at the end.
    blocks = np.arange(0, len(mixed), _BLOCK)
    starts = np.union1d(bounds[:-1], blocks)
    minima = np.empty((permutations, len(starts)), np.uint32)
    scratch = np.empty(min(_BLOCK, len(mixed)), np.uint32)
    borders = np.searchsorted(starts, np.append(blocks, len(mixed)))
    for block, first, stop in zip(blocks.tolist(), borders[:-1], borders[1:], strict=True):
        values = mixed[block : block + _BLOCK]
        permuted = scratch[: len(values)]
        pieces = starts[first:stop] - block
        for row in range(permutations):
            np.multiply(values, factors[row], out=permuted)
            np.add(permuted, summands[row], out=permuted)
            np.minimum.reduceat(permuted, pieces, out=minima[row, first:stop])
    if len(starts) > documents:
        minima = np.minimum.reduceat(minima, np.searchsorted(starts, bounds[:-1]), axis=1)
    return np.ascontiguousarray(minima.T)


def estimate(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Estimates similarities: the share of equal values, over the last axis.

    >>> float(estimate(np.array([1, 2, 3, 4], np.uint32), np.array([1, 2, 0, 4], np.uint32)))
    0.75
    """
    equal = np.asarray(left == right)
    # Bytes are summed twice as fast as np.count_nonzero counts along an axis.
    same = equal.view(np.uint8).sum(axis=-1, dtype=np.uint32)
    return np.asarray(same / np.float64(equal.shape[-1]), np.float64)


@cache
def permutations_of(count: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Returns factor and summand of each permutation, as datasketch draws them.

    Not asked of datasketch itself: its import costs every worker 0.4 s. ``RandomState`` draws the same
    numbers in every version of NumPy (NEP 19).
    """
    chance = np.random.RandomState(_SEED)
    # Odd factors make a permutation of h -> factor·h + summand modulo 2^32.
    factors = chance.randint(0, 1 << 31, count, np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, chance.randint(0, 1 << 32, count, np.uint32)


def _mix32(hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """MurmurHash3's ``fmix32``, which datasketch applies to every hash before it permutes."""
    mixed = hashes ^ (hashes >> np.uint32(16))
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed
