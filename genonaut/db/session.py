"""Opening the database: the one that the settings name, or else one on the embedded server.

with open_database(settings) as database, database.transaction() as session: ...
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import URL, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from genonaut.config import Role, Settings
from genonaut.counting.layout import LAYOUT, Layout
from genonaut.db.distributed.detection import with_layout
from genonaut.db.engines import make_engine
from genonaut.db.failures import explain
from genonaut.db.positions import PRIMARY, Position
from genonaut.db.replica import ORIGIN, Replica
from genonaut.db.replicas import Replicas
from genonaut.db.requirements import require_usable
from genonaut.db.revisions import current_revision, head_revision, require_current
from genonaut.db.roles import have_rights, keep_rights
from genonaut.db.servers import Server, running_server
from genonaut.errors import UsageError


@dataclass(frozen=True)
class Database:
    """An open database: its address and its connections, and its replicas if there are any."""

    url: URL
    engine: Engine
    is_embedded: bool
    replicas: Replicas | None = None

    @property
    def layout(self) -> Layout | None:
        """How the counts lie, if an engine of many machines has spread them."""
        found: Layout | None = self.engine.get_execution_options().get(LAYOUT)
        return found

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
            if self.replicas:
                session.info[ORIGIN] = PRIMARY
            yield session

    @contextmanager
    def reading(self, at_least: Position | None = None) -> Iterator[Session]:
        """A snapshot on a replica that has what the reader wants to see, or else on the primary.

        Raises:
            ReplicaLostError: the replica broke it off: read again, from the primary (`snapshot`).
            DatabaseError: the database cannot be used.
        """
        replica = self.replicas.next(at_least) if self.replicas else None
        if self.replicas and replica:
            with self.replicas.reading(replica, at_least) as session_there:
                if session_there is not None:
                    yield session_there
                    return
        with self.snapshot() as session:
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
    with_replicas: bool = False,
) -> Iterator[Database]:
    """The environment's database, with the current schema.

    An embedded server is started if none runs, and stopped when its last user is gone; its
    database is created and migrated. The database of a server that the settings name is migrated
    only on request (`migrate`): that is its operator's decision. The owner migrates, and gives the
    other roles their rights; the connections are those of the `role`. The replicas, which may be
    down, are for those who look after them (`ReplicaWatch`).

    Raises:
        ServerStartError: the embedded server does not start.
        DatabaseError: the server cannot be used, or its schema is not the current one.
        UsageError: there are replicas of a distributed gallery.
    """
    with running_server(settings) as server:
        url = server.urls[role]
        if not settings.db.is_embedded:
            require_usable(url, settings.db)
        if settings.db.is_embedded if migrate is None else migrate:
            _make_current(server, settings, renew=bool(migrate))
        engine = make_engine(url, settings.db, pool_size, statement_timeout_seconds)
        try:
            with _explained(url):
                require_current(engine)
                engine = with_layout(engine)
            there = server.replicas if with_replicas else ()
            if there and LAYOUT in engine.get_execution_options():
                raise UsageError(
                    "A distributed gallery is not read from replicas of its coordinator: take "
                    "DATABASE_REPLICA_URLS out of the settings."
                )
            with open_replicas(there, settings, pool_size, statement_timeout_seconds) as replicas:
                yield Database(url, engine, settings.db.is_embedded, replicas)
        finally:
            engine.dispose()


@contextmanager
def open_as_owner(settings: Settings) -> Iterator[tuple[Database, Mapping[str, str]]]:
    """The database as its owner has it, with any schema or none; and the names of other roles.

    Raises:
        ServerStartError: the embedded server does not start.
        DatabaseError: the server cannot be used.
    """
    with running_server(settings) as server:
        url = server.urls["owner"]
        if not settings.db.is_embedded:
            require_usable(url, settings.db)
        engine = make_engine(url, settings.db, 2, 0)
        try:
            with _explained(url):
                yield Database(url, engine, settings.db.is_embedded), server.names
        finally:
            engine.dispose()


@contextmanager
def open_replicas(
    urls: Sequence[URL], settings: Settings, pool_size: int, statement_timeout_seconds: float
) -> Iterator[Replicas | None]:
    """Pools of connections to replicas, none of which is connected to by that."""
    seconds = min(2, settings.db.connect_timeout_seconds)  # the primary is asked after it
    db = settings.db.model_copy(update={"connect_timeout_seconds": seconds})
    engines = [make_engine(url, db, pool_size, statement_timeout_seconds) for url in urls]
    members = [Replica(url, engine) for url, engine in zip(urls, engines, strict=True)]
    try:
        yield Replicas(members, settings.db.replica_max_lag_seconds) if members else None
    finally:
        for engine in engines:
            engine.dispose()


def _make_current(server: Server, settings: Settings, *, renew: bool) -> None:
    """Migrate, and give the roles their rights: again if asked to, or if they lack them."""
    url = server.urls["owner"]
    engine = make_engine(url, settings.db, 1, 0)
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
