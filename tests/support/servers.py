"""Test servers: a cluster is made and migrated once for each run, and copied for each worker."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from signal import SIGINT
from typing import Any, Final
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import URL, NullPool, create_engine

from genonaut.config import Settings, load_settings
from genonaut.counting.declaration import CachedCount
from genonaut.db.counts import COUNTS, build_counts
from genonaut.db.session import Database, open_database
from genonaut.embedded.account import server_account
from genonaut.embedded.cluster import ADMINISTRATOR, Programs
from genonaut.embedded.entry import ROLE
from genonaut.embedded.folder import HERE, ServerFolder
from genonaut.embedded.installations import installation
from genonaut.embedded.locks import FileLock
from genonaut.embedded.parent import dies_with_parent
from genonaut.embedded.postgres import administrator
from genonaut.embedded.server import clean_environment
from tests.support.ports import free_port
from tests.support.processes import nothing_left
from tests.support.waiting import PATIENCE_SECONDS, wait_until

DEBIAN: Final = Path("/usr/lib/postgresql/15/bin")
EMBEDDED: Final = "embedded"
SERVERS: Final = (EMBEDDED, "debian-15")
CITUS: Final = "citus"
CITUS_URL: Final = os.environ.get("GENONAUT_CITUS_URL", "")
"""A gallery on a Citus cluster, laid out by `genonaut db distribute`, that tests may empty."""
A_WRITER: Final = "a_writer"
MIGRATED: Final = "migrated"
STRAY: Final = ("DATABASE_URL", "DB_HOST", "DB_NAME", "GENONAUT_ENV", "GENONAUT_HOME")

# No test pulls the plug of the machine. (Commits stay synchronous: VACUUM does not mark a page as
# visible to all before the commits on it are on their way to the disk, and plans depend on it.)
QUICK: Final = "fsync = off\nfull_page_writes = off\nmax_wal_size = 256MB\n"

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - folders in it have names that cannot be guessed
PLENTY_BYTES: Final = 8 << 30

# In an order in which no deletion has to cascade.
TABLES: Final = (
    *("bookmark_category_shares", "bookmark_category_members", "bookmark_categories", "bookmarks"),
    *("ratings", "content_tags", "content_items_all", "deleted_items", "growth_points", "tags"),
    "users",
)
# And those that are not emptied with the users.
OF_PEOPLE: Final = ("audit_log", "one_time_links", "sign_in_failures", "sign_in_starts")
LARGE_BYTES: Final = 2_000_000
LARGEST = """
    SELECT max(pg_relation_size(oid)) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"""
FIRST_ID = "SELECT setval('content_items_id_seq', 1, false)"
OTHERS = """
    SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"""


def missing(server: str) -> str:
    """Why there is no such server here; nothing if there is."""
    if server == CITUS:
        return "" if CITUS_URL else "GENONAUT_CITUS_URL names no gallery on a Citus cluster"
    there = server == EMBEDDED or DEBIAN.exists()
    return "" if there else f"{DEBIAN} is not on this machine (apt-get install postgresql-15)"


def make_folder() -> Path:
    """A folder that a server's account can reach (pytest's own folders are private)."""
    folder = Path(tempfile.mkdtemp(prefix="genonaut-test-", dir=_quick_place()))
    folder.chmod(0o711)
    return folder


def _quick_place() -> Path | None:
    """Memory, if there is plenty: a cluster has two thousand files, and a disk takes a second.

    None is the usual place, which TMPDIR names.
    """
    if "TMPDIR" in os.environ or not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return None
    if os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free > PLENTY_BYTES else None


@contextmanager
def new_database(
    beside: Database, *, migrated: bool = False, locale: str | None = None
) -> Iterator[Database]:
    """A database of its own on the server of another one, with the current schema or nothing.

    With a `locale`, it has that of the C library, and nothing in it.
    """
    name = f"test_{uuid4().hex}"
    admin = create_engine(beside.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    engine = create_engine(
        beside.url.set(database=name),
        pool_size=10,
        isolation_level="READ COMMITTED",
        query_cache_size=50,  # or statements that no test repeats take 30 MB
    )
    with admin.connect() as connection:
        template = MIGRATED if migrated else "template1"
        options = f"TEMPLATE {template}"
        if locale:
            options = f"TEMPLATE template0 LOCALE_PROVIDER libc LOCALE '{locale}'"
        connection.exec_driver_sql(f"CREATE DATABASE {name} {options}")
        try:
            yield Database(engine.url, engine, is_embedded=False)
        finally:
            engine.dispose()
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def allow_tests(home: Path) -> None:
    """What the product's role may not do, and tests need.

    That is to write without firing triggers; to become a role with fewer rights; and to end what is
    at work in a database that it drops, which may be the server's own vacuum.
    """
    with administrator(ServerFolder(home, "postgres")) as connection:
        connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {ROLE}")
        connection.execute(f"GRANT pg_signal_backend TO {ROLE}")
        connection.execute(f"CREATE ROLE {A_WRITER}")
        connection.execute(f"GRANT {A_WRITER} TO {ROLE}")


@contextmanager
def open_server(home: Path, server: str, name: str = "test") -> Iterator[tuple[Settings, Database]]:
    """An environment's settings and database, on a server in a home, while the `with` lasts."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as environment:
            for variable in STRAY:
                environment.delenv(variable, raising=False)
            environment.setenv("AUTH_MODE", "open")
            if server == CITUS:
                environment.setenv("DATABASE_URL", CITUS_URL)
            elif server != EMBEDDED:
                environment.setenv("GENONAUT_POSTGRES_BIN", str(DEBIAN))
            settings = patient(load_settings(name).model_copy(update={"home": home}))
            database = stack.enter_context(open_database(settings, role="owner", pool_size=40))
        yield settings, database


