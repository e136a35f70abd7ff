"""The compiled loops give what NumPy gives, value by value."""

import os
import random
import subprocess
import sys
from collections.abc import Sequence

import datasketch
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from transforms import kernel
from transforms.measures import measure
from transforms.shingles import shingles
from transforms.signatures import sign
from transforms.sketches import sketch
from transforms.words import split_words

pytestmark = pytest.mark.skipif(not kernel.compiled(), reason="no compiler was there when this was installed")

MARK = "\u0301"
ALPHABET = "abcXYZ019_  .,\n-éßİ中文字กที่かなя한국\u0300\ud800\u200b\u00ad😀ابج" + MARK
TEXTS = st.lists(st.text(st.sampled_from(ALPHABET), max_size=80), max_size=6)


def computed(texts: Sequence[str], ngram: int, permutations: int) -> list[NDArray[np.generic]]:
    words = split_words(texts)
    made = shingles(words, ngram)
    signatures = sign(made, permutations)
    measures, sketched = sketch(texts, ngram, permutations)
    measured = measure(words)
    assert np.array_equal(sketched, signatures)
    for name in ("chars", "words", "tokens"):
        assert np.array_equal(getattr(measures, name), getattr(measured, name))
    split = [words.hashes, words.twelfths, words.starts, words.stops, words.bounds]
    counts = [measured.chars, measured.words, measured.tokens]
    return [*split, made.hashes, made.bounds, signatures, *counts, sketched]


def assert_same(texts: Sequence[str], ngram: int = 3, permutations: int = 18) -> None:
    ours = computed(texts, ngram, permutations)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "compiled", lambda: False)
        theirs = computed(texts, ngram, permutations)
    for one, other in zip(ours, theirs, strict=True):
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)


@given(TEXTS, st.integers(1, 7), st.integers(1, 9))
def test_same_words_shingles_and_signatures(texts, ngram, permutations):
    assert_same(texts, ngram, permutations)


@given(st.integers(1_000, 1_100), st.integers(0, 40), st.sampled_from("aéЖ😀中"))
def test_the_same_where_a_block_cuts_a_word(before, length, last):
    assert_same([" " * (before - 9) + "b c" + " " * 6 + "x" * length + last, "ab" * before + last])


@given(st.lists(st.text(max_size=40), max_size=5))
def test_the_same_for_any_characters(texts):
    assert_same(texts)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 70_000,
        "x " * 32_000 + "中" + MARK * 70_000 + "ab ab",
        "x " * 32_700 + "中" + MARK * 600 + "ab ab",
        "ก" * 70_000 + MARK * 300 + " x",
        "ab c " * 30_000 + "é",
        MARK + "a b c",
        "".join(random.Random(7).choices(ALPHABET, k=200_000)),
        "ab cd " * 50_000 + "é",
        "".join(random.Random(8).choices("aBé _9.", k=9_000)) + "x" * 3_000 + " y" * 3_000 + "z" * 700 + " z",
        "".join(random.Random(9).choices("aBЖ _9.中", weights=[99] * 7 + [1], k=20_000)),
    ],
    ids=[
        *("a word", "marks", "marks over a border", "letters alone", "long", "a mark first", "mixed"),
        *("longer than the scratch", "letters of one byte", "hardly any but letters"),
    ],
)
def test_the_same_over_the_borders_of_blocks(text):
    assert_same(["before it", text, "after it"])


def test_the_same_for_real_pages(shared_data):
    from benchmarks.judged import judged_pairs

    texts = [pair.left_text for pair in judged_pairs(shared_data)][::7]
    assert len({text.isascii() for text in texts}) == 2
    assert_same(texts, permutations=128)


@pytest.mark.parametrize("compiled", [True, False])
def test_signatures_are_those_of_datasketch(compiled, monkeypatch):
    if not compiled:
        monkeypatch.setattr(kernel, "compiled", lambda: False)
    made = shingles(split_words([f"{ALPHABET * 9} some words of this text {n}" for n in range(5)]), 2)
    signatures = sign(made, 130)
    for document in range(5):
        sketch = datasketch.MinHash(num_perm=130, seed=1, scheme="affine32", hashfunc=int)
        sketch.update_batch(made.of(document).tolist())
        assert signatures[document].tolist() == sketch.hashvalues.tolist()


def test_it_can_be_switched_off():
    code = "from transforms import kernel; print(kernel.compiled())"
    for value, said in (("numpy", "False"), ("", "True")):
        environment = {**os.environ, "DATAMOAT_KERNEL": value}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == said


def test_arrays_with_gaps_are_refused():
    with pytest.raises(ValueError, match="without gaps"):
        kernel.call("sign", np.zeros(8, np.uint32)[::2])
