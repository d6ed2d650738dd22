"""The four counts for many requests at once: those that wait together share one query."""

from collections.abc import Mapping
from uuid import UUID

from fastapi.concurrency import run_in_threadpool

from genonaut.api.http.coalescing import Coalescer
from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.api.services.content_service import ContentService
from genonaut.config import Settings
from genonaut.content.viewer import Viewer, counts_to_read, counts_told, keys_to_read
from genonaut.counting.engine import readings
from genonaut.counting.rendering import together
from genonaut.db.gen_source_counts import CountsPolicy, ViewerCounts
from genonaut.db.read_connection import ReadConnection
from genonaut.db.session import Database

Question = tuple[Viewer, UUID | None]
"""For whose eyes, and about which user."""


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
        self._connection = ReadConnection.of(database, settings)
        self._coalescer = Coalescer(self._read)

    async def read(self, viewer: Viewer, user_id: UUID | None) -> ViewerCounts:
        """A user's counts and the community's, as the viewer is told.

        Raises:
            DatabaseTimeoutError: it took too long.
            DatabaseError: the database cannot be used.
        """
        question = viewer, user_id
        counts = (await self._coalescer.get(question))[question]
        if counts is not None:
            return counts
        async with self._limiter.slot():
            return await run_in_threadpool(self._count_live, viewer, user_id)

    async def _read(self, questions: set[Question]) -> Mapping[Question, ViewerCounts | None]:
        keys = {key for viewer, user_id in questions for key in keys_to_read(viewer, user_id)}
        # What is private is read if it matters to any of them.
        counts = max((counts_to_read(viewer) for viewer, _ in questions), key=len)
        rows = await self._connection.rows(together(counts, "read"), {"keys": list(keys)})
        read = readings(counts, rows)
        return {
            (viewer, user_id): self._policy.settle(user_id, counts_told(viewer, user_id, read))
            for viewer, user_id in questions
        }

    def _count_live(self, viewer: Viewer, user_id: UUID | None) -> ViewerCounts:
        # Counting takes long, so each request does it over a connection of its own.
        with self._database.transaction() as session:
            return ContentService(session, self._policy).counts(viewer, user_id)

    async def close(self) -> None:
        """Cancel the running query, and close the connection."""
        await self._coalescer.close()
        await self._connection.close()
