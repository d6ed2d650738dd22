"""One asynchronous connection that only reads: opened when needed, and reopened if it breaks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import psycopg
from psycopg.rows import AsyncRowFactory, namedtuple_row
from sqlalchemy import URL

from genonaut.config import Settings
from genonaut.db.address import connection_arguments
from genonaut.db.failures import explain
from genonaut.db.limits import PREPARE_NOTHING, session_settings, transaction_settings
from genonaut.db.requirements import ENCODING
from genonaut.db.session import Database
from genonaut.db.timestamps import take_any_timestamp
from genonaut.errors import DatabaseTimeoutError

REPLICA_SECONDS = 2.0
GRACE_SECONDS = 1.0  # for the server to report the timeout itself
# A statement by keys has one good plan, and to make another for each call takes four times as long
# as to execute it.
_ONE_PLAN = "SELECT set_config('plan_cache_mode', 'force_generic_plan', false)"
# A statement over several parts is planned for its keys: an engine hands it on as text.
_OWN_PLANS = "SELECT set_config('plan_cache_mode', 'force_custom_plan', false)"

Connection = psycopg.AsyncConnection[Any]
RowForm = AsyncRowFactory[Any]
Result = TypeVar("Result")


class ReadConnection:
    """Executes one statement at a time, each prepared once and on a snapshot of its own.

    Behind a pooler (`pooled`) none is prepared, and each comes with its time limit.
    """

    def __init__(
        self,
        url: URL,
        *,
        timeout_seconds: float,
        connect_timeout_seconds: int,
        pooled: bool = False,
        spread: bool = False,
    ) -> None:
        self._url = url
        self._pooled = pooled
        self._plans = _OWN_PLANS if spread else _ONE_PLAN
        self._limits = transaction_settings(timeout_seconds) if pooled else None
        self._timeout_seconds = timeout_seconds
        self._connect_timeout_seconds = connect_timeout_seconds
        self._connection: Connection | None = None

    @classmethod
    def of(cls, database: Database, settings: Settings) -> "ReadConnection":
        """A connection to this database, with the time limits of requests."""
        return cls(
            database.url,
            timeout_seconds=settings.api.statement_timeout_seconds,
            connect_timeout_seconds=settings.db.connect_timeout_seconds,
            pooled=settings.db.pooler is not None,
            spread=database.layout is not None,
        )

    @classmethod
    def to_replica(cls, url: URL, settings: Settings) -> "ReadConnection":
        """A connection to a replica. It gets less time, since the primary is asked after it."""
        return cls(
            url,
            timeout_seconds=min(REPLICA_SECONDS, settings.api.statement_timeout_seconds),
            connect_timeout_seconds=min(2, settings.db.connect_timeout_seconds),
            pooled=settings.db.pooler is not None,
        )

    async def rows(
        self, statement: str, parameters: Mapping[str, Any], form: RowForm = namedtuple_row
    ) -> list[Any]:
        """All rows, as named tuples or in another of the driver's forms.

        Raises:
            DatabaseTimeoutError: it took too long.
            DatabaseError: the database cannot be used.
        """
        return await self._within_time(partial(_fetch, self._limits, statement, parameters, form))

    async def rows_after(
        self, first: str, statement: str, parameters: Mapping[str, Any], form: RowForm
    ) -> tuple[tuple[Any, ...] | None, list[Any]]:
        """The one row of a first statement, and the rows of another, which begins after it.

        Both are sent at once. Each is on a snapshot of its own.

        Raises:
            DatabaseTimeoutError: it took too long.
            DatabaseError: the database cannot be used.
        """
        return await self._within_time(
            partial(_fetch_both, self._limits, first, statement, parameters, form)
        )

    async def _within_time(self, ask: Callable[[Connection], Awaitable[Result]]) -> Result:
        query = asyncio.create_task(self._ask(ask))
        try:
            await asyncio.wait({query}, timeout=self._timeout_seconds + GRACE_SECONDS)
            if query.done():
                return query.result()
        except psycopg.Error as error:
            raise explain(error, self._url) from error
        finally:
            if not query.done():
                self._abandon(query)
        raise DatabaseTimeoutError("The database does not respond: try again.")

    def _abandon(self, query: asyncio.Task[Result]) -> None:
        # The server hangs, or we are shutting down. Cancelling takes time as well, so we do not
        # wait for it.
        connection, self._connection = self._connection, None
        query.cancel()
        if connection is not None:
            query.add_done_callback(lambda _: connection.pgconn.finish())

    async def _ask(self, ask: Callable[[Connection], Awaitable[Result]]) -> Result:
        kept = self._connection
        if kept is not None:
            try:
                return await ask(kept)
            except psycopg.OperationalError:
                if not kept.closed:
                    raise
                # It broke while it was idle, as when the server was restarted.
        self._connection = fresh = await self._connect()
        if not self._pooled:
            await fresh.execute(session_settings(self._timeout_seconds))
            await fresh.execute(self._plans)
        return await ask(fresh)

    async def _connect(self) -> Connection:
        fresh = await psycopg.AsyncConnection.connect(
            **connection_arguments(self._url)
            | {
                "autocommit": True,
                "prepare_threshold": 0,
                "application_name": "genonaut",
                "client_encoding": ENCODING,
                "connect_timeout": self._connect_timeout_seconds,
            }
            | (PREPARE_NOTHING if self._pooled else {})
        )
        take_any_timestamp(fresh)
        return fresh

    async def close(self) -> None:
        """Close the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


async def _fetch(
    limits: str | None,
    statement: str,
    parameters: Mapping[str, Any],
    form: RowForm,
    connection: Connection,
) -> list[Any]:
    cursor = connection.cursor(binary=True, row_factory=form)
    if limits is None:
        await cursor.execute(statement, parameters)
        return await cursor.fetchall()
    # What is sent together is one transaction, and one round trip.
    async with connection.pipeline():
        await connection.execute(limits)
        await cursor.execute(statement, parameters)
        return await cursor.fetchall()


async def _fetch_both(
    limits: str | None,
    first: str,
    statement: str,
    parameters: Mapping[str, Any],
    form: RowForm,
    connection: Connection,
) -> tuple[tuple[Any, ...] | None, list[Any]]:
    before, cursor = connection.cursor(), connection.cursor(binary=True, row_factory=form)
    async with connection.pipeline() as pipeline:
        await before.execute(first)
        await pipeline.sync()  # a transaction ends here, so the next has a snapshot of its own
        if limits is not None:
            await connection.execute(limits)
        await cursor.execute(statement, parameters)
    return await before.fetchone(), await cursor.fetchall()
