"""The four counts for many requests at once: those that wait together share one query."""

from collections.abc import Collection, Mapping
from uuid import UUID

from fastapi.concurrency import run_in_threadpool

from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.api.http.server_counts import Question, ReadTogether, ServerCounts
from genonaut.api.services.content_service import ContentService
from genonaut.config import Settings
from genonaut.content.viewer import Viewer
from genonaut.db.gen_source_counts import CountsPolicy, ViewerCounts
from genonaut.db.positions import Position
from genonaut.db.read_connection import ReadConnection
from genonaut.db.replicas import suits
from genonaut.db.session import Database
from genonaut.errors import DatabaseError


class CountsReader:
    """Reads the cached counts over one connection to each server, one query there at a time.

    So a request's counts are as exact as with a query of its own, and the load on a server does not
    depend on how many requests come.
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
        replicas = self._replicas = database.replicas
        connection = ReadConnection.of(database, settings)
        self._primary = ServerCounts(connection, policy, replicas, layout=database.layout)
        self._of_replicas = {
            one: ServerCounts(ReadConnection.to_replica(one.url, settings), policy, replicas, one)
            for one in (replicas.members if replicas else ())
        }

    async def read(
        self, viewer: Viewer, user_id: UUID | None, at_least: Position | None = None
    ) -> ViewerCounts:
        """A user's counts and the community's, as the viewer is told.

        Everything up to the position `at_least` is counted.

        Raises:
            DatabaseTimeoutError: it took too long.
            DatabaseError: the database cannot be used.
        """
        found = await self._read((viewer, user_id), at_least=at_least)
        counts = found.told(viewer, user_id) if found else None
        if counts is not None:
            return counts
        async with self._limiter.slot():
            return await run_in_threadpool(self._count_live, viewer, user_id)

    async def read_all(
        self, questions: Collection[Question], at_least: Position | None = None
    ) -> Mapping[Question, ViewerCounts]:
        """The same for several, of one query and so of one snapshot.

        Counts that were never built are missing: that takes long, and is for a request of its own.

        Raises:
            DatabaseError: the database cannot be used.
        """
        found = await self._read(*questions, at_least=at_least)
        told = {one: found.told(*one) for one in questions} if found else {}
        return {question: counts for question, counts in told.items() if counts}

    async def _read(self, *questions: Question, at_least: Position | None) -> ReadTogether | None:
        found = await self._from_a_replica(questions, at_least) if self._replicas else None
        return found or await self._primary.read(*questions)

    async def _from_a_replica(
        self, questions: Collection[Question], at_least: Position | None
    ) -> ReadTogether | None:
        replica = self._replicas.next(at_least) if self._replicas else None
        if replica is None:
            return None
        try:
            found = await self._of_replicas[replica].read(*questions)
        except DatabaseError:
            return None
        return found if found and suits(found.origin, at_least) else None

    def _count_live(self, viewer: Viewer, user_id: UUID | None) -> ViewerCounts:
        # Counting takes long, so each request does it over a connection of its own.
        with self._database.snapshot() as session:
            return ContentService(session, self._policy).counts(viewer, user_id)

    async def close(self) -> None:
        """Cancel the running queries, and close the connections."""
        for one in (self._primary, *self._of_replicas.values()):
            await one.close()
