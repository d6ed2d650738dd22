"""Asking a server whether it works, over a connection of its own and in limited time."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

import psycopg
import structlog
from psycopg.rows import namedtuple_row

from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.db.address import connection_arguments
from genonaut.db.session import Database
from genonaut.embedded.valkey import PING, PONG
from genonaut.errors import DatabaseTimeoutError

PATIENCE_SECONDS = 2.0
SLOTS = 2
_TAKES_TASKS = PONG + b"*3\r\n$6\r\nmaster\r\n"

Found = TypeVar("Found")
log = structlog.stdlib.get_logger(__name__)


class NoAnswerError(Exception):
    """A server did not answer, or not in time. The log has the reason."""


class Probe(Generic[Found]):
    """A question to a server, asked at most `SLOTS` times at once."""

    def __init__(self, what: str, ask: Callable[[], Awaitable[Found]]) -> None:
        self._what = what
        self._ask = ask
        self._limiter = ConnectionLimiter(SLOTS, PATIENCE_SECONDS)

    async def ask(self) -> Found:
        """What the server says.

        Raises:
            NoAnswerError: nothing, or not within `PATIENCE_SECONDS`.
        """
        try:
            async with self._limiter.slot(), asyncio.timeout(PATIENCE_SECONDS):
                return await self._ask()
        except (psycopg.Error, OSError, DatabaseTimeoutError) as error:
            log.warning("no answer", what=self._what, reason=repr(error))
            raise NoAnswerError from error


def database_probe(database: Database, statement: str) -> Probe[Any]:
    """Asks the database for the one row of a statement."""
    address = connection_arguments(database.url)

    async def ask() -> Any:  # noqa: ANN401 - a named tuple of the columns
        # A connection of its own, so that the pool's state does not matter, and an asynchronous
        # one, because a server that hangs can only be given up on from outside.
        async with await psycopg.AsyncConnection.connect(
            **address | {"row_factory": namedtuple_row}
        ) as connection:
            row = await (await connection.execute(statement)).fetchone()
        if row is None:
            raise psycopg.ProgrammingError("no row")
        return row

    return Probe("database", ask)


def embedded_broker_probe(path: Path) -> Probe[None]:
    """Asks the embedded broker for a sign of life, without a client's library, which is large."""

    async def ask() -> None:
        reader, writer = await asyncio.open_unix_connection(path)
        try:
            writer.write(PING + b"ROLE\r\n")
            if await reader.readexactly(len(_TAKES_TASKS)) != _TAKES_TASKS:
                raise ConnectionError("it is loading its files, or is a replica")
        except asyncio.IncompleteReadError as error:
            raise ConnectionError("it closed the connection") from error
        finally:
            writer.close()

    return Probe("broker", ask)
