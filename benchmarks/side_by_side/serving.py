"""A contestant's route, served by processes of its own."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from socket import create_server
from typing import NamedTuple

from benchmarks.side_by_side.errors import LoadError
from benchmarks.side_by_side.run import Entrant
from benchmarks.side_by_side.stage import Stage

READY_SECONDS = 60.0


class Server(NamedTuple):
    """A process that serves a route."""

    port: int
    process: int


@contextmanager
def served(stage: Stage, entrant: Entrant, processes: int) -> Iterator[list[Server]]:
    """The entrant's route, in several processes."""
    with ExitStack() as stack:
        yield [stack.enter_context(_server(stage, entrant)) for _ in range(processes)]


@contextmanager
def _server(stage: Stage, entrant: Entrant) -> Iterator[Server]:
    contestant = entrant.contestant
    arguments = ["benchmarks.side_by_side.serve", contestant.name, stage.redis_socket]
    if contestant.is_ours:
        arguments = ["genonaut", "api", "--env", "test"]
    # The socket is open before the process starts: requests wait for it.
    with create_server(("127.0.0.1", 0), backlog=2048) as listener:
        number = listener.fileno()
        variables = {"DATABASE_URL": contestant.dsn, "GENONAUT_LISTENER": str(number)}
        with stage.programs.process(*arguments, pass_fds=(number,), **variables) as process:
            port = int(listener.getsockname()[1])
            _wait_for(stage, port, process)
            yield Server(port, process.pid)


def _wait_for(stage: Stage, port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=1)) as client:
                client.request("GET", "/health")
                client.getresponse().read()
                return
        except OSError:
            continue
    raise LoadError(f"A server does not answer: {stage.programs.last_words(process)}")
