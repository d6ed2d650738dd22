"""How contestants' routes reach their counts."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

import psycopg

from benchmarks.side_by_side.gallery import Four, counts, four

POOL = 8  # connections, as many as `api.pool-size` gives to ours for its other routes


class Reader(Protocol):
    """Reads the counts for a route."""

    async def read(self, user: UUID | None) -> Four:
        """A viewer's four counts."""

    async def close(self) -> None:
        """Close what it has opened."""


class PooledReader:
    """One prepared statement per request, on one of eight asynchronous connections."""

    def __init__(
        self, dsn: str, statement: str, parameters: Callable[[UUID | None], list[Any]]
    ) -> None:
        self._dsn = dsn
        self._statement = statement
        self._parameters = parameters
        self._idle: asyncio.LifoQueue[psycopg.AsyncConnection[Any] | None] = asyncio.LifoQueue()
        for _ in range(POOL):
            self._idle.put_nowait(None)

    async def read(self, user: UUID | None) -> Four:
        connection = await self._idle.get()
        try:
            if connection is None:
                connection = await psycopg.AsyncConnection.connect(
                    self._dsn, autocommit=True, prepare_threshold=0
                )
            cursor = connection.cursor(binary=True)
            await cursor.execute(self._statement, self._parameters(user))
            return four(counts(await cursor.fetchall()), user)
        finally:
            self._idle.put_nowait(connection)

    async def close(self) -> None:
        while not self._idle.empty():
            connection = self._idle.get_nowait()
            if connection is not None:
                await connection.close()
