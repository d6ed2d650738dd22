"""Opening the database: the one that the settings name, or else one on the embedded server.

with open_database(settings) as database, database.transaction() as session: ...
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from genonaut.config import Settings
from genonaut.db.address import embedded_url, guarded
from genonaut.db.failures import explain
from genonaut.db.migrate import require_current, upgrade
from genonaut.db.requirements import ENCODING, require_usable
from genonaut.embedded.lease import Lease
from genonaut.embedded.postgres import address
from genonaut.errors import ServerStartError

# Not among the startup parameters: poolers refuse those, and libpq sends PGTZ and PGDATESTYLE
# behind them, so those would win. Compiling a plan (JIT) takes longer than it ever saves here.
_SESSION = """
    SELECT set_config('timezone', 'UTC', false) AS timezone,
           set_config('datestyle', 'ISO, MDY', false) AS datestyle,
           set_config('jit', 'off', false) AS jit,
           set_config('statement_timeout', '{}', false) AS statement_timeout"""


def session_settings(statement_timeout_seconds: float) -> str:
    """The statement that begins each of our sessions. 0 is no time limit."""
    return _SESSION.format(int(statement_timeout_seconds * 1000))


@dataclass(frozen=True)
class Database:
    """An open database: its address and its connections."""

    url: URL
    engine: Engine
    is_embedded: bool

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls back on an error.

        Raises:
            DatabaseError: the database cannot be used.
        """
        with self._session(self.engine) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A session that only reads, and sees everything as of its first statement.

        Raises:
            DatabaseError: the database cannot be used.
        """
        engine = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        with self._session(engine) as session:
            yield session

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        try:
            with Session(engine) as session, session.begin():
                yield session
        except DBAPIError as error:
            raise explain(error, self.url) from error


@contextmanager
def open_database(
    settings: Settings,
    *,
    migrate: bool | None = None,
    pool_size: int = 2,
    statement_timeout_seconds: float = 0,
) -> Iterator[Database]:
    """The environment's database, with the current schema.

    An embedded server is started if none runs, and stopped when its last user is gone; its
    database is created and migrated. The database of a server that the settings name is migrated
    only on request (`migrate`): that is its operator's decision.

    Raises:
        ServerStartError: the embedded server does not start.
        DatabaseError: the server cannot be used, or its schema is not the current one.
    """
    with _server(settings) as url:
        if not settings.db.is_embedded:
            require_usable(url, settings.db.connect_timeout_seconds)
        engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            isolation_level="READ COMMITTED",  # the server's default may be another
            hide_parameters=True,  # a traceback in a log must not contain what users wrote
            pool_pre_ping=True,
            connect_args={
                "application_name": "genonaut",
                "client_encoding": ENCODING,
                "connect_timeout": settings.db.connect_timeout_seconds,
            },
        )
        event.listen(engine, "connect", _begin(session_settings(statement_timeout_seconds)))
        event.listen(engine, "checkin", _respect_the_default)
        database = Database(url, engine, settings.db.is_embedded)
        try:
            _make_current(database, migrate=settings.db.is_embedded if migrate is None else migrate)
            yield database
        finally:
            engine.dispose()


def _begin(statement: str) -> Callable[[psycopg.Connection[Any], object], None]:
    def begin(connection: psycopg.Connection[Any], _record: object) -> None:
        connection.execute(statement)
        connection.commit()

    return begin


def _respect_the_default(connection: psycopg.Connection[Any] | None, _record: object) -> None:
    # After a snapshot SQLAlchemy has it begin READ WRITE, which would override the server's own
    # `default_transaction_read_only`, and fail on a hot standby.
    if connection is not None and not connection.closed:
        connection.read_only = None


@contextmanager
def server_url(settings: Settings) -> Iterator[URL]:
    """The database's address. Its server runs and the database exists, with a schema or without."""
    with _server(settings) as url:
        yield url


@contextmanager
def _server(settings: Settings) -> Iterator[URL]:
    if not settings.db.is_embedded:
        yield guarded(settings.db.server_url())
        return
    with Lease(settings.home, "postgres") as lease:
        where = address(lease)
        try:
            _create_database(where, settings.db.name)
        except psycopg.OperationalError as error:
            raise _refused(error) from error
        yield embedded_url(where, settings.db.name)


def _refused(error: psycopg.OperationalError) -> ServerStartError:
    reason = str(error).strip().splitlines()[-1]
    if "service" in reason:
        return ServerStartError(f"PGSERVICE cannot be used ({reason}): unset it.")
    return ServerStartError(f"The embedded server does not respond ({reason}): try again.")


def _create_database(where: dict[str, Any], name: str) -> None:
    create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    address = where | {"dbname": "postgres"}
    with psycopg.connect(**address, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        # Another process may create it first.
        with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            connection.execute(create)


def _make_current(database: Database, *, migrate: bool) -> None:
    try:
        if migrate:
            upgrade(database.engine)
        else:
            require_current(database.engine)
    except DBAPIError as error:
        raise explain(error, database.url) from error
