"""Every change of items, favourites, albums and users: the numbers equal a recount at the commit.

Cascades of foreign keys are statements on the referring tables, so the triggers there fire.
"""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from genonaut.content.bookmark_kinds import Wanted
from genonaut.counting.engine import fold, read, refresh
from genonaut.counting.runs import refresh_now
from genonaut.db.counts import ALBUM_ITEM, BOOKMARK, COUNTS, OF_ALBUMS
from genonaut.db.session import Database
from tests.support.recount import differences
from tests.support.rows import add_items, add_users, run, scalar
from tests.support.waiting import wait_until_blocked

pytestmark = pytest.mark.both_servers

CHANGES = {
    "an item hidden": "UPDATE content_items_all SET visibility = 'private' WHERE id % 5 = 0",
    "an item hidden in its part": "UPDATE content_items SET visibility = 'private'",
    "everything shown": "UPDATE content_items_all SET visibility = 'public'",
    "an item given away": """
        UPDATE content_items_all SET creator_id = (SELECT id FROM users WHERE username = 'user 1')
        WHERE id % 3 = 0""",
    "an item moved to the other part": """
        UPDATE content_items_all SET source_type = 'auto' WHERE id % 2 = 0""",
    "an item moved, hidden and given away": """
        UPDATE content_items_all SET source_type = 'auto', visibility = 'private', creator_id = (
            SELECT id FROM users WHERE username = 'user 2') WHERE source_type = 'items'""",
    "an item deleted": """
        DELETE FROM content_items_all WHERE id = (SELECT min(content_id) FROM bookmarks)""",
    "an item deleted from its part": """
        DELETE FROM content_items_auto WHERE id = (SELECT min(id) FROM content_items_auto)""",
    "many items deleted": "DELETE FROM content_items_all WHERE id % 2 = 0",
    "a favourite deleted": """
        DELETE FROM bookmarks WHERE id = (SELECT bookmark_id FROM bookmark_category_members
        ORDER BY content_id LIMIT 1)""",
    "favourites pinned": "UPDATE bookmarks SET pinned = NOT pinned WHERE content_id % 2 = 0",
    "favourites shown": "UPDATE bookmarks SET is_public = true",
    "a note written": "UPDATE bookmarks SET note = 'what light'",
    "favourites again": """
        INSERT INTO bookmarks (user_id, content_id, source_type)
        SELECT users.id, item.id, source_type FROM users, content_items_all AS item
        ON CONFLICT DO NOTHING""",
    "all places": """
        INSERT INTO bookmark_category_members (bookmark_id, category_id)
        SELECT kept.id, album.id FROM bookmarks AS kept
        JOIN bookmark_categories AS album USING (user_id) ON CONFLICT DO NOTHING""",
    "places left": "DELETE FROM bookmark_category_members WHERE content_id % 2 = 0",
    "an album deleted": "DELETE FROM bookmark_categories WHERE name = 'album 1'",
    "an album with one in it deleted": "DELETE FROM bookmark_categories WHERE name = 'album 2'",
    "albums shown": "UPDATE bookmark_categories SET is_public = NOT is_public",
    "an owner deleted": "DELETE FROM users WHERE username = 'user 1'",
    "another owner deleted": "DELETE FROM users WHERE username = 'user 4'",
    "all users deleted": "DELETE FROM users",
    "favourites truncated": "TRUNCATE bookmarks CASCADE",
    "places truncated": "TRUNCATE bookmark_category_members",
    "albums truncated": "TRUNCATE bookmark_categories CASCADE",
    "items truncated": "TRUNCATE content_items CASCADE",
    "users truncated": "TRUNCATE users CASCADE",
}
KEEP_ALL = """
    INSERT INTO bookmarks (user_id, content_id, source_type, pinned)
    SELECT users.id, item.id, source_type, item.id % 7 = 0
    FROM users, content_items_all AS item WHERE (item.id + length(username)) % 2 = 0
    ORDER BY item.id"""
