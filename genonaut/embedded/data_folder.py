"""What is in a cluster's folder before a server starts on it, and what must not be replaced."""

from contextlib import suppress
from pathlib import Path

from genonaut.embedded.cluster import Programs
from genonaut.embedded.folder import ServerFolder
from genonaut.errors import ServerStartError


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


def refuse_other_version(programs: Programs, data: Path) -> None:
    """Raises ServerStartError if the cluster was created by another major version."""
    theirs = (data / "PG_VERSION").read_text(errors="replace").strip()
    ours = str(programs.major_version())
    if theirs != ours:
        raise ServerStartError(
            f"{data} was created by PostgreSQL {theirs}, and this is {ours}: set GENONAUT_HOME to "
            f"another folder, or dump the data with version {theirs} and load it into {ours}."
        )


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
