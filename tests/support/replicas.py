"""A primary and its standbys: copies of one cluster, which are paused, killed and promoted."""

import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGINT, SIGKILL
from typing import Any, Final

import psycopg
from sqlalchemy import URL

from genonaut.config import Settings, load_settings
from genonaut.db.session import Database, open_database
from genonaut.embedded.account import server_account
from genonaut.embedded.cluster import ADMINISTRATOR, Programs
from genonaut.embedded.entry import LIMITED_ROLES, ROLE
from genonaut.embedded.folder import HERE
from genonaut.embedded.installations import installation
from genonaut.embedded.parent import dies_with_parent
from genonaut.embedded.server import clean_environment
from tests.support.ports import free_port
from tests.support.servers import QUICK, copy_server, patient
from tests.support.waiting import wait_until

PASSWORD: Final = "of-the-replicated-server"
RULES: Final = """\
local all all trust
host all all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 trust
"""
MORE: Final = f"{QUICK}wal_keep_size = 1GB\nhot_standby_feedback = on\nmax_connections = 200\n"


class Node:
    """A server of the group: the primary, or a standby that follows it."""

    def __init__(self, prepared: Path, home: Path) -> None:
        copy_server(prepared, home, MORE)
        self.data = home / "postgres" / "data"
        self.port = free_port()
        account = server_account(self.data)
        self._programs = Programs(installation(account), account)
        self._process: subprocess.Popen[bytes] | None = None
        (self.data / "pg_hba.conf").write_text(RULES)

    def follow(self, group: Sequence["Node"]) -> None:
        """Have it replay what the primary of the group writes, from its next start on."""
        (self.data / "standby.signal").touch()
        hosts, ports = (
            ",".join("127.0.0.1" for _ in group),
            ",".join(str(one.port) for one in group),
        )
        conninfo = f"host={hosts} port={ports} user={ADMINISTRATOR} target_session_attrs=read-write"
        with (self.data / "postgresql.auto.conf").open("a") as file:
            file.write(f"primary_conninfo = '{conninfo}'\n")

    def url(self, user: str, database: str) -> URL:
        return URL.create("postgresql+psycopg", user, PASSWORD, "127.0.0.1", self.port, database)

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Its superuser, who needs no password."""
        return psycopg.connect(
            host=str(self.data),
            port=self.port,
            user=ADMINISTRATOR,
            dbname=database,
            autocommit=True,
        )

    def start(self) -> None:
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "."}
        account = self._programs.account
        self._process = subprocess.Popen(
            [
                *(self._programs.path("postgres"), "-D", HERE, "-p", str(self.port)),
                *(arg for item in settings.items() for arg in ("-c", "=".join(item))),
            ],
            cwd=self.data,
            env=clean_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=dies_with_parent(SIGINT),  # noqa: PLW1509 - it only calls the kernel
        )
        wait_until(self._is_ready, "a server of the group answers")

    def _is_ready(self) -> bool:
        with suppress(psycopg.OperationalError), self.connect():
            return True
        return False

    def end(self, number: signal.Signals = SIGINT) -> None:
        """Stop it, or kill it with all of its processes."""
        if self._process is None:
            return
        self._process.send_signal(number)
        self._process.wait()
        self._process = None
        if number == SIGKILL:  # its children notice that later
            wait_until(lambda: not self._is_ready(), "the killed server is gone")
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def pause(self) -> None:
        """Have it replay nothing more, and go on answering."""
        self._run("SELECT pg_wal_replay_pause()")
        state = "SELECT pg_get_wal_replay_pause_state()"
        wait_until(lambda: self._run(state) == "paused", "the replay is paused")

    def resume(self) -> None:
        self._run("SELECT pg_wal_replay_resume()")

    def promote(self) -> None:
        self._run("SELECT pg_promote()")

    def _run(self, statement: str) -> object:
        with self.connect() as connection:
            row = connection.execute(statement).fetchone()
        return row and row[0]

    def written(self) -> str:
        """What a primary's log has reached."""
        return str(self._run("SELECT pg_current_wal_insert_lsn()"))

    def replayed(self) -> str:
        return str(self._run("SELECT pg_last_wal_replay_lsn()"))

    def catches_up_with(self, primary: "Node") -> None:
        wanted = primary.written()
        with self.connect() as connection:
            asked = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn - 40"
            wait_until(
                lambda: (connection.execute(asked, [wanted]).fetchone() or [False])[0],
                "the standby has caught up",
            )


class Group:
    """A primary and two standbys, with the settings of a gallery on them."""

    def __init__(self, prepared: Path, home: Path) -> None:
        self.nodes = [Node(prepared, home / name) for name in ("primary", "first", "second")]
        self.primary, *self.standbys = self.nodes
        self.home = home
        for standby in self.standbys:
            standby.follow(self.nodes)

    @contextmanager
    def running(self) -> Iterator["Group"]:
        try:
            self.primary.start()
            with self.primary.connect() as connection:
                for role in (ROLE, *LIMITED_ROLES.values()):
                    connection.execute(f"ALTER ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
                connection.execute(f"GRANT pg_signal_backend TO {ROLE}")
            for standby in self.standbys:
                standby.start()
                standby.catches_up_with(self.primary)
            yield self
        finally:
            for node in self.nodes:
                node.end()
            shutil.rmtree(self.home, ignore_errors=True)

    def settings(
        self, *, replicas: Sequence[URL] | None = None, primary: URL | None = None
    ) -> Settings:
        """Those of a gallery on these servers; time limits are as patient as in all tests."""
        settings = patient(load_settings("test"))
        app = LIMITED_ROLES["app"]
        name = settings.db.name
        address = primary or self.primary.url(app, name)
        if replicas is None:
            replicas = [node.url(app, name) for node in self.standbys]
        urls = ",".join(map(_text, replicas))
        db = settings.db.model_validate(
            settings.db.model_dump(by_alias=True)
            | {
                "url": _text(address),
                "owner-url": _text(address.set(username=ROLE)),
                "replica-urls": urls or None,
            }
        )
        return settings.model_copy(update={"db": db, "home": self.home})

    def any_primary(self) -> URL:
        """The address of the server of the group that takes changes, whichever it is."""
        url = self.primary.url(LIMITED_ROLES["app"], "genonaut_test")
        return url.set(host="", port=None).update_query_dict(_any_of(self.nodes))

    @contextmanager
    def owner(self) -> Iterator[Database]:
        """The primary's database, for what tests write."""
        with open_database(self.settings(replicas=[]), role="owner", pool_size=40) as database:
            yield database


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _any_of(nodes: Sequence[Node]) -> dict[str, str]:
    """The one of these that takes changes, as libpq names it."""
    return {
        "host": ",".join("127.0.0.1" for _ in nodes),
        "port": ",".join(str(node.port) for node in nodes),
        "target_session_attrs": "read-write",
    }
