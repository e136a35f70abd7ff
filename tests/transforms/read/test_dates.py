from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.read.dates import parse_timestamp

DAY = 1577923200000000  # 2020-01-02
TIME = DAY + (3 * 3600 + 4 * 60 + 5) * 1_000_000


@given(moment=st.datetimes(timezones=st.just(UTC)))
def test_iso_8601(moment):
    expected = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert parse_timestamp(moment.isoformat()) == expected
    assert parse_timestamp(moment) == expected


@pytest.mark.parametrize(
    "stated",
    [
        "2020-01-02",
        "2020/01/02",
        "2020/1/2",
        "2020-1-2",
        "20200102",
        "02-Jan-2020",
        "2 January 2020",
        "January 2, 2020",
        "Jan. 2nd, 2020",
        "Thursday, January 2, 2020",
        " 2020-01-02 ",
        date(2020, 1, 2),
        1577923200,
        1577923200000,
        "1577923200",
        1577923200.0,
    ],
)
def test_days(stated):
    assert parse_timestamp(stated) == DAY


@pytest.mark.parametrize(
    "stated",
    [
        "2020-01-02T03:04:05Z",
        "2020-01-02 03:04:05",
        "2020-01-02 04:04:05 +0100",
        "Thu, 02 Jan 2020 03:04:05 +0000",
        "2020-01-02 03:04:05 UTC",
        "2020-01-02T03:04:05.000+00:00",
        "2020/01/02 03:04:05",
    ],
)
def test_times(stated):
    assert parse_timestamp(stated) == TIME


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "2020",
        "soon",
        "2020-13-45",
        "31-Feb-2020",
        "x" * 1000,
        None,
        True,
        [],
        7,
        1e300,
        float("nan"),
        "٢٠٢٠",
    ],
)
def test_no_dates(stated):
    assert parse_timestamp(stated) is None
