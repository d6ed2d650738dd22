"""Asking a server whether it works, over a connection of its own and in limited time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import psycopg
import structlog
from psycopg.rows import namedtuple_row
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoPermissionError, ReadOnlyError, RedisError

from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.broker import redis_client_url
from genonaut.db.address import connection_arguments
from genonaut.db.session import Database
from genonaut.errors import DatabaseTimeoutError

PATIENCE_SECONDS = 2.0
SLOTS = 2
REDIS = {"redis", "rediss", "unix", "redis+socket"}
AMQP_PORTS = {"amqps": 5671}

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
        except (psycopg.Error, RedisError, OSError, DatabaseTimeoutError) as error:
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


def broker_probe(url: str) -> Probe[None]:
    """Asks a broker for a sign of life. `url` is Celery's; of several, one answer is enough."""
    addresses = url.split(";")

    async def ask() -> None:
        for address in addresses[:-1]:
            try:
                return await _ask_broker(address)
            except (RedisError, OSError):
                continue
        return await _ask_broker(addresses[-1])

    return Probe("broker", ask)


async def _ask_broker(url: str) -> None:
    parts = urlsplit(url)
    try:
        if parts.scheme in REDIS:
            await _ping(redis_client_url(url))
        elif parts.hostname:
            await _connect(parts.hostname, parts.port or AMQP_PORTS.get(parts.scheme, 5672))
    except ValueError:
        # Without the cause, which may quote a part of the password.
        raise OSError("the address is not valid") from None


async def _ping(url: str) -> None:
    async with Redis.from_url(url, protocol=2, retry=Retry(NoBackoff(), 0)) as client:
        await client.ping()
        with suppress(NoPermissionError):  # an ACL may allow tasks and not this
            role = await client.role()
            if role[0] == b"slave":
                raise ReadOnlyError("it is a replica, which takes no tasks")


async def _connect(host: str, port: int) -> None:
    _, writer = await asyncio.open_connection(host, port)
    writer.close()
