"""International bank account numbers (ISO 13616): known country, its length, right check digits."""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from transforms.pii.kinds import Finding
from transforms.pii.plain import Plain

_LENGTHS: Final = {
    country: int(length)
    for country, length in re.findall(
        rb"([A-Z]{2})(\d\d)",
        b"AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 "
        b"DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 "
        b"IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 "
        b"MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 "
        b"SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30",
    )
}
"""Characters of an account number by country, from the registry of ISO 13616."""

_NUMBER = re.compile(
    rb"([A-Z]{2}\d\d)((?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?)(?![A-Za-z0-9_\x80])"
    rb"|([a-z]{2}\d\d)([a-z0-9]{11,30})(?![A-Za-z0-9_\x80])"
)


def find_accounts(plain: Plain) -> Iterator[Finding]:
    """Yields the account numbers in order."""
    starts, stops = plain.runs()
    if not len(starts):
        return
    # Two letters, two digits: the country and the check digits.
    upper = plain.view & np.uint8(0xDF)
    places = np.flatnonzero((starts >= 2) & (stops - starts >= 2))
    first = starts[places] - 2
    letters = _are_letters(upper[first]) & _are_letters(upper[first + 1])
    for start in first[letters].tolist():
        found = _NUMBER.match(plain.data, start)
        if found is None or (start and plain.data[start - 1 : start].isalnum()):
            continue
        if (stop := _end(found)) is not None:
            yield Finding(start, stop, "iban")


def _end(found: re.Match[bytes]) -> int | None:
    """Returns where a number ends that has its country's length and the right check digits."""
    written = found[0]
    length = _LENGTHS.get(written[:2].upper())
    if length is None:
        return None
    # The words after a number may look like a part of it: its length says where it ends.
    taken = [at for at, byte in enumerate(written) if byte not in b" -"][:length]
    if len(taken) < length:
        return None
    end = taken[-1] + 1
    if written[end : end + 1].isalnum():
        return None
    return found.start() + end if passes_mod97(re.sub(rb"[ -]", b"", written[:end])) else None


def passes_mod97(number: bytes) -> bool:
    """Tells whether an account number's check digits are right (ISO/IEC 7064, MOD 97-10).

    >>> passes_mod97(b"GB82WEST12345698765432"), passes_mod97(b"GB83WEST12345698765432")
    (True, False)
    """
    turned = number[4:] + number[:4]
    return int("".join(str(int(chr(byte), 36)) for byte in turned)) % 97 == 1


def _are_letters(upper: np.ndarray) -> np.ndarray:
    return (upper >= 65) & (upper <= 90)
