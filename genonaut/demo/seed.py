"""`genonaut seed`: a gallery to look at, the same on every machine."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from genonaut.demo.community import Community, ItemColumns
from genonaut.errors import UsageError
from genonaut.ingest.copying import copy_rows

RANDOM_SEED = 20261101
_REPORT_EVERY = 1_000

_COPY_USERS = "COPY users (id, username, created_at) FROM STDIN"
_COPY_ITEMS = (
    "COPY content_items_all (source_type, title, content_data, prompt, item_metadata, creator_id, "
    "created_at, updated_at, quality_score) FROM STDIN"
)

OnProgress = Callable[[int, int], None]
"""Called with the items made and the items in all."""


@dataclass(frozen=True, slots=True)
class SeedResult:
    """What was made: numbers of rows."""

    users: int
    regular: int
    auto: int


def seed(
    connection: Connection,
    *,
    users: int = 500,
    regular: int = 20_000,
    auto: int = 100_000,
    on_progress: OnProgress = lambda _made, _in_all: None,
) -> SeedResult:
    """Fill an empty database with demo data. The caller commits: it is all there, or nothing is.

    Raises:
        UsageError: the database has users already, or items would have nobody to belong to.
        DBAPIError: the database cannot be used.
    """
    if users < 1 or min(regular, auto) < 0:
        raise UsageError("Demo data needs at least one user, and no fewer than 0 items.")
    if not is_empty(connection):
        raise UsageError(
            "The database has users already, and demo data goes into an empty one only: "
            "choose another environment with --env, or another database with DB_NAME."
        )
    community = Community(RANDOM_SEED, users)
    copy_rows(connection, _COPY_USERS, community.users)
    items = _counted(community.items(regular, auto), regular + auto, on_progress)
    copy_rows(connection, _COPY_ITEMS, items)
    # Nobody else would do it for the whole partitioned table.
    connection.exec_driver_sql("ANALYZE users, content_items_all")
    return SeedResult(users, regular, auto)


def is_empty(connection: Connection) -> bool:
    """Whether there are no users; if so, it stays so until the end of the transaction."""
    if _has_users(connection):
        return False
    connection.exec_driver_sql("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
    return not _has_users(connection)


def _has_users(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql("SELECT EXISTS (SELECT FROM users)").scalar_one())


def _counted(
    rows: Iterable[ItemColumns], in_all: int, on_progress: OnProgress
) -> Iterator[ItemColumns]:
    for made, row in enumerate(rows, 1):
        yield row
        if made % _REPORT_EVERY == 0 or made == in_all:
            on_progress(made, in_all)
