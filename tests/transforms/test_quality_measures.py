"""Every measure against a plain reference, and that a batch changes no value."""

import gzip
import json
import math
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.tables import QUALITY_COLUMNS, TABLES
from tests.transforms import quality_reference
from transforms import compiled
from transforms.quality import RULES
from transforms.quality.measure import NOT_APPLICABLE, measure_quality
from transforms.quality.repetition import repetition
from transforms.quality.stop_words import STOP_WORDS, stop_word_table
from transforms.words import split_words

PIECES = [
    "the", "of", "to", "und", "die", "A", "a1", "12", "_", "Wort", "naïve", "हिन्दी", "मैं",
    "한국어", "ስለ", "的", "中", "文", "は", "こと", "ภาษา", "#", "...", "…", "- ", "* ", "•",
    "·", "{", "}", ".", "!", "?", "བོད་",
    "。", "！", "।", '."', "”", "lorem", "ipsum", "JavaScript", "use cookies", "terms of use", ",",
    " ", " ", " ", "\n", "\n", "\n\n", "\t", "e.g. ", "\u200b", "😀", "ℵ", "x" * 300,
]  # fmt: skip
SENTENCES = [
    "The cat sat on the mat.",
    "It is what it is, and that is all.",
    "これはテストです。",
    "Das ist gut so!",
]
TEXTS = st.lists(st.sampled_from(PIECES + SENTENCES), max_size=60).map("".join) | st.lists(
    st.sampled_from([piece + " " for piece in PIECES[:10]] + [line + "\n" for line in SENTENCES]), max_size=80
).map("".join)
LANGUAGES = st.sampled_from(["en", "de", "zh", "hi", "xx", None])
COMPILED = all(compiled.loops(f"quality.{name}") for name in ("lines", "repetition", "wording"))


@pytest.fixture(scope="module", autouse=True, params=["compiled", "NumPy"])
def loops(request):
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "NumPy":
            patch.setattr(compiled, "loops", lambda name: None)
        elif not COMPILED:
            pytest.skip("no compiler was there when this was installed")
        yield


def values(columns, row):
    """A row of the columns, NaN for what does not apply."""
    return {
        name: math.nan if name == "stop_words" and values[row] == NOT_APPLICABLE else float(values[row])
        for name, values in columns.items()
    }


def same(left, right):
    return left == pytest.approx(right, rel=1e-12, abs=1e-12, nan_ok=True)


@settings(max_examples=300)
@given(TEXTS, LANGUAGES)
def test_each_measure_is_what_it_says(text, language):
    found = values(measure_quality(split_words([text]), [language]), 0)
    expected = quality_reference.measure(text, language)
    for name in expected:
        assert same(found[name], float(expected[name])), name


@settings(max_examples=60)
@given(st.lists(st.tuples(TEXTS, LANGUAGES), max_size=12))
def test_a_batch_changes_no_value(documents):
    texts = [text for text, _ in documents]
    together = measure_quality(split_words(texts), [language for _, language in documents])
    for row, (text, language) in enumerate(documents):
        alone = measure_quality(split_words([text]), [language])
        for name in alone:
            np.testing.assert_array_equal(together[name][row : row + 1], alone[name], name)


def test_measures_are_the_columns_of_the_table():
    made = measure_quality(split_words(["a"]), ["en"])
    assert [f"q_{name}" for name in made] == list(QUALITY_COLUMNS) == TABLES["signals"].names[2:]
    assert list(made) == list(RULES)
    for name, column in made.items():
        assert str(QUALITY_COLUMNS[f"q_{name}"]) == {"int32": "int32", "float64": "double"}[str(column.dtype)]


def test_an_empty_batch_and_an_empty_text():
    assert all(len(column) == 0 for column in measure_quality(split_words([]), []).values())
    nothing = values(measure_quality(split_words([""]), ["en"]), 0)
    assert {name for name, value in nothing.items() if value == 0} == {
        "words",
        "stop_words",
        "sentences",
        "lorem_ipsum",
        "curly_brackets",
    }
    assert all(math.isnan(value) for value in nothing.values() if value)


def test_blocks_of_the_repetition_do_not_show(monkeypatch):
    """Documents around the size of a block, alone and among others."""
    texts = ["a b c d e f g h " * size for size in (1, 40, 300)] + ["x y z " * 700, "one two"]
    whole = repetition(split_words(texts))
    for size in (1, 50, 1 << 12):
        monkeypatch.setattr("transforms.quality.repetition._BLOCK_WORDS", size)
        for ngram, found in repetition(split_words(texts)).items():
            assert found.tolist() == whole[ngram].tolist()
    assert whole[5][0] == 0
    assert whole[5][1] == 1 - 8 / 320  # all but the first time
    assert whole[2][1] == 40 * 2 / 320


def test_words_beyond_the_places_of_a_document_are_not_looked_at(monkeypatch):
    monkeypatch.setattr("transforms.quality.repetition._MOST_WORDS", 10)
    monkeypatch.setattr("transforms.quality.repetition._BLOCK_WORDS", 10)
    found = repetition(split_words(["a b c d e f g h i j " + "z " * 50, "z z z z z z"]))
    assert found[5].tolist() == [0, 5 / 6]
    assert found[2].tolist()[0] == 0


def test_every_stop_word_is_one_word_and_found():
    table = stop_word_table()
    for code, listed in STOP_WORDS.items():
        assert 7 <= len(set(listed.split())) <= 20, code
        for word in listed.split():
            split = split_words([word])
            assert len(split.hashes) == 1, (code, word)
            places, found = table.find(split.hashes)
            assert places.tolist() == [0], (code, word)
            assert table.belongs[table.languages[code], found[0]], (code, word)


def test_texts_of_many_languages_have_the_stop_words_of_theirs(shared_data):
    """The Universal Declaration of Human Rights: of each language with a list, its words stand in it."""
    texts: dict[str, str] = {}
    with gzip.open(shared_data / "samples" / "D_langid" / "udhr_articles.jsonl.gz", "rt", "utf-8") as lines:
        for row in map(json.loads, lines):
            code = row["bcp47"].partition("-")[0]
            texts[code] = texts.get(code, "") + "\n" + unicodedata.normalize("NFC", row["text"])
    codes = sorted(texts)
    found = measure_quality(split_words([texts[code] for code in codes]), codes)
    counts = dict(zip(codes, found["stop_words"].tolist(), strict=True))
    assert len(set(counts) & set(STOP_WORDS)) > 50
    assert {code for code, count in counts.items() if 0 <= count < 4} == set()
    lengths = dict(zip(codes, found["mean_word_length"].tolist(), strict=True))
    without = {code for code, length in lengths.items() if math.isnan(length)}
    assert {"ko", "hi", "ml", "zh", "ja", "th", "bo", "am"} <= without
    assert {code for code in set(codes) - without if not 3.3 < lengths[code] < 9} == set()
