"""Signatures, bit by bit those of datasketch."""

import itertools

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from transforms.shingles import Shingles, jaccard
from transforms.signatures import estimate, sign

HASHES = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=60)


def batch(documents: list[list[int]]) -> Shingles:
    flat = [value for document in documents for value in document]
    return Shingles(np.array(flat, np.uint32), np.cumsum([0, *map(len, documents)]))


def datasketch(document: list[int], permutations: int) -> list[int]:
    sketch = MinHash(num_perm=permutations, seed=1, scheme="affine32", hashfunc=int)
    sketch.update_batch(document)
    return sketch.hashvalues.tolist()


@given(st.lists(HASHES, min_size=1, max_size=6), st.integers(1, 130))
def test_a_batch_has_the_signatures_of_datasketch(documents, permutations):
    signatures = sign(batch(documents), permutations)
    assert signatures.dtype == np.uint32
    assert signatures.flags.c_contiguous
    assert signatures.tolist() == [datasketch(document, permutations) for document in documents]


@pytest.mark.parametrize("sizes", [[150_000], [1, 65_535, 1, 65_536, 3, 150_000, 2], [65_536, 65_536]])
def test_documents_that_blocks_cut_have_them_too(sizes):
    values = np.random.default_rng(5).integers(0, 2**32, sum(sizes)).tolist()
    borders = np.cumsum([0, *sizes]).tolist()
    documents = [values[a:b] for a, b in itertools.pairwise(borders)]
    assert sign(batch(documents), 16).tolist() == [datasketch(document, 16) for document in documents]


def test_no_documents():
    assert sign(Shingles(np.empty(0, np.uint32), np.zeros(1, np.int64)), 128).shape == (0, 128)


def test_the_share_of_equal_values_estimates_the_similarity():
    """Its error has the standard deviation of a share of 128 draws; none of 300 strays beyond 4.5."""
    rng = np.random.default_rng(3)
    for shared in range(300):
        common = rng.integers(0, 2**32, shared)
        left = np.concatenate([common, rng.integers(0, 2**32, 150)]).astype(np.uint32)
        right = np.concatenate([common, rng.integers(0, 2**32, 150)]).astype(np.uint32)
        true = jaccard(left, right)
        signatures = sign(batch([left.tolist(), right.tolist()]), 128)
        deviation = max(np.sqrt(true * (1 - true) / 128), 1 / 128)
        assert abs(float(estimate(signatures[0], signatures[1])) - true) < 4.5 * deviation


def test_estimate_works_on_rows_of_any_number_of_permutations():
    left = np.arange(14, dtype=np.uint32).reshape(2, 7)
    right = left.copy()
    right[1, :3] = 99
    assert estimate(left, right).tolist() == [1.0, 4 / 7]
