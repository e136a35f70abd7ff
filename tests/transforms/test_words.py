"""Splitting a batch of texts into words, against a slow and plain reference."""

import gzip
import json
import random
import string
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.batches import Batch
from schemas.records import Document, Rejection
from schemas.units import WorkUnit
from transforms.characters import APART, ATTACHED, CLASS_SHIFT, LETTER, LOGOGRAM, SOUND, table
from transforms.splitting import _BASE, WORD_CHARS
from transforms.words import Words, split_words, words_of

SCRIPTS = {
    "latin": "aAbBzZéÉß09_",
    "greek": "αΑσΣς",
    "han": "中文字",
    "kana": "かカが\u3099",
    "thai": "กที่เำ\u0e31\u0e48๒",
    "devanagari": "हिन्दी\u200d",
    "hangul": "한글",
    "marks": "\u0301\ufe0f\u00ad",
    "apart": " .,-–\n😀\u200b\ud800",
}
ALPHABET = "".join(SCRIPTS.values())
TEXTS = st.lists(st.text(st.sampled_from(ALPHABET), max_size=40), max_size=8)
MASK = (1 << 64) - 1


def reference_spans(text: str) -> list[tuple[int, int]]:
    """The words of a text, character by character."""
    spans: list[list[int]] = []
    current = APART
    for place, character in enumerate(text):
        kind = int(table()[ord(character)]) >> CLASS_SHIFT
        if kind == ATTACHED:
            kind = current
        elif kind in (LOGOGRAM, SOUND) or (kind == LETTER and current != LETTER):
            spans.append([place, place])
        current = kind
        if kind != APART:
            spans[-1][1] = place + 1
    return [
        (begin, min(begin + WORD_CHARS, stop))
        for start, stop in spans
        for begin in range(start, stop, WORD_CHARS)
    ]


def reference_hash(word: str) -> int:
    """Horner's rule from behind, then MurmurHash3's finaliser."""
    value = 0
    for character in reversed(word):
        value = (value * _BASE + int(table()[ord(character)])) & MASK
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = ((value ^ value >> 33) * factor) & MASK
    return value ^ value >> 33


def spans(words: Words, text: int) -> list[tuple[int, int]]:
    first, stop = words.bounds[text], words.bounds[text + 1]
    offset = words.offsets[text]
    starts, stops = words.starts[first:stop] - offset, words.stops[first:stop] - offset
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def hashes(words: Words, text: int) -> list[int]:
    return words.hashes[words.bounds[text] : words.bounds[text + 1]].tolist()


def reference_twelfths(word: str) -> int:
    """How much of a word this is, by its first character."""
    return {LOGOGRAM: 8, SOUND: 3}.get(int(table()[ord(word[0])]) >> CLASS_SHIFT, 12)


def strings(text: str) -> list[str]:
    return [text[start:stop] for start, stop in spans(split_words([text]), 0)]


@given(TEXTS)
def test_a_batch_is_split_as_the_reference_splits_each_text(texts):
    words = split_words(texts)
    assert len(words.bounds) == len(words.offsets) == len(texts) + 1
    for index, text in enumerate(texts):
        assert spans(words, index) == reference_spans(text)
        found = [text[a:b] for a, b in reference_spans(text)]
        assert hashes(words, index) == [reference_hash(word) for word in found]
        parts = words.twelfths[words.bounds[index] : words.bounds[index + 1]]
        assert parts.tolist() == [reference_twelfths(word) for word in found]


@given(TEXTS, st.integers(0, 8))
def test_a_text_has_the_same_words_whatever_stands_beside_it(texts, place):
    text = "Grüße, 世界 ok"
    beside = [*texts[:place], text, *texts[place:]]
    words = split_words(beside)
    assert hashes(words, beside.index(text)) == hashes(split_words([text]), 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Don't stop-it, e.g. snake_case 3.14",
            ["Don", "t", "stop", "it", "e", "g", "snake_case", "3", "14"],
        ),
        ("中文字 and かな", ["中", "文", "字", "and", "か", "な"]),
        ("ที่นี่", ["ที่", "นี่"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("می‌روم", ["می‌روم"]),
        ("한국어 문서", ["한국어", "문서"]),
        ("བོད་ཡིག", ["བོད", "ཡིག"]),
        ("葛\U000e0100城", ["葛\U000e0100", "城"]),
        ("❤️ ok", ["ok"]),
        ("", []),
        (" … \n", []),
    ],
)
def test_what_a_word_is(text, expected):
    assert strings(text) == expected


