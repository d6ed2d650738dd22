"""Cancelling a statement that takes too long, and continuing the transaction without it."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

_LIMIT = text("SELECT set_config('statement_timeout', :limit, true)")


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
