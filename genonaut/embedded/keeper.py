"""The process that runs a server as long as any process holds a lease on it.

    python -m genonaut.embedded.keeper postgres HOME

The keeper has a session of its own, so Ctrl-C in a terminal does not reach it. It notices that the
last user is gone, killed or not, when it gets the users' lock for itself; and the kernel signals
the server when the keeper is gone. So nothing is ever left running.

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
from typing import Any

from genonaut.embedded.entry import NotAdmittedError, StillStartingError
from genonaut.embedded.folder import unusable
from genonaut.embedded.keeper_locks import KeeperLocks
from genonaut.embedded.libpq import forget_libpq_variables
from genonaut.embedded.locks import FileLock, FolderLock
from genonaut.embedded.parent import adopt_orphans, kill_children
from genonaut.embedded.postgres import PostgresServer
from genonaut.embedded.server import Server, spawn
from genonaut.embedded.standby import StandbyServer
from genonaut.embedded.standby_folders import PREFIX
from genonaut.embedded.valkey import ValkeyServer
from genonaut.errors import GenonautError, ServerStartError

POLL_SECONDS = 0.1
START_SECONDS = 600.0  # crash recovery of a large database takes minutes
STOP_SECONDS = 120.0  # its last checkpoint included
QUICK_CRASH_SECONDS = 5.0
START_ATTEMPTS = 5

SERVERS: dict[str, Callable[[Path], Server]] = {
    "postgres": PostgresServer,
    "valkey": ValkeyServer,
}


def server_named(name: str, home: Path) -> Server:
    """The server of a folder, which its name tells."""
    return StandbyServer(home, name) if name.startswith(PREFIX) else SERVERS[name](home)


class Keeper:
    """Starts a server, restarts it if it dies, and stops it when the last lease is gone."""

    def __init__(self, server: Server, locks: KeeperLocks) -> None:
        self.server = server
        self.locks = locks
        self.users = FolderLock(server.folder.path)
        self.stop_requested = False
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, wait until it is ready, and let its users in.

        Raises:
            ServerStartError: it does not become ready.
        """
        before = self.server.folder.log_size()
        if not self._attempt() and not (self.server.set_data_aside() and self._attempt()):
            raise ServerStartError(
                f"The embedded server does not start ({self.server.folder.last_complaint(before)}):"
                f" see {self.server.folder.log}."
            )
        self.server.publish()

    def _attempt(self) -> bool:
        for _ in range(START_ATTEMPTS):
            kill_children()  # a backend in the middle of a query does not notice its server's death
            launch, log = self.server.launch(), self.server.folder.open_log()
            self.process = spawn(launch, log, self.server.stop_signal, self.locks.data())
            if self._wait_until_ready(self.process) and self._admitted(self.process):
                return True
            if self.stop_requested:
                break
            time.sleep(0.3)
        return False

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None and not self.stop_requested:
            if self.server.is_ready(process.pid):
                return True
            time.sleep(POLL_SECONDS / 2)
        self.stop()
        return False

    def _admitted(self, process: subprocess.Popen[bytes]) -> bool:
        """Let the server's users in; False if it is gone, or does not become ready again.

        A server whose backend is killed meanwhile starts anew by itself. It must not be stopped at
        that moment: PostgreSQL 18 may then wait for its checkpointer for ever.
        """
        refusals, deadline = 0, time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None and not self.stop_requested:
            try:
                self.server.admit()
            except NotAdmittedError as error:
                refusals += not isinstance(error, StillStartingError)
                if refusals == START_ATTEMPTS:
                    raise
                time.sleep(0.3)
            else:
                return True
        self.stop()
        return False

    def keep(self) -> None:
        """Return when the last lease is gone; the users' lock is then ours."""
        started = time.monotonic()
        while not self.stop_requested and not self.users.try_exclusive():
            self.locks.reclaim()
            self._replace_deleted_files()
            if self.process is not None and self.process.poll() is not None:
                if time.monotonic() - started < QUICK_CRASH_SECONDS:
                    time.sleep(1)
                self._restart()
                started = time.monotonic()
            time.sleep(POLL_SECONDS)

    def _replace_deleted_files(self) -> None:
        if not self.server.socket.exists():
            self.stop()  # only a restart creates another one
        elif not all(file.exists() for file in self.server.files):
            with suppress(OSError):  # as on a full disk
                self.server.publish()

    def _restart(self) -> None:
        with FileLock(self.server.folder.start_lock) as lock:
            lock.exclusive()  # a command that starts now waits until the server is ready
            self.start()
        sys.stderr.writelines(f"{notice}\n" for notice in self.server.notices)

    def stop(self) -> None:
        """Stop the server cleanly. One that does not end is killed, and recovers when it starts."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.server.stop_signal)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop_requested = True


def _leave_parent() -> None:
    # The command that started us waits for this process only, and need not reap the keeper.
    if os.fork():
        os._exit(0)


def _report(message: dict[str, Any]) -> None:
    with suppress(BrokenPipeError):  # the command that started us may be gone, with others waiting
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()
    # Only this line is read. Standard input is the lock behind which other commands wait for our
    # server.
    for stream in (sys.stdin, sys.stdout):
        os.dup2(os.open(os.devnull, os.O_RDWR), stream.fileno())


def run(server: Server) -> None:
    """Start a server and keep it running, unless another keeper does.

    Raises:
        ServerStartError: it does not start, or does not restart.
    """
    locks = KeeperLocks(server.folder)
    try:
        if not _become_keeper(server, locks):
            _report({"ready": True})  # another one sees to that
            return
        _keep(Keeper(server, locks))
    finally:
        # Before the users' lock, which goes with this process: a command that waits for that
        # starts the next keeper. And before a failure is reported, after which it may be repaired.
        locks.release()


def _become_keeper(server: Server, locks: KeeperLocks) -> bool:
    if not locks.acquire():
        return False
    server.prepare()
    return locks.acquire_data()


def _keep(keeper: Keeper) -> None:
    signal.signal(signal.SIGTERM, keeper.on_signal)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        keeper.start()
        _report({"ready": True, "notices": keeper.server.notices})
        keeper.keep()
    finally:
        keeper.stop()


def main() -> int:
    _leave_parent()
    adopt_orphans()
    forget_libpq_variables()
    name, home = sys.argv[1:]
    try:
        run(server_named(name, Path(home)))
    except GenonautError as error:
        return _give_up(error)
    except OSError as error:
        return _give_up(unusable(error))
    return 0


def _give_up(error: GenonautError) -> int:
    sys.stderr.write(f"{error}\n")
    _report({"error": str(error)})
    return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
