"""Dates of PDF (ISO 32000-1, 7.9.4): ``D:YYYYMMDDHHmmSSOHH'mm'``, all behind the year optional."""

import re

from transforms.read.dates import parse_timestamp

_DATE = re.compile(
    r"(?:D:)?\s*(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?\s*(?:([+-])(\d\d)'?(?:(\d\d)'?)?|Z.*)?\s*\Z"
)


def parse_pdf_date(text: str) -> int | None:
    """Returns a date in microseconds UTC; others than PDF's are tried too.

    >>> parse_pdf_date("D:19700101010000+01'00'"), parse_pdf_date("D:19700102")
    (0, 86400000000)
    """
    found = _DATE.match(text)
    if found is None:
        return parse_timestamp(text)
    year, month, day, hour, minute, second, sign, hours, minutes = found.groups()
    zone = f"{sign}{hours}:{minutes or '00'}" if sign else ""
    clock = f"{hour or '00'}:{minute or '00'}:{second or '00'}"
    return parse_timestamp(f"{year}-{month or '01'}-{day or '01'}T{clock}{zone}")
