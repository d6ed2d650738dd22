"""A server's test databases, as its roles see them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import create_engine

from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.embedded.entry import LIMITED_ROLES
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.postgres import administrator

NAMES = LIMITED_ROLES | {"read": "genonaut_read"}
PASSWORD = "of-the-reader"


@contextmanager
def as_superuser(settings: Settings, database: str = "postgres") -> Iterator[Any]:
    with administrator(ServerFolder(settings.home, "postgres"), database) as connection:
        yield connection


def add_reader(settings: Settings) -> None:
    """The role of monitoring, which the embedded server has no use for."""
    name = NAMES["read"]
    with as_superuser(settings) as connection:
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
            connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")


@contextmanager
def opened_as(database: Database, name: str) -> Iterator[Database]:
    """The same database, by connections of a role."""
    url = database.url.set(username=name)
    if name == NAMES["read"]:
        url = url.set(password=PASSWORD)
    engine = create_engine(url, pool_size=20, isolation_level="READ COMMITTED")
    try:
        yield Database(url, engine, is_embedded=False)
    finally:
        engine.dispose()


def is_refused(database: Database, statement: str) -> bool:
    """Whether a statement is refused for want of a right. It is rolled back, if it is not."""
    with database.engine.connect() as connection:
        try:
            for each in statement.split(";\n"):
                connection.exec_driver_sql(each.replace("%", "%%"))
        except Exception as error:
            refusal = getattr(error, "orig", error)
            if isinstance(refusal, psycopg.errors.InsufficientPrivilege):
                return True
            raise
        return False
