"""The refresh as commands, scripts and tasks use it: a transaction, and a record if it fails."""

from contextlib import suppress

from genonaut.api.exceptions import DatabaseError
from genonaut.counting.cached_count import GEN_SOURCE, CachedCount
from genonaut.counting.engine import Refresh, execute, record_failure, refresh
from genonaut.db.session import Database


def refresh_now(
    database: Database,
    requested_by: str,
    count: CachedCount = GEN_SOURCE,
    *,
    wait: bool = True,
) -> Refresh:
    """Refresh in a transaction of its own; with `wait=False` leave it to another that is at it.

    Raises:
        DatabaseError: it failed; the failure is recorded if the database lets us.
    """
    try:
        with database.transaction() as session:
            return refresh(session, requested_by, count, wait=wait)
    except DatabaseError as error:
        with suppress(DatabaseError), database.transaction() as session:
            record_failure(session, requested_by, str(error), count)
        raise


def build_if_never_built(
    database: Database, requested_by: str, count: CachedCount = GEN_SOURCE
) -> Refresh | None:
    """The first refresh, if there was none; else None."""
    with database.transaction() as session:
        if execute(session, count, "read", user_id=None).one().verified_at:
            return None
    return refresh_now(database, requested_by, count)
