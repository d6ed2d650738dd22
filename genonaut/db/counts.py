"""What the gallery counts. `docs/add-a-count.md` shows how to add one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from genonaut.counting.declaration import CachedCount, Category, Key
from genonaut.counting.engine import BUSY, Refresh
from genonaut.counting.runs import build_if_never_built, refresh_now
from genonaut.db.growth import record_growth
from genonaut.db.schema import AUTO, PARTITIONS, PRIVATE, PUBLIC, REGULAR, SourceType

if TYPE_CHECKING:  # it needs the counts for the rights on them
    from genonaut.db.session import Database

# The gallery's name of a source, by the value that selects its partition.
SOURCES = {partition: source for source, partition in PARTITIONS.items()}

GEN_SOURCE = CachedCount(
    name="gen_source",
    counted="content_items_all",
    key=Key("creator_id", "uuid", "user_id", owner="users", owner_name="username"),
    category=Category("source_type", "varchar(10)", labels=SOURCES),
    table="gen_source_stats",
    total="Community",
)

TAG_CARDINALITY = CachedCount(
    name="tag_cardinality",
    counted="content_tags",
    key=Key("tag_id", "uuid", owner="tags", owner_name="name"),
    category=Category("source_type", "varchar(10)", stored_as="content_source", labels=SOURCES),
    table="tag_cardinality_stats",
    count="cardinality",
)

# What is private of the two above. So what a viewer is told is all, without what is private, and
# with what is private and the viewer's own.
_ONLY_PRIVATE = {"visibility": PRIVATE}

PRIVATE_SOURCE = CachedCount(
    name="private_source",
    counted="content_items_all",
    key=Key("creator_id", "uuid", "user_id", owner="users", owner_name="username"),
    category=Category("source_type", "varchar(10)", labels=SOURCES),
    table="private_source_stats",
    total="Community",
    only=_ONLY_PRIVATE,
)


def _private_tags(source: SourceType) -> CachedCount:
    # Without an owner: an item's tags leave with it, and a creator's items with the creator.
    return CachedCount(
        name=f"private_{source}_tag",
        counted="content_tags",
        key=Key("creator_id", "uuid", "user_id"),
        category=Category("tag_id", "uuid"),
        table=f"private_{source}_tag_stats",
        total="Community",
        only=_ONLY_PRIVATE | {"source_type": PARTITIONS[source]},
    )


# Of each value, so that the mean and the number of ratings follow from it.
RATING = CachedCount(
    name="rating",
    counted="ratings",
    key=Key("content_id", "bigint"),
    category=Category("value", "smallint"),
    table="rating_stats",
)

PRIVATE_TAGS = {source: _private_tags(source) for source in (REGULAR, AUTO)}
OF_PRIVATE = (PRIVATE_SOURCE, *PRIVATE_TAGS.values())

# Facets: the values that an item has, as `items model flux-dev`. Together they are one count, so a
# writer appends to one ledger, and a page reads them by one statement.
_FACETS = Category(
    "facet", function="content_facets", arguments=("source_type", "created_at", "item_metadata")
)


def _facets(name: str, only: Mapping[str, str]) -> CachedCount:
    return CachedCount(
        name=name,
        counted="content_items_all",
        key=Key("creator_id", "uuid", "user_id", owner="users", owner_name="username"),
        category=_FACETS,
        table=f"{name}_stats",
        total="Community",
        only=only,
    )


def _creator_tags(source: SourceType) -> CachedCount:
    # Without a total: that is the cardinality of the tag.
    return CachedCount(
        name=f"creator_{source}_tag",
        counted="content_tags",
        key=Key("creator_id", "uuid", "user_id"),
        category=Category("tag_id", "uuid"),
        table=f"creator_{source}_tag_stats",
        only={"source_type": PARTITIONS[source]},
    )


FACET = _facets("facet", {})
PRIVATE_FACET = _facets("private_facet", _ONLY_PRIVATE)
CREATOR_TAGS = {source: _creator_tags(source) for source in (REGULAR, AUTO)}
OF_FACETS = (FACET, PRIVATE_FACET, *CREATOR_TAGS.values())

# Of favourites and of the places in albums, by kinds: genonaut/content/bookmark_kinds.py adds up
# those that a viewer sees.
BOOKMARK = CachedCount(
    name="bookmark",
    counted="bookmarks",
    key=Key("user_id", "uuid", owner="users", owner_name="username"),
    category=Category("kind", "varchar(40)"),
    table="bookmark_stats",
)

# Without the albums' names: those are for their owners.
ALBUM_ITEM = CachedCount(
    name="album_item",
    counted="bookmark_category_members",
    key=Key("category_id", "uuid", owner="bookmark_categories"),
    category=Category("kind", "varchar(40)"),
    table="album_item_stats",
)

ALBUM = CachedCount(
    name="album",
    counted="bookmark_categories",
    key=Key("user_id", "uuid", owner="users", owner_name="username"),
    category=Category(
        "is_public", "varchar(10)", "visibility", labels={"true": PUBLIC, "false": PRIVATE}
    ),
    table="album_stats",
)

OF_ALBUMS = (BOOKMARK, ALBUM_ITEM, ALBUM)

DECLARED = (GEN_SOURCE, TAG_CARDINALITY, *OF_PRIVATE, *OF_FACETS, *OF_ALBUMS, RATING)
COUNTS = {count.name: count for count in DECLARED}


def build_counts(database: "Database", requested_by: str) -> dict[str, Refresh]:
    """Build the counts that were never built. Returns their refreshes by the counts' names."""
    found = {
        name: build_if_never_built(database.transaction, count, requested_by)
        for name, count in COUNTS.items()
    }
    done = {name: refresh for name, refresh in found.items() if refresh}
    if GEN_SOURCE.name in done:
        with database.transaction() as session:
            record_growth(session)
    return done


def refresh_count(
    database: "Database", count: CachedCount, requested_by: str, *, wait: bool = True
) -> Refresh:
    """Refresh a count as `refresh_now` does; after that of the items, record how many there are."""
    done = refresh_now(database.transaction, count, requested_by, wait=wait)
    if count is GEN_SOURCE and done.outcome != BUSY:
        with database.transaction() as session:
            record_growth(session)
    return done


def may_fold(database: "Database") -> bool:
    """Whether the role that we connect as may fold: the application's role may not."""
    may = "SELECT has_table_privilege(%(ledger)s, 'DELETE')"
    with database.transaction() as session:
        connection = session.connection()
        return all(
            connection.exec_driver_sql(may, {"ledger": f"{count.name}_deltas"}).scalar_one()
            for count in COUNTS.values()
        )
