"""Removing a standby of a home."""

import shutil
from pathlib import Path

from genonaut.embedded.alone import alone
from genonaut.embedded.standby import StandbyServer
from genonaut.embedded.standby_folders import PREFIX


def remove_standby(home: Path, number: int) -> None:
    """Remove a standby, and what the primary keeps for it. The primary runs.

    Raises:
        AlreadyRunningError: a process uses it.
        ServerStartError: the primary refuses.
    """
    server = StandbyServer(home, f"{PREFIX}{number}")
    with alone(server.folder):
        server.forget()
        shutil.rmtree(server.folder.path)
