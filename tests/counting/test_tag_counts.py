"""Every change of items, tags and users: both views equal a recount, at once and refreshed."""

import pytest

from genonaut.api.repositories.tag_repository import TagRepository
from genonaut.counting import audit
from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import execute, fold, read, refresh
from genonaut.db.counts import COUNTS, GEN_SOURCE, TAG_CARDINALITY
from genonaut.db.session import Database
from tests.support.kept import keep_and_arrange
from tests.support.recount import differences
from tests.support.rows import add_items, add_ratings, add_tag, add_user, add_users, run

pytestmark = pytest.mark.both_servers

CHANGES = {
    "an item deleted": """
        DELETE FROM content_items_all WHERE id = (SELECT min(id) FROM content_items)""",
    "an item deleted from its part": """
        DELETE FROM content_items_auto WHERE id = (SELECT min(id) FROM content_items_auto)""",
    "many items deleted": "DELETE FROM content_items_all WHERE id % 2 = 0",
    "a tag renamed": "UPDATE tags SET name = 'other' WHERE name = 'tag 1'",
    "a tag deleted": "DELETE FROM tags WHERE name = 'tag 2'",
    "all tags deleted": "DELETE FROM tags",
    "a tag that is on no item": "INSERT INTO tags (name) VALUES ('unused')",
    "a tag with another id": "UPDATE content_tags SET tag_id = (SELECT id FROM tags LIMIT 1)"
    " WHERE content_id % 4 = 0 AND NOT EXISTS (SELECT FROM content_tags AS other WHERE"
    " other.content_id = content_tags.content_id AND other.tag_id = (SELECT id FROM tags LIMIT 1))"
    " AND tag_id = (SELECT id FROM tags ORDER BY id DESC LIMIT 1)",
    "an item moved to the other part": """
        UPDATE content_items_all SET source_type = 'auto' WHERE id = (SELECT min(id) FROM
        content_items)""",
    "all items moved to one part": "UPDATE content_items_all SET source_type = 'items'",
    "an item given to another owner": """
        UPDATE content_items_all SET creator_id = (SELECT id FROM users WHERE username = 'user 4')
        WHERE id % 3 = 0""",
    "an item moved and given away": """
        UPDATE content_items_all SET source_type = 'auto', creator_id = (SELECT id FROM users
        WHERE username = 'user 1') WHERE source_type = 'items'""",
    "an item hidden": """
        UPDATE content_items_all SET visibility = 'private' WHERE id = (
            SELECT max(id) FROM content_items WHERE visibility = 'public')""",
    "a part shown": "UPDATE content_items_auto SET visibility = 'public'",
    "everything hidden": "UPDATE content_items_all SET visibility = 'private'",
    "an item shown, moved and given away": """
        UPDATE content_items_all SET source_type = 'auto', visibility = 'public', creator_id = (
            SELECT id FROM users WHERE username = 'user 1') WHERE source_type = 'items'""",
    "an owner deleted": "DELETE FROM users WHERE username = 'user 3'",
    "all users deleted": "DELETE FROM users",
    "tags removed": "DELETE FROM content_tags WHERE content_id % 2 = 0",
    "all tags removed at once": "TRUNCATE content_tags",
    "tags and what carries them": "TRUNCATE content_items_all CASCADE",
    "users and all": "TRUNCATE users CASCADE",
    "tags and all": "TRUNCATE tags CASCADE",
    "tags again": "INSERT INTO content_tags SELECT * FROM content_tags ON CONFLICT DO NOTHING",
}


@pytest.fixture
def tagged(database: Database) -> Database:
    """Four users, 24 items of both sources, five tags; each item carries some."""
    with database.transaction() as session:
        items = [
            item
            for user in add_users(session, 4)
            for source in ("items", "auto")
            for item in add_items(session, user, 3, source)
        ]
        for number in range(1, 6):
            add_tag(session, f"tag {number}", [item for item in items if (item + number) % 3])
        add_ratings(session, add_user(session), items)
        run(session, "UPDATE content_items_all SET visibility = 'private' WHERE id % 4 < 2")
        keep_and_arrange(session)
        for count in COUNTS.values():
            refresh(session, count, "test")
    return database


