"""Favourites and albums as filters of the gallery's list: with the others, and exact totals."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, combinations
from typing import Any, get_args
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from genonaut.api.gallery.query import BY_RATING, GalleryQuery, SortField, SwitchName
from genonaut.api.services.bookmark_service import BookmarkService
from genonaut.api.services.gallery_service import GalleryService
from genonaut.api.services.place_service import PlaceService
from genonaut.config import Settings
from genonaut.content.viewer import EVERYTHING, VISITOR, Viewer
from genonaut.counting.engine import refresh
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database
from genonaut.errors import InvalidCursorError, NotFoundError
from tests.support.galleries import COMBINATIONS, SWITCHES, read_forward
from tests.support.plans import executed
from tests.support.rows import add_items, add_tag, add_user, run
from tests.support.viewers import ADA, BO, CY, SEEN, SOURCE

ALBUM = UUID(int=77)
SHOWN = UUID(int=78)
LIST = f"""
    SELECT item.id FROM content_items_all AS item
    WHERE {{where}} AND {SEEN.replace("%(all)s", "false")}
    AND {SOURCE} = ANY (CASE WHEN item.creator_id = %(whose)s::uuid
        THEN %(user)s::text[] ELSE %(community)s::text[] END)
    ORDER BY created_at DESC, id DESC"""
KEPT = """EXISTS (SELECT FROM bookmarks WHERE user_id = %(me)s::uuid AND content_id = item.id)"""
IN_ALBUM = """EXISTS (SELECT FROM bookmark_category_members AS member
    JOIN bookmarks ON bookmarks.id = bookmark_id
    WHERE category_id = '00000000-0000-0000-0000-00000000004d'
    AND bookmarks.content_id = item.id)"""


@pytest.fixture
def gallery(database: Database) -> Iterator[Session]:
    """Three users with items of all kinds; ada keeps two thirds, of which half are in an album."""
    with database.transaction() as session:
        for user_id, name in ((ADA, "ada"), (BO, "bo"), (CY, "cy")):
            add_user(session, name, str(user_id))
            for source in ("items", "auto"):
                add_items(session, str(user_id), 6, source)
        run(session, "UPDATE content_items_all SET title = 'the sea' WHERE id % 5 < 3")
        items = [item for (item,) in run(session, "SELECT id FROM content_items_all ORDER BY id")]
        add_tag(session, "sea", items[::2])
        keep = [item for item in items if item % 3]
        BookmarkService(session).keep(EVERYTHING, ADA, keep)
        for album, is_public in ((ALBUM, False), (SHOWN, True)):
            run(
                session,
                "INSERT INTO bookmark_categories (id, user_id, name, is_public)"
                " VALUES (%s, %s, %s, %s)",
                album,
                ADA,
                str(album),
                is_public,
            )
            PlaceService(session).put_items(EVERYTHING, album, keep[::2])
        run(session, "UPDATE content_items_all SET visibility = 'private' WHERE id % 4 = 0")
        for count in COUNTS.values():
            refresh(session, count, "test")
    with database.snapshot() as session:
        yield session


def expected(
    session: Session, where: str, switches: Sequence[str], viewer: UUID, whose: UUID | None
) -> list[int]:
    """The list by plain SQL."""
    sides = {
        side: [name.split("-")[1] for name in switches if name.startswith(side)]
        for side in ("user", "community")
    }
    given = {"me": viewer, "whose": whose, **sides}
    rows = session.connection().exec_driver_sql(LIST.format(where=where), given)
    return list(rows.scalars())


SHELVES: dict[str, tuple[dict[str, Any], str]] = {
    "favourites": ({"favourites": True}, KEPT),
    "album": ({"album": ALBUM}, IN_ALBUM),
    "both": ({"favourites": True, "album": ALBUM}, f"{KEPT} AND {IN_ALBUM}"),
}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("shelf", SHELVES)
def test_every_combination_of_switches_lists_them_and_knows_how_many(
    gallery: Session, settings: Settings, shelf: str
) -> None:
    service, (asked, where) = GalleryService(gallery, settings.gallery), SHELVES[shelf]
    for switches in COMBINATIONS:
        for whose in (ADA, BO, None):
            wanted = expected(gallery, where, switches, ADA, whose)
            query = GalleryQuery(frozenset(switches), whose, page_size=4, **asked)
            pages = list(read_forward(service, query, Viewer(ADA)))
            assert [item.id for page in pages for item in page.items] == wanted
            told = {page.pagination.total_count for page in pages}
            assert told == {len(wanted)}, (switches, whose)


# Without a rating, an item is at the end both ways: tests/integration/test_rating_orders.py.
@pytest.mark.sampled(2)
@pytest.mark.parametrize("field", sorted({*get_args(SortField)} - BY_RATING))
def test_every_order_goes_both_ways(gallery: Session, settings: Settings, field: SortField) -> None:
    service = GalleryService(gallery, settings.gallery)
    query = GalleryQuery(favourites=True, page_size=5, sort_field=field)
    forward = list(read_forward(service, query, Viewer(ADA)))
    ids = [item.id for page in forward for item in page.items]
    assert len(ids) == len(set(ids)) > 10
    values = [getattr(item, field) for page in forward for item in page.items]
    assert values == sorted(values, reverse=True)
    other = GalleryQuery(favourites=True, page_size=5, sort_field=field, sort_order="asc")
    back = list(read_forward(service, other, Viewer(ADA)))
    assert [item.id for page in back for item in page.items] == ids[::-1]


FILTERS: dict[str, tuple[dict[str, Any], str]] = {
    "search": ({"search": "sea"}, "item.title = 'the sea'"),
    "tag": (
        {"tags": ("sea",)},
        "EXISTS (SELECT FROM content_tags WHERE content_id = item.id)",
    ),
    "creator": ({"creator": BO}, f"item.creator_id = '{BO}'"),
    "oneself": ({"creator": ADA}, f"item.creator_id = '{ADA}'"),
}


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    "names", list(chain.from_iterable(combinations(FILTERS, n) for n in (1, 2, 3)))
)
@pytest.mark.parametrize("shelf", SHELVES)
def test_the_other_filters_apply_as_well(
    gallery: Session, settings: Settings, shelf: str, names: tuple[str, ...]
) -> None:
    service, (asked, where) = GalleryService(gallery, settings.gallery), SHELVES[shelf]
    given: dict[str, Any] = {}
    for name in names:
        given |= FILTERS[name][0]
    if {"creator", "oneself"} <= set(names):
        return
    where = " AND ".join([where, *(FILTERS[name][1] for name in names)])
    wanted = expected(gallery, where, SWITCHES, ADA, ADA)
    query = GalleryQuery(user_id=ADA, page_size=3, **asked, **given)
    pages = list(read_forward(service, query, Viewer(ADA)))
    assert [item.id for page in pages for item in page.items] == wanted
    assert {page.pagination.total_count for page in pages} == {len(wanted)}


def test_each_viewer_has_favourites_of_their_own_and_eyes_of_their_own(
    gallery: Session, settings: Settings
) -> None:
    service = GalleryService(gallery, settings.gallery)

    def total(viewer: Viewer, **asked: Any) -> int:
        pages = list(read_forward(service, GalleryQuery(page_size=7, **asked), viewer))
        number = pages[0].pagination.total_count
        assert number == sum(len(page.items) for page in pages)
        return number

    seen = total(Viewer(ADA), favourites=True)
    assert total(Viewer(ADA, sees_all=True), favourites=True) > seen
    assert total(EVERYTHING, favourites=True, user_id=ADA) > seen
    for viewer in (Viewer(BO), VISITOR, EVERYTHING):
        assert total(viewer, favourites=True) == 0
    assert total(Viewer(BO), favourites=True, user_id=ADA) == 0
    assert total(Viewer(ADA), album=SHOWN) > total(VISITOR, album=SHOWN) > 0
    # Others see what is public in it, which an own private item is not: so all see the same.
    assert total(Viewer(BO), album=SHOWN) == total(VISITOR, album=SHOWN)
    for viewer in (Viewer(BO), VISITOR):
        with pytest.raises(NotFoundError):
            service.page(viewer, GalleryQuery(album=ALBUM))


def test_a_cursor_belongs_to_its_shelf(gallery: Session, settings: Settings) -> None:
    service, viewer = GalleryService(gallery, settings.gallery), Viewer(ADA)
    shelves: list[dict[str, Any]] = [{}, *(asked for asked, _ in SHELVES.values())]
    for asked in shelves:
        page = service.page(viewer, GalleryQuery(page_size=2, **asked))
        cursor = page.pagination.next_cursor
        assert cursor
        for other in shelves:
            query = GalleryQuery(page_size=2, cursor=cursor, **other)
            if other == asked:
                service.page(viewer, query)
            else:
                with pytest.raises(InvalidCursorError):
                    service.page(viewer, query)


def test_an_item_has_its_neighbours_on_the_shelf(gallery: Session, settings: Settings) -> None:
    service, viewer = GalleryService(gallery, settings.gallery), Viewer(ADA)
    query = GalleryQuery(favourites=True, page_size=1000)
    items = service.page(viewer, query).items
    for before, item, after in zip(items, items[1:], items[2:], strict=False):
        found = service.neighbours(viewer, query, item)
        assert found.previous
        assert found.next
        assert (found.previous.id, found.next.id) == (before.id, after.id)


def test_the_number_is_not_counted(gallery: Session, settings: Settings) -> None:
    """With all switches on, or about oneself: no statement reads more of it than the page has."""
    service = GalleryService(gallery, settings.gallery)
    switches: tuple[Sequence[SwitchName], ...] = (SWITCHES, SWITCHES[:2], SWITCHES[2:])
    for chosen in switches:
        query = GalleryQuery(frozenset(chosen), ADA, favourites=True, page_size=2)
        done = executed(gallery, partial(service.page, Viewer(ADA), query))
        assert not [statement for statement, _ in done if "DECLARE" in statement]
