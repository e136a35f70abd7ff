"""Passwords and keys without a form of their own: random-looking values given to a telling name.

A value counts if its name says password, secret, token or the like, if it mixes letters and digits, and if
it looks drawn, not written: by Shannon's entropy of its characters and by how often letters and digits
take turns. Names of variables, paths, versions and placeholders do not. A password that is made of words,
or of digits alone, is not found.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from transforms.pii.kinds import Finding
from transforms.pii.plain import Plain
from transforms.pii.tokens import is_documentation

MIN_CHARS: Final = 8
MAX_CHARS: Final = 512
MIN_TURNS: Final = 2
"""How often letters and digits must take turns."""

MIN_BITS: Final = 3.0
"""Shannon entropy of a value, in bits a character (hexadecimal digits, all equally often, have 4)."""

_NAME = (
    rb"(?:passw(?:or)?d|passphrase|pwd|secret|token|credentials?|bearer|"
    rb"(?:api|access|secret|private|auth|account|encryption|signing|master|shared|storage)[ _-]?key)"
)
_GIVEN = re.compile(
    _NAME + rb"[A-Za-z0-9_-]{0,24}[\"'`]?[\])]?"  # the rest of the name
    rb"(?:\s{0,4}(?::=|=>|={1,2}|:|>)\s{0,4}|\sis:?\s|(?<=[\"']),\s?(?=[\"'])|(?<=[Bb]earer)\s)"
    rb"(?:(?:bearer|basic|token)\s)?(?:[bru]{1,2}(?=[\"']))?[\"'`]?$"
    rb"|(?:^|\s)--?[a-z-]*" + _NAME + rb"[a-z-]*\s[\"']?$",  # an option of a command
    re.IGNORECASE,
)
_GIVEN_CHARS = 72
_SIGN = re.compile(rb"key|pass|pwd|secret|token|cred|bearer")  # in every telling name
_TURNS = re.compile(rb"[A-Za-z][_-]?\d[\d_-]*[A-Za-z]|\d[_-]?[A-Za-z][A-Za-z_-]*\d")
_GIVEN_INSIDE = re.compile(_NAME + rb"[A-Za-z0-9_-]{0,24}(?::=|=>|={1,2}|:)", re.IGNORECASE)
_VALUE_END = re.compile(rb"[\s\"'`,;<>(){}\[\]|\\]")
_NOT_DRAWN = re.compile(
    rb"[$%*/.~@#{&-].*"  # variables, paths, options
    rb"|.*(?:://|\.\.|\*\*\*|xxx|XXX|::|[\x80-\xff]|\.(?:com|org|io|net|txt|json|ya?ml|py|csv|pem|crt|key)$).*"
    rb"|[A-Za-z]+\d{0,4}(?:[-_./:=][A-Za-z]*\d{0,4})*"  # words and small numbers
    rb"|\d+(?:\.\d+)*[A-Za-z]{0,3}|0x[0-9A-Fa-f]{1,8}"  # amounts and versions
)


def find_assigned(plain: Plain) -> Iterator[Finding]:
    """Yields the values, without their names and quotes."""
    data, end = plain.data, 0
    for begin, stop, at in plain.mixed_words():
        # Most words go with the first question, most others with the second.
        if at < end or _TURNS.search(data, begin, stop) is None:
            continue
        if _SIGN.search(data[max(0, begin - _GIVEN_CHARS) : stop].lower()) is None:
            continue
        start, end = _token(data, at)
        if end - start < MIN_CHARS:
            continue
        value = _value(data, start, end, at)
        if value is not None and _is_drawn(data[slice(*value)]):
            yield Finding(*value, "secret")


def _token(data: bytes, at: int) -> tuple[int, int]:
    """Returns the bounds of the unbroken characters around an offset."""
    low = max(0, at - MAX_CHARS)
    left = _VALUE_END.search(data[low:at][::-1])
    right = _VALUE_END.search(data, at, at + MAX_CHARS + 1)
    return at - left.start() if left else low, right.start() if right else min(len(data), at + MAX_CHARS + 1)


def _value(data: bytes, start: int, end: int, at: int) -> tuple[int, int] | None:
    """Returns the bounds of the value that a name is given within or before ``data[start:end]``."""
    before = max(0, start - _GIVEN_CHARS)
    inside = [found.end() for found in _GIVEN_INSIDE.finditer(data, start, at)]
    if inside:  # ``?token=abc&page=2``
        start = inside[-1]
        cut = data.find(b"&", start, end)
        end = cut if cut >= 0 else end
    elif _GIVEN.search(data, before, start) is None:
        return None
    return start, start + len(data[start:end].rstrip(b".:"))


def _is_drawn(value: bytes) -> bool:
    """Tells whether a value looks drawn by lot."""
    if not MIN_CHARS <= len(value) <= MAX_CHARS or _NOT_DRAWN.fullmatch(value) or is_documentation(value):
        return False
    kinds = [byte < 58 for byte in value if chr(byte).isalnum()]
    turns = sum(left != right for left, right in pairwise(kinds))
    return turns >= MIN_TURNS and _entropy(value) >= MIN_BITS


def _entropy(value: bytes) -> float:
    """Returns Shannon's entropy of the characters, in bits a character."""
    total = len(value)
    return -sum(count / total * math.log2(count / total) for count in Counter(value).values())
