"""Any sequence of writes, folds and refreshes: after each step the counts equal a recount."""

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import fold, refresh
from genonaut.db.session import Database
from tests.counting.keeping import KeepingRules
from tests.support.effort import effort
from tests.support.recount import differences
from tests.support.servers import empty

if TYPE_CHECKING:
    from sqlalchemy import Connection

pytestmark = pytest.mark.both_servers

USERS = st.integers(1, 4)
TABLES = st.sampled_from(["content_items_all", "content_items", "content_items_auto"])
SOURCES = st.sampled_from(["items", "auto"])
TYPES = st.sampled_from(["image", "video"])
TAGS = st.integers(1, 3)
VISIBILITIES = st.sampled_from(["public", "private"])
COUNTS = st.integers(1, 40)
METADATA = st.sampled_from(
    [
        '{"model": "a b", "sampler": "x", "loras": [{"name": "m"}, "n", "m"]}',
        '{"model": "a b", "loras": [{"name": "n"}]}',
        '{"model": 7, "sampler": "", "loras": "m"}',
        "{}",
    ]
)
MONTHS = st.sampled_from(
    ["2025-12-31 23:30:00-01", "2026-01-31 23:59:59+00", "2026-02-01 00:00+00"]
)


def user_id(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012}"


class Counting(KeepingRules, RuleBasedStateMachine):
    """One connection writes inside a transaction that may roll back; another one folds.

    One count is folded and refreshed; all that are there are compared.
    """

    database: Database
    count: CachedCount

    def __init__(self) -> None:
        super().__init__()
        empty(self.database, self.count)
        self.writer: Connection = self.database.engine.connect()
        self.savepoints = 0

    def execute(self, statement: str, *parameters: Any) -> None:
        self.writer.exec_driver_sql(statement, parameters)

    def insert_user(self, number: int) -> None:
        self.execute(
            "INSERT INTO users (id, username) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            user_id(number),
            f"user {number}",
        )

    @rule(number=USERS)
    def create_user(self, number: int) -> None:
        self.insert_user(number)

    @rule(number=USERS, table=TABLES, source=SOURCES, count=COUNTS)
    def insert(self, number: int, table: str, source: str, count: int) -> None:
        self.insert_user(number)
        named = table == "content_items_all"
        self.execute(
            f"INSERT INTO {table} (title, content_data, prompt, creator_id"
            f"{', source_type' if named else ''})"
            f" SELECT 't', 'd', 'p', %s{', %s' if named else ''} FROM generate_series(1, %s)",
            *([user_id(number), source, count] if named else [user_id(number), count]),
        )

    @rule(table=TABLES, number=USERS, modulus=st.integers(1, 5))
    def give_away(self, table: str, number: int, modulus: int) -> None:
        self.insert_user(number)
        self.execute(
            f"UPDATE {table} SET creator_id = %s WHERE id %% %s = 0", user_id(number), modulus
        )

    @rule(source=SOURCES, modulus=st.integers(1, 5))
    def move(self, source: str, modulus: int) -> None:
        self.execute(
            "UPDATE content_items_all SET source_type = %s WHERE id %% %s = 0", source, modulus
        )

    @rule(table=TABLES, content_type=TYPES, modulus=st.integers(1, 3))
    def retype(self, table: str, content_type: str, modulus: int) -> None:
        self.execute(
            f"UPDATE {table} SET content_type = %s WHERE id %% %s = 0", content_type, modulus
        )

    @rule(table=TABLES, metadata=METADATA, month=MONTHS, modulus=st.integers(1, 3))
    def describe(self, table: str, metadata: str, month: str, modulus: int) -> None:
        self.execute(
            f"UPDATE {table} SET item_metadata = %s, created_at = %s WHERE id %% %s = 0",
            metadata,
            month,
            modulus,
        )

    @rule(table=TABLES, visibility=VISIBILITIES, modulus=st.integers(1, 4))
    def show_or_hide(self, table: str, visibility: str, modulus: int) -> None:
        self.execute(f"UPDATE {table} SET visibility = %s WHERE id %% %s = 0", visibility, modulus)

    @rule(number=USERS, source=SOURCES, modulus=st.integers(1, 4))
    def hide_move_and_give_away(self, number: int, source: str, modulus: int) -> None:
        self.insert_user(number)
        self.execute(
            "UPDATE content_items_all SET visibility = 'private', source_type = %s,"
            " creator_id = %s WHERE id %% %s = 0",
            source,
            user_id(number),
            modulus,
        )

    @rule(tag=TAGS, table=TABLES, modulus=st.integers(1, 5))
    def tag(self, tag: int, table: str, modulus: int) -> None:
        self.execute(
            "INSERT INTO tags (id, name) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            user_id(tag),
            f"tag {tag}",
        )
        self.execute(
            "INSERT INTO content_tags (content_id, source_type, tag_id)"
            f" SELECT id, source_type, %s FROM {table} WHERE id %% %s = 0 ON CONFLICT DO NOTHING",
            user_id(tag),
            modulus,
        )

    @rule(tag=TAGS, modulus=st.integers(1, 3))
    def untag(self, tag: int, modulus: int) -> None:
        self.execute(
            "DELETE FROM content_tags WHERE tag_id = %s AND content_id %% %s = 0",
            user_id(tag),
            modulus,
        )

    @rule(old=TAGS, new=TAGS)
    def retag(self, old: int, new: int) -> None:
        self.execute(
            "UPDATE content_tags AS one SET tag_id = tags.id FROM tags"
            " WHERE one.tag_id = %s AND tags.id = %s AND NOT EXISTS (SELECT FROM content_tags"
            " AS other WHERE other.content_id = one.content_id AND other.tag_id = tags.id)",
            user_id(old),
            user_id(new),
        )

    @rule(tag=TAGS)
    def rename_tag(self, tag: int) -> None:
        self.execute("UPDATE tags SET name = name || '!' WHERE id = %s", user_id(tag))

    @rule(tag=TAGS)
    def delete_tag(self, tag: int) -> None:
        self.execute("DELETE FROM tags WHERE id = %s", user_id(tag))

    @rule()
    def truncate_tags(self) -> None:
        self.execute("TRUNCATE tags CASCADE")

    @rule()
    def truncate_tagging(self) -> None:
        self.execute("TRUNCATE content_tags")

    @rule(table=TABLES)
    def edit(self, table: str) -> None:
        self.execute(f"UPDATE {table} SET quality_score = quality_score + 1")

    @rule(table=TABLES, modulus=st.integers(1, 5))
    def delete(self, table: str, modulus: int) -> None:
        self.execute(f"DELETE FROM {table} WHERE id %% %s = 0", modulus)

    @rule(number=USERS)
    def delete_user(self, number: int) -> None:
        self.execute("DELETE FROM users WHERE id = %s", user_id(number))

    @rule(table=TABLES)
    def truncate(self, table: str) -> None:
        self.execute(f"TRUNCATE {table} CASCADE")

    @rule()
    def truncate_users(self) -> None:
        self.execute("TRUNCATE users CASCADE")

    @rule()
    def savepoint(self) -> None:
        self.savepoints += 1
        self.execute(f"SAVEPOINT point_{self.savepoints}")

    @rule()
    def back_to_savepoint(self) -> None:
        if self.savepoints:
            self.execute(f"ROLLBACK TO SAVEPOINT point_{self.savepoints}")

    @rule()
    def commit(self) -> None:
        self.savepoints = 0
        self.writer.commit()

    @rule()
    def rollback(self) -> None:
        self.savepoints = 0
        self.writer.rollback()

    @rule()
    def fold_within(self) -> None:
        fold(Session(self.writer), self.count)

    @rule()
    def refresh_within(self) -> None:
        assert refresh(Session(self.writer), self.count, "test").rows_wrong == 0

    @rule()
    def fold_between(self) -> None:
        self.commit()
        with self.database.transaction() as session:
            assert fold(session, self.count) is not None

    @rule()
    def refresh_between(self) -> None:
        self.commit()
        with self.database.transaction() as session:
            assert refresh(session, self.count, "test").rows_wrong == 0

    @invariant()
    def the_writer_sees_true_counts(self) -> None:
        assert differences(Session(self.writer)) == []

    def teardown(self) -> None:
        self.writer.rollback()
        self.writer.close()
        with self.database.transaction() as session:
            assert differences(session) == []


@pytest.mark.sampled(4)
@effort(short=4, long=50, variable="GENONAUT_EXAMPLES")
def test_counts_equal_a_recount_after_every_step(
    database: Database, count: CachedCount, effort: int
) -> None:
    machine = type("CountingHere", (Counting,), {"database": database, "count": count})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=effort,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
