"""The revision that a database's schema is at, and the newest that this version knows.

Every process compares them when it starts. So this is without Alembic, which takes a fifth of a
second to import, and is needed by those that migrate.
"""

from pathlib import Path

from sqlalchemy import Engine

from genonaut.errors import SchemaOutdatedError

MIGRATIONS = Path(__file__).parent / "migrations"


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
        run = connection.exec_driver_sql
        there = run("SELECT to_regclass('alembic_version') IS NOT NULL").scalar_one()
        found: str | None = (
            run("SELECT version_num FROM alembic_version").scalar() if there else None
        )
    if found and found.isdecimal():
        raise SchemaOutdatedError(
            f"The database {engine.url.database} was created by a development version of Genonaut "
            f"(schema {found}) and cannot be upgraded: open it with `genonaut db psql`, "
            "empty it with `DROP SCHEMA public CASCADE; CREATE SCHEMA public;`, and start again."
        )
    return found


def head_revision() -> str:
    """The newest revision that this version knows. They are numbered, as their files are."""
    return max(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
