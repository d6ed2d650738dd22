"""The locks of a server's keeper: one that says that it runs, and one on the data."""

import time
from contextlib import suppress

from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.locks import FileLock, FolderLock

PROBES = 20
PROBE_SECONDS = 0.05
RECLAIM_SECONDS = 0.3  # a keeper looks after its lock ten times a second


class KeeperLocks:
    """What at most one keeper of a server holds.

    `keeper.lock` says that a keeper runs. It is a file, which may be deleted under the keeper, who
    then locks the next one. The lock on the data folder cannot be lost. The server holds it too, so
    it outlives a keeper that is killed.
    """

    def __init__(self, folder: ServerFolder) -> None:
        self._folder = folder
        self._running = FileLock(folder.keeper_lock)
        self._data: FileLock | None = None

    def acquire(self) -> bool:
        """Become the one keeper; False if another one runs."""
        for _ in range(PROBES):  # commands take this lock for an instant to see whether one runs
            if self._running.try_exclusive() and self._running.is_in_place():
                return True
            self._running.close()
            time.sleep(PROBE_SECONDS)
            self._running = FileLock(self._folder.keeper_lock)
        return False

    def acquire_data(self) -> bool:
        """Wait until the server of a killed keeper has exited; False if its keeper still runs."""
        self._data = FolderLock(self._folder.data)
        while not self._data.try_exclusive():
            # A keeper whose lock was deleted takes ours as soon as it is free.
            self._running.release()
            time.sleep(RECLAIM_SECONDS)
            if not self.acquire():
                return False
        return True

    def reclaim(self) -> None:
        """Lock `keeper.lock` again if it was deleted."""
        if not self._running.is_in_place():
            with suppress(OSError):  # as when a folder is in its place
                replacement = FileLock(self._folder.keeper_lock)
                if replacement.try_exclusive():
                    self._running, replacement = replacement, self._running
                replacement.close()

    def data(self) -> int:
        """The descriptor of the lock on the data, for the server to inherit."""
        if self._data is None:
            raise RuntimeError("the lock on the data is not held")
        return self._data.fileno()

    def release(self) -> None:
        for lock in (self._running, self._data):
            if lock is not None:
                lock.close()
