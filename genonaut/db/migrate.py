"""Upgrading and downgrading the database's schema."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from genonaut.db.revisions import MIGRATIONS, current_revision, head_revision
from genonaut.errors import SchemaOutdatedError, UsageError


def upgrade(engine: Engine, revision: str = "head") -> bool:
    """Upgrade the schema to a revision. Returns at once, with False, if it is current.

    Raises:
        SchemaOutdatedError: the database is at a revision that this version cannot upgrade.
    """
    found = current_revision(engine)
    if revision == "head" and found == head_revision():
        return False
    with engine.connect() as connection:
        migrate(connection, revision)
    return True


def migrate(connection: Connection, revision: str = "head") -> None:
    """Upgrade within the connection's transaction, if it has one: then the caller commits.

    Raises:
        SchemaOutdatedError: the database is at a revision that this version cannot upgrade.
    """
    try:
        command.upgrade(_config(connection), revision)
    except CommandError as error:
        raise SchemaOutdatedError(
            f"Cannot migrate to revision {revision!r} ({error}): if a newer version of "
            "Genonaut created this database, use that version."
        ) from error


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to a revision (`base` is before the first).

    Raises:
        SchemaOutdatedError: see `current_revision`.
        UsageError: there is no such revision.
    """
    current_revision(engine)  # refuses the schema of a development version
    with engine.connect() as connection:
        try:
            command.downgrade(_config(connection), revision)
        except CommandError as error:
            raise UsageError(
                f"Cannot migrate to revision {revision!r} ({error}): choose `base`, or a revision "
                f"up to {head_revision()}."
            ) from error


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
