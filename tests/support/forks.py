"""Commands of Genonaut, each in a fork of one process that has imported them all.

A command takes a second to import what it needs; many commands in a row need to do that only once.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from genonaut.cli import main

IMPORTED = ("db", "import_", "seed", "stats")


class Forks:
    """The process that forks, and what it is told: one job a line, answered by its exit code."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, output: Path
    ) -> int:
        """Run `genonaut` with these arguments; its output, errors included, goes to a file."""
        job = [list(arguments), dict(environment), str(folder), str(output)]
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def forks() -> Iterator[Forks]:
    command = [sys.executable, "-m", "tests.support.forks"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Forks(process)


def serve() -> None:
    """Do the jobs on standard input, one after the other."""
    for name in IMPORTED:
        import_module(f"genonaut.cli.{name}")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(*json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(arguments: list[str], environment: dict[str, str], folder: str, output: str) -> None:
    """The command, from here to its exit."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    main(arguments)
    sys.exit()


if __name__ == "__main__":
    serve()
