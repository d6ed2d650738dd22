"""The right to use an embedded server. While anybody has one, the server runs."""

import json
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from genonaut.embedded.locks import FileLock
from genonaut.embedded.server import ServerFolder
from genonaut.errors import ServerStartError

NOTICE_SECONDS = 1.0  # a keeper looks for users ten times a second


class Lease:
    """Holds a server in its folder; starts its keeper if there is none.

    Many processes can hold a lease on the same server. When the last one is gone, even killed, the
    keeper stops the server.
    """

    def __init__(self, home: Path, name: str) -> None:
        self.home = home
        self.folder = ServerFolder(home, name)

    def __enter__(self) -> Self:
        """Raises ServerStartError if the server cannot be started."""
        self.folder.make()
        self._users = FileLock(self.folder.users_lock)
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
        if self._users.try_exclusive():  # so nobody else uses the server
            self._users.release()
            self._wait_until_stopped()
        self._users.close()

    def ensure_running(self) -> None:
        """Start a keeper unless one is there, and wait until its server answers."""
        turn = FileLock(self.folder.start_lock)
        turn.exclusive()
        try:
            if not self._has_keeper():
                _start_keeper(self.home, self.folder, turn)
        finally:
            turn.close()

    def endpoint(self) -> dict[str, Any]:
        """Where the server answers."""
        found: dict[str, Any] = json.loads(self.folder.endpoint.read_text())
        return found

    def _has_keeper(self) -> bool:
        probe = FileLock(self.folder.keeper_lock)
        try:
            return not probe.try_exclusive()
        finally:
            probe.close()

    def _wait_until_stopped(self) -> None:
        # A keeper that stops holds the lock for itself until the server is down. If none does so
        # within the time that it needs to notice us going, somebody else came to use the server.
        deadline = time.monotonic() + NOTICE_SECONDS
        while time.monotonic() < deadline and self._has_keeper():
            if not self._users.try_shared():
                self._users.shared()
                return
            self._users.release()
            time.sleep(NOTICE_SECONDS / 20)


def _start_keeper(home: Path, folder: ServerFolder, turn: FileLock) -> None:
    # The keeper holds the turn with us until its server answers. So if we are killed meanwhile,
    # the next one waits for what we began.
    with folder.log.open("ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-P", "-m", "genonaut.embedded.keeper", folder.name, str(home)],
            stdin=turn.fileno(),
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    with keeper:
        answer = json.loads(keeper.stdout.readline() or "{}") if keeper.stdout else {}
    if not answer.get("ready"):
        raise ServerStartError(
            answer.get("error")
            or f"The keeper of the embedded {folder.name} ended at once: {folder.last_words()}."
        )
