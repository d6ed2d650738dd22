"""A replica: its connections, what it has replayed, and whether it may be asked.

It is asked for its position first, and then for the rest. In the same statement, the position would
be read after the snapshot was taken, and claim commits that are not counted.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from weakref import WeakSet

import psycopg
import structlog
from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from genonaut.db.failures import explain, where
from genonaut.db.positions import Origin

ASK: Final = """
    SELECT pg_last_wal_replay_lsn()::text, pg_last_xact_replay_timestamp()
    WHERE pg_is_in_recovery() AND pg_last_wal_replay_lsn() IS NOT NULL"""
"""What a replica has replayed; no row if it is none, as after its promotion."""
ORIGIN: Final = "origin"
"""In a session's `info`: where it reads, if there are replicas."""
NOT_YET_ASKED: Final = "has not been asked yet"
UNREACHABLE: Final = "cannot be reached"
_OF_THE_SERVER: Final = (psycopg.OperationalError, psycopg.InternalError)
"""Errors that say nothing about the statement: the primary may do better."""
_IN_THE_WAY: Final = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)

log = structlog.stdlib.get_logger(__name__)


class ReplicaLostError(Exception):
    """The replica cannot answer this; the primary can.

    No error of ours with a response: what is asked is asked again, of the primary.
    """


@dataclass(frozen=True, slots=True)
class Standing:
    """What a replica was when it was last looked at; `complaint` is why it is not asked."""

    complaint: str | None = NOT_YET_ASKED
    timeline: int = 0
    lag_seconds: float | None = None


class Replica:
    """One replica: its connections, and how it stands."""

    def __init__(self, url: URL, engine: Engine) -> None:
        self.url = url
        self.name = _name(url)
        self.standing = Standing()
        self._engine = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._used = WeakSet[psycopg.Connection[Any]]()  # one that is lost is never returned
        self._lock = threading.Lock()
        event.listen(engine, "checkout", self._note)
        event.listen(engine, "checkin", self._forget)

    def _note(self, connection: psycopg.Connection[Any], *_: object) -> None:
        with self._lock:
            self._used.add(connection)

    def _forget(self, connection: psycopg.Connection[Any] | None, _record: object) -> None:
        if connection is not None:
            with self._lock:
                self._used.discard(connection)

    def lose(self, complaint: str) -> None:
        """Ask it no more until it was looked at again."""
        if self.standing.complaint != complaint:
            log.warning("replica is not in use", replica=self.name, reason=complaint)
        self.standing = Standing(complaint, self.standing.timeline)

    def cut(self) -> None:
        """End what waits for it: a server that hangs would hold the requests until their limit."""
        with self._lock:
            for connection in self._used:
                with suppress(OSError, psycopg.Error), _shared(connection) as ours:
                    ours.shutdown(socket.SHUT_RDWR)

    def connect(self) -> tuple[Connection, tuple[Any, ...] | None]:
        """A connection, and what it has replayed.

        Raises:
            ReplicaLostError: it cannot be reached.
        """
        with self._answering():
            connection = self._engine.connect()
            try:
                driver = connection.connection.driver_connection
                assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the only one we have
                try:
                    found = driver.execute(ASK).fetchone()
                    driver.rollback()  # the snapshot that was taken for this is too old
                except psycopg.Error as error:
                    connection.invalidate()
                    raise DBAPIError(ASK, None, error) from error
            except BaseException:
                connection.close()
                raise
            return connection, found

    @contextmanager
    def session(self, connection: Connection, origin: Origin) -> Iterator[Session]:
        """A session over the connection, which only reads, on one snapshot.

        Raises:
            ReplicaLostError: the replica broke it off.
            DatabaseError: the statement failed, as it would anywhere.
        """
        with self._answering(), connection, Session(connection) as session, session.begin():
            session.info[ORIGIN] = origin
            yield session

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeoutError as error:
            raise ReplicaLostError from error
        except DBAPIError as error:
            # A query that takes too long would take as long on the primary.
            too_long = isinstance(error.orig, psycopg.errors.QueryCanceled)
            if too_long or not isinstance(error.orig, _OF_THE_SERVER):
                raise explain(error, self.url) from error
            # One whose snapshot was in the way of replaying says nothing about the next.
            if not isinstance(error.orig, _IN_THE_WAY):
                self.lose(UNREACHABLE)
            raise ReplicaLostError from error


@contextmanager
def _shared(connection: psycopg.Connection[Any]) -> Iterator[socket.socket]:
    with socket.socket(fileno=os.dup(connection.fileno())) as ours:
        yield ours


def _name(url: URL) -> str:
    """A short one: of a standby of our own, that of its folder."""
    host = str(url.query.get("host", ""))
    is_ours = host.startswith("/") and Path(host).name == "data"
    return Path(host).parent.name if is_ours else where(url)
