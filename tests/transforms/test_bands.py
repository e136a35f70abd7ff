"""Bands: which pairs are compared at all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.bands import band_keys, choose_bands, found_probability, star_edges


def test_the_usual_choice():
    assert choose_bands(0.7, 128) == (25, 5)


@given(st.floats(0.05, 1.0), st.integers(1, 256))
def test_pairs_at_the_threshold_are_found_and_no_longer_bands_would_do(threshold, permutations):
    bands, rows = choose_bands(threshold, permutations)
    assert bands * rows <= permutations
    found = round(found_probability(threshold, bands, rows), 2)
    assert found >= 0.99 or rows == 1
    for longer in range(rows + 1, permutations + 1):
        assert round(found_probability(threshold, permutations // longer, longer), 2) < 0.99


@pytest.mark.parametrize(("threshold", "permutations"), [(0, 128), (1.1, 128), (0.7, 0)])
def test_senseless_options_are_refused(threshold, permutations):
    with pytest.raises(ValueError, match="must be"):
        choose_bands(threshold, permutations)


def test_bands_find_as_many_pairs_as_the_formula_says():
    rng = np.random.default_rng(7)
    pairs, similarity = 20_000, 0.6
    left = rng.integers(0, 2**32, (pairs, 128), dtype=np.uint32)
    right = np.where(rng.random((pairs, 128)) < similarity, left, left ^ np.uint32(1))
    shared = (band_keys(left, 25, 5) == band_keys(right, 25, 5)).any(axis=1)
    assert shared.mean() == pytest.approx(found_probability(similarity, 25, 5), abs=0.01)


def test_keys_are_equal_where_bands_are_and_nowhere_else():
    rng = np.random.default_rng(1)
    signatures = rng.integers(0, 3, (3_000, 12), dtype=np.uint32)
    keys = band_keys(signatures, 4, 3)
    contents = {}
    for document in range(len(signatures)):
        for band in range(4):
            content = (band, *signatures[document, band * 3 : band * 3 + 3].tolist())
            assert contents.setdefault(int(keys[document, band]), content) == content
    assert len(contents) == len(set(contents.values())) == 4 * 27


def test_bands_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        band_keys(np.zeros((1, 10), np.uint32), 3, 4)


@given(st.lists(st.integers(0, 2**62), max_size=30))
def test_the_edges_of_a_bucket_are_a_star(rows):
    distinct = sorted(set(rows))
    edges = list(star_edges(iter(rows)))
    assert edges == [(distinct[0], row) for row in distinct[1:]]
