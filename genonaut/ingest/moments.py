"""Moments as tables have them: ISO 8601 and what comes near it, unix time, Excel's days."""

import re
from datetime import UTC, datetime, timedelta

from genonaut.content.rules import InvalidValueError

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)

_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE]\+?\d+)?")
# Eight digits are a date, 20221104, and fourteen a date and a time.
_DATE_OF_DIGITS = re.compile(r"((?:19|20)\d{6})(\d{6})?")
_BY_YEAR = re.compile(
    r"(?P<year>\d{4})[-/.:](?P<month>\d\d?)[-/.:](?P<day>\d\d?)"
    r"(?:[T\s]\s*(?P<time>\d\d?:\d\d(?::\d\d(?:[.,]\d{1,9})?)?))?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
# With dots, the day comes first; with slashes, 3/5/2024 is two different days.
_BY_DAY = re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4})")

_LONGEST = 64

_EXCEL_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
# From 1980 to 2099. As seconds, each of these is a moment of the first day of 1970.
_EXCEL_DAYS = range(29_221, 73_051)
# Smaller numbers are no moments that a person means; larger ones count parts of seconds.
_FEWEST_SECONDS = 100_000_000
_UNITS = ((10**11, 1), (10**14, 10**3), (10**17, 10**6), (10**20, 10**9))


def timestamp(value: object, name: str) -> datetime | None:
    """A moment between 1970 and 2100, in UTC; without an offset, it is taken as UTC.

    Raises:
        InvalidValueError: it is none, or it could be several.
    """
    if value is None or value == "":
        return None
    try:
        moment = _moment(value)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidValueError(f"{name} is neither an ISO 8601 date nor unix seconds") from error
    if not _EARLIEST <= moment < _LATEST:
        raise InvalidValueError(
            f"{name} is not between 1970 and 2100 (unix time counts in seconds)"
        )
    return moment


def _moment(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError  # noqa: TRY004 - to the caller it is just another wrong value
    written = str(value).strip()
    if len(written) > _LONGEST:
        raise ValueError
    if digits := _DATE_OF_DIGITS.fullmatch(written):
        written = f"{digits[1]}T{digits[2] or '000000'}"
    elif _NUMBER.fullmatch(written):
        return _of_number(float(written))
    moment = _of_text(written)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _of_number(number: float) -> datetime:
    if int(number) in _EXCEL_DAYS:
        return _EXCEL_ZERO + timedelta(seconds=round(number * 86_400))
    if number < _FEWEST_SECONDS:
        raise ValueError
    parts = next((parts for limit, parts in _UNITS if number < limit), 1)
    return datetime.fromtimestamp(number / parts, UTC)


def _of_text(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        found = _BY_YEAR.fullmatch(_BY_DAY.sub(r"\3-\2-\1", written, count=1))
        if not found:
            raise
    date = f"{found['year']}-{found['month']:0>2}-{found['day']:0>2}"
    zone = (found["zone"] or "").upper().replace("UTC", "Z").replace("GMT", "Z")
    time = (found["time"] or "00:00").replace(",", ".")
    hour, rest = time.split(":", 1)
    return datetime.fromisoformat(f"{date}T{hour:0>2}:{rest}{zone}")
