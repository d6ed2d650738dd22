"""The four counts for many requests at once: those that wait together share one query."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from fastapi.concurrency import run_in_threadpool
from psycopg.rows import tuple_row

from genonaut.api.http.coalescing import Coalescer
from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.api.services.content_service import ContentService
from genonaut.config import Settings
from genonaut.content.viewer import Viewer, counts_to_read, counts_told, keys_to_read, own_told
from genonaut.counting.engine import Reading, readings
from genonaut.counting.rendering import together
from genonaut.db.gen_source_counts import CountsPolicy, ViewerCounts
from genonaut.db.read_connection import ReadConnection
from genonaut.db.schema import AUTO, REGULAR
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
        counts = (await self._coalescer.get((viewer, user_id))).told(viewer, user_id)
        if counts is not None:
            return counts
        async with self._limiter.slot():
            return await run_in_threadpool(self._count_live, viewer, user_id)

    async def _read(self, questions: Sequence[Question]) -> "_ReadTogether":
        keys = {key for viewer, user_id in questions for key in keys_to_read(viewer, user_id)}
        # What is private is read if it matters to any of them.
        counts = max((counts_to_read(viewer) for viewer, _ in questions), key=len)
        # An array as text, and each key without its hyphens: the driver would quote each element by
        # itself, and to write an id as it is usually written takes three times as long.
        array = f"{{{','.join(key.hex for key in keys)}}}"
        rows = await self._connection.rows(together(counts, "read"), {"keys": array}, tuple_row)
        return _ReadTogether(self._policy, readings(counts, rows))

    def _count_live(self, viewer: Viewer, user_id: UUID | None) -> ViewerCounts:
        # Counting takes long, so each request does it over a connection of its own.
        with self._database.transaction() as session:
            return ContentService(session, self._policy).counts(viewer, user_id)

    async def close(self) -> None:
        """Cancel the running query, and close the connection."""
        await self._coalescer.close()
        await self._connection.close()


class _ReadTogether:
    """What one query has read, for the requests that share it."""

    def __init__(self, policy: CountsPolicy, read: Mapping[str, Reading]) -> None:
        self._policy = policy
        self._read = read
        # All that a viewer is told but a user's own counts, which differ with each request.
        self._of_all: dict[Viewer, ViewerCounts | None] = {}

    def told(self, viewer: Viewer, user_id: UUID | None) -> ViewerCounts | None:
        """A user's counts and the community's; None if they were never built: count live."""
        of_all = self._of_all.get(viewer)
        if of_all is None:  # not yet looked up, or never built
            told = counts_told(viewer, None, self._read)
            of_all = self._of_all[viewer] = self._policy.settle(None, told)
        if of_all is None or user_id is None:
            return of_all
        return of_all.with_own(
            own_told(viewer, user_id, REGULAR, self._read),
            own_told(viewer, user_id, AUTO, self._read),
        )
