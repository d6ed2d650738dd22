"""Every change of items, favourites, albums and users: the numbers equal a recount at once.

Cascades of foreign keys are statements on the referring tables, so the triggers there fire.
"""

from collections.abc import Callable, Iterator
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from genonaut.config import Settings
from genonaut.content.bookmark_kinds import Wanted
from genonaut.counting.engine import fold, read, refresh
from genonaut.db.counts import ALBUM_ITEM, BOOKMARK, OF_ALBUMS
from genonaut.db.session import Database
from tests.support.kept import KEEP_ALL, PIN, PLACE_ALL, fill_kept
from tests.support.recount import differences
from tests.support.rows import run, scalar
from tests.support.servers import SERVERS, new_database

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
    "favourites pinned": PIN,
    "favourites shown": "UPDATE bookmarks SET is_public = true",
    "a note written": "UPDATE bookmarks SET note = 'what light'",
    "favourites again": KEEP_ALL,
    "all places": PLACE_ALL,
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


@pytest.fixture(scope="module", params=SERVERS)
def filled(
    request: pytest.FixtureRequest, open_server: Callable[[str], tuple[Settings, Database]]
) -> Iterator[Database]:
    """A database of its own, in which all stays as it is."""
    with new_database(open_server(request.param)[1], migrated=True) as database:
        fill_kept(database)
        yield database


@pytest.fixture
def kept(filled: Database) -> Iterator[Session]:
    """A transaction that is rolled back."""
    with Session(filled.engine) as session:
        yield session


@pytest.mark.parametrize("what", CHANGES)
def test_all_numbers_are_true_after(kept: Session, what: str) -> None:
    run(kept, CHANGES[what])
    assert differences(kept) == []
    for count in OF_ALBUMS:
        assert fold(kept, count) is not None
    assert differences(kept) == []
    for count in OF_ALBUMS:
        assert refresh(kept, count, "test").rows_wrong == 0


def test_a_kind_is_what_the_item_and_the_favourite_say(kept: Session) -> None:
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


def test_hidden_from_its_owner_a_favourite_is_in_no_number_and_comes_back(kept: Session) -> None:
    owner, item, album = run(
        kept,
        "SELECT member.user_id, content_id, category_id FROM bookmark_category_members AS member"
        " WHERE kind LIKE 'other public%' LIMIT 1",
    )[0]

    def seen() -> tuple[int, int]:
        return (
            Wanted("owner").total(read(kept, BOOKMARK, [owner]).counts, owner),
            Wanted("owner").total(read(kept, ALBUM_ITEM, [album]).counts, album),
        )

    before = seen()
    for visibility, fewer in (("private", 1), ("public", 0)):
        run(kept, "UPDATE content_items_all SET visibility = %s WHERE id = %s", visibility, item)
        assert seen() == (before[0] - fewer, before[1] - fewer), visibility


def test_cascades_append_once_for_each_item_and_not_for_each_favourite(kept: Session) -> None:
    """A deletion with many favourites: one statement on them, so one round of the triggers."""
    for count in OF_ALBUMS:
        fold(kept, count)
    written = "SELECT sum(n_tup_ins) FROM pg_stat_xact_user_tables WHERE relname = %s"
    most = "SELECT content_id FROM bookmarks GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    item = scalar(kept, most)
    keepers = scalar(kept, "SELECT count(*) FROM bookmarks WHERE content_id = %s", item)
    before = scalar(kept, written, "bookmark_deltas")
    run(kept, "DELETE FROM content_items_all WHERE id = %s", item)
    # A row for each user and kind that the statement changed.
    assert scalar(kept, written, "bookmark_deltas") - before == keepers > 1
    assert differences(kept) == []


ALL_OF_IT = ", user_id, content_id, creator_id, kind"


def test_a_place_is_of_one_user_and_has_its_favourites_kind(kept: Session) -> None:
    album, owner = run(kept, "SELECT id, user_id FROM bookmark_categories LIMIT 1")[0]
    [(stranger,)] = run(kept, "SELECT id FROM bookmarks WHERE user_id <> %s LIMIT 1", owner)
    [(own,)] = run(kept, "SELECT id FROM bookmarks WHERE user_id = %s LIMIT 1", owner)
    insert = "INSERT INTO bookmark_category_members (bookmark_id, category_id"
    run(kept, "DELETE FROM bookmark_category_members WHERE category_id = %s", album)
    for columns, *values in (
        (") VALUES (%s, %s)", stranger, album),
        (") VALUES (%s, %s)", UUID(int=9), album),
        (f"{ALL_OF_IT}) VALUES (%s, %s, %s, 1, %s, 'own public')", own, album, owner, owner),
    ):
        with pytest.raises(DBAPIError) as refused, kept.begin_nested():
            run(kept, f"{insert}{columns}", *values)
        assert isinstance(refused.value.orig, psycopg.errors.ForeignKeyViolation)
    run(kept, f"{insert}) VALUES (%s, %s)", own, album)
