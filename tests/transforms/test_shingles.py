"""Shingles of a batch, and the exact similarity of two documents."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.shingles import _BASE, _BLOCK_WORDS, containment, jaccard, shingles
from transforms.words import Words, split_words

TEXTS = st.lists(st.text(st.sampled_from("abcd  中ก\n"), max_size=60), max_size=10)
MASK = (1 << 64) - 1


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


def reference_runs(words: Words, document: int, ngram: int) -> list[int]:
    """The hash of each run of a document, word by word."""
    first, stop = words.bounds[document], words.bounds[document + 1]
    hashes, twelfths = words.hashes[first:stop].tolist(), words.twelfths[first:stop].tolist()
    runs = []
    for begin in range(len(hashes)):
        amount = value = 0
        longest = slice(begin, begin + ngram * 12)
        for word, part in zip(hashes[longest], twelfths[longest], strict=True):
            value = (value * _BASE + word) & MASK
            amount += part
            if amount >= ngram * 12:
                runs.append((value ^ value >> 32) * _BASE >> 32 & 0xFFFFFFFF)
                break
    return runs


@given(TEXTS, st.integers(1, 7))
def test_each_run_of_n_words_worth_is_a_shingle(texts, ngram):
    words = split_words(texts)
    made = shingles(words, ngram)
    for document in range(len(texts)):
        expected = reference_runs(words, document, ngram)
        if len(expected) > 1:
            assert made.of(document).tolist() == expected
        else:
            assert len(made.of(document)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "".join(random.Random(5).choices("ab cdกเที่中文字かな ", k=80_000)),
        "a b c " * (_BLOCK_WORDS // 3) + "ภาษาไทย中文字" * 5_000 + " a b c" * _BLOCK_WORDS,
        "ก" * (2 * _BLOCK_WORDS + 1) + " a" * (_BLOCK_WORDS + 3),
    ],
    ids=["mixed", "parts after the border", "parts before the border"],
)
def test_runs_over_the_border_of_a_block(text):
    words = split_words(["before it", text, "after it"])
    made = shingles(words, 5)
    assert len(words.hashes) > 3 * _BLOCK_WORDS
    assert made.of(1).tolist() == reference_runs(words, 1, 5)
    assert made.of(1).tolist() == shingles(split_words([text]), 5).of(0).tolist()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("one two three four five", 5),
        ("中文字中文字中文", 8),
        ("ก" * 20, 20),
        ("ที่" * 20, 20),
        ("か" * 20, 20),
        ("中文字中文字 one", 7),
        ("한국어 문서 하나 둘 셋", 5),
    ],
)
def test_five_words_worth_in_each_script(text, words):
    assert len(split_words([text]).hashes) == words
    kept = text.rstrip("\u0301\u0e35\u0e48")
    documents = made(f"{text} a b c", f"{text} x y z", f"{kept[:-1]} a b c d e")
    assert documents.of(0)[0] == documents.of(1)[0]  # what follows is not in the first run
    assert documents.of(0)[0] != documents.of(2)[0]  # its last word is
    assert len(made(text).of(0)) == 2


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


HASHES = st.lists(st.integers(0, 20), max_size=20).map(lambda values: np.array(values, np.uint32))


@given(HASHES, HASHES)
def test_containment_of_sets(left, right):
    shared = len({*left.tolist()} & {*right.tolist()})
    assert containment(left, right) * len({*right.tolist()}) == pytest.approx(shared)
    assert containment(np.concatenate([left, right]), right) == 1.0
    assert min(containment(left, right), containment(right, left)) >= jaccard(left, right)


def test_ngram_must_be_positive():
    with pytest.raises(ValueError, match="at least 1"):
        made("a", ngram=0)
