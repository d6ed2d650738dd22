"""Moving the database's schema forth and back."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from genonaut.errors import SchemaOutdatedError, UsageError

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema forward. At once when it is current.

    Raises:
        SchemaOutdatedError: the database is at a revision that this version does not know.
    """
    with engine.connect() as connection:
        if revision == "head" and current_revision(connection) == head_revision():
            return
        connection.rollback()
        try:
            command.upgrade(_config(connection), revision)
        except CommandError as error:
            raise SchemaOutdatedError(
                f"There is no way to the revision {revision!r} ({error}): if a newer version of "
                "Genonaut made this database, use that one."
            ) from error


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to a revision (`base` is before the first).

    Raises:
        UsageError: there is no such revision.
    """
    with engine.connect() as connection:
        try:
            command.downgrade(_config(connection), revision)
        except CommandError as error:
            raise UsageError(f"There is no way to the revision {revision!r}: {error}.") from error


def require_current(engine: Engine) -> None:
    """Raises SchemaOutdatedError unless the schema is the one that this version needs."""
    with engine.connect() as connection:
        found = current_revision(connection)
    if found != head_revision():
        raise SchemaOutdatedError(
            f"The database's schema is at {found or 'nothing'} and this version of Genonaut needs "
            f"{head_revision()}: run `genonaut db upgrade`."
        )


def current_revision(connection: Connection) -> str | None:
    """The revision that the database is at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str | None:
    """The newest revision that we know."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def _config(connection: Connection | None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
