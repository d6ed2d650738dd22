"""The four counts for many readers at once: those who wait together share one query."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi.concurrency import run_in_threadpool

from genonaut.api.http.coalescing import Coalescer
from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.api.services.content_service import ContentService, unified_stats
from genonaut.config import Settings
from genonaut.counting.engine import Reading, reading
from genonaut.counting.rendering import statements
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.gen_source_counts import GenSourceCounts
from genonaut.db.read_connection import ReadConnection
from genonaut.db.session import Database


class CountsReader:
    """Reads the cached counts over one connection, one query at a time.

    A request is answered by a query that began after the request came. So it is as exact as a
    query of its own, and the database does not notice how many ask.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        limiter: ConnectionLimiter,
        on_long_ledger: Callable[[], None] | None = None,
    ) -> None:
        self._database = database
        self._limits = settings.stats
        self._limiter = limiter
        self._on_long_ledger = on_long_ledger
        self._connection = ReadConnection(
            database.url,
            timeout_seconds=settings.api.statement_timeout_seconds,
            connect_timeout_seconds=settings.db.connect_timeout_seconds,
        )
        self._coalescer = Coalescer(self._read)

    async def read(self, user_id: UUID | None) -> dict[str, Any]:
        """A viewer's four counts, as the service gives them.

        Raises:
            DatabaseTimeoutError: it took too long.
            DatabaseError: the database cannot be used.
        """
        counts = GenSourceCounts.of(user_id, await self._coalescer.get(user_id))
        if counts.verified_at is None:
            async with self._limiter.slot():
                return await run_in_threadpool(self._count, user_id)
        if counts.ledger_rows > self._limits.fold_after_rows and self._on_long_ledger:
            self._on_long_ledger()
        return unified_stats(counts, "cache")

    async def _read(self, users: set[UUID | None]) -> Reading:
        keys = [user for user in users if user]
        rows = await self._connection.rows(statements(GEN_SOURCE)["read"], {"keys": keys})
        return reading(rows)

    def _count(self, user_id: UUID | None) -> dict[str, Any]:
        # The cache was never built. Counting takes long, so each has a connection of its own.
        with self._database.transaction() as session:
            service = ContentService.limited_by(session, self._limits)
            return service.get_unified_content_stats(user_id)

    async def close(self) -> None:
        """End the query that is out, and the connection."""
        await self._coalescer.close()
        await self._connection.close()
