"""One asynchronous connection that only reads: opened when needed, and reopened if it breaks."""

import asyncio
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.rows import AsyncRowFactory, namedtuple_row
from sqlalchemy import URL

from genonaut.config import Settings
from genonaut.db.address import connection_arguments
from genonaut.db.failures import explain
from genonaut.db.requirements import ENCODING
from genonaut.db.session import Database, session_settings
from genonaut.errors import DatabaseTimeoutError

GRACE_SECONDS = 1.0  # for the server to report the timeout itself
# A statement by keys has one good plan, and to make another for each call takes four times as long
# as to execute it.
_ONE_PLAN = "SELECT set_config('plan_cache_mode', 'force_generic_plan', false)"

Connection = psycopg.AsyncConnection[Any]
RowForm = AsyncRowFactory[Any]


class ReadConnection:
    """Executes one statement at a time, each prepared once and on a snapshot of its own."""

    def __init__(self, url: URL, *, timeout_seconds: float, connect_timeout_seconds: int) -> None:
        self._url = url
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
        )

    async def rows(
        self, statement: str, parameters: Mapping[str, Any], form: RowForm = namedtuple_row
    ) -> list[Any]:
        """All rows, as named tuples or in another of the driver's forms.

        Raises:
            DatabaseTimeoutError: it took too long.
            DatabaseError: the database cannot be used.
        """
        query = asyncio.create_task(self._rows(statement, parameters, form))
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

    def _abandon(self, query: asyncio.Task[list[Any]]) -> None:
        # The server hangs, or we are shutting down. Cancelling takes time as well, so we do not
        # wait for it.
        connection, self._connection = self._connection, None
        query.cancel()
        if connection is not None:
            query.add_done_callback(lambda _: connection.pgconn.finish())

    async def _rows(
        self, statement: str, parameters: Mapping[str, Any], form: RowForm
    ) -> list[Any]:
        kept = self._connection
        if kept is not None:
            try:
                return await self._execute(kept, statement, parameters, form)
            except psycopg.OperationalError:
                if not kept.closed:
                    raise
                # It broke while it was idle, as when the server was restarted.
        self._connection = fresh = await self._connect()
        await fresh.execute(session_settings(self._timeout_seconds))
        await fresh.execute(_ONE_PLAN)
        return await self._execute(fresh, statement, parameters, form)

    async def _execute(
        self,
        connection: Connection,
        statement: str,
        parameters: Mapping[str, Any],
        form: RowForm,
    ) -> list[Any]:
        cursor = connection.cursor(binary=True, row_factory=form)
        await cursor.execute(statement, parameters)
        return await cursor.fetchall()

    async def _connect(self) -> Connection:
        return await psycopg.AsyncConnection.connect(
            **connection_arguments(self._url)
            | {
                "autocommit": True,
                "prepare_threshold": 0,
                "application_name": "genonaut",
                "client_encoding": ENCODING,
                "connect_timeout": self._connect_timeout_seconds,
            }
        )

    async def close(self) -> None:
        """Close the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
