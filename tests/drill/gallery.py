"""The gallery under drill: `genonaut up` in a home of its own, with its parts by name."""

import json
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests.support.ports import free_port
from tests.support.processes import (
    CHECKOUT,
    Running,
    all_processes,
    command_line,
    connect,
    find_keeper,
    nothing_left,
    postmaster,
    processes_of,
    running,
)
from tests.support.waiting import wait_until

STATS = "/api/v1/content/stats/unified"
DATABASE = "genonaut_test"
ROOM_MIB = 1500
# A refresh every ten seconds and a fold every second, so that both meet each fault.
OVERLAY = {
    "celery": {
        "beat-schedule": {
            "refresh-gen-source-stats": {"schedule": {"every-seconds": 10}},
            "refresh-tag-stats": {"schedule": {"every-seconds": 15}},
            "fold-deltas": {"schedule": {"every-seconds": 1}},
        }
    }
}


@dataclass
class Gallery:
    """A running gallery: its home, its command, its address. `room` is a disk that can be full."""

    home: Path
    command: Running
    url: str
    variables: dict[str, str]
    room: bool

    def sql(self, **options: Any) -> psycopg.Connection[Any]:
        """A connection to the database; the address is read again each time."""
        return connect(self.home, DATABASE, connect_timeout=5, **options)

    def part(self, name: str) -> list[int]:
        """The processes of `genonaut NAME`, the oldest first."""
        return [
            process
            for process in processes_of(self.home)
            if f"genonaut {name}" in " ".join(command_line(process))
            and "genonaut up" not in " ".join(command_line(process))
        ]

    def postgres(self) -> list[int]:
        """The server's main process; empty while there is none."""
        try:
            return [postmaster(self.home)]
        except (OSError, ValueError, IndexError):
            return []

    def backends(self) -> list[int]:
        """The server's processes that serve a client."""
        return [
            process
            for process in all_processes()
            if (words := " ".join(command_line(process))).startswith("postgres: ")
            and DATABASE in words
            and process in processes_of(self.home)
        ]

    def broker(self) -> list[int]:
        """The embedded Valkey."""
        return [
            process
            for process in processes_of(self.home)
            if "valkey-server" in " ".join(command_line(process))
        ]

    def keeper(self) -> list[int]:
        """What keeps the embedded PostgreSQL running."""
        return [found] if (found := find_keeper(self.home)) else []

    def restart(self) -> None:
        """End the whole command, and start it again at the same address."""
        self.command.end(signal.SIGTERM)
        self.start_again()

    def start_again(self) -> None:
        """Restart the command after it has ended or was killed."""
        nothing_left(self.home)
        self.command = Running(self.home, "up", **self.variables)
        self.command.wait_for("Genonaut is ready at")

    def answers(self) -> bool:
        """Whether the API gives the counts."""
        try:
            return httpx.get(self.url + STATS, timeout=5).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


@contextmanager
def running_gallery() -> Iterator[Gallery]:
    """A gallery that is ready; all that belongs to it is gone afterwards."""
    with ExitStack() as stack:
        home = Path(tempfile.mkdtemp(prefix="genonaut-drill-"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        room = _small_disk(home)
        if room:
            stack.callback(subprocess.run, ["umount", "--lazy", str(home)], check=False)
        home.chmod(0o711)
        port = free_port()
        variables = {
            "API_PORT": str(port),
            "FLOWER_PORT": str(free_port()),
            "GENONAUT_CONFIG_DIR": str(_configuration(home)),
        }
        command = stack.enter_context(running(home, "up", **variables))
        command.wait_for("Genonaut is ready at")
        gallery = Gallery(home, command, f"http://127.0.0.1:{port}", variables, room)
        stack.callback(lambda: gallery.command.end(signal.SIGTERM))
        wait_until(gallery.answers, "the API gives the counts")
        yield gallery


def _small_disk(home: Path) -> bool:
    """Put a small disk of its own under the home; false where only root may, and we are not."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM_MIB}m,mode=711", "tmpfs", str(home)]
    try:
        return subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _configuration(home: Path) -> Path:
    folder = home / "config"
    shutil.copytree(CHECKOUT / "config", folder)
    overlay = json.loads((folder / "test.json").read_text())
    (folder / "test.json").write_text(json.dumps(overlay | OVERLAY))
    return folder
