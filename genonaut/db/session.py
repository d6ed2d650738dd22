"""Opening the database: the one that the settings name, or else one on the embedded server.

with open_database(settings) as database, database.transaction() as session: ...
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from select import POLLIN, poll
from typing import Any, Final

import psycopg
from psycopg import sql
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from genonaut.config import ROLES, Role, Settings
from genonaut.db.address import embedded_url, guarded
from genonaut.db.failures import explain
from genonaut.db.lease import server_lease
from genonaut.db.requirements import ENCODING, require_usable
from genonaut.db.revisions import current_revision, head_revision, require_current
from genonaut.db.roles import have_rights, keep_rights
from genonaut.embedded.entry import LIMITED_ROLES
from genonaut.embedded.postgres import address, has_limited_roles
from genonaut.errors import ServerStartError

# Not among the startup parameters: poolers refuse those, and libpq sends PGTZ and PGDATESTYLE
# behind them, so those would win. Compiling a plan (JIT) takes longer than it ever saves here.
_SESSION = """
    SELECT set_config('timezone', 'UTC', false) AS timezone,
           set_config('datestyle', 'ISO, MDY', false) AS datestyle,
           set_config('jit', 'off', false) AS jit,
           set_config('statement_timeout', '{}', false) AS statement_timeout"""


_RETURNED: Final = "returned"  # of what the pool knows about a connection
_IDLE_SECONDS: Final = 5.0


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
        with _explained(self.url), Session(engine) as session, session.begin():
            yield session


@contextmanager
def open_database(
    settings: Settings,
    *,
    role: Role = "app",
    migrate: bool | None = None,
    pool_size: int = 2,
    statement_timeout_seconds: float = 0,
) -> Iterator[Database]:
    """The environment's database, with the current schema.

    An embedded server is started if none runs, and stopped when its last user is gone; its
    database is created and migrated. The database of a server that the settings name is migrated
    only on request (`migrate`): that is its operator's decision. The owner migrates, and gives the
    other roles their rights; the connections are those of the `role`.

    Raises:
        ServerStartError: the embedded server does not start.
        DatabaseError: the server cannot be used, or its schema is not the current one.
    """
    with _server(settings) as server:
        url, seconds = server.urls[role], settings.db.connect_timeout_seconds
        if not settings.db.is_embedded:
            require_usable(url, seconds)
        if settings.db.is_embedded if migrate is None else migrate:
            _make_current(server, settings, renew=bool(migrate))
        engine = _engine(url, seconds, pool_size, statement_timeout_seconds)
        try:
            with _explained(url):
                require_current(engine)
            yield Database(url, engine, settings.db.is_embedded)
        finally:
            engine.dispose()


def _engine(
    url: URL, connect_timeout_seconds: int, pool_size: int, statement_timeout_seconds: float
) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        isolation_level="READ COMMITTED",  # the server's default may be another
        hide_parameters=True,  # a traceback in a log must not contain what users wrote
        connect_args={
            "application_name": "genonaut",
            "client_encoding": ENCODING,
            "connect_timeout": connect_timeout_seconds,
        },
    )
    event.listen(engine, "connect", _begin(session_settings(statement_timeout_seconds)))
    event.listen(engine, "checkin", _respect_the_default)
    event.listen(engine, "checkin", _remember_when)
    event.listen(engine, "checkout", _require_alive)
    return engine


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


@dataclass(frozen=True)
class _Server:
    """The database's addresses, and the names of the roles with fewer rights than the owner."""

    urls: Mapping[Role, URL]
    names: Mapping[str, str]


@contextmanager
def server_url(settings: Settings) -> Iterator[URL]:
    """The database's address, for its owner.

    Its server runs and the database exists, with a schema or without.
    """
    with _server(settings) as server:
        yield server.urls["owner"]


@contextmanager
def _server(settings: Settings) -> Iterator[_Server]:
    if not settings.db.is_embedded:
        urls = {role: guarded(settings.db.server_url(role)) for role in ROLES}
        yield _Server(urls, settings.db.roles.model_dump())
        return
    with server_lease(settings) as lease:
        try:
            _create_database(address(lease), settings.db.name)
        except psycopg.OperationalError as error:
            raise _refused(error) from error
        urls = {role: embedded_url(address(lease, role), settings.db.name) for role in ROLES}
        yield _Server(urls, LIMITED_ROLES if has_limited_roles(lease) else {})


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


def _make_current(server: _Server, settings: Settings, *, renew: bool) -> None:
    """Migrate, and give the roles their rights: again if asked to, or if they lack them."""
    url = server.urls["owner"]
    engine = _engine(url, settings.db.connect_timeout_seconds, 1, 0)
    try:
        with _explained(url):
            upgraded = _upgrade(engine)
            ours = settings.db.is_embedded  # in a named database, giving them is a command
            if upgraded or renew or (ours and not have_rights(engine, server.names)):
                keep_rights(engine, server.names, all_of_them=ours)
    finally:
        engine.dispose()


def _upgrade(engine: Engine) -> bool:
    if current_revision(engine) == head_revision():
        return False
    from genonaut.db.migrate import upgrade  # noqa: PLC0415 - Alembic takes long to import

    return upgrade(engine)


@contextmanager
def _explained(url: URL) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise explain(error, url) from error
