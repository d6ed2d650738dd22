"""Two transactions that change items and favourites at the same moment, in an unlucky order."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from genonaut.counting.runs import refresh_now
from genonaut.db.counts import OF_ALBUMS
from genonaut.db.session import Database
from tests.support.kept import KEEP_ALL, PIN, PLACE_ALL, fill_kept
from tests.support.recount import differences
from tests.support.rows import run
from tests.support.waiting import PATIENCE_SECONDS, wait_until_blocked

HIDE = "UPDATE content_items_all SET visibility = 'private'"
GIVE = """
    UPDATE content_items_all SET creator_id = (SELECT id FROM users WHERE username = 'user 3')"""
DELETE = "DELETE FROM content_items_all WHERE id % 2 = 0"
HONEST = (
    psycopg.errors.SerializationFailure,
    psycopg.errors.ForeignKeyViolation,
    psycopg.errors.DeadlockDetected,
)


@pytest.fixture
def kept(database: Database) -> Database:
    fill_kept(database)
    return database


@pytest.mark.parametrize(
    ("level", "end"),
    [
        ("READ COMMITTED", "commit"),
        pytest.param("READ COMMITTED", "rollback", marks=pytest.mark.long),
        pytest.param("REPEATABLE READ", "commit", marks=pytest.mark.long),
        pytest.param("REPEATABLE READ", "rollback", marks=pytest.mark.long),
    ],
)
@pytest.mark.parametrize("second", [KEEP_ALL, PLACE_ALL, PIN], ids=["keep", "place", "pin"])
@pytest.mark.parametrize("first", [HIDE, GIVE, DELETE], ids=["hide", "give", "delete"])
def test_two_writers_in_an_unlucky_order(
    kept: Database, first: str, second: str, end: str, level: str
) -> None:
    """The second has its snapshot before the first ends, and waits for it or is refused."""
    run(kept, "DELETE FROM bookmark_category_members WHERE content_id % 4 = 0")
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
        done.result(PATIENCE_SECONDS)
    with kept.transaction() as session:
        assert differences(session) == []
    for count in OF_ALBUMS:
        assert refresh_now(kept.transaction, count, "test").rows_wrong == 0


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
