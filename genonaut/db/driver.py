"""What SQLAlchemy has no word for: PostgreSQL's COPY, and a time limit for some statements."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

_LIMIT = text("SELECT set_config('statement_timeout', :limit, true)")


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


@contextmanager
def time_limit(session: Session, seconds: float) -> Iterator[None]:
    """Only read inside the `with`: it is rolled back, and the transaction goes on.

    A statement that takes longer is cancelled, and the rest of the `with` is skipped.
    """
    try:
        with session.begin_nested() as savepoint:
            session.execute(_LIMIT, {"limit": f"{max(1, round(seconds * 1000))}ms"})
            yield
            savepoint.rollback()  # restores the statement timeout
    except DBAPIError as error:
        if not isinstance(error.orig, psycopg.errors.QueryCanceled):
            raise
