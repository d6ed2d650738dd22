"""The four counts for many requests at once: those that wait together share one query."""

from uuid import UUID

from fastapi.concurrency import run_in_threadpool

from genonaut.api.http.coalescing import Coalescer
from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.api.services.content_service import ContentService
from genonaut.config import Settings
from genonaut.counting.engine import Reading, reading
from genonaut.counting.rendering import statements
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.gen_source_counts import CountsPolicy, ViewerCounts
from genonaut.db.read_connection import ReadConnection
from genonaut.db.session import Database


class CountsReader:
    """Reads the cached counts over one connection, one query at a time.

    A request gets the result of a query that began after the request came. So it is as exact as
    with a query of its own, and the load on the database does not depend on how many requests come.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        limiter: ConnectionLimiter,
        policy: CountsPolicy,
    ) -> None:
        self._database = database
        self._limiter = limiter
        self._policy = policy
        self._connection = ReadConnection(
            database.url,
            timeout_seconds=settings.api.statement_timeout_seconds,
            connect_timeout_seconds=settings.db.connect_timeout_seconds,
        )
        self._coalescer = Coalescer(self._read)

    async def read(self, user_id: UUID | None) -> ViewerCounts:
        """A viewer's four counts.

        Raises:
            DatabaseTimeoutError: it took too long.
            DatabaseError: the database cannot be used.
        """
        counts = self._policy.settle(user_id, await self._coalescer.get(user_id))
        if counts is not None:
            return counts
        async with self._limiter.slot():
            return await run_in_threadpool(self._count_live, user_id)

    async def _read(self, users: set[UUID | None]) -> Reading:
        keys = [user for user in users if user]
        rows = await self._connection.rows(statements(GEN_SOURCE)["read"], {"keys": keys})
        return reading(rows)

    def _count_live(self, user_id: UUID | None) -> ViewerCounts:
        # Counting takes long, so each request does it over a connection of its own.
        with self._database.transaction() as session:
            return ContentService(session, self._policy).counts(user_id)

    async def close(self) -> None:
        """Cancel the running query, and close the connection."""
        await self._coalescer.close()
        await self._connection.close()
