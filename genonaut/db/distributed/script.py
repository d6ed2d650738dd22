"""The SQL that makes a gallery a distributed one, in the order in which it has to be done."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.schema import CreateIndex

from genonaut.counting.declaration import CachedCount
from genonaut.counting.rendering import (
    REPLACEABLE,
    definition,
    functions_in_parts,
    place_triggers,
    placement,
    removal,
    restoration,
    tables,
)
from genonaut.db.counts import COUNTS, DECLARED
from genonaut.db.distributed.form import in_part, spread
from genonaut.db.schema import Base

FOLDER = Path(__file__).parent / "sql"
SETTINGS = """\
-- Citus calls triggers unsafe since what they write might lie on another node. Ours write beside.
SET LOCAL citus.enable_unsafe_triggers = on;
-- What every node has and what is spread change in one transaction: over one connection to a node.
SET LOCAL citus.multi_shard_modify_mode = 'sequential';
"""
# Every node has the albums, and the coordinator counts those that it has.
ONLY_COORDINATOR = """
BEGIN
    IF (SELECT groupid <> 0 FROM pg_dist_local_group) THEN
        RETURN NULL;
    END IF;
"""
_COUNTING_ALBUMS = re.compile(r"\nBEGIN\n(?!    -- What is written through a parent)")


def script(shards: int, counts: Sequence[CachedCount] = DECLARED) -> Iterator[str]:
    """All of it, in pieces. It is one transaction: after a failure nothing has changed."""
    yield SETTINGS
    for count in counts:
        yield f"-- The count {count.name} on one database.\n{removal(count)}"
    yield _file("parts.sql")
    yield _file("content.sql").replace(":shards", str(shards))
    yield _file("followers.sql")
    for count in counts:
        yield f"-- The count {count.name}.\n{of_a_count(count)}"


def repair() -> Iterator[str]:
    """What puts functions and triggers back where a gallery is distributed: one transaction."""
    yield SETTINGS
    for text in (_file("parts.sql"), _file("followers.sql")):
        yield _replacing(text)
    for count in map(spread, COUNTS.values()):
        if count.spread:
            pieces = functions_in_parts(in_part(count)), _triggers(count)
            yield _replacing("\n".join(pieces)) + f"SELECT {place_triggers(count)};\n"
        else:
            yield _counted_once(restoration(count))


def of_a_count(count: CachedCount) -> str:
    """A count's tables, functions and triggers."""
    there = spread(count)
    if not there.spread:
        return _counted_once(definition(there))
    data, heading, views = tables(there).partition("-- 3. ")
    pieces = (
        data,
        *_further_indexes(count),
        *_spread_tables(there),
        f"{heading}{views}",  # a view of what is spread has to come after it
        functions_in_parts(in_part(there)),
        _triggers(there),
    )
    return "\n".join(pieces)


def statements_of(text: str) -> Iterator[str]:
    """One after the other, since Citus may send the whole text of which a statement is a part."""
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        lines.append(line)
        inside ^= line.count("$$") % 2 == 1
        if not inside and line.rstrip().endswith(";") and not line.startswith("--"):
            yield "\n".join(lines)
            lines = []


def _file(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _replacing(text: str) -> str:
    found = REPLACEABLE.findall(text)
    return "\n".join(f"CREATE OR REPLACE {part}" for part in found) + "\n"


def _counted_once(text: str) -> str:
    return _COUNTING_ALBUMS.sub(ONLY_COORDINATOR, text)


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
    """Those of the stored counts and of the owner, and all that `placement` places."""
    text = placement(count)
    if not count.key.owner:
        return text
    name = count.name
    return f"""\
CREATE TRIGGER {name}_forget_owner AFTER DELETE ON {count.tables.table}
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {name}_forget_owner();
CREATE TRIGGER {name}_forget_everything AFTER TRUNCATE ON {count.key.owner}
    FOR EACH STATEMENT EXECUTE FUNCTION {name}_forget_everything();

{text}"""
