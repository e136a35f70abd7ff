"""Numbers that a state gives a person, where the number itself proves what it is: form and check digits.

Not all countries: only forms that are hardly met by chance. US social security numbers have no check
digit, so their form, hyphens and the ranges that are given out must do.

    US  SSN           AAA-GG-SSSS, area not 000, 666 or 9xx
    ES  DNI, NIE      8 digits (or X, Y, Z and 7) and a letter, modulo 23
    IT  codice fiscale  16 characters, weighted sum modulo 26
    CN  resident id   18 characters with a date of birth, ISO 7064 MOD 11-2
    FR  NIR           13 characters and 2 check digits, modulo 97
    BR  CPF           with its dots and hyphen, two check digits modulo 11
    FI  HETU          date, sign, number and a character, modulo 31
"""

import re
from collections.abc import Iterator
from typing import Final

from transforms.pii.kinds import Finding
from transforms.pii.plain import WORD, Plain

_EDGE_LEFT, _EDGE_RIGHT = rb"(?<![" + WORD + rb".+/-])", rb"(?![" + WORD + rb"]|[.+/-][" + WORD + rb"])"
_FORMS: Final = re.compile(
    _EDGE_LEFT + rb"(?:"
    rb"(?P<us>(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4})"
    rb"|(?P<es>[0-9XYZ]\d{7}-?[A-HJ-NP-TV-Z])"
    rb"|(?P<it>[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z])"
    rb"|(?P<cn>[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx])"
    rb"|(?P<fr>[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d)"
    rb"|(?P<br>\d{3}\.\d{3}\.\d{3}-\d\d)"
    rb"|(?P<fi>(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y])"
    rb")" + _EDGE_RIGHT
)
_LETTERS_FIRST = (6, 1, 0)
"""How many letters a number may have before its first digit."""

_IT_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        [
            *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6),
            *(8, 12, 14, 16, 10, 22, 25, 24, 23),
        ],
        strict=True,
    )
)
_CN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def find_identities(plain: Plain) -> Iterator[Finding]:
    """Yields the numbers in order."""
    stop = 0
    for digit in plain.runs()[0].tolist():
        for letters in _LETTERS_FIRST:
            start = digit - letters
            found = _FORMS.match(plain.data, start) if start >= stop else None
            if found is None:
                continue
            number = re.sub(r"[ .-]", "", found[0].decode("ascii")).upper()
            if _CHECKS[str(found.lastgroup)](number):
                stop = found.end()
                yield Finding(found.start(), stop, "national_id")


def _us(number: str) -> bool:
    return len(set(number)) > 1 and number not in ("123456789", "078051120", "219099999")


def _es(number: str) -> bool:
    digits = number[:-1].translate({ord("X"): "0", ord("Y"): "1", ord("Z"): "2"})
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1]


def _it(number: str) -> bool:
    total = sum(_IT_ODD[character] for character in number[:15:2])
    total += sum(int(c) if c.isdigit() else ord(c) - 65 for c in number[1:15:2])
    return chr(65 + total % 26) == number[15]


def _cn(number: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_CN_WEIGHTS, number, strict=False))
    return "10X98765432"[total % 11] == number[17]


def _fr(number: str) -> bool:
    corsica = number.replace("2A", "19").replace("2B", "18") if not number.isdigit() else number
    return int(corsica[:13]) % 97 == 97 - int(corsica[13:])


def _br(number: str) -> bool:
    if len(set(number)) == 1:
        return False
    for length in (9, 10):
        total = sum((length + 1 - index) * int(digit) for index, digit in enumerate(number[:length]))
        if (total * 10) % 11 % 10 != int(number[length]):
            return False
    return True


def _fi(number: str) -> bool:
    digits = re.sub(r"\D", "", number[:-1])
    # The hyphen, the sign of the century, was taken out before.
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(digits) % 31] == number[-1]


_CHECKS: Final = {"us": _us, "es": _es, "it": _it, "cn": _cn, "fr": _fr, "br": _br, "fi": _fi}
