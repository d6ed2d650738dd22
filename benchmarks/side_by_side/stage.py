"""Where the contestants meet: one server for all, and for each a database of its own."""

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import URL, create_engine

from benchmarks.side_by_side.gallery import Connection, Size, fill
from benchmarks.side_by_side.processes import Programs
from genonaut.db.address import as_uri, embedded_url
from genonaut.db.migrate import upgrade
from genonaut.embedded.lease import Lease
from genonaut.embedded.libpq import forget_libpq_variables
from genonaut.embedded.postgres import address, administrator
from genonaut.errors import ServerStartError

RESTART_SECONDS = 60.0

NO_TRIGGERS = """
DO $$
DECLARE found record;
BEGIN
    FOR found IN SELECT tgname, tgrelid::regclass AS owner FROM pg_trigger WHERE NOT tgisinternal
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', found.tgname, found.owner);
    END LOOP;
END $$
"""
# All contestants keep the same four counts, so the gallery's further ones are switched off.
NO_OTHER_TRIGGERS = NO_TRIGGERS.replace(
    "NOT tgisinternal", "NOT tgisinternal AND tgname NOT LIKE 'gen\\_source\\_%'"
)
# What the lists are read by. Nothing here searches, and those would take longer than all the rest.
INDEXES = """
SELECT indexrelid::regclass::text, replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
FROM pg_index
WHERE indrelid = 'content_items_all'::regclass
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
SEARCH = "idx_content_search"
# Compiling a plan takes longer than it saves in anything that is measured here. Genonaut's own
# sessions have it off, so it is off for all.
NO_JIT = "ALTER ROLE CURRENT_USER SET jit = off"
# To fill a gallery without checking what is known to be right, and to settle the server.
RIGHTS = (
    "GRANT SET ON PARAMETER session_replication_role TO genonaut",
    "GRANT pg_checkpoint TO genonaut",
    # To drop a database may mean to end autovacuum there.
    "GRANT pg_signal_backend TO genonaut",
)
IN_BULK = "-c maintenance_work_mem=512MB -c synchronous_commit=off"


@contextmanager
def open_stage(status: Callable[[str], None] = lambda _: None) -> Iterator["Stage"]:
    """A stage in a temporary folder.

    Everything that was started ends with the `with`; if this process is killed, the kernel ends it.
    """
    forget_libpq_variables()
    with tempfile.TemporaryDirectory(prefix="genonaut-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)  # the servers' account has to pass
        with Lease(home, "postgres") as postgres, Lease(home, "valkey") as valkey:
            stage = Stage(home, postgres, valkey, status)
            stage.execute(NO_JIT)
            with administrator(postgres.folder) as connection:
                for right in RIGHTS:
                    connection.execute(right)
            yield stage


@dataclass(frozen=True)
class Stage:
    """An embedded PostgreSQL and an embedded Valkey for one run."""

    home: Path
    postgres: Lease
    valkey: Lease
    status: Callable[[str], None]

    @property
    def programs(self) -> Programs:
        """The processes of this run."""
        return Programs(self.home)

    # Databases

    def url(self, database: str) -> URL:
        """A database's address."""
        return embedded_url(address(self.postgres), database)

    def dsn(self, database: str, schema: str = "") -> str:
        """A database's address; new objects go into the schema."""
        url = self.url(database)
        if schema:
            url = url.update_query_dict({"options": f"-csearch_path={schema},public"})
        return as_uri(url, secrets=True)

    def connect(self, database: str = "postgres") -> Connection:
        """A connection on which every statement commits by itself."""
        return psycopg.connect(self.dsn(database), autocommit=True)

    def execute(self, statement: str, *names: str) -> tuple[object, ...] | None:
        """Execute a statement about the server, with identifiers; returns its only row, if any."""
        composed = sql.SQL(statement).format(*map(sql.Identifier, names))
        with self.connect() as connection:
            found = connection.execute(composed)
            return found.fetchone() if found.description else None

    def gallery(self, size: Size) -> str:
        """A gallery by the real migrations, with content that was never counted; made once.

        The indexes that lists are read by are built in one go, and those for search not at all.
        """
        name = f"gallery_{size}"
        if not self._exists(name):
            self.status(f"filling a gallery of {size.rows:,} items")
            self.execute("CREATE DATABASE {}", name)
            engine = create_engine(self.url(name), connect_args={"options": IN_BULK})
            upgrade(engine)
            engine.dispose()
            with psycopg.connect(self.dsn(name), autocommit=True, options=IN_BULK) as connection:
                found = connection.execute(INDEXES).fetchall()
                for index, _ in found:
                    connection.execute(f"DROP INDEX {index}")
                fill(connection, size)
                for index, definition in found:
                    if not index.startswith(SEARCH):
                        connection.execute(definition)
                connection.execute("VACUUM (ANALYZE, FREEZE)")
        return name

    def copy(self, template: str, name: str) -> str:
        """A copy of a database, file by file. An older one of that name is dropped."""
        self.drop(name)
        self.execute("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
        return name

    def drop(self, name: str) -> None:
        """Drop a database, and end all connections to it."""
        self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _exists(self, name: str) -> bool:
        with self.connect() as connection:
            found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
            return bool(found.rowcount)

    # Servers

    def wal_bytes(self) -> int:
        """How much was ever written to the write-ahead log."""
        row = self.execute("SELECT pg_current_wal_insert_lsn() - '0/0'")
        return int(str(row[0])) if row else 0

    def settle(self) -> None:
        """Write out what is dirty, so that it does not burden a later measurement."""
        self.execute("CHECKPOINT")

    @property
    def redis_socket(self) -> str:
        """Where Valkey listens."""
        return str(self.valkey.endpoint()["socket"])

    def redis(self) -> Redis:
        """A client of Valkey."""
        return Redis(unix_socket_path=self.redis_socket, socket_timeout=5)

    def kill_servers(self) -> None:
        """Kill both servers with -9, and wait until their keepers have restarted them."""
        pid_file = self.home / "postgres" / "data" / "postmaster.pid"
        with self.redis() as valkey:
            processes = [
                int(pid_file.read_text().split()[0]),
                int(valkey.info("server")["process_id"]),
            ]
        for process in processes:
            os.kill(process, signal.SIGKILL)
        deadline = time.monotonic() + RESTART_SECONDS
        while not self._answers():
            if time.monotonic() > deadline:
                raise ServerStartError("A server that was killed did not restart.")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            self.connect().close()
            with self.redis() as valkey:
                return bool(valkey.ping())
        except (psycopg.OperationalError, OSError, RedisError):
            return False
