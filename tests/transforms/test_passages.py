"""Passages that two texts share, against brute force over their words."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.ngrams import Ngrams, ngrams
from transforms.passages import Passage, find_passages
from transforms.words import Words, split_words

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f", "中", "文"]), max_size=30)


def found(query: str, document: str, ngram: int = 4, shortest: int = 6) -> list[Passage]:
    left, right = split_words([query]), split_words([document])
    return find_passages(left, ngrams(left, ngram), right, ngrams(right, ngram), shortest)


def covered(passages: list[Passage]) -> set[tuple[int, int]]:
    """(word of the query, word of the document) that stand in a piece."""
    return {
        (piece.query[0] + step, piece.document[0] + step)
        for passage in passages
        for piece in passage.pieces
        for step in range(piece.query[1] - piece.query[0])
    }


@settings(max_examples=300)
@given(WORDS, WORDS, WORDS, WORDS, WORDS)
def test_every_shared_run_is_covered_and_nothing_that_is_not_shared(one, two, three, four, run):
    left, right = " ".join([*one, *run, *two]), " ".join([*three, *run, *four])
    query, document = left.split(), right.split()
    passages = found(left, right)
    pairs = covered(passages)
    assert all(query[place] == document[partner] for place, partner in pairs)
    worth = sum(8 if word in "中文" else 12 for word in run)
    if worth >= 6 * 12:
        words = {place for place, _ in pairs}
        assert set(range(len(one), len(one) + len(run))) <= words


def test_case_and_punctuation_are_told_apart_from_other_characters():
    book = "Call me Ishmael. Some years ago - never mind how long precisely - having little money"
    (same,) = found("he said: Call me Ishmael. Some years ago - never mind how", book)
    assert (same.kind, same.query, same.document, same.share) == ("verbatim", (2, 11), (0, 9), 1.0)
    (words,) = found("he said: call me ishmael, some years ago, never mind how", book)
    assert (words.kind, words.query, words.document) == ("words", (2, 11), (0, 9))


def test_a_word_changed_put_in_or_left_out_makes_a_passage_nearly_verbatim():
    book = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    for query in (
        book.replace("eight", "8"),
        book.replace("eight", "eight or so"),
        book.replace("eight ", ""),
    ):
        (near,) = found(query, f"what came before {book} and after", shortest=10)
        assert near.kind == "near"
        assert near.query == (0, len(query.split()))
        assert near.document == (3, 18)
        assert near.share >= 0.85


def test_a_run_stays_verbatim_beside_chance():
    text = " ".join(f"w{n}" for n in range(30))
    (alone,) = found(f"x y of the z {text} q r of the s", f"a b of the c {text} d e of the f", shortest=15)
    assert (alone.kind, alone.query) == ("verbatim", (5, 35))


def test_a_collision_of_hashes_is_refuted_by_the_text():
    query, document = (
        split_words(["one two three four five six"]),
        split_words(["uno dos tres four five six"]),
    )
    forged = Words(
        query.hashes, document.twelfths, document.starts, document.stops, document.bounds, document.offsets,
        document.texts,
    )  # fmt: skip
    assert find_passages(query, ngrams(query, 3), forged, ngrams(forged, 3), 3)[0].query == (3, 6)
    assert find_passages(query, ngrams(query, 3), forged, ngrams(forged, 3), 4) == []


def test_what_repeats_itself_is_bounded():
    passages = found("ha " * 3000, "ha " * 5000, shortest=15)
    assert {place for place, _ in covered(passages)} == set(range(3000))


def test_nothing_is_shared_with_an_empty_or_another_text():
    for query, document in (("", "a b c d e f"), ("a b c d e f", ""), ("a b c d e f", "g h i j k l")):
        assert found(query, document) == []


@pytest.mark.parametrize("share", [0.05, 0.15])
def test_most_edited_passages_are_found(share):
    dice = random.Random(5)
    book = [f"word{dice.randrange(3000)}" for _ in range(4000)]
    text, hits = " ".join(book), 0
    for _ in range(60):
        first = dice.randrange(3900)
        words = [
            word if dice.random() > share else f"other{dice.randrange(99)}"
            for word in book[first : first + 40]
        ]
        hits += any(
            abs(passage.document[0] - first) < 40
            for passage in found(" ".join(words), text, ngram=6, shortest=15)
        )
    assert hits >= 57


def test_the_types_are_those_of_a_batch_of_one():
    words = split_words(["a b c d"])
    assert isinstance(ngrams(words, 2), Ngrams)
