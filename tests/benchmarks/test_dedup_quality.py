"""Pairs of known similarity, and how decisions about them are scored."""

import json
from collections import Counter
from itertools import product

import numpy as np
import pytest

from benchmarks.chance import Dice
from benchmarks.dedup_quality import (
    THRESHOLD,
    banded,
    datatrove,
    interval,
    left_out,
    read_decided,
    report,
    scores,
    similarities,
    text_dedup,
)
from benchmarks.judged import Pair, edit_words, judged_pairs, plain_jaccard
from transforms.shingles import jaccard

SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprst" for vowel in "aeiou"]
TEXT = " ".join("wo" + first + last for first, last in product(SYLLABLES[:20], repeat=2))
OTHER = " ".join("te" + first + last for first, last in product(SYLLABLES[:20], repeat=2))


def pairs() -> list[Pair]:
    return [
        Pair("webis/0", "webis", TEXT, TEXT.replace("wobabe ", "seven "), True),
        Pair("webis/1", "webis", TEXT, TEXT[: len(TEXT) // 2] + OTHER[len(OTHER) // 2 :], True),
        Pair("webis/2", "webis", TEXT, OTHER, False),
        Pair("clough/0", "clough", TEXT, TEXT[:300], True),
        Pair("clough/1", "clough", TEXT, OTHER, False),
    ]


@pytest.mark.parametrize("share", [0.01, 0.05, 0.5])
def test_a_share_of_the_words_is_edited(share):
    copy = edit_words(TEXT, share, Dice("test", str(share)))
    kept = Counter(TEXT.split()) & Counter(copy.split())
    assert 400 - kept.total() <= 400 * share
    assert 400 - kept.total() >= 400 * share / 3
    assert copy == edit_words(TEXT, share, Dice("test", str(share)))


def test_a_word_is_several_characters_where_no_spaces_stand():
    text = "今天天气很好我们一起去公园散步吧" * 20
    copy = edit_words(text, 0.02, Dice("test"))
    assert copy != text
    assert plain_jaccard(" ".join(text), " ".join(copy)) > 0.4


def test_every_rule_finds_a_copy_and_no_other_text():
    for rule in (banded, datatrove, text_dedup):
        decisions = rule(pairs())
        assert decisions[0] > 0.99
        assert decisions[2] == decisions[4] == 0


def test_a_rule_without_verification_takes_what_is_half_alike_sometimes():
    pair = Pair("", "", TEXT, TEXT[: len(TEXT) * 4 // 5] + OTHER[len(OTHER) * 4 // 5 :], False)
    similarity = similarities([pair], jaccard)[0]
    assert 0.6 < similarity < 0.7
    assert 0 < text_dedup([pair])[0] < datatrove([pair])[0] < 1


def test_numbers_are_all_the_same_to_datatrove():
    numbers = Pair("", "", "in 1999 there were 17 of 30 cases", "in 2024 there were 25 of 81 cases", False)
    assert datatrove([numbers])[0] == 1
    assert text_dedup([numbers])[0] == 0


def test_scores_of_certain_and_of_expected_decisions():
    labels = np.array([True, True, False, False])
    assert scores(np.array([1.0, 0, 0, 0]), labels) == (1.0, 0.5, pytest.approx(2 / 3))
    assert scores(np.array([0.5, 0.5, 0.5, 0]), labels) == (pytest.approx(2 / 3), 0.5, pytest.approx(4 / 7))
    assert scores(np.zeros(4), labels) == (1.0, 0.0, 0.0)


def test_the_interval_of_few_pairs_is_wide_and_of_certainty_none():
    labels = np.array([True] * 20 + [False] * 20)
    low, high = interval(np.array([1.0] * 14 + [0.0] * 26), labels)
    assert low < 0.75 < scores(np.array([1.0] * 14 + [0.0] * 26), labels)[2] < 0.85 < high
    assert interval(labels.astype(float), labels) == (1.0, 1.0)


def test_a_threshold_chosen_without_the_pair_scores_lower_than_one_chosen_with_it():
    labels = np.array([True, True, True, False, False, False])
    apart = np.array([0.9, 0.85, 0.8, 0.3, 0.2, 0.1])
    assert left_out(apart, labels) == (1.0, 1.0, 1.0)
    noise = np.array([0.9, 0.5, 0.1, 0.8, 0.4, 0.2])
    best = max(scores((noise >= limit).astype(float), labels)[2] for limit in noise)
    assert left_out(noise, labels)[2] < best


def test_decisions_made_elsewhere_are_read(tmp_path):
    file = tmp_path / "decided.jsonl"
    rows = [{"pair_id": "webis/2", "duplicate": True}, {"pair_id": "webis/0", "duplicate": False}]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert read_decided(file, pairs()).tolist() == [0, 0, 1, 0, 0]


def test_the_report_names_every_rule_and_set():
    lines = list(report(pairs(), {"elsewhere": np.array([1.0, 1, 1, 0, 0])}))
    assert lines[1].split() == ["webis"]
    cells = {line[:16].strip(): line[16:].strip() for line in lines[2:12]}
    assert cells["datamoat"] == "1/2 + 0/1"
    assert cells["elsewhere"] == "2/2 + 1/1"
    assert any(line.startswith("contained 0.5") and line.split()[-3:] == ["1.000"] * 3 for line in lines)


def test_pairs_of_the_real_sets(shared_data):
    known = list(judged_pairs(shared_data))
    counts = Counter((pair.set, pair.label) for pair in known)
    assert len({pair.pair_id for pair in known}) == len(known)
    assert (counts["webis", True], counts["webis", False]) == (34, 21)
    assert (counts["mccormick", True], counts["clough", True], counts["clough", False]) == (10, 20, 18)
    chosen = [pair for pair in known if pair.set in ("mccormick", "stubs", "translations", "etcd", "webis")]
    similarity = similarities(chosen, jaccard)
    for pair, value in zip(chosen, similarity, strict=True):
        if pair.set == "webis":  # templates of one site that people told apart
            assert pair.label or value < THRESHOLD, pair.pair_id
        else:
            assert bool(value >= THRESHOLD) is pair.label, pair.pair_id
    judged = np.array([pair.set == "webis" for pair in chosen])
    labels = np.array([pair.label for pair in chosen])
    assert scores((similarity[judged] >= THRESHOLD).astype(float), labels[judged])[2] > 0.87
