"""Positions in PostgreSQL's log: what a replica has, and what a reader wants it to have.

A commit has a position, and a replica replays the log in order. So a position says what is counted
exactly, where a time would not: commit times may stand in the log in another order.
"""

import re
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

_WRITTEN: Final = re.compile(r"(?:([0-9]{1,10}):)?([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})", re.ASCII)
_HALF: Final = 32
_PAGE: Final = 8192
_SMALLEST_SEGMENT: Final = 1 << 20
_PAGE_HEADER: Final = 24
_SEGMENT_HEADER: Final = 40
_MARKS: Final = 256


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the log, and the timeline there: each promotion of a replica begins another.

    Without the timeline, a replica that did not follow a promotion would seem to have what was
    written after it.
    """

    timeline: int
    lsn: int

    @classmethod
    def read(cls, text: str) -> "Position":
        """As it was written; what is not a position is one that no replica reaches."""
        found = _WRITTEN.fullmatch(text.strip())
        if not found:
            return NEVER
        return cls(int(found[1] or 0), int(found[2], 16) << _HALF | int(found[3], 16))

    def __str__(self) -> str:
        return f"{self.timeline}:{self.lsn >> _HALF:X}/{self.lsn & (1 << _HALF) - 1:X}"

    def has(self, other: "Position") -> bool:
        """Whether a replica that has replayed up to here has everything up to another position."""
        return self.timeline >= other.timeline and (
            self.lsn >= other.lsn or self._only_a_header_before(other.lsn)
        )

    def _only_a_header_before(self, lsn: int) -> bool:
        # Where the primary inserts next is behind the header of a new page, which no record ends.
        # An idle gallery may rest there for hours. No commit is as short as what is left out here.
        gap = lsn - self.lsn
        if gap == _PAGE_HEADER:
            return self.lsn % _PAGE == 0
        return gap == _SEGMENT_HEADER and self.lsn % _SMALLEST_SEGMENT == 0


NEVER: Final = Position(2**32 - 1, 2**64 - 1)
"""As the least that a reader wants, it means the primary."""


ServerKind = Literal["primary", "replica"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something was read. On a replica: what it had at least, and when that was so."""

    name: ServerKind
    position: Position | None = None
    as_of: datetime | None = None


PRIMARY: Final = Origin("primary")
"""It has every commit that was acknowledged before it was asked, so it needs no position."""


@dataclass(frozen=True, slots=True)
class _Mark:
    at: datetime
    position: Position
    asked: float


class Marks:
    """What the log of the primary had reached, at moments of the primary's own clock.

    A replica that has reached such a position has all that was acknowledged before that moment. So
    it is known to be up to date while no process writes, and nothing has to be written for that.
    """

    def __init__(self) -> None:
        # Replaced as a whole, since threads read it while it grows.
        self._newest_first: tuple[_Mark, ...] = ()

    def add(self, at: datetime, position: Position, asked: float) -> None:
        """Keep a mark; `asked` is when the question was sent, by this process's own clock."""
        self._newest_first = (_Mark(at, position, asked), *self._newest_first[: _MARKS - 1])

    def as_of(self, position: Position, last_commit: datetime | None) -> datetime | None:
        """The moment up to which a replica at a position has everything; None: not known."""
        reached = (mark.at for mark in self._newest_first if position.has(mark.position))
        known = [moment for moment in (next(reached, None), last_commit) if moment]
        return max(known) if known else None

    def age(self, moment: datetime) -> float:
        """Seconds since a moment of the primary's clock; not less, and 0 before the first mark."""
        if not self._newest_first:
            return 0.0
        newest = self._newest_first[0]
        since = timedelta(seconds=time.monotonic() - newest.asked)
        return max(0.0, (newest.at + since - moment).total_seconds())
