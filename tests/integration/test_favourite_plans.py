"""How much of the database favourites and albums touch: indexes, and of many thousands a few."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from genonaut.api.bookmarks.entities import BookmarkQuery, ContentKey
from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.services.album_service import AlbumService
from genonaut.api.services.bookmark_service import BookmarkService
from genonaut.api.services.gallery_service import GalleryService
from genonaut.api.services.place_service import PlaceService
from genonaut.config import Settings
from genonaut.content.viewer import EVERYTHING, Viewer
from genonaut.counting.engine import refresh
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database
from tests.support.plans import Plan, plans
from tests.support.rows import run
from tests.support.servers import EMBEDDED, new_database
from tests.support.viewers import ADA

ITEMS, KEPT, INSIDE = 30_000, 600, 150
ALBUM = UUID(int=77)
SIZE = 10
FILL = f"""
INSERT INTO users (id, username) SELECT '{ADA}'::uuid, 'ada' UNION ALL
    SELECT gen_random_uuid(), 'user ' || n FROM generate_series(1, 100) AS n;
INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id, created_at)
SELECT CASE WHEN n % 4 = 0 THEN 'items' ELSE 'auto' END, 't ' || n, '', repeat('words ', 20),
       others.id, timestamptz '2026-01-01 00:00:00+00' + n * interval '1 minute'
FROM generate_series(1, {ITEMS}) AS n
JOIN (SELECT id, row_number() OVER (ORDER BY username) AS place FROM users) AS others
     ON place = 1 + n % 101
ORDER BY n;
INSERT INTO bookmarks (user_id, content_id, source_type)
SELECT users.id, item.id, source_type FROM users, content_items_all AS item
WHERE item.id % 300 = length(username) OR username = 'ada' AND item.id % 50 = 0;
INSERT INTO bookmark_categories (user_id, name) SELECT id, 'all' FROM users;
INSERT INTO bookmark_category_members (bookmark_id, category_id)
SELECT bookmarks.id, album.id FROM bookmarks JOIN bookmark_categories AS album USING (user_id);
INSERT INTO bookmark_categories (id, user_id, name) VALUES ('{ALBUM}', '{ADA}', 'sea')"""


@pytest.fixture(scope="module")
def crowd(
    open_server: Callable[[str], tuple[Settings, Database]],
) -> Iterator[tuple[Settings, Database]]:
    """Ada keeps a few of many items, of which a quarter is in an album; others keep some."""
    settings, beside = open_server(EMBEDDED)
    with new_database(beside, migrated=True) as database:
        run(database, FILL)
        with database.transaction() as session:
            inside = "SELECT content_id FROM bookmarks WHERE user_id = %s ORDER BY 1 LIMIT %s"
            items = [item for (item,) in run(session, inside, ADA, INSIDE)]
            assert PlaceService(session).put_items(EVERYTHING, ALBUM, items) == INSIDE
            for count in COUNTS.values():
                refresh(session, count, "test")
        autocommit = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with autocommit.connect() as connection:
            connection.exec_driver_sql("VACUUM (FREEZE, ANALYZE)")
        yield settings, database


@pytest.fixture
def session(crowd: tuple[Settings, Database]) -> Iterator[Session]:
    with crowd[1].snapshot() as opened:
        yield opened


def checked(session: Session, action: Callable[[], object], most: int) -> list[Plan]:
    """The plans of what an action reads, none of which scans a table of these or many pages."""
    found = plans(session, action)
    for plan in found:
        scanned = {node["Relation Name"] for node in plan.nodes if node["Node Type"] == "Seq Scan"}
        # (A hundredth of so few items is best found by reading all.)
        large = {"bookmarks", "bookmark_category_members"}
        assert not scanned & large, plan.statement
        assert plan.buffers <= most, (plan.buffers, plan.statement)
    return found


@pytest.mark.long
def test_a_page_of_favourites_touches_what_it_lists(session: Session) -> None:
    service, viewer = BookmarkService(session), Viewer(ADA)
    for skip in (0, 50):
        query = BookmarkQuery(skip=skip, limit=SIZE)
        checked(session, partial(service.page, viewer, ADA, query), 40 * SIZE)
    assert service.page(viewer, ADA, BookmarkQuery()).total >= KEPT


def test_a_page_of_an_album_touches_what_it_lists(session: Session) -> None:
    service, viewer = AlbumService(session), Viewer(ADA)
    query = BookmarkQuery(limit=SIZE, sort="position", descending=False)
    checked(session, lambda: service.items(viewer, ALBUM, query), 40 * SIZE)
    assert service.items(viewer, ALBUM, query).total == INSIDE


def test_an_album_with_its_cover_and_number_touches_a_few(session: Session) -> None:
    checked(session, lambda: AlbumService(session).get(Viewer(ADA), ALBUM), 60)


def test_a_batch_of_checks_is_one_query(session: Session) -> None:
    keys: list[ContentKey] = [(number, "auto") for number in range(1, 1001)]
    service = BookmarkService(session)
    found = checked(session, lambda: service.of_items(Viewer(ADA), ADA, keys), 4 * len(keys))
    assert len(found) == 1


@pytest.mark.parametrize(
    "asked", [{"favourites": True}, {"album": ALBUM}], ids=["favourites", "album"]
)
def test_the_gallery_reads_a_part_of_a_shelf(
    session: Session, crowd: tuple[Settings, Database], asked: dict[str, Any]
) -> None:
    service = GalleryService(session, crowd[0].gallery)
    first = GalleryQuery(page_size=SIZE, **asked)
    cursor = service.page(Viewer(ADA), first).pagination.next_cursor
    for query in (first, GalleryQuery(page_size=SIZE, cursor=cursor, **asked)):
        checked(session, partial(service.page, Viewer(ADA), query), 20 * KEPT)
