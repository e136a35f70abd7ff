"""Parts of documents: which hashes are sampled, which whole a part goes to, and what becomes of clusters."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.clusters import Members
from transforms.containing import (
    LEAST_SHINGLES,
    SAMPLED,
    Parts,
    absorb,
    choose,
    in_sample,
    places_of,
    shares_of,
)
from transforms.judging import HeldShingles
from transforms.shingles import Shingles, containment, shingles
from transforms.words import split_words


def test_a_sixteenth_of_all_hashes_is_sampled_and_always_the_same():
    hashes = np.random.default_rng(4).integers(0, 2**32, 200_000, np.uint32)
    kept = in_sample(hashes)
    assert kept.mean() == pytest.approx(1 / SAMPLED, rel=0.03)
    assert (in_sample(hashes[::-1]) == kept[::-1]).all()


def test_what_is_missed_is_what_the_law_says():
    """Of parts of 50 shingles, nine tenths of them held, (15/16)^45 have no shared hash in the sample."""
    hashes = np.random.default_rng(5).integers(0, 2**32, (20_000, round(LEAST_SHINGLES * 0.9)), np.uint32)
    missed = 1 - in_sample(hashes).any(axis=1).mean()
    assert missed == pytest.approx((1 - 1 / SAMPLED) ** 45, rel=0.1)


def test_shares_are_exact():
    chance = random.Random(3)
    words = ["w" + "".join(chance.choices("abcdefgh", k=4)) for _ in range(400)]
    texts = [" ".join(words), " ".join(words[50:150]), " ".join(words[300:] + words[:60][::-1])]
    made = shingles(split_words(texts), 3)
    part, whole = np.array([1, 2, 0]), np.array([0, 0, 1])
    expected = [containment(made.of(b), made.of(a)) for a, b in zip(part, whole, strict=True)]
    assert shares_of(HeldShingles(made), part, whole).tolist() == pytest.approx(expected)
    assert expected[0] == 1.0
    assert 0 < expected[2] < expected[1]


PAIRS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(90, 100)), max_size=40)


@given(PAIRS)
def test_each_part_goes_to_a_whole_that_stays(drawn):
    place = np.random.default_rng(1).permutation(12)
    pairs = {(a, b): share for a, b, share in drawn if place[b] < place[a]}
    part, whole = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    share = np.array(list(pairs.values()), np.float64)
    made = choose(part, whole, share, place)
    gone = set(made.part.tolist())
    assert sorted(gone) == made.part.tolist()
    assert not gone & set(made.whole.tolist())
    for one, other, held in zip(made.part.tolist(), made.whole.tolist(), made.share.tolist(), strict=True):
        able = [pairs[pair] for pair in pairs if pair[0] == one and pair[1] not in gone]
        assert pairs[one, other] == held == max(able)
    # Whoever stays has no whole that stays.
    assert all(one in gone or other in gone for one, other in pairs)


def test_the_longest_comes_first_and_of_equals_the_survivor():
    assert places_of(np.array([50, 90, 90, 70]), np.array([0, 3, 1, 2])).tolist() == [3, 1, 0, 2]


def test_a_part_takes_its_cluster_along():
    """Rows 2 and 5 are a cluster that row 2 founded, rows 1 and 4 another; 7 and 0 are alone."""
    rows, founder = np.array([1, 2, 4, 5]), np.array([1, 2, 1, 2])
    exact = np.array([True, True, False, True])
    share = np.array([1, 1, 0.8, 1])
    members = Members(rows, founder, founder, founder, exact, share, np.zeros(4, np.bool_))
    made = absorb(members, Parts(np.array([2, 7]), np.array([1, 0]), np.array([0.95, 1.0])))
    assert made.rows.tolist() == [1, 2, 4, 5, 7]
    assert made.cluster.tolist() == [1, 2, 1, 2, 7]
    assert made.survivor.tolist() == [1, 1, 1, 1, 0]
    assert made.contained.tolist() == [False, True, False, False, True]
    assert made.similarity.tolist() == [1, 0.95, 0.8, 1, 1]
    nothing = absorb(members, Parts(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)))
    assert nothing.survivor.tolist() == founder.tolist()
    assert not nothing.contained.any()


def test_sets_without_a_hash_in_the_sample():
    made = Shingles(np.array([1, 2], np.uint32), np.array([0, 1, 2]))
    assert not in_sample(made.hashes).all()
