"""The right to use an embedded server, which runs as long as any process holds a lease."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from genonaut.embedded.folder import ServerFolder, unusable
from genonaut.embedded.locks import FileLock, FolderLock
from genonaut.errors import ServerStartError

NOTICE_SECONDS = 1.0  # a keeper looks for users ten times a second


class Lease:
    """Keeps the server of a home folder running; starts its keeper if there is none.

    Many processes can hold a lease on the same server. When the last one is gone, even killed, the
    keeper stops the server.
    """

    def __init__(self, home: Path, name: str) -> None:
        self.folder = ServerFolder(home, name)

    def __enter__(self) -> Self:
        """Raises ServerStartError if the server cannot be started."""
        self.folder.make()
        self._users = FolderLock(self.folder.path)
        self._users.shared()  # waits while a keeper is stopping its server
        try:
            self.ensure_running()
        except BaseException:
            self._users.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._users.try_exclusive():  # so no other process uses the server
            self._users.release()
            self._wait_until_stopped()
        self._users.close()

    def ensure_running(self) -> None:
        """Start a keeper unless one runs, and wait until its server is ready.

        Raises:
            ServerStartError: it does not become ready.
        """
        try:
            with FileLock(self.folder.start_lock) as lock:
                lock.exclusive()
                if not self._has_keeper():
                    _start_keeper(self.folder, lock)
        except OSError as error:
            raise unusable(error) from error

    def endpoint(self) -> dict[str, Any]:
        """Where the server listens.

        Raises:
            ServerStartError: the file that says so cannot be read.
        """
        try:
            found: dict[str, Any] = dict(json.loads(self.folder.endpoint.read_text()))
        except (ValueError, TypeError) as error:
            raise ServerStartError(
                f"{self.folder.endpoint} is damaged: remove it, and try again after a second."
            ) from error
        except OSError as error:
            raise unusable(error) from error
        return found

    def _has_keeper(self) -> bool:
        with FileLock(self.folder.keeper_lock) as probe:
            return not probe.try_exclusive()

    def _wait_until_stopped(self) -> None:
        # A keeper that stops holds the lock for itself until its server is down. If it does not
        # take the lock within the time that it needs to notice that we are gone, another process
        # has come to use the server.
        deadline = time.monotonic() + NOTICE_SECONDS
        while time.monotonic() < deadline and self._has_keeper():
            if not self._users.try_shared():
                self._users.shared()
                return
            self._users.release()
            time.sleep(NOTICE_SECONDS / 20)


def _start_keeper(folder: ServerFolder, start_lock: FileLock) -> None:
    # The keeper holds the lock with us until its server is ready. So if we are killed meanwhile,
    # the next command waits for what we began.
    before = folder.log_size()
    log = folder.open_log()
    try:
        keeper = subprocess.Popen(
            [sys.executable, "-P", "-m", "genonaut.embedded.keeper", folder.name, str(folder.home)],
            stdin=start_lock.fileno(),
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    finally:
        os.close(log)
    with keeper:
        report = json.loads(keeper.stdout.readline() or "{}") if keeper.stdout else {}
    if not report.get("ready"):
        raise ServerStartError(
            report.get("error")
            or f"The keeper of the embedded {folder.name} server ended at once "
            f"({folder.last_complaint(before)}): see {folder.log}."
        )
    for notice in report.get("notices", []):
        sys.stderr.write(f"genonaut: {notice}\n")
