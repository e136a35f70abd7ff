"""The gate is sound: what it lets through, ftfy would not have touched (NFC and CR LF aside).

Three legs. ftfy touches the encoding of a line only where BADNESS_RE matches, and every alternative of
BADNESS_RE, written out over all kinds of characters, is suspect. All its other fixes act on single
characters, and all code points are tried. And pairs of the characters that matter are tried with ftfy.
"""

import itertools
import re
import unicodedata
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import ftfy
import numpy as np
import pytest
from ftfy.badness import BADNESS_RE
from hypothesis import given
from hypothesis import strategies as st

from transforms import compiled
from transforms.clean.gate import (
    _FLAGS,
    SUSPECT,
    SUSPECT_ASCII,
    first_suspect,
    flag_table,
    space_at_line_end,
)
from transforms.clean.repair import CONFIG

EVERY_CODE_POINT = "".join(map(chr, range(0x110000)))

needs_loops = pytest.mark.skipif(
    compiled.loops("clean.gate") is None, reason="no compiler was there when this was installed"
)


def as_class(code: Any, value: Any) -> str:
    """The parsed single-character item as the source of a character class."""
    if code == op.LITERAL:
        return rf"[\U{value:08x}]"
    if code == op.ANY:
        return r"[^\n]"
    assert code == op.IN, code
    inside = ""
    for kind, what in value:
        if kind == op.NEGATE:
            inside += "^"
        elif kind == op.LITERAL:
            inside += rf"\U{what:08x}"
        elif kind == op.RANGE:
            inside += rf"\U{what[0]:08x}-\U{what[1]:08x}"
        else:
            assert kind == op.CATEGORY, kind
            inside += {op.CATEGORY_SPACE: r"\s", op.CATEGORY_WORD: r"\w"}[what]
    return f"[{inside}]"


def alternatives(pattern: re.Pattern[str]) -> list[list[str]]:
    """Each alternative as a list of character classes; an optional character makes two of one."""
    tree = parser.parse(pattern.pattern, pattern.flags)
    assert len(tree) == 1
    assert tree[0][0] == op.BRANCH
    result: list[list[str]] = []
    for branch in tree[0][1][1]:
        ways: list[list[str]] = [[]]
        for code, value in branch:
            if code == op.AT:
                assert value == op.AT_BEGINNING
            elif code == op.MAX_REPEAT:
                low, high, (item,) = value
                assert (low, high) == (0, 1)
                ways += [[*way, as_class(*item)] for way in ways]
            else:
                ways = [[*way, as_class(code, value)] for way in ways]
        result += ways
    return result


def classes_of(tree: Any) -> set[str]:
    """All character classes anywhere in a parsed expression."""
    found: set[str] = set()
    for code, value in tree:
        if code == op.BRANCH:
            for branch in value[1]:
                found |= classes_of(branch)
        elif code in (op.ASSERT, op.ASSERT_NOT):
            found |= classes_of(value[1])
        elif code == op.SUBPATTERN:
            found |= classes_of(value[3])
        else:
            found.add(as_class(code, value))
    return found


@pytest.fixture(scope="module")
def kinds() -> dict[int, str]:
    """Code point -> one character for all that no class of either expression tells from it."""
    classes = {item for way in alternatives(BADNESS_RE) for item in way}
    classes |= classes_of(parser.parse(SUSPECT.pattern))
    membership = [0] * 0x110000
    for number, item in enumerate(sorted(classes)):
        for found in re.finditer(item, EVERY_CODE_POINT):
            membership[ord(found.group())] |= 1 << number
    first: dict[int, str] = {}
    for code, member in enumerate(membership):
        first.setdefault(member, chr(code))
    return {code: first[member] for code, member in enumerate(membership)}


def test_every_alternative_of_badness_is_suspect(kinds: dict[int, str]) -> None:
    representatives = sorted(set(kinds.values()))
    assert 50 < len(representatives) < 200
    tried = 0
    for way in alternatives(BADNESS_RE):
        choices = [[c for c in representatives if re.match(item, c)] for item in way]
        assert all(choices)
        for characters in itertools.product(*choices):
            text = "".join(characters)
            tried += 1
            for after in ("", "a", " ", "\n"):  # what the expression's look-ahead might see
                assert SUSPECT.search(text + after), ascii(text + after)
    assert tried > 10_000


