"""The folder that a server lives in, and its log."""

import errno
import os
from pathlib import Path

from genonaut.embedded.locks import FolderLock
from genonaut.embedded.private import close_folder, make_folder, open_file
from genonaut.errors import ServerStartError, is_disk_full

# PostgreSQL's programs are started in the data folder. This names that folder without naming those
# above it, which the account that the program runs as may not be allowed to enter.
HERE = "/proc/self/cwd"

# What is said to clients while a server starts or stops; never the reason of a failure.
PASSING = ("is starting up", "is shutting down", "not yet accepting", "in recovery mode")


def unusable(error: OSError) -> ServerStartError:
    """What to raise when a file or a folder of a server cannot be used."""
    what = error.filename2 or error.filename or "A file of the embedded server"
    remedy = "make room on its disk" if is_disk_full(error) else "move it away"
    return ServerStartError(
        f"{what} cannot be used ({error.strerror}): {remedy}, or set GENONAUT_HOME to a folder "
        "that you can write to."
    )


def make_home(home: Path) -> None:
    """Create GENONAUT_HOME if it is missing.

    Raises:
        ServerStartError: it cannot be created.
    """
    try:
        make_folder(home)
    except OSError as error:
        raise unusable(error) from error


class ServerFolder:
    """One server's folder below GENONAUT_HOME: its data, its log, and the locks around it.

    The folder itself is the users' lock, and the data folder is the server's: a program that
    clears away old files cannot delete these under their holders.
    """

    def __init__(self, home: Path, name: str) -> None:
        self.home = home.absolute()
        self.name = name
        self.path = self.home / name
        self.data = self.path / "data"
        self.log = self.path / "server.log"
        self.endpoint = self.path / "endpoint.json"
        self.keeper_lock = self.path / "keeper.lock"
        self.start_lock = self.path / "start.lock"

    def make(self) -> None:
        """Create the folder, or close it to other accounts.

        Raises:
            ServerStartError: it cannot be written to, or belongs to another account.
        """
        try:
            make_folder(self.home)
            make_folder(self.path)
            self._refuse_stranger()
            close_folder(self.path)
            FolderLock(self.path).close()
            if not os.access(self.path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            raise ServerStartError(
                f"Cannot write to {self.path} ({error.strerror}): set GENONAUT_HOME to a folder "
                "that you can write to, or DATABASE_URL to a server that is already running."
            ) from error

    def _refuse_stranger(self) -> None:
        # In a home that others may write to, such as the system's temporary folder, another
        # account could have been here first.
        known = {os.geteuid(), self.home.stat().st_uid if os.geteuid() == 0 else os.geteuid()}
        if self.path.lstat().st_uid not in known:
            raise ServerStartError(
                f"{self.path} belongs to another account: remove it, or set GENONAUT_HOME to a "
                "folder that you own."
            )

    def open_log(self) -> int:
        """Open it for appending. Only we may read it: a server may quote what users wrote."""
        return open_file(self.log, os.O_WRONLY | os.O_APPEND)

    def log_size(self) -> int:
        """Where what the next start writes will begin."""
        return self.log.stat().st_size if self.log.is_file() else 0

    def last_complaint(self, since: int) -> str:
        """The last error in the server's log since it had this size, or else its last line."""
        said = self.log.read_bytes()[since:].decode(errors="replace") if self.log.is_file() else ""
        lines = [line for line in said.replace(HERE, str(self.data)).splitlines() if line.strip()]
        lines = [line for line in lines if not any(passing in line for passing in PASSING)]
        complaints = [line for line in lines if "FATAL" in line or "PANIC" in line]
        return (complaints or lines or ["its log is empty"])[-1].rstrip(".")
