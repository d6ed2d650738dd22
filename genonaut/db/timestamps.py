"""Timestamps as any writer may have stored them: PostgreSQL has years that Python has not.

One such row must not make every list fail that it is on. So its moment is read as the earliest or
the latest of Python, which keeps the true one beside it: a cursor that is sent back finds the row.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final, Self

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format

EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
LATEST: Final = datetime.max.replace(tzinfo=UTC)
_OID: Final = psycopg.adapters.types["timestamptz"].oid
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_SECOND: Final = 1_000_000
_DAY: Final = 86_400 * _SECOND
_YEARS, _DAYS = 400, 146_097  # after so many, the calendar begins anew
_INFINITE: Final = {b"-infinity": -(2**63), b"infinity": 2**63 - 1}
# What PostgreSQL stores: from 4714 BC to the year 294276, and the infinite ones.
_STORED: Final = range(-211_813_488_000_000_000, 9_223_371_331_200_000_000)
_WRITTEN: Final = re.compile(rb"(\d+)-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?\+00( BC)?")


class Beyond(datetime):
    """What is nearest to a moment that Python has not, and that one in microseconds since 2000."""

    microseconds: int

    @classmethod
    def at(cls, microseconds: int) -> Self:
        """The moment so many microseconds after the beginning of 2000, as the server has it.

        Raises:
            ValueError: the server has no such moment, or Python has it.
        """
        if microseconds not in _STORED and microseconds not in _INFINITE.values():
            raise ValueError(f"{microseconds} is no moment")
        if _microseconds(EARLIEST) <= microseconds <= _microseconds(LATEST):
            raise ValueError(f"{microseconds} is a moment of Python")
        near = EARLIEST if microseconds < 0 else LATEST
        made = cls.combine(near.date(), near.timetz())
        made.microseconds = microseconds
        return made


def take_any_timestamp(connection: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> None:
    """Have a connection, whose session has the time zone UTC, read timestamps of all years."""
    for loader in (_TextLoader, _BinaryLoader):
        connection.adapters.register_loader(_OID, loader)
    connection.adapters.register_dumper(Beyond, _Dumper)


class _TextLoader(Loader):
    def __init__(self, oid: int, context: Any = None) -> None:  # noqa: ANN401 - the driver's
        super().__init__(oid, context)
        usual = psycopg.adapters.get_loader(oid, self.format)
        assert usual  # noqa: S101 - the driver has one
        # Not as a subclass: the driver's own are compiled, and would not call a method of ours.
        self._load = usual(oid, context).load

    def load(self, data: Buffer) -> datetime:
        try:
            found: datetime = self._load(data)
        except psycopg.DataError:
            return Beyond.at(self._microseconds(bytes(data)))
        return found

    def _microseconds(self, data: bytes) -> int:
        if data in _INFINITE:
            return _INFINITE[data]
        match = _WRITTEN.fullmatch(data)
        if match is None:  # of another form of dates, which no session of ours has
            raise psycopg.DataError(f"{data!r} is no timestamp in UTC")
        year, *others = (int(part) for part in match.groups()[:6])
        year = 1 - year if match[8] else year
        fraction = int((match[7] or b"").ljust(6, b"0"))
        cycles, of_cycle = divmod(year - 2000, _YEARS)
        near = datetime(2000 + of_cycle, *others, fraction, tzinfo=UTC)  # type: ignore[misc,arg-type]
        return _microseconds(near) + cycles * _DAYS * _DAY


class _BinaryLoader(_TextLoader):
    format = Format.BINARY

    def _microseconds(self, data: bytes) -> int:
        return int.from_bytes(data, "big", signed=True)


class _Dumper(Dumper):
    format = Format.BINARY
    oid = _OID

    def dump(self, obj: Beyond) -> Buffer:
        return obj.microseconds.to_bytes(8, "big", signed=True)


def _microseconds(moment: datetime) -> int:
    since = moment - _EPOCH
    return since.days * _DAY + since.seconds * _SECOND + since.microseconds
