"""What a keeper needs to know about a server, and how it starts one."""

import os
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals
from typing import Protocol

from genonaut.embedded.account import Account
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.parent import dies_with_parent
from genonaut.errors import ServerStartError


@dataclass(frozen=True)
class Launch:
    """How to start a server's process."""

    args: list[str]
    cwd: Path
    account: Account | None
    env: dict[str, str]
    files: Sequence[int] = field(default_factory=list)
    """Descriptors that it inherits."""


class Server(Protocol):
    """A server that a keeper can run."""

    folder: ServerFolder
    stop_signal: Signals
    socket: Path
    files: Sequence[Path]
    """Where its users find out how to connect."""
    notices: list[str]
    """What the operator should be told."""

    def prepare(self) -> None:
        """Make its data ready; may take seconds the first time."""

    def launch(self) -> Launch:
        """How to start it now. No other server uses the data."""

    def is_ready(self, process: int) -> bool:
        """Whether it accepts connections, and as this process."""

    def admit(self) -> None:
        """Let its users in, now that it is ready.

        Raises:
            NotAdmittedError: it crashed meanwhile, or refuses that.
        """

    def publish(self) -> None:
        """Write its `files`."""

    def set_data_aside(self) -> bool:
        """Give up the data that it does not start with; False if that is not ours to decide."""


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


def spawn(launch: Launch, log: int, death_signal: Signals, lock: int) -> subprocess.Popen[bytes]:
    """Start a server's process; it gets `death_signal` when this process dies.

    The lock is held as long as it or any of its children lives. Closes the log.

    Raises:
        ServerStartError: its program cannot be run.
    """
    account = launch.account
    try:
        return subprocess.Popen(
            launch.args,
            cwd=launch.cwd,
            env=launch.env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            pass_fds=[lock, *launch.files],
            preexec_fn=dies_with_parent(death_signal),  # noqa: PLW1509 - we have one thread
        )
    except OSError as error:
        raise ServerStartError(
            f"{launch.args[0]} cannot be run ({error.strerror}): reinstall Genonaut."
        ) from error
    finally:
        os.close(log)