@pytest.mark.sampled(12)
@pytest.mark.parametrize("what", CHANGES)
def test_both_views_are_true_after(tagged: Database, what: str) -> None:
    with tagged.transaction() as session:
        session.connection().exec_driver_sql(CHANGES[what].replace("%", "%%"))
        assert differences(session) == []
    with tagged.transaction() as session:
        for count in COUNTS.values():
            assert refresh(session, count, "test").rows_wrong == 0
        assert differences(session) == []


@pytest.mark.sampled(8)
@pytest.mark.parametrize("what", CHANGES)
def test_undone_it_has_changed_nothing(tagged: Database, what: str) -> None:
    before = "SELECT * FROM tag_cardinality_counts ORDER BY 1, 2"
    with tagged.transaction() as session:
        connection = session.connection()
        told = connection.exec_driver_sql(before).all()
        with connection.begin_nested() as savepoint:
            connection.exec_driver_sql(CHANGES[what].replace("%", "%%"))
            savepoint.rollback()
        assert connection.exec_driver_sql(before).all() == told
        assert differences(session) == []


def test_a_fold_stores_what_the_ledger_has(tagged: Database) -> None:
    with tagged.transaction() as session:
        session.connection().exec_driver_sql("DELETE FROM tags WHERE name < 'tag 3'")
        done = fold(session, TAG_CARDINALITY)
        assert done is not None
        assert done.rows_taken > 0
        stored = "SELECT tag_id, content_source, cardinality FROM tag_cardinality_stats"
        exact = "SELECT * FROM tag_cardinality_counts"
        left = f"({stored} EXCEPT {exact}) UNION ALL ({exact} EXCEPT {stored})"
        assert session.connection().exec_driver_sql(left).all() == []


def test_the_repository_returns_the_number_of_stored_counts(tagged: Database) -> None:
    with tagged.transaction() as session:
        assert TagRepository(session).refresh_tag_cardinality_stats() == 10
        session.connection().exec_driver_sql("DELETE FROM content_tags WHERE source_type = 'auto'")
        assert TagRepository(session).refresh_tag_cardinality_stats() == 5


@pytest.mark.parametrize(
    ("count", "orphaned"),
    [
        (TAG_CARDINALITY, "DELETE FROM content_tags; DELETE FROM tags"),
        (GEN_SOURCE, "DELETE FROM content_items_all; DELETE FROM users WHERE username < 'user 3'"),
    ],
    ids=["tags", "users"],
)
def test_counts_of_owners_deleted_without_triggers_are_repaired_at_once(
    tagged: Database, count: CachedCount, orphaned: str
) -> None:
    with tagged.transaction() as session:
        session.connection().exec_driver_sql("SET LOCAL session_replication_role = replica")
        session.connection().exec_driver_sql(orphaned)
        session.connection().exec_driver_sql("SET LOCAL session_replication_role = origin")
        assert refresh(session, count, "test").outcome == "repaired"
        exact = session.connection().exec_driver_sql(f"SELECT * FROM {count.name}_counts").all()
        assert exact == []
        assert refresh(session, count, "test").outcome == "exact"
        assert fold(session, count) is not None
        assert read(session, count).ledger_rows == 0
        assert execute(session, count, "stored_rows").scalar() == 0


@pytest.mark.sampled(8)
@pytest.mark.parametrize("count", COUNTS.values(), ids=list(COUNTS))
def test_a_view_that_lies_is_seen_and_misleads_no_refresh(
    tagged: Database, count: CachedCount
) -> None:
    with tagged.transaction() as session:
        connection = session.connection()
        before = run(connection, f"SELECT * FROM {count.name}_counts ORDER BY 1, 2")
        shown = connection.exec_driver_sql(
            f"SELECT pg_get_viewdef('{count.name}_counts')"
        ).scalar_one()
        view = f"CREATE OR REPLACE VIEW {count.name}_counts AS "
        connection.exec_driver_sql(
            f"{view} SELECT * FROM ({shown.rstrip(';')}) AS shown WHERE false"
        )
        limits = audit.Limits(ledger_rows=1000, refresh_age_seconds=1000)
        counts = audit.check(session, count, limits)[0]
        assert not counts.ok
        assert "The view is not the current version" in counts.detail
        assert refresh(session, count, "test").rows_wrong == 0
        connection.exec_driver_sql(view + shown)
        assert run(connection, f"SELECT * FROM {count.name}_counts ORDER BY 1, 2") == before
