"""Moments, as people and programs write them into tables."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genonaut.content.rules import InvalidValueError
from genonaut.ingest.moments import timestamp

MOMENT = datetime(2024, 3, 5, 14, 22, tzinfo=UTC)
DAY = datetime(2024, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        *(1709648520, "1709648520", "1709648520.0", "1.70964852e9", 1709648520.0),
        *(1709648520000, "1709648520000", "1709648520000000", 1709648520000000000),
        *("2024-03-05T14:22:00Z", "2024-03-05T14:22:00.000Z", " 2024-03-05 14:22 "),
        *("2024-03-05 14:22:00 UTC", "2024-03-05 14:22:00 gmt", "2024-03-05T14:22:00 Z"),
        *("2024-03-05 14:22:00 +00:00", "2024-03-05 15:22 +01:00", "2024-03-05 13:22:00 -0100"),
        *("2024/03/05 14:22", "2024.03.05 14:22:00", "2024:03:05 14:22:00", "2024/3/5  14:22"),
        *("05.03.2024 14:22", "5.3.2024 14:22:00", "5.3.2024 14:22:00,000"),
        *("20240305142200", 20240305142200, "20240305T1422"),
        *("2024-03-05T14:22:00.000000000+00:00", "45356.598611111111"),
    ],
)
def test_one_moment(written: object):
    assert timestamp(written, "x") == MOMENT


@pytest.mark.parametrize(
    "written", ["2024-03-05", "20240305", 20240305, "5.3.2024", 45356, "45356"]
)
def test_one_day(written: object):
    assert timestamp(written, "x") == DAY


@pytest.mark.parametrize("written", ["", None])
def test_not_given(written: object):
    assert timestamp(written, "x") is None


@pytest.mark.parametrize(
    "written",
    [
        *("yesterday", "2024-02-30", True, "1e300", "1" * 400, "0001-01-01T00:00+14:00", ["x"]),
        *("3/5/2024", "2024-03-05 14:22 CET", "2024-3-5-6", "2024-03/05T25:00"),
        *(0, "0", 1.5, "1", 2024, "2024", "20000", 73_051, 99_999, "123456", 9_999_999, "-45356"),
    ],
)
def test_no_moment(written: object):
    with pytest.raises(InvalidValueError, match="x is neither an ISO 8601 date nor unix seconds"):
        timestamp(written, "x")


@pytest.mark.parametrize("written", ["1969-12-31T23:59:59Z", 99_999_999_999, "2100-01-01"])
def test_a_moment_that_is_not_meant(written: object):
    with pytest.raises(InvalidValueError, match="x is not between 1970 and 2100"):
        timestamp(written, "x")


@given(st.integers() | st.floats() | st.integers(0, 10**10).map(str))
def test_no_number_is_a_day_of_1970(written: object):
    try:
        found = timestamp(written, "x")
    except InvalidValueError:
        return
    assert found is not None
    assert datetime(1973, 1, 1, tzinfo=UTC) < found or "19" in str(written)[:2]
