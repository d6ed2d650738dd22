"""The process that runs a server as long as any process holds a lease on it.

    python -m genonaut.embedded.keeper postgres HOME

The keeper has a session of its own, so Ctrl-C in a terminal does not reach it. It notices that the
last user is gone, killed or not, when it gets `users.lock` for itself; and the kernel signals the
server when the keeper is gone. So nothing is ever left running.

The first line on standard output says that the server is ready, or why it is not.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from genonaut.embedded.locks import FileLock
from genonaut.embedded.parent import adopt_orphans, dies_with_parent, kill_children
from genonaut.embedded.postgres import PostgresServer, forget_libpq_variables
from genonaut.embedded.server import Launch, Server, write_atomically
from genonaut.embedded.valkey import ValkeyServer
from genonaut.errors import GenonautError, ServerStartError

POLL_SECONDS = 0.1
START_SECONDS = 600.0  # crash recovery of a large database takes minutes
QUICK_CRASH_SECONDS = 5.0
START_ATTEMPTS = 5

SERVERS: dict[str, Callable[[Path], Server]] = {
    "postgres": PostgresServer,
    "valkey": ValkeyServer,
}


class Keeper:
    """Starts a server, restarts it if it dies, and stops it when the last lease is gone."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.users = FileLock(server.folder.users_lock)
        self.stop_requested = False
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it is ready.

        Raises:
            ServerStartError: it does not become ready.
        """
        for _ in range(START_ATTEMPTS):
            self.process = self._spawn()
            if self._wait_until_ready(self.process):
                write_atomically(self.server.folder.endpoint, json.dumps(self.server.endpoint()))
                return
            if self.stop_requested:
                break
            time.sleep(0.3)
        raise ServerStartError(
            f"The embedded server does not start ({self.server.folder.last_complaint()}): "
            f"see {self.server.folder.log}."
        )

    def _spawn(self) -> subprocess.Popen[bytes]:
        kill_children()  # a backend in the middle of a query does not notice that its server died
        lock = FileLock(self.server.folder.server_lock)
        lock.exclusive()  # the server of a killed keeper needs a moment to exit
        try:
            return spawn(self.server.launch(), self.server.folder.log, self.stop_signal, lock)
        finally:
            lock.close()

    @property
    def stop_signal(self) -> signal.Signals:
        return self.server.stop_signal

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None and not self.stop_requested:
            if self.server.is_ready():
                return True
            time.sleep(POLL_SECONDS / 2)
        self.stop()
        return False

    def keep(self) -> None:
        """Return when the last lease is gone; `users.lock` is then ours."""
        started = time.monotonic()
        while not self.stop_requested and not self.users.try_exclusive():
            if self.process is not None and self.process.poll() is not None:
                if time.monotonic() - started < QUICK_CRASH_SECONDS:
                    time.sleep(1)
                self._restart()
                started = time.monotonic()
            time.sleep(POLL_SECONDS)

    def _restart(self) -> None:
        lock = FileLock(self.server.folder.start_lock)
        lock.exclusive()  # a command that starts now waits until the server is ready
        try:
            self.start()
        finally:
            lock.close()

    def stop(self) -> None:
        """Stop the server cleanly and wait for it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            self.process.wait()

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop_requested = True


def spawn(
    launch: Launch, log: Path, death_signal: signal.Signals, lock: FileLock
) -> subprocess.Popen[bytes]:
    """Start a server's process; it gets `death_signal` when this process dies.

    The lock is held as long as it or any of its children lives.
    """
    account = launch.account
    with log.open("ab") as output:
        return subprocess.Popen(
            launch.args,
            cwd=launch.cwd,
            env=launch.env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            pass_fds=[lock.fileno()],
            preexec_fn=dies_with_parent(death_signal),  # noqa: PLW1509 - we have one thread
        )


def _leave_parent() -> None:
    # The command that started us waits for this process only, and need not reap the keeper.
    if os.fork():
        os._exit(0)


def _only_keeper(server: Server) -> FileLock | None:
    """The lock that the server's one keeper holds; None if another keeper has it."""
    lock = FileLock(server.folder.keeper_lock)
    for _ in range(20):  # commands take this lock for an instant to see whether a keeper runs
        if lock.try_exclusive():
            return lock
        time.sleep(0.05)
    return None


def _report(message: dict[str, object]) -> None:
    with suppress(BrokenPipeError):  # the command that started us may be gone, with others waiting
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()
    # Only this line is read. Standard input is the lock behind which other commands wait for our
    # server.
    for stream in (sys.stdin, sys.stdout):
        os.dup2(os.open(os.devnull, os.O_RDWR), stream.fileno())


def main() -> int:
    _leave_parent()
    adopt_orphans()
    forget_libpq_variables()
    name, home = sys.argv[1:]
    server = SERVERS[name](Path(home))
    lock = _only_keeper(server)
    if lock is None:
        _report({"ready": True})
        return 0
    keeper = Keeper(server)
    signal.signal(signal.SIGTERM, keeper.on_signal)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        server.prepare()
        keeper.start()
        _report({"ready": True})
        keeper.keep()
    except GenonautError as error:
        sys.stderr.write(f"{error}\n")
        _report({"error": str(error)})
        return error.exit_code
    finally:
        keeper.stop()
        # Before `users.lock`, which goes with this process: a command that waits for that starts
        # the next keeper.
        lock.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
