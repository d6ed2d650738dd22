"""`genonaut seed`: demo data, identical on every machine."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from genonaut.content.tags import hold_tags
from genonaut.db.driver import copy_rows
from genonaut.db.schema import PUBLIC
from genonaut.db.spread import is_spread
from genonaut.demo.community import END, SPAN, Community, Item
from genonaut.errors import UsageError

RANDOM_SEED = 20261101
_REPORT_EVERY = 1_000

_COPY_USERS = "COPY users (id, username, created_at) FROM STDIN"
_COPY_ITEMS = (
    "COPY content_items_all (id, source_type, title, content_data, prompt, item_metadata, "
    "creator_id, created_at, updated_at, quality_score) FROM STDIN"
)
_COPY_ITEM_TAGS = (
    "COPY content_tags (content_id, source_type, creator_id, visibility, tag_id) FROM STDIN"
)
_DRAW_IDS = text("SELECT nextval('content_items_id_seq') FROM generate_series(1, :number)")
_ADD_TAGS = text(
    "INSERT INTO tags (id, name, created_at) "
    "SELECT unnest(CAST(:ids AS uuid[])), unnest(CAST(:names AS text[])), :created_at "
    "ON CONFLICT DO NOTHING"
)
_ADD_GROWTH = """
WITH weeks AS (
    SELECT max(created_at) AS at, count(*) FILTER (WHERE source_type = 'items') AS regular,
           count(*) FILTER (WHERE source_type = 'auto') AS auto
    FROM content_items_all
    GROUP BY date_trunc('week', created_at AT TIME ZONE 'UTC')
)
INSERT INTO growth_points (at, regular, auto, private_regular, private_auto)
SELECT at, sum(regular) OVER so_far, sum(auto) OVER so_far, 0, 0
FROM weeks
WINDOW so_far AS (ORDER BY at)
ORDER BY at
"""
_FOREIGN_KEYS = (
    "SELECT quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition "
    "FROM pg_constraint "
    "WHERE conrelid = 'content_tags'::regclass AND contype = 'f' AND conparentid = 0"
)

Tagged = tuple[int, str, UUID, tuple[str, ...]]
"""An item's id, its partition's value, its creator, and the names of its tags."""

OnProgress = Callable[[int, int], None]
"""Called with the items made so far and the items in total."""


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
    on_progress: OnProgress = lambda _made, _total: None,
) -> SeedResult:
    """Fill an empty database with demo data, all or nothing: the caller commits.

    Raises:
        UsageError: the database already has users, or a number is too small.
        DBAPIError: the database cannot be used.
    """
    if users < 1 or min(regular, auto) < 0:
        raise UsageError(
            f"Cannot make {regular} regular and {auto} auto items of {users} users: choose at "
            "least 1 user, and 0 or more items."
        )
    if not is_empty(connection):
        raise UsageError(
            f"The database {connection.engine.url.database!r} already has users, and demo data "
            "needs an empty one: choose another environment with --env, or another database with "
            "DB_NAME."
        )
    community = Community(RANDOM_SEED, users)
    copy_rows(connection, _COPY_USERS, community.users)
    total = regular + auto
    items = _counted(community.items(regular, auto), total, on_progress)
    _copy_tags(connection, community, _copy_items(connection, items, total))
    # How many there were each week: refreshes would have recorded it, had there been any.
    connection.exec_driver_sql(_ADD_GROWTH)
    # Autovacuum never analyzes a partitioned table as a whole. Where items are spread, it cannot be
    # done on all nodes in the transaction in which the coordinator has added users.
    if not is_spread(connection):
        connection.exec_driver_sql("ANALYZE users, content_items_all, tags, content_tags")
    return SeedResult(users, regular, auto)


def is_empty(connection: Connection) -> bool:
    """Whether there are no users; if so, none can be added until the transaction ends."""
    if _has_users(connection):
        return False
    connection.exec_driver_sql("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
    return not _has_users(connection)


def _has_users(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql("SELECT EXISTS (SELECT FROM users)").scalar_one())


def _copy_items(connection: Connection, items: Iterable[Item], total: int) -> list[Tagged]:
    ids = connection.execute(_DRAW_IDS, {"number": total}).scalars().all()
    tagged: list[Tagged] = []

    def rows() -> Iterator[tuple[object, ...]]:
        for item_id, item in zip(ids, items, strict=True):
            tagged.append((item_id, item.columns[0], item.creator, item.tags))
            yield item_id, *item.columns

    copy_rows(connection, _COPY_ITEMS, rows())
    return tagged


def _copy_tags(connection: Connection, community: Community, tagged: list[Tagged]) -> None:
    names, ids = list(community.tags), list(community.tags.values())
    connection.execute(_ADD_TAGS, {"names": names, "ids": ids, "created_at": END - SPAN})
    # Tags may exist already; those keep their ids.
    tags = hold_tags(connection, names).ids
    with _foreign_keys_checked_at_the_end(connection):
        copy_rows(
            connection,
            _COPY_ITEM_TAGS,
            (
                (item_id, source, creator, PUBLIC, tags[name])
                for item_id, source, creator, names in tagged
                for name in names
            ),
        )


@contextmanager
def _foreign_keys_checked_at_the_end(connection: Connection) -> Iterator[None]:
    """The foreign keys of `content_tags`: checking row by row takes longer than all the rest.

    They are dropped and added again, so other transactions cannot read items until this one ends.
    There are none to read.
    """
    keys = connection.exec_driver_sql(_FOREIGN_KEYS).all()
    for key in keys:
        connection.exec_driver_sql(f"ALTER TABLE content_tags DROP CONSTRAINT {key.name}")
    yield
    for key in keys:
        connection.exec_driver_sql(
            f"ALTER TABLE content_tags ADD CONSTRAINT {key.name} {key.definition}"
        )


def _counted(items: Iterable[Item], total: int, on_progress: OnProgress) -> Iterator[Item]:
    for made, item in enumerate(items, 1):
        yield item
        if made % _REPORT_EVERY == 0 or made == total:
            on_progress(made, total)