ALBUMS = """
    INSERT INTO bookmark_categories (user_id, name, is_public)
    SELECT id, 'album ' || n, n = 1 FROM users, generate_series(1, 3) AS n
    WHERE username < 'user 4'"""
NEST = """
    UPDATE bookmark_categories AS one SET parent_id = other.id FROM bookmark_categories AS other
    WHERE one.name = 'album 3' AND other.name = 'album 2' AND one.user_id = other.user_id"""


@pytest.fixture
def kept(database: Database) -> Database:
    """Four users with items of both sources, of which each keeps half; three have albums."""
    with database.transaction() as session:
        for user in add_users(session, 4):
            for source in ("items", "auto"):
                add_items(session, user, 3, source)
        run(session, "UPDATE content_items_all SET visibility = 'private' WHERE id % 4 < 2")
        for statement in (KEEP_ALL, ALBUMS, NEST, CHANGES["all places"]):
            run(session, statement)
        for count in COUNTS.values():
            refresh(session, count, "test")
    assert scalar(database, "SELECT count(DISTINCT kind) FROM bookmark_category_members") > 8
    return database


@pytest.mark.parametrize("what", CHANGES)
def test_all_numbers_are_true_after(kept: Database, what: str) -> None:
    with kept.transaction() as session:
        run(session, CHANGES[what])
        assert differences(session) == []
    with kept.transaction() as session:
        assert differences(session) == []
        for count in OF_ALBUMS:
            assert fold(session, count) is not None
        assert differences(session) == []
        for count in OF_ALBUMS:
            assert refresh(session, count, "test").rows_wrong == 0


def test_a_kind_is_what_the_item_and_the_favourite_say(kept: Database) -> None:
    words = """
        SELECT count(*) FROM bookmarks AS kept JOIN content_items_all AS item
            ON item.id = kept.content_id AND item.source_type = kept.source_type
        JOIN bookmark_category_members AS member ON member.bookmark_id = kept.id
        WHERE kept.kind <> member.kind OR kept.kind <> concat_ws(' ',
            CASE WHEN item.creator_id = kept.user_id THEN 'own' ELSE 'other' END,
            item.visibility, CASE item.source_type WHEN 'items' THEN 'regular' ELSE 'auto' END,
            CASE WHEN pinned THEN 'pinned' END, CASE WHEN is_public THEN 'shown' END)"""
    for what in ("an item hidden", "an item given away", "favourites pinned", "everything shown"):
        run(kept, CHANGES[what])
        assert scalar(kept, words) == 0, what


def test_hidden_from_its_owner_a_favourite_is_in_no_number_and_comes_back(kept: Database) -> None:
    owner, item, album = run(
        kept,
        "SELECT member.user_id, content_id, category_id FROM bookmark_category_members AS member"
        " WHERE kind LIKE 'other public%' LIMIT 1",
    )[0]

    def seen() -> tuple[int, int]:
        with kept.transaction() as session:
            return (
                Wanted("owner").total(read(session, BOOKMARK, [owner]).counts, owner),
                Wanted("owner").total(read(session, ALBUM_ITEM, [album]).counts, album),
            )

    before = seen()
    for visibility, fewer in (("private", 1), ("public", 0)):
        run(kept, "UPDATE content_items_all SET visibility = %s WHERE id = %s", visibility, item)
        assert seen() == (before[0] - fewer, before[1] - fewer), visibility


def test_cascades_append_once_for_each_item_and_not_for_each_favourite(kept: Database) -> None:
    """A deletion with many favourites: one statement on them, so one round of the triggers."""
    with kept.transaction() as session:
        for count in OF_ALBUMS:
            fold(session, count)
        fired = "SELECT sum(n_tup_ins) FROM pg_stat_xact_user_tables WHERE relname = %s"
        item = scalar(
            session,
            "SELECT content_id FROM bookmarks GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
        )
        keepers = scalar(session, "SELECT count(*) FROM bookmarks WHERE content_id = %s", item)
        before = scalar(session, fired, "bookmark_deltas")
        run(session, "DELETE FROM content_items_all WHERE id = %s", item)
        # One row for each user and kind that the statement changed.
        assert scalar(session, fired, "bookmark_deltas") - before == keepers > 1
        assert differences(session) == []


