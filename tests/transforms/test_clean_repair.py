"""``repair`` is ``ftfy.fix_text``: on mojibake of every kind, on line ends, on real text."""

import gzip
import json
import tarfile
from pathlib import Path

import ftfy
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.clean.repair import CONFIG, repair

ENCODINGS = ["latin-1", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "iso8859-2"]
ENCODINGS += ["mac_roman", "cp437"]

words = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs", "Co", "Cn"]), max_size=8)
mojibake = st.builds(
    lambda text, encoding: text.encode().decode(encoding, "replace"), words, st.sampled_from(ENCODINGS)
)
twice = st.builds(
    lambda text, encoding: text.encode().decode(encoding, "replace"), mojibake, st.sampled_from(ENCODINGS)
)
signs = st.text(
    "ÃÂâ€œ”\x9d�? \u0301\u0303Aaéœ°×²«»¦Œ\x85\u2028\r\n\x0b\x0c\x00\x1bﬁ\ud83d\ude00\ufeff\t", max_size=6
)
broken = st.lists(st.one_of(words, mojibake, twice, signs, st.sampled_from(["\n", "\r\n", " ", "\r"])))
broken_texts = st.builds("".join, broken)


@given(broken_texts)
@example("A\u0303\u00a9 is composed to mojibake\n")
@example("œ\r\n")
@example("x\u2028Ã la mode")
def test_is_fix_text(text: str) -> None:
    assert repair(text)[0] == ftfy.fix_text(text, CONFIG)


@given(st.text())
def test_is_fix_text_on_any_text(text: str) -> None:
    assert repair(text)[0] == ftfy.fix_text(text, CONFIG)


@given(broken_texts)
def test_not_suspect_means_nfc_and_line_ends_only(text: str) -> None:
    repaired, suspect = repair(text)
    if not suspect:
        assert "\r" not in repaired
        assert repair(repaired) == (repaired, False)


def test_a_line_of_more_than_a_million_characters() -> None:
    # The border between ftfy's pieces falls between the letter and its accent.
    text = "short\n" + "e" * 1_000_000 + "\u0301\n" + "e\u0301\n"
    assert repair(text)[0] == ftfy.fix_text(text, CONFIG)


def test_settings_are_stated_in_full() -> None:
    source = (Path(__file__).parents[2] / "transforms" / "clean" / "repair.py").read_text("utf-8")
    for field in ftfy.TextFixerConfig._fields:
        assert f"\n    {field}=" in source, field


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("schÃ¶n", "schön"),
        ("doesnâ€™t", "doesn’t"),
        ("“curly”, ‘single’", "“curly”, ‘single’"),
        ("ＬＯＵＤ　ｶﾅ", "ＬＯＵＤ　ｶﾅ"),
        ("ef\ufb01cient", "efficient"),
        ("&lt;b&gt; &amp;amp;", "&lt;b&gt; &amp;amp;"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("e\u0301", "é"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\ud83d\ude00 \ud800", "😀 \ufffd"),
        ("", ""),
    ],
)
def test_examples(text: str, expected: str) -> None:
    assert repair(text)[0] == expected


def test_cases_of_ftfy(shared_data: Path) -> None:
    cases = json.loads((shared_data / "samples/E_encoding/ftfy_cases.json").read_text("utf-8"))
    changed = 0
    for case in cases:
        for text in (case["original"], case["fixed"]):
            changed += repair(text)[0] != text
            assert repair(text)[0] == ftfy.fix_text(text, CONFIG)
    assert changed > 50


def test_real_sentences_broken_in_every_way(shared_data: Path) -> None:
    with gzip.open(
        shared_data / "samples/D_langid/lingua_sentences.jsonl.gz", "rt", encoding="utf-8"
    ) as lines:
        sentences = [json.loads(line)["text"] for line in lines][::25]
    for sentence in sentences:
        for encoding in ENCODINGS:
            text = sentence + "\r\n" + sentence.encode().decode(encoding, "replace")
            assert repair(text)[0] == ftfy.fix_text(text, CONFIG)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_real_documents(shared_data: Path) -> None:
    documents = suspects = 0
    for archive in sorted((shared_data / "bulk").glob("J_*.tar.gz")):
        with tarfile.open(archive) as members:
            for number, member in enumerate(each for each in members if each.isfile()):
                if number % 10:
                    continue
                stream = members.extractfile(member)
                assert stream is not None
                text = stream.read().decode("utf-8", "replace")
                repaired, suspect = repair(text)
                documents += 1
                suspects += suspect
                assert repaired == ftfy.fix_text(text, CONFIG), member.name
    assert documents > 4000
    assert suspects < documents / 100  # else the gate lets too little through
