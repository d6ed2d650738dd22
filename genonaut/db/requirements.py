"""What a named database must offer.

Another one is refused in a sentence when a process starts, and nothing is made in it.
"""

from functools import partial
from typing import Any

import psycopg
from sqlalchemy import URL

from genonaut.config import DbSettings
from genonaut.db.address import connection_arguments
from genonaut.db.failures import explain, where
from genonaut.errors import DatabaseError

ENCODING = "UTF8"
ROUNDS = 10  # other clients of the pooler may come between; not ten times

Connection = psycopg.Connection[Any]


def require_usable(url: URL, db: DbSettings) -> None:
    """Refuse a database of another encoding, and a pooler that shares sessions unless we know.

    Raises:
        DatabaseError: it is one of these, or cannot be used at all.
    """
    ours = {
        "client_encoding": ENCODING,
        "application_name": "genonaut",
        "connect_timeout": db.connect_timeout_seconds,
    }
    connect = partial(psycopg.connect, **connection_arguments(url) | ours)
    try:
        with connect() as first:
            _require_encoding(first, url)
            if db.pooler is None and not _is_direct(first):
                with connect() as second:
                    _require_own_session(first, second, url)
    except psycopg.Error as error:
        raise explain(error, url) from error


def _require_encoding(connection: Connection, url: URL) -> None:
    [encoding] = connection.execute("SELECT current_setting('server_encoding')").fetchone() or [""]
    if encoding != ENCODING:
        raise DatabaseError(
            f"The database {url.database!r} is encoded in {encoding}, which has no place for every "
            f"character: create one with `createdb --encoding={ENCODING} --template=template0`, "
            "and name that in DB_NAME."
        )


def _is_direct(connection: Connection) -> bool:
    # A pooler gives its clients process numbers that it has made up.
    return _backend(connection) == connection.info.backend_pid


def _require_own_session(first: Connection, second: Connection, url: URL) -> None:
    # Settings, prepared statements and locks are a session's. In transaction mode the next client
    # would inherit ours, and we those of another: statements under the same name are mixed up.
    if any(_is_shared(first, second) for _ in range(ROUNDS)):
        raise DatabaseError(
            f"The pooler at {where(url)} shares sessions between its clients, so their statements "
            "would be mixed up: set DB_POOLER=transaction (db.pooler), or `pool_mode = session` "
            "there, or connect to PostgreSQL directly."
        )


def _is_shared(first: Connection, second: Connection) -> bool:
    """Whether one connection gets the server's session that the other has just had."""
    had = _backend(first)
    first.commit()
    try:
        return _backend(second) == had or _backend(first) != had
    finally:
        first.rollback()
        second.rollback()


def _backend(connection: Connection) -> int:
    [number] = connection.execute("SELECT pg_backend_pid()").fetchone() or [0]
    return int(number)
