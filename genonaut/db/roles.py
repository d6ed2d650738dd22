"""Giving the roles their rights in a database, and keeping them right as its schema changes."""

from collections.abc import Iterable, Mapping

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from genonaut.db.migrations.locks import hold_schema
from genonaut.db.rights import create_role, grants
from genonaut.errors import UsageError

_OWNER = "(SELECT relowner FROM pg_class WHERE oid = 'alembic_version'::regclass)"
_MAY_GIVE = f"SELECT pg_has_role(current_user, {_OWNER}, 'USAGE')"
_EXISTING = "SELECT rolname FROM pg_roles WHERE rolname = ANY (%(names)s)"
# A superuser is a member of every role. An owner's rights are not to be taken away.
_UNBOUND = f"{_EXISTING} AND pg_has_role(oid, {_OWNER}, 'MEMBER')"
_WITH_RIGHTS = f"""
    {_EXISTING} AND has_table_privilege(oid, 'alembic_version', 'SELECT')
    AND NOT pg_has_role(oid, {_OWNER}, 'MEMBER')"""

_BINDABLE = f"{_EXISTING} AND NOT pg_has_role(oid, current_user, 'MEMBER')"


def apply_roles(engine: Engine, names: Mapping[str, str]) -> list[str]:
    """Create the roles that are missing, and give all their rights. Returns those created.

    Raises:
        UsageError: we are not the owner, or may not create roles, or no right binds one of them.
    """
    with engine.begin() as connection:
        hold_schema(connection)
        if not connection.exec_driver_sql(_MAY_GIVE).scalar_one():
            raise UsageError(
                f"{engine.url.username!r} does not own the tables: set DATABASE_OWNER_URL to the "
                "address of the role that does."
            )
        missing = [
            name for name in names.values() if name not in _some(connection, _EXISTING, names)
        ]
        _create(connection, missing)
        if unbound := _some(connection, _UNBOUND, names):
            raise UsageError(
                f"{unbound[0]!r} is a superuser, or the owner of the tables or a member of it, so "
                "it may do everything: name another role in `db.roles`."
            )
        give_rights(connection, names)
    return missing


def keep_rights(engine: Engine, names: Mapping[str, str], *, all_of_them: bool = False) -> None:
    """Renew the rights of the roles that have some in this database, or of all of them.

    Does nothing unless we are the owner.
    """
    with engine.begin() as connection:
        if not connection.exec_driver_sql(_MAY_GIVE).scalar_one():
            return
        hold_schema(connection)
        have = names.values() if all_of_them else with_rights(connection, names)
        if chosen := {role: name for role, name in names.items() if name in have}:
            give_rights(connection, chosen)


def with_rights(connection: Connection, names: Mapping[str, str]) -> list[str]:
    """Which of the roles have rights in this database."""
    return _some(connection, _WITH_RIGHTS, names)


def bindable(connection: Connection, names: Iterable[str]) -> list[str]:
    """Which of the names are roles that rights would bind, if we create the tables."""
    given = {"names": list(names)}
    return list(connection.exec_driver_sql(_BINDABLE, given).scalars())


def have_rights(engine: Engine, names: Mapping[str, str]) -> bool:
    """Whether all of the roles have rights in this database."""
    with engine.connect() as connection:
        return len(with_rights(connection, names)) == len(names)


def _some(connection: Connection, statement: str, names: Mapping[str, str]) -> list[str]:
    given = {"names": list(names.values())}
    return list(connection.exec_driver_sql(statement, given).scalars())


def _create(connection: Connection, names: list[str]) -> None:
    statements = [create_role(name) for name in names]
    try:
        for statement in statements:
            connection.exec_driver_sql(statement)
    except DBAPIError as error:
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise
        raise UsageError(
            f"{connection.engine.url.username!r} may not create roles: have an administrator run "
            f"`{' '.join(statements)}`, and try again."
        ) from error


def give_rights(connection: Connection, names: Mapping[str, str]) -> None:
    """Give the roles exactly their rights, as the owner of the tables, who we are."""
    for statement in grants(names, str(connection.engine.url.database)):
        connection.exec_driver_sql(statement.replace("%", "%%"))
