"""Having a server for oneself, without a lease: no process uses it, and no keeper keeps it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.keeper import Keeper
from genonaut.embedded.keeper_locks import KeeperLocks
from genonaut.embedded.locks import FileLock, FolderLock
from genonaut.embedded.postgres import PostgresServer
from genonaut.errors import AlreadyRunningError

STOPPING_SECONDS = 60.0
POLL_SECONDS = 0.1


@contextmanager
def alone(folder: ServerFolder) -> Iterator[None]:
    """Keep all others from using the server: they wait as for one that is being stopped.

    Raises:
        AlreadyRunningError: a process uses it.
    """
    users = FolderLock(folder.path)
    deadline = time.monotonic() + STOPPING_SECONDS
    try:
        while not (users.try_exclusive() and not _has_keeper(folder)):
            if _has_users(users, folder) or time.monotonic() > deadline:
                raise AlreadyRunningError(
                    f"A process uses {folder.data}: stop Genonaut and its commands, and try again."
                )
            users.release()  # for a keeper that has yet to see that its last user is gone
            time.sleep(POLL_SECONDS)
        yield
    finally:
        users.close()


def _has_users(users: FolderLock, folder: ServerFolder) -> bool:
    # Users share the lock. A keeper that stops its server holds it for itself.
    return not users.try_exclusive() and users.try_shared() and _has_keeper(folder)


def _has_keeper(folder: ServerFolder) -> bool:
    with FileLock(folder.keeper_lock) as probe:
        return not probe.try_exclusive()


@contextmanager
def as_keeper(folder: ServerFolder) -> Iterator[KeeperLocks]:
    """Wait until no keeper is there, and be the only process that may start the server.

    Raises:
        AlreadyRunningError: the keeper does not end.
    """
    locks = KeeperLocks(folder)
    deadline = time.monotonic() + STOPPING_SECONDS
    try:
        while not locks.acquire():
            if time.monotonic() > deadline:
                raise AlreadyRunningError(f"The server of {folder.data} does not stop: try again.")
        yield locks
    finally:
        locks.release()


@contextmanager
def running(server: PostgresServer) -> Iterator[PostgresServer]:
    """Run a server within this process's time, instead of by a keeper.

    Raises:
        ServerStartError: it does not start.
    """
    with as_keeper(server.folder) as locks:
        server.prepare()
        locks.acquire_data()  # which waits for the server of a keeper that was killed
        keeper = Keeper(server, locks)
        try:
            keeper.start()
            yield server
        finally:
            keeper.stop()
