"""What is done to items of many creators, who are in several parts: it is as on one database."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from genonaut.api.bookmarks.entities import BookmarkQuery
from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.repositories.bulk_repository import BulkRepository
from genonaut.api.services.bookmark_service import BookmarkService
from genonaut.api.services.bulk_actions import Action, Deleting, Sender, Showing, Tagging
from genonaut.api.services.bulk_keeping import Keeping
from genonaut.api.services.bulk_service import do
from genonaut.api.services.deletion_service import DeletionService
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings, load_settings
from genonaut.content.viewer import EVERYTHING, Viewer
from genonaut.db.schema import PARTITIONS, REGULAR
from genonaut.db.session import Database
from genonaut.errors import DatabaseError
from genonaut.ingest.imports import contents_of, find_import, remove_items, running_import
from genonaut.ingest.loader import load_batch
from genonaut.ingest.rows import ImportRow
from genonaut.library.roots import Library
from tests.distributed.soak import VARIABLE, cluster
from tests.support.rows import add_items, add_user, run, scalar

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(VARIABLE not in os.environ, reason=f"{VARIABLE} names no cluster of Citus."),
]
CREATORS = 12
SENDER = Sender(EVERYTHING, None, any_item=True)
STATE = """
    SELECT item.id, item.visibility, array_agg(tags.name ORDER BY tags.name),
        bool_and(carried.visibility = item.visibility)
    FROM content_items_all AS item
    JOIN content_tags AS carried ON content_id = item.id AND carried.creator_id = item.creator_id
    JOIN tags ON tags.id = tag_id
    WHERE item.id = ANY (%s) GROUP BY item.id, item.visibility ORDER BY item.id"""
BRIEFLY = """
    SET LOCAL citus.propagate_set_commands = 'local';
    SET LOCAL lock_timeout = '50ms'"""


@pytest.fixture(scope="module")
def gallery() -> Iterator[Database]:
    with cluster() as database:
        yield database


@pytest.fixture
def items(gallery: Database) -> list[int]:
    """Items of creators in several parts, two of each."""
    creators = [add_user(gallery, f"creator {uuid4()}") for _ in range(CREATORS)]
    return [item for creator in creators for item in add_items(gallery, creator, 2)]


def act(gallery: Database, action: Action, items: Sequence[int], sender: Sender = SENDER) -> int:
    with gallery.transaction() as session:
        done = do(session, sender, action, items)
    assert done.failed == ()
    return done.done


def test_many_items_are_tagged_hidden_deleted_and_put_back(
    gallery: Database, items: list[int]
) -> None:
    keeper = UUID(add_user(gallery, f"keeper {uuid4()}"))
    tags = f"one {uuid4()}", f"two {uuid4()}"
    act(gallery, Tagging(tags), items)
    act(gallery, Keeping(keeper), items, Sender(Viewer(keeper), keeper, any_item=False))
    act(gallery, Showing("private"), items[::3])
    before = run(gallery, STATE, items)
    assert [item for item, seen, *_ in before if seen == "private"] == sorted(items[::3])
    assert all(followed for *_, followed in before)
    assert all(names == sorted(tags) for _, _, names, _ in before)

    deleting = Deleting()
    act(gallery, deleting, items)
    assert run(gallery, STATE, items) == []
    with gallery.transaction() as session:
        assert DeletionService(session).undo_together(deleting.batch, None).taken == ()
    assert run(gallery, STATE, items) == before
    with gallery.snapshot() as session:
        page = BookmarkService(session).page(Viewer(keeper), keeper, BookmarkQuery())
    assert page.total == len(page.items) == len(items) - len(items[::3])


def test_what_one_holds_another_one_waits_for(gallery: Database, items: list[int]) -> None:
    with gallery.transaction() as session:
        held = BulkRepository(session).hold(items, None, any_item=True)
        assert sorted(held) == sorted(items)
        for item in items[:2]:
            with pytest.raises(DatabaseError):
                hold_briefly(gallery, item)
    hold_briefly(gallery, items[0])


def hold_briefly(gallery: Database, item: int) -> None:
    with gallery.transaction() as session:
        run(session, BRIEFLY)
        assert list(BulkRepository(session).hold([item], None, any_item=True)) == [item]


def test_a_list_is_walked_as_it_is_counted(gallery: Database, items: list[int]) -> None:
    settings: Settings = load_settings("test")
    tag = f"walked {uuid4()}"
    act(gallery, Tagging((tag,)), items)
    met: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        query = GalleryQuery(tags=(tag,), page_size=5, cursor=cursor)
        with gallery.snapshot() as session:
            page = GalleryService(session, settings.gallery).page(EVERYTHING, query)
        assert page.pagination.total_count == len(items)
        met += [item.id for item in page.items]
        cursor = page.pagination.next_cursor
    newest = (
        "SELECT id FROM content_items_all WHERE id = ANY (%s) ORDER BY created_at DESC, id DESC"
    )
    assert met == [item for (item,) in run(gallery, newest, items)]


def test_an_import_is_removed_but_for_what_changed(gallery: Database, tmp_path: Path) -> None:
    key = str(uuid4())
    rows = [row(f"{key} {number}", f"painter {number} {key}") for number in range(CREATORS)]
    with (
        gallery.engine.connect() as connection,
        running_import(connection, [tmp_path], f"import {key}") as running,
    ):
        assert load_batch(connection, rows, Library(tmp_path), running.id).items == CREATORS
        assert load_batch(connection, rows, Library(tmp_path), running.id).items == 0
    run(gallery, "UPDATE content_items_all SET title = 'kept' WHERE prompt = %s", rows[0].prompt)
    with gallery.engine.begin() as connection:
        there = contents_of(connection, find_import(connection, f"import {key}").id)
        assert tuple(there) == (CREATORS, CREATORS, 1, 0)
        removed = remove_items(connection, running.id)
    assert sum(removed.values()) == CREATORS - 1
    left = "SELECT count(*) FROM content_items_all WHERE item_metadata ->> 'import_key' LIKE %s"
    assert scalar(gallery, left, f"{key}%") == 1


def row(key: str, creator: str) -> ImportRow:
    return ImportRow(
        line=1,
        prompt=f"prompt of {key}",
        title="a title",
        creator=creator,
        created_at=None,
        source=PARTITIONS[REGULAR],
        content_data="",
        quality_score=0.0,
        metadata={},
        tags=("imported", key),
        import_key=key,
    )
