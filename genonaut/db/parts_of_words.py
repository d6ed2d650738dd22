"""The index of parts of words, which not every server can have: see docs/searching.md."""

import re
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from genonaut.db.migrations.files import FOLDER
from genonaut.db.migrations.locks import hold_schema
from genonaut.db.session import Database

NO_PARTS: Final = (
    "Ends and middles of words are not indexed, since this server has no extension pg_trgm, or its "
    "role may not create it: install PostgreSQL's contrib package, or have an administrator run "
    "`CREATE SCHEMA trigrams; CREATE EXTENSION pg_trgm SCHEMA trigrams`, and then run `genonaut db "
    "upgrade`."
)

_INDEX: Final = re.compile(r"^\d+; \d+ \d+ INDEX(?: ATTACH)? public \S*_search_line\S* ")
_EXTENSION: Final = re.compile(r"^\d+; \d+ \d+ EXTENSION - pg_trgm ")
_THERE: Final = "SELECT to_regclass('public.idx_content_search_line') IS NOT NULL"
_INSTALLED: Final = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm')"
_AVAILABLE: Final = "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm')"


def add_index(database: Database) -> bool:
    """Create the index if it is missing and the server can have it. Returns whether it is there."""
    with database.transaction() as session:
        connection = session.connection()
        hold_schema(connection)
        connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        add_in_transaction(connection)
        return _is(connection, _THERE)


def has_index(database: Database) -> bool:
    """Whether it is there."""
    with database.transaction() as session:
        return _is(session.connection(), _THERE)


def add_in_transaction(connection: Connection) -> None:
    """The same, as a part of a transaction that has the schema to itself."""
    script = (FOLDER / "0013_search_parts.sql").read_text(encoding="utf-8")
    connection.exec_driver_sql(script.replace("%", "%%"))


def to_be_restored(connection: Connection, entries: Iterable[str]) -> list[str]:
    """The entries of a dump but for the index, which is made anew where the server can have it.

    The dump names the extension with its schema, which has to be there; where the server has no
    such extension, it is left out.
    """
    kept = [line for line in entries if not _INDEX.search(line)]
    if _is(connection, _INSTALLED):
        return kept
    if not _is(connection, _AVAILABLE):
        return [line for line in kept if not _EXTENSION.search(line)]
    if any(map(_EXTENSION.search, kept)):
        connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS trigrams")
    return kept


def _is(connection: Connection, question: str) -> bool:
    return bool(connection.exec_driver_sql(question).scalar_one())
