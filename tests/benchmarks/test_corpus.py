"""The benchmark corpus: the same everywhere, and its copies are what they say they are."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.chance import Dice
from benchmarks.corpus import Row, make_corpus, size_of
from benchmarks.edits import KINDS, SHARES, edit_words, edited, jaccard, words
from benchmarks.texts import Text

ROOT = Path(__file__).parents[2]
_WORDS = """
    the a of and to in is was for on that with as it by from this be are which or at not have an
    were their one has been all will there more when if no out so what about up into than them can
    only other new some time these two may then do first any my now such like our over me even most
    made after also did many before must through years where much your way well down should because
    each just those people how too little state good very make world still own see men work long
    here get both between life being under house water street children morning window letter
    question answer government history number company
"""
VOCABULARY = words(_WORDS)


def some_texts(count: int = 60) -> Iterator[Text]:
    """Yields texts of English words in an order of chance, in paragraphs."""
    for number in range(count):
        dice = Dice("test text", number)
        paragraphs = [
            " ".join(dice.choice(VOCABULARY) for _ in range(30 + dice.below(40)))
            for _ in range(18 + dice.below(10))
        ]
        yield Text(f"source{number % 2}", f"page{number}.md", "\n\n".join(paragraphs))


def rows_of(path: Path) -> list[Row]:
    return [Row(**orjson.loads(line)) for line in path.read_bytes().splitlines()]


def test_the_same_bytes_in_every_run(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from benchmarks.corpus import make_corpus; "
        "from tests.benchmarks.test_corpus import some_texts; "
        "make_corpus(Path(sys.argv[1]), some_texts(), documents=200, real=100)"
    )
    made = []
    for seed in ("0", "1"):
        out = tmp_path / f"{seed}.jsonl"
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", program, str(out)], env=env, cwd=ROOT, check=True)
        made.append(out.read_bytes())
    assert made[0] == made[1]
    assert len(made[0].splitlines()) == 200


def test_a_smaller_corpus_is_the_beginning_of_a_larger_one(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    make_corpus(small, some_texts(), documents=130, real=100)
    make_corpus(large, some_texts(), documents=400, real=100)
    assert large.read_bytes().startswith(small.read_bytes())


def test_the_order_of_the_archives_does_not_matter(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    make_corpus(one, some_texts(), real=100)
    make_corpus(other, iter(list(some_texts())[::-1]), real=100)
    assert one.read_bytes() == other.read_bytes()


def test_rows_are_real_texts_and_copies_of_every_kind(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    tally = make_corpus(out, some_texts(), real=100)
    rows = rows_of(out)
    by_id = {row.id: row for row in rows}
    assert len(by_id) == len(rows) == tally.documents == 100
    assert {row.text for row in rows if row.edit is None} == {text.text for text in some_texts()}
    copies = [row for row in rows if row.edit]
    assert {row.edit for row in copies} == set(KINDS)
    for row in copies:
        assert row.copy_of is not None
        original = by_id[row.copy_of].text
        if row.edit == "exact":
            assert row.text == original
        elif row.edit == "page in page":
            assert original in row.text
            assert len(original) < len(row.text) <= 1.6 * len(original)
        else:
            assert 0.4 <= jaccard(original, row.text) < 1
    assert tally.kinds["original"] == 60
    assert "mean" in tally.report()


def test_copies_of_recombined_texts_have_their_original_before_them(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    make_corpus(out, some_texts(), documents=500, real=100)
    seen: dict[str, str] = {}
    copies = 0
    for row in rows_of(out)[100:]:
        if row.copy_of:
            assert row.edit == "page in page" or jaccard(seen[row.copy_of], row.text) > 0.3
            copies += 1
        else:
            seen[row.id] = row.text
    assert copies == 50
    # They are not copies of one another by accident.
    assert len(set(seen.values())) == len(seen) == 350


def test_bytes_say_when_it_ends(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    tally = make_corpus(out, some_texts(), size=size_of("1MB"), real=100)
    assert tally.file_bytes == out.stat().st_size
    assert 1_000_000 <= out.stat().st_size < 1_030_000
    assert tally.documents > 100


def test_too_few_texts_say_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="none can be copied"):
        make_corpus(tmp_path / "out.jsonl", iter([Text("a", "b", "too short")]), real=2)


@given(st.text(max_size=300), st.sampled_from(sorted(set(SHARES.values()))), st.integers(0, 99))
def test_edits_are_as_many_as_they_say(text: str, share: float, number: int) -> None:
    copy = edit_words(text, share, Dice(number))
    assert copy == edit_words(text, share, Dice(number))
    wanted = max(1, round(share * len(words(text)))) if share and words(text) else 0
    assert abs(len(words(copy)) - len(words(text))) <= wanted
    assert (copy == text) is (wanted == 0)


def test_scripts_without_spaces_are_edited_by_characters() -> None:
    text = "これは日本語の文章です。" * 20
    assert len(words(text)) > 200
    copy = edited(text, "words 2%", "", Dice("ja"))
    changed = sum(1 for left, right in zip(text, copy, strict=False) if left == right)
    assert " " not in copy
    assert changed > 0


def test_similarity_of_word_ngrams() -> None:
    assert jaccard("a b c d e f", "a b c d e f") == 1
    assert jaccard("a b c d e f", "a b c d e g") == pytest.approx(1 / 3)
    assert jaccard("", "") == 1
