"""Where the contestants meet: one server for all, and for each a database of its own."""

import os
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import URL, create_engine

from benchmarks.side_by_side.gallery import Connection, Size, fill
from benchmarks.side_by_side.programs import Programs
from genonaut.db.migrate import upgrade
from genonaut.embedded.lease import Lease
from genonaut.embedded.postgres import forget_libpq_variables
from genonaut.errors import ServerStartError

START_SECONDS = 60.0

NO_TRIGGERS = """
DO $$
DECLARE found record;
BEGIN
    FOR found IN SELECT tgname, tgrelid::regclass AS whose FROM pg_trigger WHERE NOT tgisinternal
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', found.tgname, found.whose);
    END LOOP;
END $$
"""
# Compiling a plan takes longer than it saves in anything that is measured here. Our own sessions
# have it off; so have all.
NO_JIT = "ALTER ROLE CURRENT_USER SET jit = off"
CONTENT_ONLY = "0001_content"  # the revision that has the content, and nothing that counts it
IN_BULK = "-c maintenance_work_mem=512MB -c synchronous_commit=off"


class Stage:
    """An embedded PostgreSQL and an embedded Valkey in a folder of their own, for one run.

    All that was started ends with the `with`; if this process is killed, the kernel ends it.
    """

    def __init__(self, say: Callable[[str], None] = lambda _: None) -> None:
        self._say = say
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="genonaut-bench-"))
            self.home = Path(folder)
            self.home.chmod(0o711)  # the servers' account has to pass
            self.programs = Programs(self.home)
            forget_libpq_variables()
            self._postgres = stack.enter_context(Lease(self.home, "postgres"))
            self._valkey = stack.enter_context(Lease(self.home, "valkey"))
            with self.connect() as connection:
                connection.execute(NO_JIT)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    # Databases

    @property
    def redis_socket(self) -> str:
        """Where Valkey answers."""
        return str(self._valkey.endpoint()["socket"])

    def url(self, database: str) -> URL:
        """A database's address."""
        found = self._postgres.endpoint()
        return URL.create(
            "postgresql+psycopg",
            found["user"],
            found["password"],
            found["host"],
            found["port"],
            database,
        )

    def connect(self, database: str = "postgres") -> Connection:
        """A connection on which every statement commits by itself."""
        return psycopg.connect(self.dsn(database), autocommit=True)

    def dsn(self, database: str, schema: str = "") -> str:
        """A database's address, with the password; what is made goes into the schema."""
        url = self.url(database).set(drivername="postgresql")
        if schema:
            url = url.update_query_dict({"options": f"-csearch_path={schema},public"})
        return url.render_as_string(hide_password=False)

    def gallery(self, size: Size) -> str:
        """A gallery by the real migrations, with content that was never counted; made once.

        It was filled when there was nothing but content, so its indexes are made in one go.
        """
        name = f"gallery_{size}"
        if not self._exists(name):
            self._say(f"filling a gallery of {size.rows:,} items")
            self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            engine = create_engine(self.url(name), connect_args={"options": IN_BULK})
            upgrade(engine, CONTENT_ONLY)
            with self.connect(name) as connection:
                fill(connection, size)
            upgrade(engine)
            engine.dispose()
            with self.connect(name) as connection:
                connection.execute("VACUUM (ANALYZE, FREEZE)")
        return name

    def copy(self, template: str, name: str) -> str:
        """A copy of a database, file by file. One of that name is dropped before."""
        self.drop(name)
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def drop(self, name: str) -> None:
        """Drop a database, and whoever is connected to it."""
        self._execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def _exists(self, name: str) -> bool:
        with self.connect() as connection:
            found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
            return bool(found.rowcount)

    def _execute(self, statement: sql.Composed) -> None:
        with self.connect() as connection:
            connection.execute(statement)

    def wal_bytes(self) -> int:
        """How much was ever written to the write-ahead log."""
        with self.connect() as connection:
            row = connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'").fetchone()
        return int(str(row[0])) if row else 0

    def settle(self) -> None:
        """Write out what is dirty, so that it does not fall into somebody's measurement."""
        with self.connect() as connection:
            connection.execute("CHECKPOINT")

    def kill_servers(self) -> None:
        """Kill both servers with -9; their keepers start them again, and we wait for that."""
        pid_file = self.home / "postgres" / "data" / "postmaster.pid"
        with self.redis() as valkey:
            processes = [
                int(pid_file.read_text().split()[0]),
                int(valkey.info("server")["process_id"]),
            ]
        for process in processes:
            os.kill(process, signal.SIGKILL)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline:
                raise ServerStartError("A server that was killed did not start again.")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            self.connect().close()
            with self.redis() as valkey:
                return bool(valkey.ping())
        except (psycopg.OperationalError, OSError, RedisError):
            return False

    def redis(self) -> Redis:
        """A client of Valkey."""
        return Redis(unix_socket_path=self.redis_socket, socket_timeout=5)
