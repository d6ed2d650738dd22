"""Replicas: servers that replay the primary's log, and that may be read from, in turn."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from genonaut.db.positions import NEVER, Marks, Origin, Position
from genonaut.db.replica import ORIGIN, Replica


@dataclass(frozen=True)
class Replicas:
    """All replicas, asked in turn."""

    members: Sequence[Replica]
    max_lag_seconds: float
    marks: Marks = field(default_factory=Marks)
    _turn: Iterator[int] = field(default_factory=count)

    def next(self, at_least: Position | None) -> Replica | None:
        """One that may be asked, each in its turn; none if the reader wants the primary."""
        if at_least == NEVER:
            return None
        usable = [one for one in self.members if one.standing.complaint is None]
        return usable[next(self._turn) % len(usable)] if usable else None

    def origin(self, replica: Replica, replayed: tuple[Any, ...] | None) -> Origin | None:
        """What a replica that has replayed so much answers for; None if that is too old."""
        if replayed is None:
            return None
        lsn, last_commit = replayed
        position = replace(Position.read(lsn), timeline=replica.standing.timeline)
        as_of = self.marks.as_of(position, last_commit)
        if as_of is None or self.marks.age(as_of) > self.max_lag_seconds:
            return None
        return Origin("replica", position, as_of)

    @contextmanager
    def reading(
        self, replica: Replica, at_least: Position | None = None
    ) -> Iterator[Session | None]:
        """A session on a replica; None if it lacks what the reader wants to see.

        Raises:
            ReplicaLostError: it cannot be reached, or has broken it off.
        """
        connection, replayed = replica.connect()
        origin = self.origin(replica, replayed)
        if origin is None or not suits(origin, at_least):
            connection.close()
            yield None
            return
        with replica.session(connection, origin) as session:
            yield session


def suits(origin: Origin | None, at_least: Position | None) -> bool:
    """Whether what was read there has everything that the reader wants to see."""
    if at_least is None or origin is None or origin.position is None:
        return True
    return origin.position.has(at_least)


def origin_of(session: Session) -> Origin | None:
    """Where a session reads; None if there are no replicas, or if it does more than read."""
    found: Origin | None = session.info.get(ORIGIN)
    return found
