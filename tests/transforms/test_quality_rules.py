"""Which documents the rules refuse, with which rule, value and limit; that presets are what was published."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from schemas.batches import Batch
from schemas.records import Document
from schemas.specs import Limit, QualitySpec
from schemas.units import WorkUnit
from transforms.quality import PRESETS, RULES, judge_batch, limits_of
from transforms.quality.documents import beyond
from transforms.quality.measure import measure_quality
from transforms.words import split_words, words_of

PROSE = (
    "The harbour of the town lies to the north, and ships that have come far are to be seen there. "
    "Nobody knows who built the wall; it is said that a merchant paid for it when the old one had fallen. "
    "On market days the square fills early, because farmers come down from the hills before the sun is up. "
    "What they cannot sell they give to the poor house, which has been there for three hundred years."
)


def batch_of(*texts: str, language: str | None = "en") -> Batch:
    documents = tuple(
        Document(
            bytes([number]) * 16, "s", "s:p", str(number), "text/plain", b"r" * 32, text, language=language
        )
        for number, text in enumerate(texts)
    )
    return Batch(WorkUnit("u", "v", "s", (), 0), 0, True, len(texts), 1, 0, documents, (), ())


def judged(text: str, preset: str, language: str | None = "en"):
    (fallen,) = judge_batch(
        batch_of(text, language=language), QualitySpec(limits=limits_of((preset,), {}))
    ).rejections or (None,)
    return fallen


def test_prose_passes_every_preset():
    for preset in PRESETS:
        assert judged(PROSE, preset) is None, preset


def test_each_rule_of_gopher_refuses_what_it_is_for():
    words = [f"{a}{b}" for a in ("barn", "field", "stone", "water", "cloud", "grain") for b in "abcdefghijkl"]
    plain = "the of and " + " ".join(words)
    cases = {
        "words": "The cat and the dog have to be fed.",
        "mean_word_length": PROSE + " w" * 400,
        "hash_ratio": PROSE + " #" * 30,
        "ellipsis_ratio": PROSE + " ..." * 30,
        "bullet_lines": "\n".join(f"- {word} the of and" for word in words),
        "ellipsis_lines": "\n".join([f"{word} the of and…" for word in words[:4]] + words[4:12] + [plain]),
        "alphabetic_words": PROSE + "".join(f" {number}" for number in range(100, 130)),
        "stop_words": " ".join(words),
        "duplicate_lines": "\n".join([*words, plain, *["up"] * 40]),
        "top_2gram_chars": PROSE + " the stone" * 3 + " so the stone" * 16,
        "duplicate_10gram_chars": PROSE + " " + PROSE,
    }
    for rule, text in cases.items():
        fallen = judged(text, "gopher")
        assert fallen is not None, rule
        assert rule in (fallen.rule, *fallen.also), (rule, fallen)
    assert judged(cases["words"], "gopher").value == 9
    assert judged(cases["words"], "gopher").limit == 50


def test_the_first_rule_is_named_and_the_others_follow_in_order():
    fallen = judged("# # #", "gopher", "en")
    assert (fallen.stage, fallen.rule, fallen.value, fallen.limit) == ("quality", "words", 0, 50)
    assert fallen.also == ("stop_words",)  # without words there is nothing for each word
    fallen = judged("one # 2 #", "gopher", "xx")
    assert (fallen.rule, fallen.also) == ("words", ("mean_word_length", "hash_ratio", "alphabetic_words"))


def test_a_range_names_the_side_that_was_left():
    spec = QualitySpec(limits=(Limit("words", 2, 4),))
    short, _, long = "one", "one two", "one two three four five"
    first, second = judge_batch(batch_of(short, "one two", long), spec).rejections
    assert (first.value, first.limit) == (1, 2)
    assert (second.value, second.limit) == (5, 4)


def test_what_does_not_apply_refuses_nothing():
    chinese = "敏捷的棕色狐狸跳过了懒惰的狗。这座城市的北面是港口，远方来的船只停在那里。" * 4
    assert judged("한국어 문서는 " * 5, "gopher", "ko").rule == "words"
    assert "mean_word_length" not in judged(chinese, "gopher", "zh").also
    assert "stop_words" not in judged("aaa bbb", "gopher", "xx").also
    assert "stop_words" in judged("aaa bbb", "gopher", "en").also


def test_fineweb_refuses_its_limits_themselves_and_gopher_keeps_them():
    eight = "\n".join(["it ends."] * 3 + ["it does not end and is long enough to be no short line"] * 22)
    columns = measure_quality(split_words([eight]), ["en"])
    assert columns["punctuated_lines"].tolist() == [0.12]
    (fineweb,) = (limit for limit in limits_of(("fineweb",), {}) if limit.rule == "punctuated_lines")
    assert beyond(fineweb, columns["punctuated_lines"]).tolist() == [True]
    assert beyond(replace(fineweb, refused=False), columns["punctuated_lines"]).tolist() == [False]


def test_presets_hold_what_the_papers_say():
    shown = {
        preset: {limit.rule: (limit.low, limit.high, limit.refused) for limit in limits_of((preset,), {})}
        for preset in PRESETS
    }
    most = {rule: high for rule, (low, high, _) in shown["gopher"].items() if low is None}
    assert shown["none"] == {}
    assert most == {
        "hash_ratio": 0.1, "ellipsis_ratio": 0.1, "bullet_lines": 0.9, "ellipsis_lines": 0.3,
        "duplicate_lines": 0.3, "duplicate_paragraphs": 0.3,
        "duplicate_line_chars": 0.2, "duplicate_paragraph_chars": 0.2,
        "top_2gram_chars": 0.2, "top_3gram_chars": 0.18, "top_4gram_chars": 0.16,
        "duplicate_5gram_chars": 0.15, "duplicate_6gram_chars": 0.14, "duplicate_7gram_chars": 0.13,
        "duplicate_8gram_chars": 0.12, "duplicate_9gram_chars": 0.11, "duplicate_10gram_chars": 0.10,
    }  # fmt: skip
    assert shown["gopher"]["words"] == (50, 100_000, False)
    assert shown["gopher"]["mean_word_length"] == (3, 10, False)
    assert shown["gopher"]["alphabetic_words"] == (0.8, None, False)
    assert shown["gopher"]["stop_words"] == (2, None, False)
    assert shown["c4"] == {
        "sentences": (3, None, False), "lorem_ipsum": (None, 0, False), "curly_brackets": (None, 0, False)
    }  # fmt: skip
    assert shown["fineweb"] == {
        "duplicate_line_chars": (None, 0.1, True),
        "punctuated_lines": (0.12, None, True),
        "short_lines": (None, 0.67, True),
    }


def test_presets_and_changes_lie_over_one_another():
    limits = limits_of(("gopher", "fineweb"), {"words": (5, 10), "stop_words": None, "sentences": (1, None)})
    assert [limit.rule for limit in limits] == [
        rule
        for rule in RULES
        if rule in {**PRESETS["gopher"], **PRESETS["fineweb"], "sentences": 0} and rule != "stop_words"
    ]
    by_rule = {limit.rule: limit for limit in limits}
    assert by_rule["words"] == Limit("words", 5, 10)
    assert by_rule["duplicate_line_chars"] == Limit("duplicate_line_chars", None, 0.1, True)


@given(
    st.lists(st.sampled_from([PROSE, "", "one two", "# " * 60, "a b c. " * 60, "中文" * 40]), max_size=6),
    st.sampled_from(sorted(PRESETS)),
)
def test_every_document_is_measured_and_ends_once(texts, preset):
    spec = QualitySpec(limits=limits_of((preset,), {}))
    before = batch_of(*texts)
    after = judge_batch(before, spec)
    assert len(after.documents) + len(after.rejections) == len(texts)
    if texts:
        assert after.signals is not None
        assert after.signals.ids == tuple(document.doc_id for document in before.documents)
        kept = [
            not any(beyond(limit, after.signals.columns[f"q_{limit.rule}"])[row] for limit in spec.limits)
            for row in range(len(texts))
        ]
        assert [document.doc_id for document in after.documents] == [
            document.doc_id for document, stays in zip(before.documents, kept, strict=True) if stays
        ]
        anew = split_words([document.text for document in after.documents])
        np.testing.assert_array_equal(words_of(after).hashes, anew.hashes)


def test_switched_off_it_measures_nothing():
    assert judge_batch(batch_of(PROSE), QualitySpec(enabled=False)).signals is None
