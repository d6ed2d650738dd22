"""`genonaut seed`: a gallery to look at, the same on every machine."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, text

from genonaut.content.tags import hold_tags
from genonaut.db.copying import copy_rows
from genonaut.demo.community import END, SPAN, Community, Item
from genonaut.errors import UsageError

RANDOM_SEED = 20261101
_REPORT_EVERY = 1_000

_COPY_USERS = "COPY users (id, username, created_at) FROM STDIN"
_COPY_ITEMS = (
    "COPY content_items_all (id, source_type, title, content_data, prompt, item_metadata, "
    "creator_id, created_at, updated_at, quality_score) FROM STDIN"
)
_COPY_ITEM_TAGS = "COPY content_tags (content_id, source_type, tag_id) FROM STDIN"
_DRAW_IDS = text("SELECT nextval('content_items_id_seq') FROM generate_series(1, :number)")
_ADD_TAGS = text(
    "INSERT INTO tags (id, name, created_at) "
    "SELECT unnest(CAST(:ids AS uuid[])), unnest(CAST(:names AS text[])), :created_at "
    "ON CONFLICT DO NOTHING"
)
_FOREIGN_KEYS = (
    "SELECT quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition "
    "FROM pg_constraint "
    "WHERE conrelid = 'content_tags'::regclass AND contype = 'f' AND conparentid = 0"
)

Tagged = tuple[int, str, tuple[str, ...]]
"""An item's id, its partition's value, and the names of its tags."""

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
    in_all = regular + auto
    items = _counted(community.items(regular, auto), in_all, on_progress)
    _copy_tags(connection, community, _copy_items(connection, items, in_all))
    # Nobody else would do it for the whole partitioned table.
    connection.exec_driver_sql("ANALYZE users, content_items_all, tags, content_tags")
    return SeedResult(users, regular, auto)


def is_empty(connection: Connection) -> bool:
    """Whether there are no users; if so, it stays so until the end of the transaction."""
    if _has_users(connection):
        return False
    connection.exec_driver_sql("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
    return not _has_users(connection)


def _has_users(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql("SELECT EXISTS (SELECT FROM users)").scalar_one())


def _copy_items(connection: Connection, items: Iterable[Item], in_all: int) -> list[Tagged]:
    ids = connection.execute(_DRAW_IDS, {"number": in_all}).scalars().all()
    tagged: list[Tagged] = []

    def rows() -> Iterator[tuple[object, ...]]:
        for item_id, item in zip(ids, items, strict=True):
            tagged.append((item_id, item.columns[0], item.tags))
            yield item_id, *item.columns

    copy_rows(connection, _COPY_ITEMS, rows())
    return tagged


def _copy_tags(connection: Connection, community: Community, tagged: list[Tagged]) -> None:
    names, ids = list(community.tags), list(community.tags.values())
    connection.execute(_ADD_TAGS, {"names": names, "ids": ids, "created_at": END - SPAN})
    # Tags may be left from before; those keep their ids.
    tags = hold_tags(connection, names).ids
    with _foreign_keys_checked_at_the_end(connection):
        copy_rows(
            connection,
            _COPY_ITEM_TAGS,
            ((item_id, source, tags[name]) for item_id, source, names in tagged for name in names),
        )


@contextmanager
def _foreign_keys_checked_at_the_end(connection: Connection) -> Iterator[None]:
    """Those of `content_tags`, by one statement: row by row takes longer than all the rest.

    They are taken off and put on again, so nobody else can read items until the transaction ends.
    There are none to be read.
    """
    keys = connection.exec_driver_sql(_FOREIGN_KEYS).all()
    for key in keys:
        connection.exec_driver_sql(f"ALTER TABLE content_tags DROP CONSTRAINT {key.name}")
    yield
    for key in keys:
        connection.exec_driver_sql(
            f"ALTER TABLE content_tags ADD CONSTRAINT {key.name} {key.definition}"
        )


def _counted(items: Iterable[Item], in_all: int, on_progress: OnProgress) -> Iterator[Item]:
    for made, item in enumerate(items, 1):
        yield item
        if made % _REPORT_EVERY == 0 or made == in_all:
            on_progress(made, in_all)
