"""Sentences, claims and passages: each word in exactly one, and borders where readers see them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.sentences import PASSAGE_WORDS, borders, claims, windows
from transforms.terms import rarity, runs_of, terms, written
from transforms.words import WHOLE, split_words

PIECES = [
    "word",
    "e.g.",
    "Yes.",
    "next",
    "?",
    "\n",
    "\n\n",
    "- item",
    "# Head\n",
    "汉字",
    "句。",
    "かな",
    "ไทย",
]
TEXTS = st.lists(st.sampled_from([*PIECES, "1. one", "“so.”"]), max_size=60).map(" ".join)


def sentences(text):
    words = split_words([text])
    stops = borders(words).stops.tolist()
    return [
        text[words.starts[first] : words.stops[stop - 1]]
        for first, stop in zip([0, *stops], stops, strict=False)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One two. Three four! Five?", ["One two", "Three four", "Five"]),
        (
            "Some, e.g. this one, or v1.5 of it. Then more",
            ["Some, e.g. this one, or v1.5 of it", "Then more"],
        ),
        ("A line that\nis wrapped. Next", ["A line that\nis wrapped", "Next"]),
        ("# Head\nText here\n\nNew one", ["Head", "Text here", "New one"]),
        ("Items:\n- a b\n- c d\n1. e", ["Items", "a b", "c d", "1. e"]),
        ("引用不可变。想修改？用可变引用", ["引用不可变", "想修改", "用可变引用"]),
        ("She said “It works.” Then she left.", ["She said “It works", "Then she left"]),
        ("", []),
    ],
)
def test_sentences_end_where_readers_see_it(text, expected):
    assert sentences(text) == expected


@given(st.lists(TEXTS, max_size=4))
def test_every_word_is_in_one_sentence_and_one_passage(texts):
    words = split_words(texts)
    for row in range(len(texts)):
        count = int(words.bounds[row + 1] - words.bounds[row])
        stops = borders(words, row).stops.tolist()
        assert stops == sorted(set(stops))
        assert stops[-1:] == ([count] if count else [])
        made = windows(words, row)
        assert [first for first, _ in made] == [0, *(stop for _, stop in made[:-1])][: len(made)]
        assert [stop for _, stop in made][-1:] == ([count] if count else [])
        assert all(first < stop for first, stop in made)


@given(TEXTS)
def test_claims_are_the_answer_and_none_but_a_lone_one_is_short(text):
    words = split_words([text])
    made = claims(words)
    assert [number for first, stop in made for number in range(first, stop)] == list(range(len(words.hashes)))
    if len(made) > 1:
        assert all(words.twelfths[first:stop].sum(dtype=np.int64) >= 4 * WHOLE for first, stop in made)


@given(st.integers(1, 2000), st.sampled_from(["word ", "汉", "か"]))
def test_a_passage_is_never_much_longer_than_it_should_be(count, word):
    words = split_words([word * count])
    worth = [words.twelfths[first:stop].sum(dtype=np.int64) / WHOLE for first, stop in windows(words, 0)]
    assert max(worth) <= 160
    assert all(one >= PASSAGE_WORDS for one in worth[:-1])


def test_a_term_is_the_same_in_every_text_and_case():
    made = terms(split_words(["Owner of the value", "a VALUE", "可变引用 x", "不可变"]))
    of = [set(made.hashes[a:b].tolist()) for a, b in zip(made.bounds, made.bounds[1:], strict=False)]
    assert len(of[0] & of[1]) == 1
    assert len(of[2] & of[3]) == 1  # 可变
    assert written(made.hashes).split() == [written(made.hashes[n : n + 1]) for n in range(len(made.hashes))]


def test_the_rarer_a_term_the_more_it_weighs():
    weights = rarity([0, 1, 50, 100], 100)
    assert (np.diff(weights) < 0).all()
    assert weights[-1] > 0


@given(st.lists(st.booleans()))
def test_runs_are_the_true_values(values):
    found = [number for first, stop in runs_of(np.array(values, np.bool_)) for number in range(first, stop)]
    assert found == [number for number, value in enumerate(values) if value]
