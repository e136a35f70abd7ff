"""Shingles of a batch, and the exact similarity of two documents."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.shingles import containment, jaccard, shingles
from transforms.shingling import _BASE, _BLOCK_WORDS, MOST_LETTERS, USUAL_LETTERS
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


def reference_runs(words: Words, document: int, ngram: int) -> list[tuple[int, int]]:
    """The hash of each run of a document and of how many shingles it counts, word by word."""
    first, stop = words.bounds[document], words.bounds[document + 1]
    hashes, twelfths = words.hashes[first:stop].tolist(), words.twelfths[first:stop].tolist()
    lengths = (words.stops - words.starts)[first:stop].tolist()
    runs = []
    for begin in range(len(hashes)):
        amount = value = letters = 0
        for place in range(begin, min(begin + ngram * 12, len(hashes))):
            value = (value * _BASE + hashes[place]) & MASK
            amount += twelfths[place]
            whole = twelfths[place] == 12
            letters += min(lengths[place], MOST_LETTERS) * 12 if whole else twelfths[place] * USUAL_LETTERS
            if amount >= ngram * 12:
                mixed = (value ^ value >> 32) * _BASE & MASK
                chance = mixed >> 16 & 0xFFFF
                runs.append((mixed >> 32, (letters * 65536 // (USUAL_LETTERS * 12 * ngram) + chance) >> 16))
                break
    return runs


def reference_shingles(words: Words, document: int, ngram: int) -> list[int] | None:
    """All shingles of a document in order; None if it has a lone one."""
    runs = reference_runs(words, document, ngram)
    if sum(times > 0 for _, times in runs) <= 1:
        return None
    return [(run + nth * 0x9E3779B9) % 2**32 for run, times in runs for nth in range(times)]


@given(TEXTS, st.integers(1, 7))
def test_each_run_of_n_words_worth_is_so_many_shingles(texts, ngram):
    words = split_words(texts)
    made = shingles(words, ngram)
    for document in range(len(texts)):
        expected = reference_shingles(words, document, ngram)
        if expected is not None:
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
    assert made.of(1).tolist() == reference_shingles(words, 1, 5)
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
    documents = split_words([f"{text} a b c", f"{text} x y z", f"{kept[:-1]} a b c d e"])
    one, same, other = (reference_runs(documents, number, 5)[0][0] for number in range(3))
    assert one == same  # what follows is not in the first run
    assert one != other  # its last word is
    assert len(made(text).of(0)) == 2


@given(
    st.lists(st.sampled_from(["alpha", "bread", "candy", "dwarf", "eagle"]), min_size=4, max_size=30),
    st.integers(1, 3),
)
def test_equal_runs_have_equal_hashes_and_no_others(letters, ngram):
    hashes = made(" ".join(letters), ngram=ngram).of(0).tolist()
    runs = [tuple(letters[i : i + ngram]) for i in range(len(letters) - ngram + 1)]
    assert len(set(zip(runs, hashes, strict=True))) == len(set(runs)) == len(set(hashes))


@pytest.mark.parametrize(
    ("letters", "weight"), [(1, 0.2), (3, 0.6), (5, 1), (8, 1.6), (10, 2), (20, 4), (21, 4), (256, 4)]
)
def test_a_run_counts_by_its_letters(letters, weight):
    chance = random.Random(letters)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=letters)) for _ in range(9_000)]
    hashes = made(" ".join(words), ngram=3).of(0)
    assert len(hashes) / (len(words) - 2) == pytest.approx(weight, rel=0.05)
    if letters > 5:  # enough different words
        assert len(np.unique(hashes)) == len(hashes)


@pytest.mark.parametrize("text", ["中文字中文", "ก" * 12, "한국어어어 문서서서서 하나나나나"])
def test_usual_words_count_once_in_each_script(text):
    (run,) = reference_runs(split_words([text]), 0, 3)
    assert run[1] in (1, 2)
    assert len(made(*[f"{text}{text}"] * 3, ngram=3).of(2)) >= 2


@given(st.integers(0, 1000))
def test_similarity_is_that_of_runs_weighted_by_their_letters(seed):
    chance = random.Random(seed)
    words = ["".join(chance.choices("abcdefgh", k=chance.choice([1, 2, 2, 3, 5, 8, 13]))) for _ in range(900)]
    left, right = words[:700], words[200:]
    runs = [{tuple(side[place : place + 3]) for place in range(len(side) - 2)} for side in (left, right)]
    letters = [sum(len("".join(run)) for run in some) for some in (runs[0] & runs[1], runs[0] | runs[1])]
    both = made(" ".join(left), " ".join(right), ngram=3)
    assert jaccard(both.of(0), both.of(1)) == pytest.approx(letters[0] / letters[1], abs=0.06)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Yes, please.", "yes please", True),  # all words are one shingle; marks and case are none
        ("Yes, please.", "Yes, please!!", True),
        ("yes please", "please yes", False),
        ("a b c d e", "a b c d e", True),
        ("house table water paper", "house table water paper", True),
        ("house table water paper stone", "house table water paper stone glass", False),  # two runs of five
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
