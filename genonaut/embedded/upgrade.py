"""Bringing the data of an embedded PostgreSQL to the major version that new data has.

The old programs serve the data while it is dumped, and the new ones restore it to a cluster of its
own. `pg_upgrade` would be faster, but it takes over collations that the new programs may not have,
and values that the old ones computed. A dump has only what users wrote; the rest is made anew.

All of this happens in a folder beside the data. Only when the copy was compared and examined is it
moved to the place of the data. So an upgrade that is killed has changed nothing, or all.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from genonaut.embedded.alone import alone, as_keeper, running
from genonaut.embedded.data_folder import UPGRADE, has_cluster, set_aside, settle_upgrade
from genonaut.embedded.dump import DUMPING, RESTORING, Rows, Side
from genonaut.embedded.folder import ServerFolder, unusable
from genonaut.embedded.installations import best_found, installation, major_of, named
from genonaut.embedded.postgres import PostgresServer
from genonaut.embedded.programs import Installation
from genonaut.errors import DatabaseError, ServerStartError, UsageError

GIB = 1 << 30
SPARE_BYTES = 256 << 20


@dataclass(frozen=True)
class Upgraded:
    """What an upgrade did."""

    old: Installation
    new: Installation
    rows: Rows
    aside: Path
    """Where the old data is now."""


def upgrade_server(
    home: Path,
    old_programs: str | None,
    tell: Callable[[str], None],
    examine: Callable[[Path], None],
) -> Upgraded:
    """Move the data of a home to the version of new data; `examine` gets a home with the copy.

    Raises:
        UsageError: there is nothing to upgrade.
        AlreadyRunningError: a process uses the data.
        ServerStartError: the programs of a version are missing, or its server does not start.
        DatabaseError: the copy differs, or could not be made.
    """
    folder = ServerFolder(home, "postgres")
    try:
        folder.make()
        with alone(folder):
            return _upgrade(folder, old_programs, tell, examine)
    except OSError as error:
        raise unusable(error) from error


def _upgrade(
    folder: ServerFolder,
    old_programs: str | None,
    tell: Callable[[str], None],
    examine: Callable[[Path], None],
) -> Upgraded:
    settle_upgrade(folder)
    old, new = _versions(folder, old_programs)
    _require_room(folder.data)
    work = folder.path / UPGRADE
    shutil.rmtree(work, ignore_errors=True)  # of one that was killed
    fresh = ServerFolder(work, folder.name)
    try:
        rows = _copy(folder, fresh, old, new, tell)
        examine(work)
        with as_keeper(fresh) as locks:
            locks.acquire_data()  # no server has the copy open any more
            aside = _exchange(folder, fresh, work)
    finally:
        if not (work / "old").exists():
            shutil.rmtree(work, ignore_errors=True)
    return Upgraded(old, new, rows, aside)


def _versions(folder: ServerFolder, old_programs: str | None) -> tuple[Installation, Installation]:
    """The programs that made the data, and those for new data."""
    if not has_cluster(folder):
        raise UsageError(f"There is no data in {folder.data}: there is nothing to upgrade.")
    new = installation(None)
    if str(new.major) == major_of(folder.data):
        raise UsageError(
            f"{folder.data} is at PostgreSQL {new.major} already, as {new.folder} is: there is "
            "nothing to upgrade."
        )
    data = folder.data
    old = named(old_programs, "--from", data) if old_programs else best_found(data)
    if old.major > new.major:
        raise UsageError(
            f"{data} is at PostgreSQL {old.major}, which is newer than {new.folder}: data cannot "
            "be taken back to an older version. Name no older one."
        )
    for programs, names in ((old, DUMPING), (new, RESTORING)):
        for name in names:
            if not (programs.folder / name).is_file():
                raise ServerStartError(
                    f"{programs.folder} has no {name}: install the client programs of PostgreSQL "
                    f"{programs.major} there, and try again."
                )
    return old, new


def _require_room(data: Path) -> None:
    if data.is_mount():
        raise UsageError(
            f"{data} is where a disk is mounted, so it cannot be renamed: mount the disk at the "
            "folder above, with the data in a folder on it, and try again."
        )
    # A dump and a new cluster are smaller than a cluster that was in use.
    needed = sum(file.lstat().st_size for file in data.rglob("*")) + SPARE_BYTES
    free = shutil.disk_usage(data.parent).free
    if free < needed:
        raise UsageError(
            f"An upgrade copies the data, for which {needed / GIB:.1f} GiB are needed beside it, "
            f"and {free / GIB:.1f} GiB are free: make room, and try again."
        )


def _copy(
    folder: ServerFolder,
    fresh: ServerFolder,
    old: Installation,
    new: Installation,
    tell: Callable[[str], None],
) -> Rows:
    files = fresh.home / "dump"
    fresh.make()
    files.mkdir(mode=0o700)
    tell(f"Dumping {folder.data} with PostgreSQL {old} ({old.folder}) ...")
    with running(PostgresServer(folder.home, old)) as server:
        side = Side(server, files)
        side.dump()
        databases, rows = side.databases(), side.rows()
    fresh.data.mkdir(mode=0o700)
    _give_to_owner_of(folder.data, fresh.data)
    total = f"{sum(rows.values()):,} rows in {len(rows):,} tables"
    tell(f"Restoring {total} with PostgreSQL {new} ({new.folder}) ...")
    with running(PostgresServer(fresh.home, new)) as server:
        side = Side(server, files)
        side.restore(databases)
        if (restored := side.rows()) != rows:
            wrong = sorted(name for name in rows if restored.get(name) != rows[name])
            raise DatabaseError(
                f"The copy differs from the data in the number of rows of {wrong[0]}. Nothing was "
                "changed."
            )
    return rows


def _give_to_owner_of(old: Path, new: Path) -> None:
    about = old.stat()
    if os.geteuid() == 0 and about.st_uid != 0:
        os.chown(new, about.st_uid, about.st_gid)


def _exchange(folder: ServerFolder, fresh: ServerFolder, work: Path) -> Path:
    """Move the old data away and the new one to its place. `settle_upgrade` ends what is killed."""
    aside = set_aside(folder, folder.data)
    folder.data.rename(work / "old")
    fresh.data.rename(folder.data)
    (work / "old").rename(aside)
    return aside
