"""The compiled loops of the quality step count what NumPy counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms import compiled
from transforms.quality.counting import _parts, _phrases
from transforms.quality.lines import COUNTED as LINES_COUNTED
from transforms.quality.measure import measure_quality
from transforms.quality.stop_words import stop_word_table
from transforms.quality.wording import COUNTED as WORDS_COUNTED
from transforms.words import split_words

LOOPS = {name: compiled.loops(f"quality.{name}") for name in ("lines", "repetition", "wording")}
pytestmark = pytest.mark.skipif(
    None in LOOPS.values(), reason="no compiler was there when this was installed"
)

ALPHABET = "ab  .,\n\n\r\t-*#{}…。é\u0301中かกि한\ud800\u200b\u2003😀"
TEXTS = st.lists(st.text(st.sampled_from(ALPHABET), max_size=120), max_size=6)
LANGUAGES = ["en", "zh", "ja", "de", None, "xx"]


def assert_same(texts):
    words = split_words(texts)
    languages = [LANGUAGES[row % len(LANGUAGES)] for row in range(len(texts))]
    ours = measure_quality(words, languages)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "loops", lambda name: None)
        theirs = measure_quality(words, languages)
    assert list(ours) == list(theirs)
    for name, column in ours.items():
        assert column.dtype == theirs[name].dtype, name
        np.testing.assert_array_equal(column, theirs[name], name)


@given(TEXTS)
def test_same_measures(texts):
    assert_same(texts)


@given(st.lists(st.text(max_size=60), max_size=6))
def test_the_same_for_any_characters(texts):
    assert_same(texts)


@given(
    st.lists(
        st.lists(st.sampled_from(["a ", "b ", "c\n", "中", "ก", "\n\n"]), max_size=80).map("".join),
        max_size=3,
    )
)
def test_the_same_where_much_comes_again(texts):
    assert_same(texts)


def test_the_same_for_real_pages(shared_data):
    from benchmarks.texts import archive_texts

    texts = [each.text for each in archive_texts(shared_data / "bulk" / "J_helm_docs_i18n.tar.gz")][::4]
    assert len({text.isascii() for text in texts}) == 2
    assert_same(texts)


def test_the_same_for_long_texts_and_many_lines():
    lines = [f"line {number % 7000} of them." for number in range(9000)]
    assert_same(
        ["short", "\n".join(lines), "word " * 40_000, "\n\n".join(["中文。"] * 3000), "\n" * 5000, ""]
    )


def test_what_does_not_fit_is_refused():
    words = split_words(["one two", "three"])
    parts = words.hashes, words.twelfths, words.starts, words.stops
    columns = np.empty((2, 10), np.int64)
    short, phrases, table = np.full(2, 30.0), _phrases(), stop_word_table()
    lines = np.empty((2, len(LINES_COUNTED)), np.int64)
    counts = np.empty((2, len(WORDS_COUNTED)), np.int64)
    rows = table.rows(["en", "en"])

    def refused(name, function, *arguments):
        with pytest.raises(ValueError, match=r"fit each other|those of the texts"):
            getattr(LOOPS[name], function)(*arguments)

    refused("repetition", "count_runs", *parts, words.bounds, columns[:1], 100)
    refused("repetition", "count_runs", *parts, words.bounds + 1, columns, 100)
    refused("repetition", "count_runs", *parts, words.bounds[::-1].copy(), columns, 100)
    refused("repetition", "count_runs", *parts, words.bounds, columns, -1)
    refused("repetition", "count_runs", words.hashes[:2], *parts[1:], words.bounds, columns, 100)
    texts, *given = _parts(words)
    refused("lines", "count_lines", texts[:1], *given, short, phrases, lines, 60)
    refused("lines", "count_lines", texts, *given, short, np.array([9, 1], np.uint64), lines, 60)
    refused("lines", "count_lines", texts, *given, short, phrases, lines[:1], 60)
    stops = table.slots, table.hashes, table.belongs, counts
    refused("wording", "count_words", ["", ""], *given, rows, *stops, table.shift)
    refused("wording", "count_words", texts, *given, rows + 1000, *stops, table.shift)
    refused("wording", "count_words", texts, *given, rows, table.slots - 9, *stops[1:], table.shift)
    with pytest.raises(TypeError):
        LOOPS["wording"].count_words([b"", b""], *given, rows, *stops, table.shift)
