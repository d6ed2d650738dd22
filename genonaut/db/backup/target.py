"""The database that a restore would replace: what it holds, and whether a dump can go there."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from genonaut.db.backup.contents import Contents
from genonaut.db.distributed.detection import require_one_place
from genonaut.db.named_sql import named_sql
from genonaut.db.rights import rights
from genonaut.db.session import Database
from genonaut.errors import DatabaseError, StorageFullError, UsageError

LEAST_GROWTH = 3  # tables with their indexes, in sizes of the dump: no gallery of ours took less
_SQL = named_sql(__package__, "restore.sql")


@dataclass(frozen=True)
class Held:
    """What a database holds."""

    items: int
    users: int


def held_by(database: Database) -> Held:
    """What a restore would replace."""
    with database.transaction() as session:
        connection = session.connection()
        if not connection.execute(_SQL["is_there"]).scalar_one():
            return Held(0, 0)
        return Held(**connection.execute(_SQL["held"]).one()._asdict())


def require_restorable(database: Database, contents: Contents) -> None:
    """Refuse a database in which a dump cannot be restored.

    Raises:
        DatabaseError: its server is older than the dump's, or we may not replace the schema.
        UsageError: its schema has tables of another program, or it is distributed.
    """
    with database.transaction() as session:
        require_one_place(session.connection(), "genonaut db restore")
        about = session.connection().execute(_SQL["about"]).one()
        there = session.connection().execute(_SQL["tables"]).scalars()
        others = sorted(set(there) - rights().keys() - contents.tables)
    if about.major < contents.major:
        raise DatabaseError(
            f"{contents.name} is from PostgreSQL {contents.major}, and the server is "
            f"{about.major}: restore it on {contents.major} or newer, or take the gallery there "
            "with `genonaut export`."
        )
    if not about.may:
        raise DatabaseError(
            f"{database.url.username!r} may not replace the schema public of "
            f"{database.url.database}: connect as the owner of the database (DATABASE_OWNER_URL)."
        )
    if others:
        raise UsageError(
            f"The schema public of {database.url.database} has a table {others[0]!r}, which is not "
            "Genonaut's: move it to another schema, or restore into a database of its own."
        )


def require_room(data: Path, contents: Contents) -> None:
    """Refuse if the disk of an embedded server cannot have room for what a dump becomes.

    Raises:
        StorageFullError: it has less.
    """
    free, needed = shutil.disk_usage(data).free, contents.size * LEAST_GROWTH
    if free < needed:
        raise StorageFullError(
            f"A restore of {contents.name} takes at least {needed >> 20:,} MiB, and the disk of "
            f"{data} has {free >> 20:,} MiB: make room, and try again. Nothing was changed."
        )
