"""When an entry of the schedule is due, worked out without Celery.

An API without a worker needs no more of Celery than this, and Celery's schedules take 7 MB with all
that they import. A test compares the two.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from genonaut.config import ScheduleEntry, Settings
from genonaut.errors import ConfigError

EVERY: Final = "every-seconds"
AHEAD: Final = timedelta(minutes=5)
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_FIELDS: Final[dict[str, tuple[range, Sequence[str]]]] = {
    "minute": (range(60), ()),
    "hour": (range(24), ()),
    "day-of-week": (range(7), _DAYS),
    "day-of-month": (range(1, 32), ()),
    "month-of-year": (range(1, 13), _MONTHS),
}
_MOST_DAYS: Final = 366 * 8  # a 29th of February comes within eight years, and a 30th never

Timing = Callable[[datetime], datetime]
"""When to run next, after the last time."""


def timing(name: str, entry: ScheduleEntry) -> Timing:
    """When an entry is to run.

    Raises:
        ConfigError: its schedule is wrong; the message names its key.
    """
    key, given = f"celery.beat-schedule.{name}.schedule", entry.schedule
    if EVERY in given:
        seconds = given[EVERY]
        if len(given) > 1 or not isinstance(seconds, int | float) or seconds <= 0:
            raise ConfigError(f"{key} is wrong: {EVERY} must be positive, and the only field.")
        return lambda last: last + timedelta(seconds=seconds)
    if not given or given.keys() - _FIELDS.keys():
        raise ConfigError(f"{key} is wrong: use {', '.join(_FIELDS)}, or {EVERY}.")
    fields = {field: _field(key, field, given) for field in _FIELDS}
    return Crontab(*(fields[field] for field in _FIELDS)).next_after


def check_timings(settings: Settings) -> None:
    """Check all entries that are enabled; what passes is right for Celery too.

    Raises:
        ConfigError: as above.
    """
    for name, entry in settings.celery.beat_schedule.items():
        if entry.enabled:
            timing(name, entry)


def is_due(next_after: Timing, last: datetime | None, now: datetime) -> bool:
    """Whether what ran last at this time is to run now; at once if the clock was ahead then."""
    return last is None or last > now + AHEAD or next_after(last) <= now


@dataclass(frozen=True, slots=True)
class Crontab:
    """The numbers that each field allows. Days of the week and of the month hold together."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days_of_week: frozenset[int]
    days_of_month: frozenset[int]
    months: frozenset[int]

    def next_after(self, last: datetime) -> datetime:
        """The first minute after that of `last` that fits."""
        earliest = last.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        day = earliest.replace(hour=0, minute=0)
        for _ in range(_MOST_DAYS):
            if self._has(day):
                for hour in sorted(self.hours):
                    for minute in sorted(self.minutes):
                        if (found := day.replace(hour=hour, minute=minute)) >= earliest:
                            return found
            day += timedelta(days=1)
        return datetime.max.replace(tzinfo=UTC)

    def _has(self, day: datetime) -> bool:
        return (
            day.month in self.months
            and day.day in self.days_of_month
            and day.isoweekday() % 7 in self.days_of_week
        )


def _field(key: str, field: str, given: dict[str, int | float | str]) -> frozenset[int]:
    # A missing day or hour means every one, but a missing minute means 0.
    value = given.get(field, 0 if field == "minute" else "*")
    allowed, names = _FIELDS[field]
    try:
        return frozenset(
            number for part in str(value).split(",") for number in _part(part, allowed, names)
        )
    except ValueError as error:
        raise ConfigError(f"{key}.{field} is wrong: {value!r}; {error}.") from error


def _part(text: str, allowed: range, names: Sequence[str]) -> Sequence[int]:
    """The numbers of "*", "5", "mon-fri", "*/10" or "22-2"."""
    span, slash, step = text.partition("/")
    first, dash, last = span.partition("-")
    if slash and not (dash or span == "*"):
        raise ValueError("a step needs a range")
    numbers = list(allowed)
    if span != "*":
        begin = _number(first, allowed, names)
        end = _number(last, allowed, names) if dash else begin
        ends = range(begin, allowed.stop), range(allowed.start, end + 1)
        numbers = [*range(begin, end + 1)] or [number for some in ends for number in some]
    if slash and not (step.isdecimal() and int(step)):
        raise ValueError("a step must be 1 or more")
    return numbers[:: int(step)] if slash else numbers


def _number(text: str, allowed: range, names: Sequence[str]) -> int:
    name = text[:3].lower()
    if name in names:
        return names.index(name) + allowed.start
    if not text.isdecimal() or int(text) not in allowed:
        raise ValueError(f"{text!r} is not a number from {allowed.start} to {allowed.stop - 1}")
    return int(text)
