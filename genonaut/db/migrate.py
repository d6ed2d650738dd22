"""Upgrading and downgrading the database's schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from genonaut.errors import SchemaOutdatedError, UsageError

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> bool:
    """Upgrade the schema to a revision. Returns at once, with False, if it is current.

    Raises:
        SchemaOutdatedError: the database is at a revision that this version cannot upgrade.
    """
    found = current_revision(engine)
    if revision == "head" and found == head_revision():
        return False
    with engine.connect() as connection:
        try:
            command.upgrade(_config(connection), revision)
        except CommandError as error:
            raise SchemaOutdatedError(
                f"Cannot migrate to revision {revision!r} ({error}): if a newer version of "
                "Genonaut created this database, use that version."
            ) from error
    return True


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


def require_current(engine: Engine) -> None:
    """Raises SchemaOutdatedError unless the schema is the one that this version needs."""
    found = current_revision(engine)
    if found != head_revision():
        raise SchemaOutdatedError(
            f"The database's schema is at {found or 'no revision'}, and this version of Genonaut "
            f"needs {head_revision()}: run `genonaut db upgrade`."
        )


def current_revision(engine: Engine) -> str | None:
    """The revision that the database is at; None for an empty one.

    Raises:
        SchemaOutdatedError: a development version created the schema, before the first release.
            Its revisions were plain numbers, which Alembic would take as abbreviations of ours.
    """
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found and found.isdecimal():
        raise SchemaOutdatedError(
            f"The database {engine.url.database} was created by a development version of Genonaut "
            f"(schema {found}) and cannot be upgraded: open it with `genonaut db psql` and the "
            "same --env, empty it with `DROP SCHEMA public CASCADE; CREATE SCHEMA public;`, and "
            "start again."
        )
    return found


def head_revision() -> str | None:
    """The newest revision that this version knows."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def _config(connection: Connection | None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
