"""What the gallery counts. `docs/add-a-count.md` shows how to add one."""

from genonaut.counting.declaration import CachedCount, Category, Key
from genonaut.counting.engine import Refresh
from genonaut.counting.runs import build_if_never_built
from genonaut.db.schema import PARTITIONS
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

COUNTS = {count.name: count for count in (GEN_SOURCE, TAG_CARDINALITY)}


def build_counts(database: Database, requested_by: str) -> dict[str, Refresh]:
    """Build the counts that were never built. Returns their refreshes by the counts' names."""
    found = {
        name: build_if_never_built(database.transaction, count, requested_by)
        for name, count in COUNTS.items()
    }
    return {name: done for name, done in found.items() if done}
