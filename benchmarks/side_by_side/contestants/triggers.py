"""Counter rows that triggers keep, a row at a time or a statement at a time."""

from collections.abc import Iterator
from typing import ClassVar

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.gallery import COMMUNITY, RECOUNT, Connection

TABLES = ("content_items_all", "content_items", "content_items_auto")
SOURCE = "CASE {row}source_type WHEN 'items' THEN 'regular' ELSE 'auto' END"
REBUILD = f"INSERT INTO item_counts {RECOUNT}"

ROW_FUNCTION = f"""
CREATE FUNCTION count_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE item_counts SET count = count - 1
        WHERE user_id IN (OLD.creator_id, '{COMMUNITY}')
          AND source_type = {SOURCE.format(row="OLD.")};
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO item_counts AS counted (user_id, source_type, count)
        VALUES (NEW.creator_id, {SOURCE.format(row="NEW.")}, 1),
               ('{COMMUNITY}', {SOURCE.format(row="NEW.")}, 1)
        ON CONFLICT (user_id, source_type) DO UPDATE SET count = counted.count + 1;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER count_item AFTER INSERT OR UPDATE OF creator_id, source_type OR DELETE
    ON content_items_all FOR EACH ROW EXECUTE FUNCTION count_item();
"""

# Users in order of their ids, and the community last: so statements cannot deadlock.
STATEMENT_FUNCTION = """
CREATE FUNCTION count_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO item_counts AS counted (user_id, source_type, count)
    SELECT user_id, source_type, sum(change)
    FROM (SELECT creator_id AS user_id, {source} AS source_type, change FROM ({changes}) AS rows)
         AS changed
    GROUP BY GROUPING SETS ((user_id, source_type))
    HAVING sum(change) <> 0
    ORDER BY user_id, source_type
    ON CONFLICT (user_id, source_type) DO UPDATE SET count = counted.count + excluded.count;
    INSERT INTO item_counts AS counted (user_id, source_type, count)
    SELECT '{community}', {source}, sum(change) FROM ({changes}) AS rows
    GROUP BY 2
    HAVING sum(change) <> 0
    ORDER BY 2
    ON CONFLICT (user_id, source_type) DO UPDATE SET count = counted.count + excluded.count;
    RETURN NULL;
END $$
"""
NEW = "SELECT creator_id, source_type, 1 AS change FROM new_rows"
OLD = "SELECT creator_id, source_type, -1 AS change FROM old_rows"
EVENTS = {
    "insert": (NEW, "NEW TABLE AS new_rows"),
    "delete": (OLD, "OLD TABLE AS old_rows"),
    "update": (f"{NEW} UNION ALL {OLD}", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
}


def _statement_triggers() -> Iterator[str]:
    source = SOURCE.format(row="")
    for event, (changes, tables) in EVENTS.items():
        yield STATEMENT_FUNCTION.format(
            event=event, changes=changes, source=source, community=COMMUNITY
        )
        for table in TABLES:
            yield (
                f"CREATE TRIGGER count_{event} AFTER {event} ON {table} REFERENCING {tables} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION count_{event}()"
            )


class RowTrigger(Contestant):
    """As counter caches of frameworks do it, in the database."""

    name = "row trigger"
    what = "counter rows, kept by a trigger for each row"
    given = (
        "One upsert for both counts of an item. A fill factor that leaves room for updates in "
        "place. Eight asynchronous connections with prepared statements, in each process."
    )

    triggers: ClassVar[tuple[str, ...]] = (ROW_FUNCTION,)

    def install(self, connection: Connection) -> None:
        super().install(connection)
        for statement in self.triggers:
            connection.execute(statement)

    def refresh(self, connection: Connection) -> None:
        with connection.transaction():
            connection.execute("TRUNCATE item_counts")
            connection.execute(REBUILD)


class StatementTrigger(RowTrigger):
    """As Lemmy does it."""

    name = "statement trigger"
    what = "counter rows, kept by a trigger for each statement"
    given = (
        "Transition tables, and a fixed order of locks, so that statements do not deadlock. "
        "Otherwise as the row trigger."
    )
    triggers = tuple(_statement_triggers())
