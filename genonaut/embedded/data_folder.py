"""What is in a cluster's folder before a server starts on it, and what must not be replaced."""

import time
from contextlib import suppress
from pathlib import Path

from genonaut.embedded.cluster import Programs
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.installations import BINARIES_SETTING, major_of
from genonaut.errors import ServerStartError

UPGRADE = "upgrade"
"""The folder, beside the data, in which an upgrade works."""


def has_cluster(folder: ServerFolder) -> bool:
    """Whether there is a cluster to start. If not, one may be created.

    Raises:
        ServerStartError: there should be one, and it is missing or damaged.
    """
    data = folder.data
    if (data / "PG_VERSION").is_file():
        return True
    if data.is_symlink() or data.exists():
        if not data.is_dir():
            raise ServerStartError(
                f"{data} is not a folder, or a link that leads nowhere: put the data back (is its "
                "disk mounted?), or remove this to start from nothing."
            )
        if any(data.iterdir()):
            raise ServerStartError(
                f"{data} is not a PostgreSQL cluster, because its file PG_VERSION is missing: "
                "restore it from a backup, or move it away to start from nothing."
            )
    _refuse_to_replace(folder)
    return False


def _refuse_to_replace(folder: ServerFolder) -> None:
    # Written by a server that ran here. (Early development versions wrote `password`.)
    signs = [sign for sign in (folder.endpoint, folder.path / "password") if sign.exists()]
    if signs:
        raise ServerStartError(
            f"The data that belongs in {folder.data} is missing: put it back (is its disk "
            f"mounted?), or run `rm {' '.join(map(str, signs))}` to start from nothing."
        )


def refuse_incompatible(programs: Programs, data: Path) -> None:
    """Raises ServerStartError if these programs can never read what others of the version made.

    Such are those of a beta, which had another catalog, or those with another size of blocks.
    """
    try:
        # To say this, it reads pg_control.
        with programs.place(data) as (here, files):
            programs.run("postgres", "-D", here, "-C", "data_checksums", cwd=data, files=files)
    except ServerStartError as error:
        if "but the server was compiled" in str(error):
            raise ServerStartError(
                f"{data} was made by programs that are not those of PostgreSQL "
                f"{programs.installation} ({error}) Nothing was changed. Name the folder with "
                f"the programs that made it in {BINARIES_SETTING}."
            ) from error


def settle_upgrade(folder: ServerFolder) -> None:
    """Put the data in its place if an upgrade was killed between moving the old and the new."""
    old = folder.path / UPGRADE / "old"
    if old.exists():
        old.rename(set_aside(folder, old) if folder.data.exists() else folder.data)


def set_aside(folder: ServerFolder, data: Path) -> Path:
    """A name beside the data for that of an earlier version."""
    name = f"data-{major_of(data)}"
    taken = (folder.path / name).exists()
    return folder.path / (f"{name}-{time.strftime('%Y%m%dT%H%M%S')}" if taken else name)


def remove_stale_pid(data: Path) -> None:
    """Remove the files that name the process of a server, unless that process is one.

    The caller holds the lock on the data, so none of ours runs. PostgreSQL knows only the number:
    it refuses to start for ever if that was given to another program, as is usual in containers,
    or if a crash left the file empty.
    """
    pid_file = data / "postmaster.pid"
    with suppress(OSError):
        # The number is negative for PostgreSQL's single-user mode.
        process = pid_file.read_text(errors="replace").partition("\n")[0].strip().lstrip("-")
        if not process.isdecimal() or not _is_server_on(data, process):
            for file in (pid_file, *data.glob(".s.PGSQL.*.lock")):
                file.unlink()


def _is_server_on(data: Path, process: str) -> bool:
    # As one that was started by hand.
    try:
        return Path(f"/proc/{process}/cwd").samefile(data)
    except FileNotFoundError:
        return False  # it is gone
    except PermissionError:  # in many containers even root may not look
        return Path(f"/proc/{process}/comm").read_text().strip() == "postgres"
