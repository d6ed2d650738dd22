"""Real processes: commands, holders of a server, and what is left of them afterwards."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Self

import psycopg
from sqlalchemy import URL, create_engine

from genonaut.db.address import embedded_url
from genonaut.db.session import Database
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.postgres import socket_folder
from tests.support.ports import free_port
from tests.support.waiting import PATIENCE_SECONDS, wait_until

CHECKOUT = Path(__file__).parents[2]
# A process under test gets these from our own environment, and otherwise what its test sets.
INHERITED = (
    *("PATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH"),
    *("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"),
)

# Holds a lease, says where the server is, and waits until its standard input ends.
HOLD = """
import json, sys
from pathlib import Path
from genonaut.embedded.lease import Lease
with Lease(Path(sys.argv[1]), "postgres") as lease:
    print(json.dumps(lease.endpoint()), flush=True)
    sys.stdin.read()
"""


def environment(home: Path, **variables: str) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    ours = {"GENONAUT_HOME": str(home), "GENONAUT_ENV": "test", "AUTH_MODE": "open"}
    return inherited | ours | variables


def genonaut(
    home: Path, *arguments: str, stdin: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """A command, run to its end."""
    return subprocess.run(
        [sys.executable, "-m", "genonaut", *arguments],
        env=environment(home, **variables),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def succeed(home: Path, *arguments: str, **variables: str) -> str:
    """What a command prints that must succeed and complain of nothing."""
    done = genonaut(home, *arguments, **variables)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


_NUMBERS = count(1)


class Running:
    """A command that runs in the background; its output is in files."""

    def __init__(self, home: Path, *arguments: str, **variables: str) -> None:
        number = next(_NUMBERS)  # several may run in a home
        self.stdout = home / f"stdout-{number}"
        self.stderr = home / f"stderr-{number}"
        with self.stdout.open("w") as stdout, self.stderr.open("w") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "genonaut", *arguments],
                env=environment(home, **variables),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )

    def wait_for(self, text: str) -> str:
        """The line with this text, as soon as it is printed."""
        return wait_until(lambda: self._line_with(text), f"the line with {text!r} was printed")

    def _line_with(self, text: str) -> str:
        found = [line for line in self.stdout.read_text().splitlines() if text in line]
        assert found or self.process.poll() is None, self.stderr.read_text()
        return found[0] if found else ""

    def end(self, number: signal.Signals) -> int:
        """Send a signal, and wait for the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def running(home: Path, *arguments: str, **variables: str) -> Iterator[Running]:
    command = Running(home, *arguments, **variables)
    try:
        yield command
    finally:
        if command.process.poll() is None:
            command.end(signal.SIGKILL)


@contextmanager
def serving(
    home: Path, name: str = "up", *options: str, **variables: str
) -> Iterator[tuple[Running, str]]:
    """`genonaut up` (or `api`) when it is ready, and its address."""
    ports = {name: str(free_port()) for name in ("API_PORT", "FLOWER_PORT")}
    with running(home, name, *options, **ports | variables) as command:
        line = command.wait_for("Genonaut is ready at")
        yield command, next(word for word in line.split() if word.startswith("http://"))


class Holder:
    """A process that holds a lease until it is told to let go."""

    def __init__(self, home: Path, command: Sequence[str] = (sys.executable,), **options: Any):
        self.process = subprocess.Popen(
            [*command, "-c", HOLD, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **({"env": environment(home)} | options),
        )

    def address(self) -> dict[str, Any]:
        """Where the server answers; waits until it does."""
        assert self.process.stdout
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE_SECONDS)
        assert readable, "the holder says nothing"
        address: dict[str, Any] = json.loads(self.process.stdout.readline() or "{}")
        return address

    def let_go(self) -> None:
        _, complaints = self.process.communicate(timeout=PATIENCE_SECONDS)
        assert (self.process.returncode, complaints) == (0, "")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


def connect(home: Path, dbname: str = "postgres", **options: Any) -> psycopg.Connection[Any]:
    """A connection to the home's server, which another process has to hold meanwhile."""
    return psycopg.connect(**(address_of(home) | {"dbname": dbname, "autocommit": True} | options))


def address_of(home: Path) -> dict[str, Any]:
    """How to connect to the home's server, as psycopg names it."""
    folder = ServerFolder(home, "postgres")
    found: dict[str, Any] = json.loads(folder.endpoint.read_text())
    return found | {"host": socket_folder(folder)}


@contextmanager
def opened(home: Path) -> Iterator[Database]:
    """The home's test database, whose server another process has to hold meanwhile."""
    with opened_at(embedded_url(address_of(home), "genonaut_test")) as database:
        yield database


@contextmanager
def opened_at(url: URL) -> Iterator[Database]:
    engine = create_engine(url, pool_size=12, pool_pre_ping=True)
    try:
        yield Database(url, engine, is_embedded=True)
    finally:
        engine.dispose()


def postmaster(home: Path) -> int:
    return int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])


def keeper(home: Path) -> int:
    return wait_until(lambda: find_keeper(home), f"{home} has a keeper")


def find_keeper(home: Path) -> int:
    words = ["-m", "genonaut.embedded.keeper", "postgres", str(home)]
    return next((process for process in all_processes() if command_line(process)[-4:] == words), 0)


def processes_of(home: Path) -> list[int]:
    """The processes that work in a home, name it in their command, or have it as GENONAUT_HOME."""
    return [process for process in all_processes() if _belongs_to(home, process)]


def all_processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def command_line(process: int) -> list[str]:
    """Empty for a process that is gone, if only waiting for its parent to notice."""
    return _of(process, "cmdline").split("\0")[:-1]


def _belongs_to(home: Path, process: int) -> bool:
    with suppress(OSError):
        if Path(f"/proc/{process}/cwd").readlink().is_relative_to(home):
            return True
    named = f"GENONAUT_HOME={home}\0" in _of(process, "environ")
    return str(home) in command_line(process) or named


def _of(process: int, name: str) -> str:
    with suppress(OSError):
        return Path(f"/proc/{process}/{name}").read_text(errors="replace")
    return ""


def ports_of(process: int) -> set[int]:
    """The TCP ports at which a process listens."""
    links = [str(link.readlink()) for link in Path(f"/proc/{process}/fd").iterdir()]
    return {port for inode, port in _listeners() if f"socket:[{inode}]" in links}


def _listeners() -> Iterator[tuple[str, int]]:
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A":  # it listens
                yield fields[9], int(fields[1].rpartition(":")[2], 16)


def is_gone(process: int) -> bool:
    return not command_line(process)


def kill(process: int) -> None:
    """SIGKILL: it cannot say goodbye."""
    os.kill(process, signal.SIGKILL)


def nothing_left(home: Path) -> None:
    wait_until(lambda: not processes_of(home), f"nothing of {home} is running")
