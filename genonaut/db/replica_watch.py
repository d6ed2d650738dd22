"""Looking after replicas: which may be asked, and how far each is behind.

Each process does so by itself, once a second: it asks the primary how far its log is, and then each
replica what it has. A replica that is lost is looked at again after a pause that grows.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import structlog
from sqlalchemy import URL

from genonaut.config import DbSettings, Settings
from genonaut.db.positions import NEVER, Position
from genonaut.db.primary_log import PrimaryLog
from genonaut.db.replicas import Replicas
from genonaut.db.session import Database
from genonaut.db.watched_replica import POLL_SECONDS, WatchedReplica
from genonaut.errors import DatabaseError

log = structlog.stdlib.get_logger(__name__)


class ReplicaWatch:
    """Looks at the primary and at its replicas, until it is closed."""

    def __init__(
        self,
        primary: URL,
        replicas: Replicas,
        db: DbSettings,
        *,
        is_logged: bool = True,
    ) -> None:
        self._replicas = replicas
        self._primary = PrimaryLog(primary, db)
        self._watched = [
            WatchedReplica(one, replicas, self._primary, db, is_logged=is_logged)
            for one in replicas.members
        ]
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Look at all of them once, and then for ever."""
        await self._mark()
        await asyncio.gather(*(one.look() for one in self._watched))
        self._tasks.append(asyncio.create_task(_repeat(self._mark, lambda: POLL_SECONDS)))
        for one in self._watched:
            self._tasks.append(asyncio.create_task(_repeat(one.look, partial(_pause_of, one))))

    async def newest(self) -> Position:
        """What the log of the primary has reached: what was committed before is not behind it."""
        try:
            _, position = await self._primary.ask()
        except DatabaseError:
            return NEVER
        return position

    async def _mark(self) -> None:
        asked = time.monotonic()
        with suppress(DatabaseError):
            at, position = await self._primary.ask()
            self._replicas.marks.add(at, position, asked)

    async def close(self) -> None:
        """End it, and close its connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for one in self._watched:
            await one.close()
        await self._primary.close()


def replica_watch(
    database: Database, settings: Settings, *, is_logged: bool = True
) -> ReplicaWatch | None:
    """What looks after the replicas of a database; None if it has none."""
    if database.replicas is None:
        return None
    return ReplicaWatch(database.url, database.replicas, settings.db, is_logged=is_logged)


def _pause_of(one: WatchedReplica) -> float:
    return one.pause


async def _repeat(look: Callable[[], Awaitable[None]], pause: Callable[[], float]) -> None:
    while True:
        await asyncio.sleep(pause())
        try:
            await look()
        except Exception:
            # It goes on: without it, a replica would be asked, or missed, for ever.
            log.exception("looking after replicas failed")
