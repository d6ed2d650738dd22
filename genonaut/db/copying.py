"""PostgreSQL's COPY, through a SQLAlchemy connection."""

from collections.abc import Iterable, Sequence

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def copy_rows(connection: Connection, statement: str, rows: Iterable[Sequence[object]]) -> None:
    """Send rows to a `COPY ... FROM STDIN`, in the connection's transaction.

    Raises:
        DBAPIError: the database refuses them or is gone, as with any other statement.
    """
    connection.exec_driver_sql("SELECT")  # begins SQLAlchemy's transaction, if there is none
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the only driver we have
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError(statement, None, error) from error
