"""What a code point is to the word splitter."""

import unicodedata

import pytest

from transforms.characters import APART, ATTACHED, CLASS_SHIFT, LETTER, LOGOGRAM, SOUND, ascii_table, table


def _class(character: str) -> int:
    return int(table()[ord(character)]) >> CLASS_SHIFT


def _folded(character: str) -> str:
    return chr(int(table()[ord(character)]) % (1 << CLASS_SHIFT))


@pytest.mark.parametrize(
    ("characters", "expected"),
    [
        ("aZß_09éяΩעعअ한გ༠½²Ⅷ๒", LETTER),
        (" \n\t.,;-–—'’“”„…€$%#@/\\|+=<>（）。、「」•😀\u200b\x00\x7f\ue000\U0010ffff\ud800་", APART),
        ("汉字語々〆〇〡〸ꀀ𠀀𗀀𛅰", LOGOGRAM),
        ("ぁひらカタกขเแาำລາកမㄅｱー〱〼𛀀ᥐꦄᬅ", SOUND),
        ("\u0301\u093f\u0e31\u0e48\u3099\ufe0f\u200d\u200c\u00ad\u2060\U000e0100", ATTACHED),
    ],
)
def test_the_class_of_a_character(characters, expected):
    assert {character: _class(character) for character in characters} == dict.fromkeys(characters, expected)


def test_simple_folding_is_one_to_one():
    assert [_folded(c) for c in "ÄÉЯΣςſẞßİK漢ԱᾼꭰᲐ"] == list("äéяσσsßßİk漢աᾳᎠა")


def test_the_entry_of_a_letter_is_its_folded_code_point():
    """ASCII text is hashed from bytes, other text from entries; the same letter is the same number."""
    folds = ascii_table()
    for code in range(128):
        letter = int(table()[code]) >> CLASS_SHIFT == LETTER
        assert folds[code] == (int(table()[code]) if letter else 0)


def test_ascii_holds_letters_and_separators_only():
    assert {_class(chr(code)) for code in range(128)} == {LETTER, APART}


def test_folding_twice_changes_nothing_more():
    folded = {
        code: _folded(chr(code)) for code in range(0x20000) if unicodedata.category(chr(code))[0] == "L"
    }
    assert all(_folded(character) == character for character in folded.values())
