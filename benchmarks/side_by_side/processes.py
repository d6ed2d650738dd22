"""Our programs as processes, which make load or serve a route: none outlives the benchmark."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, TypeVar, cast

from benchmarks.side_by_side.contestants.base import Contestant
from genonaut.config_variables import VARIABLES
from genonaut.embedded.parent import dies_with_parent
from genonaut.errors import GenonautError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

# Before the installed packages: one of them has a package `tests` of its own.
ROOT = Path(__file__).parents[2]
READY_SECONDS = 60.0
STOP_SECONDS = 10.0

Answer = TypeVar("Answer", bound="DataclassInstance")


class LoadError(GenonautError):
    """A program that makes load failed."""


class Server(NamedTuple):
    """A process that serves a route."""

    port: int
    process: int

    def processor_seconds(self) -> float:
        """The processor time that it has used so far, its own and the system's for it."""
        text = Path(f"/proc/{self.process}/stat").read_text(encoding="ascii")
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Programs:
    """Runs modules as processes; their standard errors are files in the folder."""

    home: Path

    @contextmanager
    def process(
        self, *arguments: str, pass_fds: tuple[int, ...] = (), **variables: str
    ) -> Iterator[subprocess.Popen[str]]:
        """`python -m arguments...` for the time of the `with`."""
        with (
            self._log(arguments[0]).open("a", encoding="utf-8") as stderr,
            subprocess.Popen(
                [sys.executable, "-P", "-m", *arguments],
                env=environment_without_settings()
                | {"GENONAUT_HOME": str(self.home), "AUTH_MODE": "open", "PYTHONPATH": str(ROOT)}
                | variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                pass_fds=pass_fds,
                start_new_session=True,  # Ctrl-C reaches the benchmark alone, which ends them
                preexec_fn=dies_with_parent(signal.SIGKILL),  # noqa: PLW1509 - calls the kernel
            ) as process,
        ):
            try:
                yield process
            finally:
                end(process, STOP_SECONDS)

    def ask(self, module: str, task: "DataclassInstance", answer: type[Answer]) -> Answer:
        """Run a module to its end: its standard input is a task, its output an answer.

        Raises:
            LoadError: it failed.
        """
        with self.asking(module, task, answer) as wait:
            return wait()

    @contextmanager
    def asking(
        self, module: str, task: "DataclassInstance", answer: type[Answer]
    ) -> Iterator[Callable[[], Answer]]:
        """The same for several at once: yields a function that waits for the answer."""
        with self.process(module) as process:

            def wait() -> Answer:
                output = cast("IO[str]", process.stdout).read()
                if process.wait():
                    raise LoadError(f"{module} failed: {self.last_words(process)}")
                return answer(**json.loads(output))

            give(process, task)
            yield wait

    def last_words(self, process: subprocess.Popen[str]) -> str:
        """The last line on a process's standard error."""
        module = cast("list[str]", process.args)[3]
        lines = self._log(module).read_text(encoding="utf-8").strip().splitlines()
        return lines[-1] if lines else f"it ended with {process.poll()}"

    def _log(self, module: str) -> Path:
        return self.home / f"{module}.log"

    @contextmanager
    def serving(self, contestant: Contestant) -> Iterator[Server]:
        """A contestant's route, in a process of its own.

        Raises:
            LoadError: it does not answer.
        """
        with self._listening(*contestant.server, DATABASE_URL=contestant.dsn) as server:
            yield server

    @contextmanager
    def sending(self, body: bytes) -> Iterator[Server]:
        """A bare application that sends the same body to every request.

        Raises:
            LoadError: it does not answer.
        """
        file = self.home / "body"
        file.write_bytes(body)
        with self._listening("benchmarks.side_by_side.load.bare", str(file)) as server:
            yield server

    @contextmanager
    def _listening(self, *arguments: str, **variables: str) -> Iterator[Server]:
        # The socket is open before the process starts: requests wait for it.
        with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
            number, port = listener.fileno(), int(listener.getsockname()[1])
            variables |= {"GENONAUT_LISTENER": str(number)}
            with self.process(*arguments, pass_fds=(number,), **variables) as process:
                if not _answers(port, process):
                    raise LoadError(f"A server does not answer: {self.last_words(process)}")
                yield Server(port, process.pid)


def _answers(port: int, process: subprocess.Popen[str]) -> bool:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=1)) as client:
                client.request("GET", "/health")
                client.getresponse().read()
                return True
        except OSError:
            continue
    return False


def give(process: subprocess.Popen[str], task: "DataclassInstance") -> None:
    """Send a process its task."""
    stdin = cast("IO[str]", process.stdin)
    json.dump(asdict(task), stdin)
    stdin.close()


def end(process: subprocess.Popen[str], patience_seconds: float) -> None:
    """End a process, if need be by force."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            process.kill()


def environment_without_settings() -> dict[str, str]:
    """Our environment without the settings of a gallery, which are not for a benchmark."""
    settings = {*VARIABLES, *(f"{name}_FILE" for name in VARIABLES)}
    return {name: value for name, value in os.environ.items() if name not in settings}
