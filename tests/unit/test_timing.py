"""When a job of an API without a worker is due: exactly when Celery would say so."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import Celery
from hypothesis import given
from hypothesis import strategies as st

from genonaut.config import ScheduleEntry
from genonaut.errors import ConfigError
from genonaut.worker.schedules import when
from genonaut.worker.timing import is_due, timing

APP = Celery(set_as_current=False)
APP.conf.timezone = "UTC"
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
RANGES = {
    "minute": (0, 59),
    "hour": (0, 23),
    "day-of-week": (0, 6),
    "day-of-month": (1, 28),  # Celery looks for a date that never comes
    "month-of-year": (1, 12),
}


def parts(low: int, high: int) -> st.SearchStrategy[str]:
    numbers, steps = st.integers(low, high).map(str), st.integers(1, 9).map(str)
    spans = st.just("*") | st.tuples(numbers, numbers).map("-".join)
    return numbers | spans | st.tuples(spans, steps).map("/".join)


CRONTABS = st.fixed_dictionaries(
    {},
    optional={
        field: st.lists(parts(*ends), min_size=1, max_size=3).map(",".join)
        for field, ends in RANGES.items()
    },
).filter(bool)


def entry(schedule: dict[str, Any]) -> ScheduleEntry:
    return ScheduleEntry(enabled=True, task="a", schedule=schedule)


@given(CRONTABS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_it_is_due_when_celery_says_so(
    schedule: dict[str, str], last: datetime, later: timedelta
) -> None:
    now = last + later
    theirs = when("x", entry(schedule))
    theirs.app, theirs.nowfun = APP, lambda: now
    assert is_due(timing("x", entry(schedule)), last, now) == theirs.is_due(last).is_due


def test_names_and_seconds() -> None:
    monday = datetime(2026, 11, 30, 3, 30, tzinfo=UTC)
    weekdays = timing("x", entry({"minute": 30, "hour": 3, "day-of-week": "mon-fri"}))
    assert weekdays(monday - timedelta(days=2)) == monday
    assert timing("x", entry({"every-seconds": 5}))(monday) == monday + timedelta(seconds=5)
    assert timing("x", entry({"day-of-month": 30, "month-of-year": "feb"}))(monday).year > 9000


def test_what_ran_in_the_future_is_due_and_what_never_ran() -> None:
    hourly, now = timing("x", entry({"minute": 0})), datetime.now(UTC)
    assert is_due(hourly, None, now)
    assert is_due(hourly, now + timedelta(days=3), now)
    assert not is_due(hourly, now + timedelta(minutes=1), now)


@pytest.mark.parametrize(
    "schedule",
    [
        *({"minute": "61"}, {"minute": ""}, {"minute": "5/2"}, {"hour": "soon"}, {"minutes": 0}),
        *({}, {"every-seconds": 0}, {"every-seconds": "5"}, {"every-seconds": 5, "minute": 0}),
        *({"minute": "*/0"}, {"day-of-month": 0}, {"minute": "1-"}),
    ],
)
def test_a_wrong_schedule_is_refused_by_its_key(schedule: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"celery\.beat-schedule\.x\.schedule.* is wrong"):
        timing("x", entry(schedule))
