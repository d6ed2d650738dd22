"""Running PostgreSQL's programs, and creating a database cluster with them."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from genonaut.embedded.account import Account
from genonaut.embedded.folder import HERE
from genonaut.embedded.installations import BINARIES_SETTING
from genonaut.embedded.locks import FolderLock
from genonaut.embedded.programs import Installation
from genonaut.embedded.server import clean_environment
from genonaut.errors import ServerStartError

FIRST_WITH_BUILTIN_LOCALE = 17
FIRST_TO_STAY = 16

ADMINISTRATOR = "postgres"
"""The cluster's superuser. It has no password: only the keeper connects as it."""


class Programs:
    """PostgreSQL's command-line programs, run as the server's account."""

    def __init__(self, installation: Installation, account: Account | None) -> None:
        self.installation = installation
        self.account = account

    def path(self, name: str) -> Path:
        return self.installation.folder / name

    @contextmanager
    def place(self, folder: Path) -> Iterator[tuple[str, list[int]]]:
        """How they name the folder that they are started in, with the descriptors for that.

        Before 16 they leave it for a moment, and cannot return if those above it are closed to
        their account. A descriptor leads there from everywhere.
        """
        if self.account is None or self.installation.major >= FIRST_TO_STAY:
            yield HERE, []
            return
        with FolderLock(folder) as opened:
            yield f"/proc/self/fd/{opened.fileno()}", [opened.fileno()]

    def run(self, name: str, *args: str, cwd: Path, files: Sequence[int] = ()) -> str:
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
                pass_fds=files,
            )
        except subprocess.CalledProcessError as error:
            # A hint may be wrong: that of a server that cannot read the data is to have none.
            said = [line for line in error.stderr.strip().splitlines() if "HINT: " not in line]
            reason = said[-1] if said else "no reason given"
            raise ServerStartError(f"{name} failed in {cwd}: {reason}") from error
        except OSError as error:
            raise ServerStartError(
                f"{self.path(name)} cannot be run ({error.strerror}): reinstall Genonaut, or "
                f"correct {BINARIES_SETTING}."
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
    options = [
        f"--username={ADMINISTRATOR}",
        "--auth-local=peer",  # for a start by hand; ours decide themselves who may connect
        "--auth-host=reject",
        "--data-checksums",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        *_builtin_locale(programs.installation.major),
    ]
    with programs.place(fresh) as (here, files):
        programs.run("initdb", f"--pgdata={here}", *options, cwd=fresh, files=files)
    fresh.rename(data)


def _builtin_locale(version: int) -> list[str]:
    # Text sorts the same on every machine, independently of its C library.
    if version < FIRST_WITH_BUILTIN_LOCALE:
        return []
    return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
