"""Winnowing: the guarantee against brute force, and how much is selected."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.ngrams import ngrams
from transforms.winnowing import _BLOCK, HASH_BITS, fingerprint, select
from transforms.words import split_words

SHAPES = st.tuples(st.integers(1, 6), st.integers(0, 8)).map(lambda shape: (shape[0], sum(shape)))
WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "中", "文", "か", "ก"]), max_size=40)


def reference(texts: list[str], ngram: int, min_words: int) -> set[int]:
    """The selected n-grams, window by window, as the paper says it."""
    words = split_words(texts)
    grams = ngrams(words, ngram)
    order = grams.hashes >> np.uint64(64 - HASH_BITS)
    chosen: set[int] = set()
    for text in range(len(texts)):
        mine = range(grams.bounds[text], grams.bounds[text + 1])
        windows = []
        for first in range(words.bounds[text], words.bounds[text + 1]):
            amount = 0
            for stop in range(first + 1, words.bounds[text + 1] + 1):
                amount += int(words.twelfths[stop - 1])
                if amount >= min_words * 12:
                    windows.append(
                        [gram for gram in mine if grams.firsts[gram] >= first and grams.stops[gram] <= stop]
                    )
                    break
        for window in windows or ([list(mine)] if mine else []):
            chosen.add(min(window, key=lambda gram: (order[gram], -gram)))
    return chosen


@given(st.lists(WORDS.map(" ".join), max_size=5), SHAPES)
def test_selected_is_the_last_least_of_every_window(texts, shape):
    words = split_words(texts)
    chosen = select(ngrams(words, shape[0]), words, shape[1])
    assert set(chosen.tolist()) == reference(texts, *shape)
    assert chosen.tolist() == sorted(set(chosen.tolist()))


@settings(max_examples=300)
@given(WORDS, WORDS, WORDS, WORDS, WORDS, SHAPES)
def test_every_shared_run_of_min_words_has_a_shared_fingerprint_inside(one, two, three, four, run, shape):
    """The guarantee: a run of min_words' worth anywhere in two texts is never missed."""
    ngram, min_words = shape
    left, right = [*one, *run, *two], [*three, *run, *four]
    words = split_words([" ".join(left), " ".join(right)])
    made = fingerprint(words, ngram, min_words)
    border = int(words.bounds[1])
    amount = int(words.twelfths[len(one) : len(one) + len(run)].sum())

    def inside(text: int, first: int) -> set[tuple[int, int]]:
        """(hash, place in the run) of the fingerprints inside of the run."""
        rows = slice(made.bounds[text], made.bounds[text + 1])
        firsts, stops = made.firsts[rows] - first, made.stops[rows] - first
        within = (firsts >= 0) & (stops <= len(run))
        return set(zip(made.hashes[rows][within].tolist(), firsts[within].tolist(), strict=True))

    if amount >= min_words * 12:
        assert inside(0, len(one)) & inside(1, border + len(three))


def test_a_text_has_the_same_fingerprints_whatever_stands_beside_it():
    texts = [" ".join(random.Random(seed).choices("abcdefgh中か", k=seed * 7)) for seed in range(12)]
    together = fingerprint(split_words(texts), 5, 12)
    for text in range(len(texts)):
        alone = fingerprint(split_words([texts[text]]), 5, 12)
        rows = slice(together.bounds[text], together.bounds[text + 1])
        assert together.hashes[rows].tolist() == alone.hashes.tolist()


def test_two_of_w_plus_one_are_selected_and_blocks_change_nothing():
    dice = random.Random(3)
    text = " ".join(str(dice.randrange(100_000)) for _ in range(3 * _BLOCK))
    made = fingerprint(split_words([text]), 8, 15)
    assert len(made.hashes) == pytest.approx(3 * _BLOCK * 2 / 9, rel=0.02)
    assert np.diff(made.firsts).max() <= 8  # no window of 8 n-grams is without one
    later = " ".join(text.split()[_BLOCK - 300 : _BLOCK + 300])
    assert set(fingerprint(split_words([later]), 8, 15).hashes[60:-60].tolist()) <= set(made.hashes.tolist())


def test_kept_hashes_are_evenly_spread():
    dice = random.Random(4)
    text = " ".join(str(dice.randrange(100_000)) for _ in range(50_000))
    made = fingerprint(split_words([text]), 8, 15)
    assert made.hashes.min() >= 0
    assert made.hashes.max() < 1 << HASH_BITS
    share = np.histogram(made.hashes, bins=8, range=(0, 1 << HASH_BITS))[0] / len(made.hashes)
    assert share == pytest.approx([1 / 8] * 8, rel=0.1)


def test_one_text_over_and_over_is_bounded_by_its_windows():
    made = fingerprint(split_words(["a " * 100_000]), 8, 15)
    assert set(made.hashes.tolist()) == {int(made.hashes[0])}


def test_a_window_holds_an_ngram():
    with pytest.raises(ValueError, match="at least the n-gram's 8"):
        fingerprint(split_words(["a"]), 8, 7)
