"""What a keeper needs to know about a server, and the folder that a server lives in."""

import socket
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals
from typing import Protocol

from genonaut.embedded.account import Account
from genonaut.errors import ServerStartError


@dataclass(frozen=True)
class Launch:
    """How to start a server's process."""

    args: list[str]
    cwd: Path
    account: Account | None
    env: dict[str, str] = field(default_factory=dict)


class Server(Protocol):
    """A server that a keeper can run."""

    folder: "ServerFolder"
    stop_signal: Signals

    def prepare(self) -> None:
        """Make its data ready; may take seconds the first time."""

    def launch(self) -> Launch:
        """How to start it now."""

    def is_ready(self) -> bool:
        """Whether it accepts connections."""

    def endpoint(self) -> dict[str, object]:
        """Where it listens, for the holders of a lease."""


def clean_environment() -> dict[str, str]:
    """Nothing of ours: PGPORT or LC_ALL in the shell of a command must not change its server."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def free_port(host: str = "127.0.0.1", port: int = 0) -> int:
    """The port, if a server can listen on it; without one, a port that the system picks.

    Raises:
        OSError: no server can listen there, as when another one does.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return int(probe.getsockname()[1])


def write_atomically(path: Path, text: str) -> None:
    """Write a file that only we may read; a reader sees the old text or the new, never a part."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(text)
    fresh.replace(path)


class ServerFolder:
    """One server's folder below GENONAUT_HOME: its data, its log, and the locks around it."""

    def __init__(self, home: Path, name: str) -> None:
        self.name = name
        self.path = home / name
        self.data = self.path / "data"
        self.log = self.path / "server.log"
        self.endpoint = self.path / "endpoint.json"
        self.users_lock = self.path / "users.lock"
        self.keeper_lock = self.path / "keeper.lock"
        self.start_lock = self.path / "start.lock"
        self.server_lock = self.path / "server.lock"

    def make(self) -> None:
        """Create the folder.

        Raises:
            ServerStartError: it cannot be created or written to.
        """
        try:
            # The server's account may pass through; only the owner may list what is here.
            self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
            self.users_lock.touch(mode=0o600)
        except OSError as error:
            raise ServerStartError(
                f"Cannot write to {self.path} ({error.strerror}): set GENONAUT_HOME to a folder "
                "that you can write to, or DATABASE_URL to a server that is already running."
            ) from error

    def last_complaint(self) -> str:
        """The last error in the server's log, or else its last line."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        complaints = [line for line in lines if "FATAL" in line or "PANIC" in line]
        return (complaints or lines or ["its log is empty"])[-1]
