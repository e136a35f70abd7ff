"""N-grams of a batch with their places, against a plain reference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.ngrams import _BASE, _BLOCK_WORDS, ngrams
from transforms.words import Words, mix, split_words

TEXTS = st.lists(st.text(st.sampled_from("abcd  中ก\n"), max_size=60), max_size=10)
MASK = (1 << 64) - 1


def reference(words: Words, text: int, length: int) -> list[tuple[int, int, int]]:
    """(hash, first word, word after the last) of each run, word by word."""
    found = []
    for first in range(int(words.bounds[text]), int(words.bounds[text + 1])):
        value = amount = 0
        for place in range(first, int(words.bounds[text + 1])):
            value = (value * _BASE + int(words.hashes[place])) & MASK
            amount += int(words.twelfths[place])
            if amount >= length * 12:
                found.append((int(mix(np.array([value], np.uint64))[0]), first, place + 1))
                break
    return found


@given(TEXTS, st.integers(1, 7))
def test_each_run_of_n_words_worth_is_there_with_its_place(texts, length):
    words = split_words(texts)
    made = ngrams(words, length)
    assert len(made.bounds) == len(texts) + 1
    for text in range(len(texts)):
        rows = slice(made.bounds[text], made.bounds[text + 1])
        columns = (made.hashes[rows].tolist(), made.firsts[rows].tolist(), made.stops[rows].tolist())
        assert list(zip(*columns, strict=True)) == reference(words, text, length)


def test_borders_of_blocks_change_nothing():
    words = split_words([" ".join(str(n % 977) for n in range(2 * _BLOCK_WORDS + 100)), "中" * 100_000])
    whole = ngrams(words, 8)
    for first in (_BLOCK_WORDS - 8, _BLOCK_WORDS - 1, _BLOCK_WORDS, 2 * _BLOCK_WORDS):
        text = " ".join(str(n % 977) for n in range(first, first + 8))
        assert whole.hashes[first] == ngrams(split_words([text]), 8).hashes[0]
    han = whole.hashes[whole.bounds[1] :]
    assert len(set(han.tolist())) == 1
    assert len(han) == 100_000 - 12 + 1


def test_order_counts():
    made = ngrams(split_words(["one two three", "three two one", "ONE, two: three!"]), 3)
    assert made.hashes[0] == made.hashes[2] != made.hashes[1]


def test_no_text_and_no_words_give_no_runs():
    for texts in ([], [""], ["…", "—"]):
        made = ngrams(split_words(texts), 5)
        assert len(made.hashes) == 0
        assert made.bounds.tolist() == [0] * (len(texts) + 1)


def test_a_run_has_a_word_at_least():
    with pytest.raises(ValueError, match="at least 1 word"):
        ngrams(split_words(["a"]), 0)
