"""The refresh as commands, scripts and tasks use it: a transaction, and a record if it fails."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from sqlalchemy.orm import Session

from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import Refresh, read, record_failure, refresh

# Opens a session that commits at the end, or rolls back on an error.
Transaction = Callable[[], AbstractContextManager[Session]]


def refresh_now(
    transaction: Transaction, count: CachedCount, requested_by: str, *, wait: bool = True
) -> Refresh:
    """Refresh in a transaction of its own; with `wait=False`, skip it if another one is running.

    Raises:
        Exception: the cause of a failure, which is recorded if the database allows it.
    """
    try:
        with transaction() as session:
            return refresh(session, count, requested_by, wait=wait)
    except Exception as error:
        with suppress(Exception), transaction() as session:
            record_failure(session, count, requested_by, str(error))
        raise


def build_if_never_built(
    transaction: Transaction, count: CachedCount, requested_by: str
) -> Refresh | None:
    """The first refresh, if there was none yet; else None."""
    with transaction() as session:
        if read(session, count).verified_at:
            return None
    return refresh_now(transaction, count, requested_by)
