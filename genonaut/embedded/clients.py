"""PostgreSQL's client programs: which of them to take for a server, and running one to its end."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from signal import SIGTERM

from genonaut.embedded.installations import BINARIES_SETTING, package_folders, system_folders
from genonaut.embedded.parent import dies_with_parent
from genonaut.embedded.programs import version_of
from genonaut.embedded.sockets import descriptors
from genonaut.errors import UsageError

Version = tuple[int, int]


class ClientError(Exception):
    """A client program failed; the text is the reason that it gives."""


def client_for(name: str, major: int) -> Path:
    """The program for a server of a major version: of that version, else of the next newer one.

    That of the system comes before that of the package, which cannot speak TLS.

    Raises:
        UsageError: there is none.
    """
    fitting = [(found[0], place) for found, place in _versions(name) if found[0] >= major]
    if not fitting:
        raise UsageError(
            f"There is no {name} of PostgreSQL {major} or newer on this machine: install its client"
            f" programs (postgresql-client-{major}), or name their folder in {BINARIES_SETTING}."
        )
    return min(fitting, key=lambda each: each[0])[1]


def newest_client(name: str) -> tuple[Path, Version]:
    """The newest of the programs of a name, with its version.

    Raises:
        UsageError: there is none.
    """
    found = list(_versions(name))
    if not found:
        raise UsageError(
            f"There is no {name} on this machine: reinstall Genonaut with pip, install the client "
            f"programs of PostgreSQL, or name their folder in {BINARIES_SETTING}."
        )
    version, place = max(found, key=lambda each: each[0])
    return place, version


def _versions(name: str) -> Iterator[tuple[Version, Path]]:
    for program in _places(name):
        if program.is_file():
            with suppress(ValueError):  # a broken one is as if it were not there
                yield version_of(program), program


def _places(name: str) -> Iterator[Path]:
    if chosen := os.environ.get(BINARIES_SETTING):
        yield Path(chosen).expanduser().absolute() / name
        return
    for folder in (*system_folders(), *package_folders()):
        yield folder / name
    if elsewhere := shutil.which(name):
        yield Path(elsewhere)


def start_client(
    program: Path,
    arguments: list[str],
    variables: Mapping[str, str],
    *,
    stdin: int = subprocess.DEVNULL,
) -> "subprocess.Popen[bytes]":
    """Start a client program, which ends when this process does."""
    return subprocess.Popen(
        [program, *arguments],
        env=dict(variables),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=descriptors(),
        preexec_fn=dies_with_parent(SIGTERM),  # noqa: PLW1509 - it only calls the kernel
    )


def run_client(
    program: Path,
    arguments: list[str],
    variables: Mapping[str, str],
    stdin: int = subprocess.DEVNULL,
) -> str:
    """Run a client program to its end, and return what it prints.

    Raises:
        ClientError: it failed.
    """
    with start_client(program, arguments, variables, stdin=stdin) as process:
        printed, said = process.communicate()
    if process.returncode:
        raise ClientError(reason_in(said.decode(errors="replace")))
    return printed.decode(errors="replace")


def reason_in(said: str) -> str:
    """Why a program failed, in its own words without its name."""
    line = (said.strip() or "no reason given").splitlines()[0]
    name, _, rest = line.partition(": ")
    return (rest if name.startswith(("pg_", "psql")) else line).removeprefix("error: ")
