"""Clocks that were ahead: what a beat remembers from then must not keep it waiting now."""

from datetime import UTC, datetime, timedelta

from celery.beat import ScheduleEntry

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
SMALL_STEP = timedelta(minutes=1)  # back, as when a clock is synchronised; waiting it out is fine


def ran_in_the_future(entry: ScheduleEntry) -> bool:
    """Whether an entry was last sent while the clock was ahead, so it would not be due for long."""
    last: datetime | None = entry.last_run_at
    return last is not None and last > entry.default_now() + SMALL_STEP
