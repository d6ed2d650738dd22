"""Connections for SQLAlchemy: how each of our sessions begins, and when one is used again."""

import time
from select import POLLIN, poll
from typing import Any, Final

import psycopg
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from genonaut.config import DbSettings
from genonaut.db.limits import PREPARE_NOTHING, limit_sessions, limit_transactions
from genonaut.db.requirements import ENCODING
from genonaut.db.stored_json import read_json
from genonaut.db.timestamps import take_any_timestamp

_RETURNED: Final = "returned"  # of what the pool knows about a connection
_IDLE_SECONDS: Final = 5.0


def make_engine(
    url: URL, db: DbSettings, pool_size: int, statement_timeout_seconds: float
) -> Engine:
    """A pool of connections whose sessions have our settings; behind a pooler, transactions."""
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        isolation_level="READ COMMITTED",  # the server's default may be another
        json_deserializer=read_json,
        hide_parameters=True,  # a traceback in a log must not contain what users wrote
        connect_args={
            "application_name": "genonaut",
            "client_encoding": ENCODING,
            "connect_timeout": db.connect_timeout_seconds,
            **(PREPARE_NOTHING if db.pooler else {}),
        },
    )
    limit = limit_transactions if db.pooler else limit_sessions
    limit(engine, statement_timeout_seconds)
    event.listen(engine, "connect", _take_any_timestamp)
    event.listen(engine, "checkin", _respect_the_default)
    event.listen(engine, "checkin", _remember_when)
    event.listen(engine, "checkout", _require_alive)
    return engine


def _take_any_timestamp(connection: psycopg.Connection[Any], _record: object) -> None:
    take_any_timestamp(connection)


def _respect_the_default(connection: psycopg.Connection[Any] | None, _record: object) -> None:
    # After a snapshot SQLAlchemy has it begin READ WRITE, which would override the server's own
    # `default_transaction_read_only`, and fail on a hot standby.
    if connection is not None and not connection.closed:
        connection.read_only = None


def _remember_when(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[_RETURNED] = time.monotonic()


def _require_alive(
    connection: psycopg.Connection[Any], record: ConnectionPoolEntry, _proxy: object
) -> None:
    """Have a connection that broke while it was idle replaced, before a request begins on it.

    The server's last words are in the socket by then, so nothing has to be asked: that would take
    as long as a statement. After a longer pause it is asked nevertheless, as the pool itself would:
    what lies between may have dropped the connection without a word.
    """
    returned = record.info.get(_RETURNED)
    if returned is None:  # it is new
        return
    if time.monotonic() - returned > _IDLE_SECONDS:
        alive = _answers(connection)
    else:
        alive = not connection.closed and not _has_last_words(connection)
    if not alive:
        raise InvalidatePoolError("The connection was lost while it was idle.")


def _has_last_words(connection: psycopg.Connection[Any]) -> bool:
    waiting = poll()
    waiting.register(connection.fileno(), POLLIN)
    return bool(waiting.poll(0))


def _answers(connection: psycopg.Connection[Any]) -> bool:
    try:
        connection.execute("SELECT")
        connection.rollback()
    except psycopg.Error:
        return False
    return True
