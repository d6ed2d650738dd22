"""The programs that make load or serve a route: they end with us, whatever happens."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from benchmarks.side_by_side.errors import LoadError
from genonaut.config_layers import VARIABLES
from genonaut.embedded.parent import dies_with_parent

STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Programs:
    """Runs our own modules as processes; what they complain of goes to files in the folder."""

    home: Path

    @contextmanager
    def process(
        self, *arguments: str, pass_fds: tuple[int, ...] = (), **variables: str
    ) -> Iterator[subprocess.Popen[str]]:
        """`python -m arguments...` for the time of the `with`; its complaints are in a file."""
        with (
            self._log(arguments[0]).open("a", encoding="utf-8") as complaints,
            subprocess.Popen(
                [sys.executable, "-P", "-m", *arguments],
                env=environment_without_settings() | {"GENONAUT_HOME": str(self.home)} | variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
                pass_fds=pass_fds,
                start_new_session=True,  # Ctrl-C is for us; we end them
                preexec_fn=dies_with_parent(signal.SIGKILL),  # noqa: PLW1509 - calls the kernel
            ) as process,
        ):
            try:
                yield process
            finally:
                _end(process)

    def ask(self, module: str, question: dict[str, Any]) -> dict[str, Any]:
        """Run a module with a question on its standard input; its answer is on its output.

        Raises:
            LoadError: it failed.
        """
        with self.asking(module, question) as answer:
            return answer()

    @contextmanager
    def asking(
        self, module: str, question: dict[str, Any]
    ) -> Iterator[Callable[[], dict[str, Any]]]:
        """The same for several at once: yields what waits for the answer."""
        with self.process(module) as process:

            def answer() -> dict[str, Any]:
                output = stdout.read()
                if process.wait():
                    raise LoadError(f"{module} failed: {self.last_words(process)}")
                found: dict[str, Any] = json.loads(output)
                return found

            stdin, stdout = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
            json.dump(question, stdin)
            stdin.close()
            yield answer

    def last_words(self, process: subprocess.Popen[str]) -> str:
        """The last line that a process complained of."""
        module = cast("list[str]", process.args)[3]
        lines = self._log(module).read_text(encoding="utf-8").strip().splitlines()
        return lines[-1] if lines else f"it ended with {process.poll()}"

    def _log(self, module: str) -> Path:
        return self.home / f"{module}.log"


def environment_without_settings() -> dict[str, str]:
    """Ours, without settings: what somebody set for a gallery is not for us."""
    return {name: value for name, value in os.environ.items() if name not in VARIABLES}


def free_port() -> int:
    """A port that nobody listens on, for a program that has to be told one."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
