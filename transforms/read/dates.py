"""Dates that documents state of themselves, as microseconds since 1970 in UTC.

Times without a zone are taken as UTC, a date without a time as its midnight.
"""

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:\s+(.+))?")
_LOOSE_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T\s]+(\d{1,2}:\d{2}.*))?")
_DAY_FIRST = re.compile(r"(?:[a-z]{3,9},?\s+)?(\d{1,2})[\s-]+([a-z]{3,9})\.?,?[\s-]+(\d{4})")
_MONTH_FIRST = re.compile(r"(?:[a-z]{3,9},?\s+)?([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_SECONDS = (10**8, 10**11)  # 1973 to 5138; numbers outside are no seconds


def parse_timestamp(value: Any) -> int | None:
    """Returns a stated date in microseconds UTC, or None if it is none.

    Args:
        value: A string (ISO 8601, RFC 2822, ``12-Jul-2000``, ``July 12, 2000``, ``2000/7/12``), a
            ``date`` or ``datetime``, or a number of seconds, milliseconds or microseconds since 1970.

    >>> parse_timestamp("1970-01-02")
    86400000000
    >>> parse_timestamp("12-Jul-2000") == parse_timestamp("July 12, 2000")
    True
    """
    try:
        moment = _parse(value)
        if moment is None:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return (moment - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError):
        return None


def _parse(value: Any) -> datetime | None:
    match value:
        case bool():
            return None
        case datetime():
            return value
        case date():
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        case int() | float():
            return _from_number(value)
        case str():
            return _from_text(" ".join(value.split()))
    return None


def _from_number(value: float) -> datetime | None:
    for unit in (1, 1000, 1_000_000):
        if _SECONDS[0] <= value / unit < _SECONDS[1]:
            return _EPOCH + timedelta(microseconds=int(value * (1_000_000 // unit)))
    return None


def _from_text(text: str) -> datetime | None:
    if not 8 <= len(text) <= 64:
        return None
    if text.isdigit():
        return datetime.strptime(text, "%Y%m%d") if len(text) == 8 else _from_number(int(text))
    try:
        return datetime.fromisoformat(text.removesuffix(" UTC").replace(" +", "+"))
    except ValueError:
        pass
    lower = text.lower()
    for pattern in (_LOOSE_ISO, _YEAR_FIRST):
        if found := pattern.match(lower):
            year, month, day = (int(found[i]) for i in (1, 2, 3))
            return _with_time(datetime(year, month, day, tzinfo=UTC), found[4])
    if re.search(r"\d:\d\d", text):
        try:
            return parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            pass
    if found := _DAY_FIRST.match(lower):
        return _from_words(found[3], found[2], found[1])
    if found := _MONTH_FIRST.match(lower):
        return _from_words(found[3], found[1], found[2])
    return None


def _with_time(day: datetime, clock: str | None) -> datetime:
    if not clock:
        return day
    try:
        moment = datetime.fromisoformat(
            f"{day:%Y-%m-%d}T{clock.replace(' ', '').removesuffix('utc').upper()}"
        )
    except ValueError:
        return day
    return moment


def _from_words(year: str, month: str, day: str) -> datetime | None:
    if month[:3] not in _MONTHS:
        return None
    return datetime(int(year), _MONTHS.index(month[:3]) + 1, int(day), tzinfo=UTC)
