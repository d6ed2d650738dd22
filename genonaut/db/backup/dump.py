"""`genonaut db dump`: the database in one file, on one snapshot, while others write.

The file is PostgreSQL's custom format. It is compressed, and begins with its own contents, so a
restore knows version and schema before it touches anything; and `pg_restore` reads it as well.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from genonaut.config import Settings
from genonaut.db.backup.files import require_room, unfinished
from genonaut.db.distributed.detection import require_one_place
from genonaut.db.named_sql import named_sql
from genonaut.db.programs import address_for
from genonaut.db.session import Database
from genonaut.embedded.clients import client_for, reason_in, start_client
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.installations import find_client
from genonaut.errors import DatabaseError, GenonautError, StorageFullError, UsageError

if TYPE_CHECKING:
    import subprocess

OnProgress = Callable[[int, int], None]
LOCK_PATIENCE_MS = 60_000
_SQL = named_sql(__package__, "dump.sql")
_TABLE = re.compile(rb'dumping contents of table "(.*)"')
_REMEDIES = {
    "SSL support is not compiled in": "install PostgreSQL's client programs, which can speak TLS "
    "(postgresql-client)",
    "lock timeout": "try again when the other transaction is done",
}


@dataclass(frozen=True)
class Dumped:
    """What is in a dump."""

    file: Path
    items: int
    users: int
    revision: str
    size: int


def dump(
    database: Database,
    settings: Settings,
    target: Path,
    on_progress: OnProgress = lambda _done, _total: None,
    *,
    replace: bool = False,
) -> Dumped:
    """Write the database to a file, which appears under its name when it is complete.

    Raises:
        UsageError: there is nothing to dump, or the file cannot be there.
        DatabaseError: the database cannot be dumped.
        StorageFullError: there is no room for it.
    """
    with unfinished(target, replace=replace) as part, database.snapshot() as session:
        connection = session.connection()
        require_one_place(connection, "genonaut db dump")
        if not connection.execute(_SQL["is_there"]).scalar_one():
            raise UsageError(
                f"The database {database.url.database} has no gallery: there is nothing to dump."
            )
        sizes = {row.name: row.bytes for row in connection.execute(_SQL["sizes"])}
        require_room(target.parent, sum(sizes.values()))
        address, variables = address_for("pg_dump", settings, database.url)
        arguments = [*_options(connection), f"--file={part}", f"--dbname={address}"]
        with start_client(_program(connection, settings), arguments, variables) as process:
            said = _follow(process, sizes, on_progress)
        if process.returncode:
            raise _failure(said, target)
        found = connection.execute(_SQL["summary"]).one()
        size = part.stat().st_size
    return Dumped(target, found.items, found.users, found.revision, size)


def _options(connection: Connection) -> Iterator[str]:
    yield from ("--format=custom", "--schema=public", "--no-owner", "--verbose", "--no-password")
    yield f"--lock-wait-timeout={LOCK_PATIENCE_MS}"
    # So what the dump has, and what is counted here, are of one moment.
    yield f"--snapshot={connection.execute(_SQL['snapshot']).scalar_one()}"
    for name in connection.execute(_SQL["extensions"]).scalars():
        yield f"--extension={name}"


def _program(connection: Connection, settings: Settings) -> Path:
    if settings.db.is_embedded:
        data = ServerFolder(settings.home, "postgres").data
        if found := find_client("pg_dump", data):
            return found
    return client_for("pg_dump", connection.execute(_SQL["version"]).scalar_one())


def _follow(
    process: "subprocess.Popen[bytes]", sizes: Mapping[str, int], on_progress: OnProgress
) -> str:
    """Report each table that it comes to, and return what it says of errors."""
    total, done, current, errors = sum(sizes.values()), 0, "", b""
    for line in process.stderr or ():
        if found := _TABLE.search(line):
            done += sizes.get(current, 0)
            current = found[1].decode(errors="replace")
            on_progress(done, total)
        elif b"error: " in line:
            errors += line
    return errors.decode(errors="replace")


def _failure(said: str, target: Path) -> GenonautError:
    reason = reason_in(said)
    if "No space left" in reason or "quota exceeded" in reason:
        return StorageFullError(
            f"The disk of {target.parent} is full, and nothing was kept: make room, or name a file "
            "on another disk."
        )
    remedies = (remedy for words, remedy in _REMEDIES.items() if words in reason)
    remedy = next(remedies, "see the server's log, and try again")
    return DatabaseError(f"The database cannot be dumped ({reason}): {remedy}.")
