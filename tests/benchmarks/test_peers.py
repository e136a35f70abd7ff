"""The judge of the comparison with other tools, and its table."""

from dataclasses import asdict

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.corpus import Row
from benchmarks.edits import jaccard
from benchmarks.peers.quality import Judge, Quality
from benchmarks.peers.report import Run, table
from benchmarks.resources import Cost

TEXTS = st.lists(st.text("abc ", min_size=1, max_size=40), min_size=2, max_size=8)
WORDS = " ".join(f"w{number}" for number in range(60))


def rows(*texts: str) -> list[Row]:
    return [Row(str(number), text, "source") for number, text in enumerate(texts)]


@given(TEXTS)
def test_the_level_is_that_of_the_most_similar_document(texts):
    texts = [f"{text} x" for text in texts]
    judge = Judge(rows(*texts))
    for place, text in enumerate(texts):
        best = max(jaccard(text, other) for at, other in enumerate(texts) if at != place)
        assert judge.level(place) == next((level for level in (0.7, 0.6, 0.5) if best >= level), 0.0)


def test_a_decision_is_judged_by_copies_and_by_similarity():
    near = WORDS.replace("w30", "other")
    corpus = [*rows(WORDS, near, "alone in the world", "gone for nothing at all")]
    corpus.append(Row("copy", WORDS, "source", "0", "exact"))
    judge = Judge(corpus)
    missed = judge.quality(["0", "1", "2", "copy"])
    assert missed == Quality(1, {"exact": 0.0}, {0.7: 0.0, 0.6: 0.0, 0.5: 0.0})
    found = judge.quality(["0", "2", "3"])
    assert found == Quality(2, {"exact": 1.0}, {0.7: 1.0, 0.6: 1.0, 0.5: 1.0})
    assert judge.quality(["1", "2", "copy"]).found == {"exact": 1.0}  # the original went instead


@pytest.mark.parametrize("kept", [["0", "0"], ["unknown"]])
def test_ids_that_cannot_be_are_no_decision(kept):
    with pytest.raises(ValueError, match="kept ids"):
        Judge(rows("a", "b")).quality(kept)


def test_the_table_has_medians_and_how_many_times_as_fast_we_are():
    quality = Quality(1, {"exact": 1.0, "words 10%": 0.5}, {0.7: 1.0, 0.6: 1.0, 0.5: 1.0})
    runs = [Run("datamoat", "", 1, Cost(wall, wall, 100.0, 90.0, 0), quality) for wall in (2.0, 1.0, 9.0)]
    runs.append(Run("other", "defaults", 1, Cost(20.0, 10.0, 50.0, 40.0, 0), quality))
    stored = orjson.loads(orjson.dumps([asdict(run) for run in runs], option=orjson.OPT_NON_STR_KEYS))
    assert [Run.of(each) for each in stored] == runs
    lines = table(runs, documents=100).splitlines()
    assert lines[2] == "| datamoat | 1 | 3 | 2.0 | 2.0 | 50 | 50 | 100 | 1.0× | 1.0× |"
    assert lines[3] == "| other | 1 | 1 | 20.0 | 10.0 | 5 | 10 | 50 | 10.0× | 5.0× |"
    assert "found: exact | found: words 10% |" in lines[5]
