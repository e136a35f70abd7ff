"""Shingles of a batch, and the exact similarity of two documents."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.shingles import jaccard, shingles
from transforms.words import split_words

TEXTS = st.lists(st.text(st.sampled_from("abcd 中\n"), max_size=30), max_size=10)


def made(*texts: str, ngram: int = 5):
    return shingles(split_words(texts), ngram)


def similarity(left: str, right: str, ngram: int = 5) -> float:
    both = made(left, right, ngram=ngram)
    return jaccard(both.of(0), both.of(1))


@given(TEXTS, st.integers(1, 7))
def test_a_document_has_the_same_shingles_whatever_stands_beside_it(texts, ngram):
    together = made(*texts, ngram=ngram)
    assert len(together.bounds) == len(texts) + 1
    for index, text in enumerate(texts):
        assert together.of(index).tolist() == made(text, ngram=ngram).of(0).tolist()


@given(TEXTS, st.integers(1, 7))
def test_as_many_shingles_as_runs_of_n_words(texts, ngram):
    words = split_words(texts)
    counts = np.diff(words.bounds)
    expected = [2 if count <= ngram else count - ngram + 1 for count in counts.tolist()]
    assert np.diff(shingles(words, ngram).bounds).tolist() == expected


@given(st.lists(st.sampled_from("abcde"), min_size=4, max_size=30), st.integers(1, 3))
def test_equal_runs_have_equal_hashes_and_no_others(letters, ngram):
    hashes = made(" ".join(letters), ngram=ngram).of(0).tolist()
    runs = [tuple(letters[i : i + ngram]) for i in range(len(letters) - ngram + 1)]
    assert len(set(zip(runs, hashes, strict=True))) == len(set(runs)) == len(set(hashes))


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Yes, please.", "yes please", True),  # all words are one shingle; marks and case are none
        ("Yes, please.", "Yes, please!!", True),
        ("yes please", "please yes", False),
        ("a b c d e", "a b c d e", True),
        ("a b c d e", "a b c d e f", False),  # six words are two runs of five
        ("…", "…", True),  # no word: the text itself
        ("…", "---", False),
        ("", "…", False),
        ("", "", True),
    ],
)
def test_short_documents_meet_only_their_likes(left, right, same):
    assert (similarity(left, right) == 1.0) is same
    assert same or similarity(left, right) < 0.7


def test_short_documents_are_told_apart_by_more_than_32_bits():
    texts = [f"answer {number}" for number in range(200_000)]
    hashes = made(*texts).hashes.reshape(-1, 2)
    assert len(np.unique(hashes, axis=0)) == len(texts)


def test_scripts_without_spaces_are_compared_by_characters():
    chinese = "今天天气很好我们一起去公园散步吧顺便买一些水果回家做饭给家人吃然后早点休息" * 2
    assert similarity(chinese, chinese.replace("公园", "河边", 1)) > 0.6
    thai = "วันนี้อากาศดีมากเราไปเดินเล่นที่สวนสาธารณะกันเถอะแล้วซื้อผลไม้กลับบ้าน"
    assert similarity(thai, thai + "นะ") > 0.9
    assert similarity(chinese, thai) == 0.0


def test_jaccard_counts_each_shingle_once():
    assert jaccard(np.array([1, 1, 1, 2], np.uint32), np.array([1, 2, 2], np.uint32)) == 1.0
    assert jaccard(np.array([], np.uint32), np.array([], np.uint32)) == 1.0


def test_ngram_must_be_positive():
    with pytest.raises(ValueError, match="at least 1"):
        made("a", ngram=0)
