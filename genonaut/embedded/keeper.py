"""The process that runs a server for as long as somebody holds a lease on it.

    python -m genonaut.embedded.keeper postgres HOME

It is nobody's child in spirit: it has its own session, so Ctrl-C in a terminal does not reach it.
It learns that the last user has gone, killed or not, by getting `users.lock` for itself; and the
kernel tells the server when the keeper has gone. So nothing is ever left running.

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
from genonaut.embedded.parent import adopt_orphans, dies_with_parent, end_children
from genonaut.embedded.postgres import PostgresServer, forget_libpq_variables
from genonaut.embedded.server import Launch, Server, write_whole
from genonaut.embedded.valkey import ValkeyServer
from genonaut.errors import GenonautError, ServerStartError

POLL_SECONDS = 0.1
START_SECONDS = 600.0  # crash recovery of a large database takes minutes
QUICK_DEATH_SECONDS = 5.0
QUICK_DEATHS_ALLOWED = 5

SERVERS: dict[str, Callable[[Path], Server]] = {
    "postgres": PostgresServer,
    "valkey": ValkeyServer,
}


class Keeper:
    """Starts a server, starts it again when it dies, and stops it when nobody needs it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.users = FileLock(server.folder.users_lock)
        self.told_to_stop = False
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            ServerStartError: it does not come up.
        """
        for _ in range(QUICK_DEATHS_ALLOWED):
            self.process = self._spawn()
            if self._wait_until_ready(self.process):
                write_whole(self.server.folder.endpoint, json.dumps(self.server.endpoint()))
                return
            if self.told_to_stop:
                break
            time.sleep(0.3)
        raise ServerStartError(
            f"The embedded server does not start: {self.server.folder.last_words()} "
            f"(the whole story is in {self.server.folder.log})."
        )

    def _spawn(self) -> subprocess.Popen[bytes]:
        end_children()  # a backend in the middle of a query does not notice that its server died
        alone = FileLock(self.server.folder.server_lock)
        alone.exclusive()  # the server of a keeper that was killed needs a moment to go
        try:
            return spawn(self.server.launch(), self.server.folder.log, self.stop_signal, alone)
        finally:
            alone.close()

    @property
    def stop_signal(self) -> signal.Signals:
        return self.server.stop_signal

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None and not self.told_to_stop:
            if self.server.is_ready():
                return True
            time.sleep(POLL_SECONDS / 2)
        self.stop()
        return False

    def keep(self) -> None:
        """Return when nobody holds a lease any more; `users.lock` is then ours."""
        started = time.monotonic()
        while not self.told_to_stop and not self.users.try_exclusive():
            if self.process is not None and self.process.poll() is not None:
                if time.monotonic() - started < QUICK_DEATH_SECONDS:
                    time.sleep(1)
                self._start_again()
                started = time.monotonic()
            time.sleep(POLL_SECONDS)

    def _start_again(self) -> None:
        turn = FileLock(self.server.folder.start_lock)
        turn.exclusive()  # who comes now waits until it is ready
        try:
            self.start()
        finally:
            turn.close()

    def stop(self) -> None:
        """Stop the server cleanly and wait for it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            self.process.wait()

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.told_to_stop = True


def spawn(
    launch: Launch, log: Path, death_signal: signal.Signals, lock: FileLock
) -> subprocess.Popen[bytes]:
    """Start a server's process; it gets `death_signal` when this process dies.

    It and its children hold the lock as long as any of them lives.
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
    # Whoever started us waits for this process only, and is not asked to reap the keeper.
    if os.fork():
        os._exit(0)


def _only_keeper(server: Server) -> FileLock | None:
    """The lock that says who keeps the server, unless another keeper has it."""
    alone = FileLock(server.folder.keeper_lock)
    for _ in range(20):  # commands probe this lock for an instant to see whether we are here
        if alone.try_exclusive():
            return alone
        time.sleep(0.05)
    return None


def _say(message: dict[str, object]) -> None:
    with suppress(BrokenPipeError):  # whoever started us may have gone, and others may have come
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()
    # Nobody reads on. Standard input is the lock behind which
    # others wait for our server.
    for stream in (sys.stdin, sys.stdout):
        os.dup2(os.open(os.devnull, os.O_RDWR), stream.fileno())


def main() -> int:
    _leave_parent()
    adopt_orphans()
    forget_libpq_variables()
    name, home = sys.argv[1:]
    server = SERVERS[name](Path(home))
    alone = _only_keeper(server)
    if alone is None:
        _say({"ready": True})
        return 0
    keeper = Keeper(server)
    signal.signal(signal.SIGTERM, keeper.on_signal)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        server.prepare()
        keeper.start()
        _say({"ready": True})
        keeper.keep()
    except GenonautError as error:
        sys.stderr.write(f"{error}\n")
        _say({"error": str(error)})
        return error.exit_code
    finally:
        keeper.stop()
        # Before `users.lock`, which goes with this process: whoever waits for that starts the next.
        alone.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
