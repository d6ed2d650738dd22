"""Finding the users whose sessions, tokens or names come with requests, for many at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from genonaut.people.identity import Identity
from genonaut.people.statements import SQL

_DIALECT: Final = PGDialect_psycopg()  # type: ignore[no-untyped-call]
FIND: Final = str(SQL["find"].compile(dialect=_DIALECT))
"""The statement in the driver's own form, since it is executed without SQLAlchemy."""
FIND_NAMED: Final = str(SQL["find_named"].compile(dialect=_DIALECT))
"""The same, by name."""


@dataclass(frozen=True, slots=True)
class Found:
    """Whose a secret is. `is_stale` says that the time of its last use should be written again."""

    identity: Identity
    is_stale: bool


def found(rows: Iterable[Any]) -> dict[bytes, Found]:
    """The rows of `FIND` as identities, by digest."""
    return {
        bytes(row.digest): Found(
            Identity(row.user_id, row.username, row.role, row.scope, row.via, row.key_id),
            row.is_stale,
        )
        for row in rows
    }
