"""Which documents are worth comparing? Those whose signatures agree in a whole band.

A signature is cut into ``bands`` of ``rows`` values. Two documents of similarity s agree in a given
band with probability s^rows, and in at least one with 1 - (1 - s^rows)^bands (Leskovec, Rajaraman,
Ullman, *Mining of Massive Datasets*, section 3.4). Only those pairs are compared at all.

Documents that agree in a band stand in one bucket, named by the band's 8-byte key. Of a bucket go on
only the edges of a star: its smallest row with each other one. They connect the same documents as all
pairs would, and a bucket of a million documents stays a million edges.
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.words import mix

BANDS_VERSION: Final = 1
"""Bumped when bands are chosen otherwise or another key comes out for the same signature."""

FOUND_AT_THRESHOLD: Final = 0.99
"""Share of the pairs right at the threshold that banding has to find, rounded to two digits."""

_FACTOR = np.uint64(0x9FB21C651E98DF25)  # odd, its bits without pattern


def found_probability(similarity: float, bands: int, rows: int) -> float:
    """Returns the probability that a pair of this Jaccard similarity is compared.

    >>> round(found_probability(0.7, 25, 5), 4), round(found_probability(0.3, 25, 5), 4)
    (0.9899, 0.059)
    """
    return 1.0 - float((1.0 - similarity**rows) ** bands)


def choose_bands(threshold: float, permutations: int) -> tuple[int, int]:
    """Returns (bands, rows): the longest bands that find a pair at the threshold often enough.

    Longer bands mean fewer pairs to compare in vain. Values that no band needs are left over.

    Args:
        threshold: Jaccard similarity that makes a duplicate, above 0 and at most 1.
        permutations: Values in a signature, at least 1.

    Returns:
        With ``FOUND_AT_THRESHOLD`` missed even by bands of one value, bands of one value.

    >>> choose_bands(0.7, 128), choose_bands(0.8, 128), choose_bands(0.9, 128)
    ((25, 5), (18, 7), (12, 10))
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold must be above 0 and at most 1, not {threshold}")
    if permutations < 1:
        raise ValueError(f"permutations must be at least 1, not {permutations}")
    for rows in range(permutations, 1, -1):
        bands = permutations // rows
        if round(found_probability(threshold, bands, rows), 2) >= FOUND_AT_THRESHOLD:
            return bands, rows
    return permutations, 1


def band_keys(signatures: NDArray[np.uint32], bands: int, rows: int) -> NDArray[np.uint64]:
    """Returns the keys of all bands: uint64, documents × bands.

    The band's number is part of its key, so equal values in two different bands do not meet; that
    different contents get the same key is left to the chance of 64 bits, and costs a comparison.

    >>> keys = band_keys(np.array([[1, 2, 1, 2], [1, 2, 3, 4]], np.uint32), bands=2, rows=2)
    >>> len(np.unique(keys)), bool(keys[0, 0] == keys[1, 0])
    (3, True)
    """
    documents, permutations = signatures.shape
    if bands * rows > permutations:
        raise ValueError(f"{bands} bands of {rows} rows do not fit into {permutations} permutations")
    cut = signatures[:, : bands * rows].reshape(documents, bands, rows)
    keys = np.empty((documents, bands), np.uint64)
    keys[:] = np.arange(1, bands + 1, dtype=np.uint64)
    for row in range(rows):
        keys *= _FACTOR
        keys ^= keys >> np.uint64(29)
        keys += cut[:, :, row]
    return mix(keys)


def bucket_edges(
    rows: NDArray[np.int64], keys: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns the edges of all buckets, distinct, by ascending left and right row.

    The same edges as ``warehouse.pairing`` gives, for as many bands as fit into memory: 40 bytes each.

    Args:
        rows: Row of each band, below 2^32.
        keys: Key of each band.

    >>> rows, keys = np.array([3, 1, 7, 7, 9]), np.array([5, 6, 5, 6, 8], np.uint64)
    >>> left, right = bucket_edges(rows, keys)
    >>> left.tolist(), right.tolist()
    ([1, 3], [7, 7])
    """
    order = np.argsort(keys)
    keys, rows = keys[order], rows[order]
    heads = np.flatnonzero(np.concatenate([np.ones(min(len(keys), 1), np.bool_), keys[1:] != keys[:-1]]))
    sizes = np.diff(heads, append=len(keys))
    shared = sizes > 1
    rows, sizes = rows[np.repeat(shared, sizes)], sizes[shared]
    if not len(rows):
        return rows, rows
    left = np.repeat(np.minimum.reduceat(rows, np.cumsum(sizes) - sizes), sizes)
    other = rows > left
    packed = np.unique((left[other] << 32) | rows[other])
    return packed >> 32, packed & 0xFFFFFFFF


def star_edges(rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yields the edges of one bucket: (smallest row, other row), by ascending other row.

    The same edges as ``warehouse.pairing`` gives for the bucket. The iterable is read once, for on
    some runners a group's values can be; the smallest row is known only at its end, so the bucket is
    held meanwhile, by 8 bytes a row. A bucket of 10 million rows costs 80 MB (160 MB while it is
    sorted) and no more, and exact copies never come here. Buckets that even so do not fit one worker
    go through two shuffles instead: ``CombinePerKey(min)``, which no hot key burdens as it combines
    before the shuffle, then its result joined with the rows. For clusters alone a running minimum in
    O(1) memory would do, since any tree of a bucket connects it; but then its edges would depend on
    the order of the values, and engines could not be compared edge by edge.

    >>> list(star_edges(iter([7, 3, 9, 3])))
    [(3, 7), (3, 9)]
    """
    held = np.unique(np.frombuffer(array("q", rows), np.int64))
    for row in held[1:].tolist():
        yield int(held[0]), row