def test_deleting_an_item_with_many_favourites_makes_no_writer_of_others_wait(
    kept: Database,
) -> None:
    item, other = [
        found
        for (found,) in run(
            kept, "SELECT content_id FROM bookmarks GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 2"
        )
    ]
    with kept.engine.connect() as deleting, kept.engine.connect() as writing:
        run(deleting, "DELETE FROM content_items_all WHERE id = %s", item)
        writing.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        run(writing, "UPDATE bookmarks SET pinned = NOT pinned WHERE content_id = %s", other)
        run(writing, "UPDATE content_items_all SET visibility = 'private' WHERE id = %s", other)
        run(writing, "UPDATE bookmark_categories SET description = 'others' WHERE name = 'album 1'")
        writing.commit()
        deleting.commit()
    with kept.transaction() as session:
        assert differences(session) == []


HIDE = "UPDATE content_items_all SET visibility = 'private'"
GIVE = """
    UPDATE content_items_all SET creator_id = (SELECT id FROM users WHERE username = 'user 3')"""
DELETE = "DELETE FROM content_items_all WHERE id % 2 = 0"
KEEP = CHANGES["favourites again"]
PLACE = CHANGES["all places"]
PIN = CHANGES["favourites pinned"]
HONEST = (
    psycopg.errors.SerializationFailure,
    psycopg.errors.ForeignKeyViolation,
    psycopg.errors.DeadlockDetected,
)


@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ"])
@pytest.mark.parametrize("end", ["commit", "rollback"])
@pytest.mark.parametrize("second", [KEEP, PLACE, PIN], ids=["keep", "place", "pin"])
@pytest.mark.parametrize("first", [HIDE, GIVE, DELETE], ids=["hide", "give", "delete"])
def test_two_writers_in_an_unlucky_order(
    kept: Database, first: str, second: str, end: str, level: str
) -> None:
    """The second has its snapshot before the first ends, and waits for it or is refused."""
    run(kept, CHANGES["places left"])
    with (
        kept.engine.execution_options(isolation_level=level).connect() as late,
        kept.engine.connect() as early,
        kept.engine.connect() as watching,
        ThreadPoolExecutor(1) as threads,
    ):
        run(late, "SELECT count(*) FROM bookmarks")
        run(early, first)

        def write() -> None:
            try:
                run(late, second)
                late.commit()
            except DBAPIError as error:
                if not isinstance(error.orig, HONEST):
                    raise
                late.rollback()

        done = threads.submit(write)
        wait_until_blocked(watching)
        getattr(early, end)()
        done.result(180)
    with kept.transaction() as session:
        assert differences(session) == []
    for count in OF_ALBUMS:
        assert refresh_now(kept.transaction, count, "test").rows_wrong == 0


def test_a_place_is_of_one_user_and_has_its_favourites_kind(kept: Database) -> None:
    album, owner = run(kept, "SELECT id, user_id FROM bookmark_categories LIMIT 1")[0]
    [(stranger,)] = run(kept, "SELECT id FROM bookmarks WHERE user_id <> %s LIMIT 1", owner)
    [(own,)] = run(kept, "SELECT id FROM bookmarks WHERE user_id = %s LIMIT 1", owner)
    insert = "INSERT INTO bookmark_category_members (bookmark_id, category_id"
    run(kept, "DELETE FROM bookmark_category_members WHERE category_id = %s", album)
    for columns, *values in (
        (") VALUES (%s, %s)", stranger, album),
        (") VALUES (%s, %s)", UUID(int=9), album),
        (", user_id, content_id, kind) VALUES (%s, %s, %s, 1, 'own public')", own, album, owner),
    ):
        with pytest.raises(DBAPIError) as refused:
            run(kept, f"{insert}{columns}", *values)
        assert isinstance(refused.value.orig, psycopg.errors.ForeignKeyViolation)
    run(kept, f"{insert}) VALUES (%s, %s)", own, album)