def test_every_code_point_alone() -> None:
    passed = [c for c in EVERY_CODE_POINT if not SUSPECT.search(c)]
    # Nearly all pass, else the gate would be closed and this test empty.
    assert len(passed) > 1_100_000
    for start in range(0, len(passed), 64):
        line = " ".join(c for c in passed[start : start + 64] if c != "\n")
        assert ftfy.fix_text(line, CONFIG) == unicodedata.normalize("NFC", line)
        assert not BADNESS_RE.search(line)


def test_every_pair_that_may_matter(kinds: dict[int, str]) -> None:
    of_kind: dict[str, list[int]] = {}
    for code, representative in kinds.items():
        of_kind.setdefault(representative, []).append(code)
    interesting = [
        chr(code) for codes in of_kind.values() for code in (codes if len(codes) < 600 else codes[:1])
    ]
    passed = 0
    for pair in map("".join, itertools.product(interesting, repeat=2)):
        if not SUSPECT.search(pair):
            passed += 1
            assert not BADNESS_RE.search(pair), ascii(pair)
    assert passed > 100_000


def test_ascii_gate_is_the_gate() -> None:
    ascii_characters = EVERY_CODE_POINT[:128]
    for text in map("".join, itertools.product(ascii_characters, repeat=2)):
        assert bool(SUSPECT_ASCII.search(text)) == bool(SUSPECT.search(text)), ascii(text)


@pytest.mark.parametrize(
    "text",
    [
        "It’s “quoted” — and 10 € or £5, ½ of it… 20 °C • item",
        "«\xa0L’École d’été\xa0» coûte 3 × 4 €, À bientôt.",
        "Ich weiß: Öl, Übung, Äpfel, Größe „so“.",
        "Он сказал: «Привет, мир!» — и ушёл № 5.",
        "Ελληνικά: «Καλημέρα», Άνοιξη.",
        "他说：“你好，世界。”《书》·甲",
        "「日本語」のテキスト、ﾊﾝｶｸ。",
        "├── src\n│   └── main.rs",
        "हिन्दी में लिखा है। ไทย 한국어 עברית العربية",
    ],
)
def test_ordinary_text_passes(text: str) -> None:
    assert not SUSPECT.search(text)


@needs_loops
def test_the_table_knows_every_character_of_the_classes() -> None:
    beyond = EVERY_CODE_POINT[0x10000:]
    for inside in _FLAGS:
        assert re.search(f"[{inside}]", beyond) is None
    points = np.arange(0x10000)
    for bit, inside in enumerate(_FLAGS):
        held = [found.start() for found in re.finditer(f"[{inside}]", EVERY_CODE_POINT[:0x10000])]
        assert points[flag_table() >> bit & 1 == 1].tolist() == held


@needs_loops
def test_the_table_finds_what_the_expression_finds() -> None:
    """Of each combination of flags a character: all of three of them, in ASCII and in others."""
    table = flag_table()
    kinds = [chr(np.flatnonzero(table == flags)[-1]) for flags in np.unique(table)]
    kinds += [chr(point) for point in (0x0A, 0x0D, 0x0C, 0x41, 0x1F, 0x10FFFF)]
    for text in map("".join, itertools.product(kinds, repeat=3)):
        gate = SUSPECT_ASCII if text.isascii() else SUSPECT
        found = gate.search(text)
        assert first_suspect(text) == (found.start() if found else -1), repr(text)
        found = gate.search(text, 1)
        assert first_suspect(text, 1) == (found.start() if found else -1), repr(text)


@needs_loops
@given(st.text(st.sampled_from("\n\r\t\v a\xa0é\x85\u2003\u200b中😀\ud800Ãœ€“”"), max_size=12))
def test_it_is_the_same_without_loops(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        ours = first_suspect(text), space_at_line_end(text)
        patch.setattr(compiled, "loops", lambda name: None)
        assert ours == (first_suspect(text), space_at_line_end(text))


@needs_loops
def test_a_table_of_another_size_is_refused() -> None:
    loops = compiled.loops("clean.gate")
    with pytest.raises(ValueError, match="basic plane"):
        loops.first_suspect("a", flag_table()[:100], 0)
    with pytest.raises(ValueError, match="basic plane"):
        loops.first_suspect("a", flag_table(), -1)
    assert loops.first_suspect("a", flag_table(), 10) == -1
