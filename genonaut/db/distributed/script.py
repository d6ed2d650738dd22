"""The SQL that makes a gallery a distributed one, in the order in which it has to be done."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.schema import CreateIndex

from genonaut.counting.declaration import CachedCount
from genonaut.counting.rendering import (
    definition,
    functions_in_parts,
    placement,
    removal,
    tables,
)
from genonaut.db.counts import ALBUM, COUNTS, DECLARED
from genonaut.db.distributed.form import in_part, spread
from genonaut.db.schema import Base

FOLDER = Path(__file__).parent / "sql"
UNSAFE = """\
-- Citus calls triggers unsafe since what they write might lie on another node. Ours write beside.
SET LOCAL citus.enable_unsafe_triggers = on;
-- What every node has and what is spread change in one transaction: over one connection to a node.
SET LOCAL citus.multi_shard_modify_mode = 'sequential';
"""
# Its own node's copy of the albums is what the coordinator counts.
ONLY_COORDINATOR = """BEGIN
    IF (SELECT groupid <> 0 FROM pg_dist_local_group) THEN
        RETURN NULL;
    END IF;
"""


def script(shards: int) -> Iterator[str]:
    """The statements, in pieces; to be executed in one transaction."""
    yield UNSAFE
    for count in DECLARED:
        yield f"-- The count {count.name} on one database.\n{removal(count)}"
    yield _file("parts.sql")
    yield _file("content.sql").replace(":shards", str(shards))
    yield _file("followers.sql")
    for count in COUNTS.values():
        yield f"-- The count {count.name}.\n{of_a_count(count)}"


def _file(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def of_a_count(count: CachedCount) -> str:
    spread_count = spread(count)
    if count is ALBUM:
        return definition(spread_count).replace("\nBEGIN\n", f"\n{ONLY_COORDINATOR}", 4)
    data, three, views = tables(spread_count).partition("-- 3. ")
    pieces = (
        data,
        *_further_indexes(count),
        *_spread_tables(spread_count),
        f"{three}{views}",  # a view of tables that are spread already
        functions_in_parts(in_part(spread_count)),
        _triggers(spread_count),
    )
    return "\n".join(pieces)


def _further_indexes(count: CachedCount) -> Iterator[str]:
    """Those that migrations have added for pages: of the largest counts."""
    for index in sorted(Base.metadata.tables[count.table].indexes, key=lambda one: str(one.name)):
        if not index.unique:
            yield f"{CreateIndex(index).compile(dialect=PGDialect())};"  # type: ignore[no-untyped-call]


def _spread_tables(count: CachedCount) -> Iterator[str]:
    for table in (count.tables.table, count.tables.ledger):
        beside = "colocate_with := 'content_items_all'"
        yield f"SELECT create_distributed_table('{table}', 'home', {beside});"


def _triggers(count: CachedCount) -> str:
    text = placement(count)
    if not count.key.owner:
        return text
    stats, name = count.tables.table, count.name
    return f"""\
CREATE OR REPLACE TRIGGER {name}_forget_owner AFTER DELETE ON {stats}
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {name}_forget_owner();
CREATE OR REPLACE TRIGGER {name}_forget_everything AFTER TRUNCATE ON {count.key.owner}
    FOR EACH STATEMENT EXECUTE FUNCTION {name}_forget_everything();
{text}"""
