"""The cached counts of one server, for many requests at once."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from psycopg.rows import tuple_row

from genonaut.api.http.coalescing import Coalescer
from genonaut.content.viewer import Viewer, counts_to_read, counts_told, keys_to_read, own_told
from genonaut.counting.engine import Reading, readings
from genonaut.counting.layout import Layout
from genonaut.counting.rendering import together
from genonaut.db.gen_source_counts import CountsPolicy, ViewerCounts
from genonaut.db.positions import PRIMARY, Origin
from genonaut.db.read_connection import ReadConnection
from genonaut.db.replica import ASK, Replica
from genonaut.db.replicas import Replicas
from genonaut.db.schema import AUTO, REGULAR

Question = tuple[Viewer, UUID | None]
"""For whose eyes, and about which user."""


class ServerCounts:
    """Reads over one connection, one query at a time.

    It is the primary's, or one to a replica. A request gets the result of a query that began after
    the request came.
    """

    def __init__(
        self,
        connection: ReadConnection,
        policy: CountsPolicy,
        replicas: Replicas | None,
        replica: Replica | None = None,
        layout: Layout | None = None,
    ) -> None:
        self._connection = connection
        self._policy = policy
        self._replicas = replicas
        self._replica = replica
        self._layout = layout
        self._coalescer = Coalescer(self._read)

    async def read(self, *questions: Question) -> "ReadTogether | None":
        """What one query read for all that wait; None from a replica that is too old.

        Raises:
            DatabaseError: the server cannot be used.
        """
        if len(questions) == 1:
            return await self._coalescer.get(questions[0])
        # All are asked within one turn of the loop, so they wait for the same query.
        found = await asyncio.gather(*map(self._coalescer.get, questions))
        return found[0]

    async def _read(self, questions: Sequence[Question]) -> "ReadTogether | None":
        keys = {key for viewer, user_id in questions for key in keys_to_read(viewer, user_id)}
        # What is private is read if it matters to any of them.
        counts = max((counts_to_read(viewer) for viewer, _ in questions), key=len)
        if self._layout is not None:
            counts = tuple(map(self._layout.of, counts))
        # An array as text, and each key without its hyphens: the driver would quote each element by
        # itself, and to write an id as it is usually written takes three times as long.
        parameters = {"keys": f"{{{','.join(key.hex for key in keys)}}}"}
        statement = together(counts, "read")
        if self._replica is None or self._replicas is None:
            rows = await self._connection.rows(statement, parameters, tuple_row)
            origin = PRIMARY if self._replicas else None
        else:
            replayed, rows = await self._connection.rows_after(
                ASK, statement, parameters, tuple_row
            )
            origin = self._replicas.origin(self._replica, replayed)
            if origin is None:
                return None
        return ReadTogether(self._policy, readings(counts, rows), origin)

    async def close(self) -> None:
        """Cancel the running query, and close the connection."""
        await self._coalescer.close()
        await self._connection.close()


class ReadTogether:
    """What one query has read, for the requests that share it."""

    def __init__(
        self, policy: CountsPolicy, read: Mapping[str, Reading], origin: Origin | None
    ) -> None:
        self.origin = origin
        self._policy = policy
        self._read = read
        # All that a viewer is told but a user's own counts, which differ with each request.
        self._of_all: dict[Viewer, ViewerCounts | None] = {}

    def told(self, viewer: Viewer, user_id: UUID | None) -> ViewerCounts | None:
        """A user's counts and the community's; None if they were never built: count live."""
        of_all = self._of_all.get(viewer)
        if of_all is None:  # not yet looked up, or never built
            told = counts_told(viewer, None, self._read)
            of_all = self._of_all[viewer] = self._policy.settle(None, told, self.origin)
        if of_all is None or user_id is None:
            return of_all
        return of_all.with_own(
            own_told(viewer, user_id, REGULAR, self._read),
            own_told(viewer, user_id, AUTO, self._read),
        )
