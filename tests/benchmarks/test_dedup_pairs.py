"""Deduplication judged on real pages by exact similarity."""

import numpy as np
import pytest

from benchmarks.dedup_pairs import (
    article_pairs,
    deduplicate,
    etcd_pages,
    missed_from,
    removed_below,
    sample,
)
from schemas.specs import DedupSpec

THRESHOLD = DedupSpec().threshold


@pytest.fixture(scope="module")
def judged(shared_data):
    return deduplicate(etcd_pages(shared_data))


def test_pages_that_are_alike_are_found(judged):
    left, right = sample(judged, 0.8, 1.1).T
    assert len(left) == 200
    assert judged.shares[left, right].mean() >= 0.99
    assert (judged.cluster[left] == judged.cluster[right]).mean() >= 0.99


def test_pages_that_are_not_alike_are_never_merged(judged):
    left, right = sample(judged, 0.0, 0.5).T
    assert len(left) == 200
    assert not (judged.cluster[left] == judged.cluster[right]).any()
    assert removed_below(judged, 0.5) == 0
    assert len(np.unique(judged.members.survivor)) > 50


def test_shingles_leave_nothing_removed_below_the_threshold(judged, shared_data):
    estimated = deduplicate(etcd_pages(shared_data), verify=False)
    assert removed_below(judged, THRESHOLD) == 0 < removed_below(estimated, THRESHOLD)
    assert missed_from(judged, THRESHOLD) < missed_from(estimated, THRESHOLD)


def test_all_known_copies_of_articles_are_found_and_no_others(shared_data):
    found, known = article_pairs(shared_data)
    assert found == known
    assert len(known) == 10
