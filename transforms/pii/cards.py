"""Payment card numbers: known issuer, fitting length, right check digit, written as cards are.

The check digit is the one of ISO/IEC 7812-1 (Luhn); a tenth of all numbers pass it, so the issuer's range and
length decide with it, and rare forms (13 and 19 digits of Visa, Maestro) need a word such as "card" in
their line. Numbers that the networks publish for tests are nobody's card and no finding.
"""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from transforms.pii.kinds import Finding
from transforms.pii.plain import WORD, Plain

_ISSUERS: Final = re.compile(
    rb"4\d{15}"  # Visa
    rb"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    rb"|3[47]\d{13}"  # American Express
    rb"|(?:30[0-59]\d|36\d\d|3[89]\d\d)\d{10}"  # Diners Club
    rb"|(?:6011|64[4-9]\d|65\d\d)\d{12}"  # Discover
    rb"|35(?:2[89]|[3-8]\d)\d{12}|(?:2131|1800)\d{11}"  # JCB, now and before
    rb"|62\d{14}"  # UnionPay
    rb"|220[0-4]\d{12}"  # Mir
)
_RARE: Final = re.compile(rb"35\d{14}|62\d{17}|4(?:\d{12}|\d{18})|(?:5[06-8]|6)\d{10,17}")
_IDENTIFIER = re.compile(
    r"(?:id|key|hash|sku|ean|upc|isbn|serial|order|invoice|tracking|name|href)\W{0,6}(?:content\W{1,3}|value\W{1,3})?$",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"card|visa|maestro|amex|credit|debit|\bcc\b|\bpan\b|karte|carte|tarjeta|carta|cart[aã]o|kort|карт|カード|卡|카드",
    re.IGNORECASE,
)
_WORD_CHARS = 60
_SHAPES: Final = (
    (4, 4, 4, 4),
    (4, 4, 4, 4, 3),
    (4, 6, 5),
    (4, 6, 4),
)
_BEFORE = re.compile(rb"[" + WORD + rb"][.\-+/=]?\Z")  # not $, which is also before a line feed
_AFTER = re.compile(rb"[" + WORD + rb"]|[.-][" + WORD + rb"]")
_SEPARATOR = np.isin(np.arange(256), list(b" -"))

_TEST_NUMBERS: Final = frozenset(
    b"4111111111111111 4242424242424242 4012888888881881 4000056655665556 4000000000000002 4222222222222 "
    b"5555555555554444 5105105105105100 5200828282828210 2223003122003222 5454545454545454 "
    b"378282246310005 371449635398431 378734493671000 6011111111111117 6011000990139424 "
    b"3056930009020004 36227206271667 30569309025904 38520000023237 3530111333300000 3566002020360505 "
    b"6200000000000005 6304000000000000 6759649826438453".split()
)


def find_cards(plain: Plain) -> Iterator[Finding]:
    """Yields the card numbers in order."""
    starts, stops = plain.runs()
    lengths = stops - starts
    for index in np.flatnonzero((lengths >= 12) & (lengths <= 19)).tolist():
        start, stop = int(starts[index]), int(stops[index])
        if _is_card(plain, start, stop, plain.data[start:stop]):
            yield Finding(start, stop, "card")
    if len(starts) < 3:
        return
    joined = (starts[1:] - stops[:-1] == 1) & _SEPARATOR[plain.view[stops[:-1]]]
    begins = (lengths[:-2] == 4) & joined[:-1] & joined[1:] & (lengths[1:-1] >= 4)
    stop = 0
    for index in np.flatnonzero(begins).tolist():
        start = int(starts[index])
        if start < stop:
            continue
        for shape in _SHAPES:
            end = index + len(shape)
            if tuple(lengths[index:end].tolist()) != shape or not joined[index : end - 1].all():
                continue
            if len(set(plain.view[stops[index : end - 1]].tolist())) > 1:
                continue  # spaces and hyphens are not mixed
            written = plain.data[start : int(stops[end - 1])]
            if _is_card(plain, start, int(stops[end - 1]), re.sub(rb"\D", b"", written)):
                stop = int(stops[end - 1])
                yield Finding(start, stop, "card")
                break


def passes_luhn(digits: bytes) -> bool:
    """Tells whether the last digit is the check digit of those before it (ISO/IEC 7812-1, annex B).

    >>> passes_luhn(b"4111111111111111"), passes_luhn(b"4111111111111112")
    (True, False)
    """
    odd = sum(digit - 48 for digit in digits[::-2])
    even = sum((digit - 48) * 2 - (9 if digit > 52 else 0) for digit in digits[-2::-2])
    return (odd + even) % 10 == 0


def _is_card(plain: Plain, start: int, stop: int, digits: bytes) -> bool:
    if not passes_luhn(digits) or digits in _TEST_NUMBERS:
        return False
    if _BEFORE.search(plain.data, max(0, start - 2), start) or _AFTER.match(plain.data, stop):
        return False
    if stop - start == len(digits) and _IDENTIFIER.search(plain.text, max(0, start - _WORD_CHARS), start):
        return False
    if _ISSUERS.fullmatch(digits):
        return True
    return _RARE.fullmatch(digits) is not None and _beside_word(plain.text, start, stop)


def _beside_word(text: str, start: int, stop: int) -> bool:
    before = text[max(0, start - _WORD_CHARS) : start].rpartition("\n")[2]
    after = text[stop : stop + _WORD_CHARS].partition("\n")[0]
    return _WORDS.search(before) is not None or _WORDS.search(after) is not None
