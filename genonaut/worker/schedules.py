"""The schedule: `celery.beat-schedule` in the settings, translated for Celery Beat."""

from datetime import UTC, datetime, timedelta
from typing import Any

from celery.schedules import ParseException, crontab, schedule

from genonaut.config import ScheduleEntry, Settings
from genonaut.errors import ConfigError

EVERY = "every-seconds"
CLOCKS_DIFFER = timedelta(minutes=5)  # the database's and ours, without either being wrong
CRONTAB_FIELDS = ("minute", "hour", "day-of-week", "day-of-month", "month-of-year")


def beat_schedule(settings: Settings) -> dict[str, dict[str, Any]]:
    """Celery's `beat_schedule`, without the disabled entries.

    Raises:
        ConfigError: a schedule is wrong; the message names its key.
    """
    entries = settings.celery.beat_schedule.items()
    return {
        name: {"task": entry.task, "schedule": when(name, entry), "options": _options(entry)}
        for name, entry in entries
        if entry.enabled
    }


def when(name: str, entry: ScheduleEntry) -> schedule | crontab:
    """One entry's schedule.

    Raises:
        ConfigError: as above.
    """
    key = f"celery.beat-schedule.{name}.schedule"
    given = entry.schedule
    if EVERY in given:
        return _every(key, given)
    for field in given:
        if field not in CRONTAB_FIELDS:
            known = ", ".join((*CRONTAB_FIELDS, EVERY))
            raise ConfigError(f"{key}.{field} is not a field of a schedule: use one of {known}.")
    if not given:
        raise ConfigError(f"{key} is empty: set a time, as in {{'minute': 0}}.")
    return _crontab(key, given)


def is_due(schedule: schedule | crontab, last: datetime | None) -> bool:
    """Whether what ran last at this time is to run now."""
    # A run from the future was made while the clock was ahead, so it would never be due.
    ahead = last is not None and last > datetime.now(UTC) + CLOCKS_DIFFER
    if last is None or ahead:
        return True
    due: bool = schedule.is_due(last).is_due
    return due


def _every(key: str, given: dict[str, Any]) -> schedule:
    seconds = given[EVERY]
    if len(given) > 1:
        raise ConfigError(f"{key} has {EVERY} and other fields: use either {EVERY} or the others.")
    if not isinstance(seconds, int | float) or seconds <= 0:
        raise ConfigError(f"{key}.{EVERY} is wrong: {seconds!r} is not a positive number.")
    return schedule(timedelta(seconds=seconds))


def _crontab(key: str, given: dict[str, Any]) -> crontab:
    # A missing day or hour means every one, but a missing minute means 0: {"hour": 3} is once a
    # day.
    fields = {"minute": 0, **{name.replace("-", "_"): value for name, value in given.items()}}
    for name, value in given.items():
        try:
            crontab(**{name.replace("-", "_"): value})
        except (ParseException, ValueError, TypeError) as error:
            raise ConfigError(f"{key}.{name} is wrong: {value!r}; {error}.") from error
    return crontab(**fields)


def _options(entry: ScheduleEntry) -> dict[str, Any]:
    # A run that no worker has taken by the time the next one is due would only pile up.
    seconds = entry.schedule.get(EVERY)
    return {"expires": float(seconds)} if seconds else {"expires": 3600.0}
