"""A small gallery of which much is kept, in albums in one another."""

from sqlalchemy.orm import Session

from genonaut.counting.engine import refresh
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database
from tests.support.rows import add_items, add_users, run, scalar

KEEP_ALL = """
    INSERT INTO bookmarks (user_id, content_id, source_type, creator_id)
    SELECT users.id, item.id, source_type, creator_id FROM users, content_items_all AS item
    ORDER BY item.id ON CONFLICT DO NOTHING"""
PLACE_ALL = """
    INSERT INTO bookmark_category_members (bookmark_id, category_id, creator_id)
    SELECT kept.id, album.id, creator_id FROM bookmarks AS kept
    JOIN bookmark_categories AS album USING (user_id)
    ORDER BY kept.content_id ON CONFLICT DO NOTHING"""
PIN = "UPDATE bookmarks SET pinned = NOT pinned WHERE content_id % 2 = 0"
_KEEP_HALF = """
    INSERT INTO bookmarks (user_id, content_id, source_type, creator_id, pinned)
    SELECT users.id, item.id, source_type, creator_id, item.id % 7 = 0
    FROM users, content_items_all AS item WHERE item.id % 2 = 0 ORDER BY item.id"""
_ALBUMS = """
    INSERT INTO bookmark_categories (user_id, name, is_public)
    SELECT id, 'album ' || n, n = 1 FROM users, generate_series(1, 3) AS n
    WHERE username < 'user 4'"""
_NEST = """
    UPDATE bookmark_categories AS one SET parent_id = other.id FROM bookmark_categories AS other
    WHERE one.name = 'album 3' AND other.name = 'album 2' AND one.user_id = other.user_id"""


def keep_and_arrange(session: Session) -> None:
    """Every user keeps half of what there is; users 1 to 3 have albums, one in another."""
    for statement in (_KEEP_HALF, _ALBUMS, _NEST, PLACE_ALL):
        run(session, statement)


def fill_kept(database: Database) -> None:
    """Four users with items of both sources, of which each keeps half; three have albums."""
    with database.transaction() as session:
        for user in add_users(session, 4):
            for source in ("items", "auto"):
                add_items(session, user, 3, source)
        run(session, "UPDATE content_items_all SET visibility = 'private' WHERE id % 4 < 2")
        keep_and_arrange(session)
        for count in COUNTS.values():
            refresh(session, count, "test")
    assert scalar(database, "SELECT count(DISTINCT kind) FROM bookmark_category_members") > 8
