"""The log of the primary: a moment of its clock, and the position that was reached by then."""

import asyncio
from datetime import datetime
from typing import Final

from psycopg.rows import namedtuple_row
from sqlalchemy import URL

from genonaut.config import DbSettings
from genonaut.db.positions import Position
from genonaut.db.read_connection import ReadConnection

PATIENCE_SECONDS: Final = 2.0
# The moment is that of the statement's beginning, so what was acknowledged before it has a position
# that is not behind this one.
_OF_THE_PRIMARY: Final = """
    SELECT statement_timestamp() AS at, pg_walfile_name(pg_current_wal_insert_lsn()) AS file,
           pg_current_wal_insert_lsn()::text AS lsn, system_identifier AS cluster
    FROM pg_control_system()"""


class PrimaryLog:
    """Where the log of the primary is; `cluster` is which one that is, once it has answered."""

    def __init__(self, url: URL, db: DbSettings) -> None:
        self._connection = watching_connection(url, db)
        self._turn = asyncio.Lock()
        self.cluster: int | None = None

    async def ask(self) -> tuple[datetime, Position]:
        """A moment of the primary's clock, and a position that its log had reached by then.

        Raises:
            DatabaseError: it does not answer.
        """
        async with self._turn:
            [row] = await self._connection.rows(_OF_THE_PRIMARY, {}, namedtuple_row)
        self.cluster = row.cluster
        return row.at, Position(int(row.file[:8], 16), Position.read(row.lsn).lsn)

    async def close(self) -> None:
        """Close its connection."""
        await self._connection.close()


def watching_connection(url: URL, db: DbSettings) -> ReadConnection:
    """A connection to look at a server with, which is given up on soon."""
    return ReadConnection(
        url,
        timeout_seconds=PATIENCE_SECONDS,
        connect_timeout_seconds=min(db.connect_timeout_seconds, int(PATIENCE_SECONDS)),
        pooled=db.pooler is not None,
    )