def test_case_is_folded_and_ascii_beside_other_scripts_is_the_same_word():
    alone, mixed = split_words(["hello WORLD"]), split_words(["Hello 世 world"])
    assert hashes(alone, 0) == [hashes(mixed, 0)[0], hashes(mixed, 0)[2]]


def _random_text(seed: int, alphabet: str, length: int) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


@pytest.mark.parametrize(
    "text",
    [
        _random_text(1, ALPHABET, 150_000),
        _random_text(2, string.ascii_letters + "  ", 150_000),
        _random_text(3, SCRIPTS["thai"] + SCRIPTS["marks"], 150_000),
        "0123456789abcdef" * 10_000,  # one run, longer than a block
        "é" * 65_535 + "\u0301" * 100_000 + " end",  # marks over the border of a block
        " " * 65_536 + "\u0301" * 10 + "word",
        "字" * 65_535 + "\u3099" * 700 + "字",
        "a" * 65_536,
    ],
    ids=["mixed", "ascii", "thai", "hex", "marks", "lone marks", "han", "exact block"],
)
def test_a_text_longer_than_a_block(text):
    words = split_words(["before", text, "after"])
    expected = reference_spans(text)
    assert spans(words, 1) == expected
    values = hashes(words, 1)
    for place in random.Random(0).sample(range(len(expected)), k=min(50, len(expected))):
        start, stop = expected[place]
        assert values[place] == reference_hash(text[start:stop])
    assert hashes(words, 0) == [reference_hash("before")]
    assert hashes(words, 2) == [reference_hash("after")]


def test_words_of_real_pages_do_not_collide(shared_data):
    with gzip.open(shared_data / "samples/A_neardup/silver_etcd_versioned_docs.jsonl.gz", "rt") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    words = split_words(texts)
    seen: dict[int, str] = {}
    joined = "\n".join(texts)
    for value, start, stop in zip(words.hashes.tolist(), words.starts, words.stops, strict=True):
        assert seen.setdefault(value, joined[start:stop].casefold()) == joined[start:stop].casefold()
    assert len(seen) > 5_000


def test_no_texts_at_all():
    words = split_words([])
    assert words.bounds.tolist() == [0]
    assert words.hashes.dtype == np.uint64


@given(TEXTS, st.data())
def test_words_that_follow_texts_are_those_of_the_texts(texts, data):
    """What is kept, moved, repeated, changed or dropped: as if all had been split anew."""
    words = split_words(texts)
    rows = data.draw(st.lists(st.sampled_from(range(len(texts))), max_size=8)) if texts else []
    changed = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    later = [texts[row] + "x y" if new else texts[row] for row, new in zip(rows, changed, strict=True)]
    followed, anew = words.follow(rows, later), split_words(later)
    for name in ("hashes", "twelfths", "starts", "stops", "bounds", "offsets"):
        assert getattr(followed, name).tolist() == getattr(anew, name).tolist(), name
        assert getattr(followed, name).dtype == getattr(anew, name).dtype, name
    assert list(followed.texts) == later


def test_texts_that_stay_are_not_split_again(monkeypatch):
    texts = ["one two", "three", "four five"]
    words = split_words(texts)
    split = []
    monkeypatch.setattr("transforms.words.split_words", lambda new: split.append(new) or split_words(new))
    words.follow([0, 2], [texts[0], "another one"])
    words.take([2, 1, 0])
    words.follow([0, 1, 2], texts)
    assert split == [["another one"], []]


def test_a_batch_keeps_its_words_through_later_steps():
    def document(number, text):
        return Document(bytes([number]) * 16, "s", "s:p", str(number), "text/plain", b"", text)

    documents = tuple(document(number, text) for number, text in enumerate(["a b", "c", "d e f"]))
    batch = Batch(WorkUnit("u", "v", "s", (), 0), 0, True, 3, 1, 0, documents, (), ())
    batch = replace(batch, words=words_of(batch))
    first, _, third = documents
    later = batch.settle([first, Rejection(b"", "s", "s:p", "1", "x", "y"), replace(third, text="g h")])
    assert words_of(later) is later.words
    assert words_of(later).bounds.tolist() == [0, 2, 4]
    assert words_of(later).hashes[:2].tolist() == words_of(batch).hashes[:2].tolist()
