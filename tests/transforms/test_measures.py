"""Characters, words and estimated tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.measures import measure
from transforms.words import split_words


@given(st.lists(st.text(max_size=50), max_size=150))
def test_each_text_is_measured_as_if_it_were_alone(texts):
    together = measure(split_words(texts))
    assert together.chars.tolist() == [len(text) for text in texts]
    for index, text in enumerate(texts):
        alone = measure(split_words([text]))
        assert alone.words[0] == together.words[index]
        assert alone.tokens[0] == together.tokens[index]


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("The quick brown fox jumps over the lazy dog. " * 100, 950, 1150),
        ("Быстрая коричневая лиса прыгает через собаку. " * 100, 1600, 1900),
        ("快速的棕色狐狸跳过了懒狗。" * 100, 900, 1200),
        ("for i in range(10): print(i, x[i]); y += 3.14\n" * 100, 1500, 2400),
        ("x", 1, 1),
        ("", 0, 0),
        ("\ud800", 1, 1),
    ],
)
def test_the_estimate_is_of_the_right_size(text, least, most):
    assert least <= measure(split_words([text])).tokens[0] <= most