def patient(settings: Settings) -> Settings:
    """Settings whose time limits no busy machine reaches. Tests of the limits set their own."""
    api = {"statement_timeout_seconds": PATIENCE_SECONDS, "patience_seconds": PATIENCE_SECONDS}
    stats = {"live_count_timeout_seconds": PATIENCE_SECONDS}
    gallery = {"count_timeout_seconds": PATIENCE_SECONDS}
    db = {"connect_timeout_seconds": int(PATIENCE_SECONDS)}
    return settings.model_copy(
        update={
            "api": settings.api.model_copy(update=api),
            "stats": settings.stats.model_copy(update=stats),
            "gallery": settings.gallery.model_copy(update=gallery),
            "db": settings.db.model_copy(update=db),
        }
    )


def prepared_home(run: Path, server: str = EMBEDDED) -> Path:
    """A GENONAUT_HOME with the test database, current, empty, its counts built; it is stopped.

    The copy of the database, of which others are made, has counts that were never built.

    The first worker of a run that needs it makes it, and the others wait.
    """
    home = run / f"prepared-{server}"
    turn = FileLock(home.with_suffix(".lock"))
    turn.exclusive()
    try:
        if not home.exists():
            fresh = home.with_suffix(".new")
            fresh.mkdir(mode=0o711)
            with open_server(fresh, server) as (_, database):
                _keep_a_copy(database)
                build_counts(database, "tests")
            nothing_left(fresh)
            fresh.rename(home)
    finally:
        turn.close()
    return home


def _keep_a_copy(database: Database) -> None:
    """The migrated database once more, without connections, to make others of it."""
    database.engine.dispose()
    admin = create_engine(database.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {MIGRATED} TEMPLATE {database.url.database}")
    admin.dispose()


def copy_server(source: Path, home: Path, settings: str = "") -> None:
    """Copy the stopped server of one home into another, with more settings for it."""
    home.mkdir(mode=0o711, exist_ok=True)
    subprocess.run(["cp", "-a", source / "postgres", home], check=True)
    with (home / "postgres" / "data" / "postgresql.conf").open("a") as file:
        file.write(settings)


class NamedServer:
    """A server as the settings name one: not ours, at a port, with a password; while it runs."""

    def __init__(self, home: Path) -> None:
        self.data = home / "postgres" / "data"
        self.address: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": free_port(),
            "user": ROLE,
            "password": "of-the-named-server",
        }
        account = server_account(self.data)
        self._programs = Programs(installation(account), account)
        rules = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        (self.data / "pg_hba.conf").write_text(rules)

    def url(self, database: str) -> URL:
        names = self.address | {"username": self.address["user"], "database": database}
        return URL.create("postgresql+psycopg", **{k: v for k, v in names.items() if k != "user"})

    def connect(self, dbname: str = "postgres") -> psycopg.Connection[Any]:
        """Its superuser, who needs no password."""
        port = self.address["port"]
        return psycopg.connect(
            host=str(self.data), port=port, user=ADMINISTRATOR, dbname=dbname, autocommit=True
        )

    @contextmanager
    def running(self) -> Iterator[dict[str, Any]]:
        """Its address."""
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "."}
        account = self._programs.account
        with subprocess.Popen(
            [
                *(self._programs.path("postgres"), "-D", HERE, "-p", str(self.address["port"])),
                *(arg for item in settings.items() for arg in ("-c", "=".join(item))),
            ],
            cwd=self.data,
            env=clean_environment(),
            stderr=subprocess.DEVNULL,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=dies_with_parent(SIGINT),  # noqa: PLW1509 - it only calls the kernel
        ) as process:
            try:
                wait_until(self._is_ready, "the named server answers")
                yield self.address
            finally:
                process.send_signal(SIGINT)

    def _is_ready(self) -> bool:
        with suppress(psycopg.OperationalError), self.connect() as connection:
            connection.execute(f"ALTER ROLE {ROLE} PASSWORD '{self.address['password']}'")
            return True
        return False


def empty(database: Database, *more: CachedCount) -> None:
    """Leave nothing in the database, whose counts (and perhaps more) are then as never built.

    DELETE takes a tenth of the time of TRUNCATE, which has a file to make for every index, and a
    reader who is late does not deadlock with it. It leaves dead rows; when these are many, or a
    test has made many, the tables are truncated as soon as no one else is at work. The first item
    gets the same id in every test, also behind other tests in the same process.
    """
    with database.transaction() as session:
        large = session.connection().exec_driver_sql(LARGEST).scalar_one() > LARGE_BYTES
    if large:
        wait_until(lambda: not _others(database), "no transaction of another connection is open")
    tables = [*OF_PEOPLE, *TABLES]  # and then what the triggers on these have written
    for count in (*COUNTS.values(), *more):
        tables += [count.table, f"{count.name}_deltas", f"{count.name}_refreshes"]
    statements = [f"TRUNCATE {', '.join(tables)} CASCADE"] if large else []
    statements += [f"DELETE FROM {table}" for table in tables]
    statements += [FIRST_ID]
    with database.transaction() as session:
        session.connection().exec_driver_sql("; ".join(statements))


def _others(database: Database) -> int:
    with database.transaction() as session:
        return session.connection().exec_driver_sql(OTHERS).rowcount
