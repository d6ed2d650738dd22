"""A standby of the embedded PostgreSQL: a copy in a folder of its own, which replays its log.

It follows by a replication slot, so the primary keeps the log that a standby lacks after a pause.
What can follow no more is copied again: after an upgrade, or when it was away for too long.
"""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

from genonaut.embedded.apart import apart
from genonaut.embedded.cluster import ADMINISTRATOR
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.locks import FolderLock
from genonaut.embedded.postgres import PORT, PostgresServer, administrator
from genonaut.embedded.private import write_atomically
from genonaut.embedded.server import Launch

_CONTROL: Final = Path("global/pg_control")
_IDENTIFIER_BYTES: Final = 8


class StandbyServer(PostgresServer):
    """One standby below a home folder, by its number."""

    def __init__(self, home: Path, name: str) -> None:
        super().__init__(home)
        self._primary = ServerFolder(home, "postgres")
        self._use_folder(ServerFolder(home, name))
        self.passfile = self._primary.path / "pgpass"  # the roles are the primary's
        self.files = [self.folder.endpoint]
        self._slot = f"genonaut_{name.replace('-', '_')}"
        self._of_primary: FolderLock | None = None

    def _create(self) -> None:
        """Copy the primary, which runs.

        Raises:
            ServerStartError: it does not, or there is no room.
        """
        fresh = self.folder.path / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.account:
            os.chown(fresh, self.account.uid, self.account.gid)
        apart(lambda: _drop_slot(self._primary, self._slot))
        with FolderLock(self._primary.data) as primary, self.programs.place(fresh) as (here, files):
            self.programs.run(
                *("pg_basebackup", f"--pgdata={here}", f"--host=/proc/self/fd/{primary.fileno()}"),
                *(f"--port={PORT}", f"--username={ADMINISTRATOR}", "--no-password"),
                *("--checkpoint=fast", "--create-slot", f"--slot={self._slot}"),
                cwd=fresh,
                files=[primary.fileno(), *files],
            )
        for lock in fresh.glob(".s.PGSQL.*.lock"):  # of the primary's socket, copied as well
            lock.unlink()
        (fresh / "standby.signal").touch()
        if self.account:
            os.chown(fresh / "standby.signal", self.account.uid, self.account.gid)
        fresh.rename(self.folder.data)

    def _has_data(self) -> bool:
        if not (self.folder.data / "PG_VERSION").is_file():
            return False
        if _identifier(self.folder) == _identifier(self._primary) and apart(
            lambda: _has_slot(self._primary, self._slot)
        ):
            return True
        with FolderLock(self.folder.data) as lock:
            lock.exclusive()  # the server of a keeper that was killed ends
            shutil.rmtree(self.folder.data)
        self.folder.endpoint.unlink(missing_ok=True)  # which says that there should be data
        self.notices.append(f"{self.folder.name} could not follow any more, and is copied again.")
        return False

    def _settle(self) -> None:
        """Nothing is upgraded in its place."""

    def _original(self) -> ServerFolder:
        return self._primary

    def launch(self) -> Launch:
        if self._of_primary is None:
            # Open as long as this process lives, as the folder above may be closed to the account.
            self._of_primary = self._opened.enter_context(FolderLock(self._primary.data))
        primary, launch = self._of_primary.fileno(), super().launch()
        settings = {
            "primary_conninfo": f"host=/proc/self/fd/{primary} port={PORT} user={ADMINISTRATOR}",
            "primary_slot_name": self._slot,
            "hot_standby_feedback": "on",  # or what it reads would be vacuumed away under it
        }
        more = [arg for item in settings.items() for arg in ("-c", "=".join(item))]
        return replace(launch, args=[*launch.args, *more], files=[*launch.files, primary])

    def forget(self) -> None:
        """Have the primary keep nothing for it any more."""
        _drop_slot(self._primary, self._slot)

    def admit(self) -> None:
        """Its roles are those of the primary, with the same passwords."""

    def publish(self) -> None:
        """That it has run, so that its data is missed when it is gone."""
        write_atomically(self.folder.endpoint, json.dumps({"host": str(self.folder.data)}))


def _identifier(folder: ServerFolder) -> bytes:
    """Which cluster it is: all copies of one have the same."""
    try:
        with (folder.data / _CONTROL).open("rb") as file:
            return file.read(_IDENTIFIER_BYTES)
    except OSError:
        return b""


def _has_slot(primary: ServerFolder, slot: str) -> bool:
    with administrator(primary) as connection:
        asked = "SELECT wal_status <> 'lost' FROM pg_replication_slots WHERE slot_name = %s"
        row = connection.execute(asked, [slot]).fetchone()
    return bool(row and row[0])


def _drop_slot(primary: ServerFolder, slot: str) -> None:
    with administrator(primary) as connection:
        # An old receiver may still hold it.
        connection.execute(
            "SELECT pg_terminate_backend(active_pid, 10000) FROM pg_replication_slots"
            " WHERE slot_name = %s AND active_pid IS NOT NULL",
            [slot],
        )
        connection.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
            " WHERE slot_name = %s",
            [slot],
        )
