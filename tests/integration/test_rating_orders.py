"""Lists in the order of ratings: for every filter and viewer, both ways, a plain Python sort."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any, get_args
from uuid import UUID

import pytest

from genonaut.api.gallery.filters import Filters, Scope
from genonaut.api.gallery.orders import order_of, position_of
from genonaut.api.gallery.pager import Window
from genonaut.api.gallery.query import GalleryQuery, RatingField, SortOrder
from genonaut.api.repositories.gallery_repository import GalleryRepository
from genonaut.api.repositories.rating_repository import RatingRepository
from genonaut.api.repositories.search_repository import SearchRepository
from genonaut.api.services.gallery_search import understand
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings
from genonaut.content.viewer import EVERYTHING
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.support.galleries import read_backward, read_forward
from tests.support.rows import add_items, add_ratings, add_tag, add_user, run
from tests.support.servers import patient
from tests.support.viewers import ADA, BO, CY, EYES, MEMBERS, Truth, beside

FIELDS: tuple[RatingField, ...] = get_args(RatingField)
DIRECTIONS: tuple[SortOrder, ...] = get_args(SortOrder)
ORDERS = [*product(FIELDS, DIRECTIONS)]
COMMUNITY = ("community-regular", "community-auto")
OWN = ("user-regular", "user-auto")
LOOKING = ("visitor", "ada", "bo", "admin")
FILTERS: dict[str, dict[str, Any]] = {
    "all": {},
    "a tag": {"tags": ("fox",)},
    "words": {"search": "sea"},
    "words that few have": {"search": "seldom"},
    "a creator": {"creator": BO},
}


@pytest.fixture
def rated(database: Database) -> Database:
    """Twelve items of each, some private; many are rated by several, and many by none."""
    chance = Random(7)
    for user in MEMBERS:
        add_user(database, f"user {user.int}", str(user))
    items = [
        item
        for number in range(12)
        for user in MEMBERS
        for item in add_items(
            database,
            str(user),
            1,
            chance.choice(["items", "auto"]),
            visibility=chance.choice(["public", "public", "private"]),
            prompt=f"{chance.choice(['sea', 'land'])} {'seldom' if number in (3, 5, 7) else ''}",
        )
    ]
    add_tag(database, "fox", chance.sample(items, 20))
    for user in MEMBERS:
        for item in chance.sample(items, 14):
            add_ratings(database, str(user), [item], chance.randint(1, 5))
    build_counts(database, "test")
    return database


@dataclass(frozen=True)
class Known:
    """What the plain tables say of ratings."""

    own: dict[tuple[int, UUID], int]
    means: dict[int, float]

    @classmethod
    def of(cls, database: Database) -> "Known":
        rows = run(database, "SELECT content_id, user_id, value FROM ratings")
        values: dict[int, list[int]] = {}
        for item_id, _, value in rows:
            values.setdefault(item_id, []).append(value)
        own = {(item_id, user): value for item_id, user, value in rows}
        return cls(own, {item: sum(each) / len(each) for item, each in values.items()})

    def sort(self, ids: Sequence[int], field: str, order: str, rater: UUID | None) -> list[int]:
        """The rated ones in the order, ties by id the same way; then the rest, by id as well."""

        def value(item_id: int) -> float | None:
            if field == "rating_mean":
                return self.means.get(item_id)
            return self.own.get((item_id, rater)) if rater else None

        with_values = [(found, item) for item in ids if (found := value(item)) is not None]
        rated = [item for _, item in sorted(with_values, reverse=order == "desc")]
        rest = sorted(set(ids) - set(rated), reverse=order == "desc")
        return rated + rest


def seen(database: Database, eyes: str, switches: Sequence[str], more: dict[str, Any]) -> list[int]:
    """The ids of a list, by plain SQL."""
    viewer = EYES[eyes]
    with database.snapshot() as session:
        truth = Truth(session.connection(), viewer)
        tag = more.get("tags", ("",))[0]
        ids = truth.ids(switches, viewer.user_id, tag, more.get("creator"))
        word = f"%{more.get('search', '')}%"
        like = "SELECT id FROM content_items_all WHERE id = ANY (%s) AND prompt LIKE %s"
        return [item for (item,) in run(session, like, ids, word)]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("what", FILTERS)
def test_every_list_is_a_plain_sort(rated: Database, settings: Settings, what: str) -> None:
    known, more = Known.of(rated), FILTERS[what]
    lengths = set()
    with rated.snapshot() as session:
        service = GalleryService(session, patient(settings).gallery)
        for eyes, switches, (field, order) in product(
            EYES, (COMMUNITY + OWN, COMMUNITY, OWN), ORDERS
        ):
            viewer = EYES[eyes]
            ids = seen(rated, eyes, switches, more)
            expected = known.sort(ids, field, order, viewer.user_id)
            query = GalleryQuery(
                switches=frozenset(switches),
                user_id=viewer.user_id,
                sort_field=field,
                sort_order=order,
                page_size=5,
                **more,
            )
            pages = list(read_forward(service, query, viewer))
            about = (eyes, switches, field, order)
            assert [item.id for page in pages for item in page.items] == expected, about
            assert {page.pagination.total_count for page in pages} == {len(expected)}
            if viewer is EVERYTHING:
                back = [*read_backward(service, query, pages[-1])][::-1]
                assert [page.items for page in back] == [page.items for page in pages[:-1]]
            items = [item for page in pages for item in page.items]
            assert [item.rating for item in items] == [
                known.own.get((item.id, viewer.user_id)) if viewer.user_id else None
                for item in items
            ]
            assert [item.rating_mean for item in items] == [
                known.means.get(item.id) for item in items
            ]
            for item in items[::7]:
                found = service.neighbours(viewer, query, item)
                ways = tuple(one.id if one else None for one in (found.previous, found.next))
                assert ways == beside(expected, item.id), about
            lengths.add(len(expected))
    assert max(lengths) > 5, "some list has several pages"


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("field", "order"), ORDERS)
def test_walking_and_collecting_agree(rated: Database, field: Any, order: Any) -> None:
    query = GalleryQuery(sort_field=field, sort_order=order)
    with rated.snapshot() as session:
        gallery, ratings = GalleryRepository(session), RatingRepository(session)
        [[tag]] = run(session, "SELECT id FROM tags")
        names = SearchRepository(session)
        for scope, tags, search in product(Scope, ((), (tag,)), ("", "sea")):
            sought = understand(names, GalleryQuery(search=search)).sought
            some = Filters({"regular": scope, "auto": scope}, EVERYTHING, BO, sought, tags)
            way = order_of(query, CY)
            everything = gallery.items(some, way, Window(99), collect=False)
            placed = [position_of(item, query) for item in ratings.with_ratings(everything, CY)]
            for position in [None, *placed[::4]]:
                for each in (way, way.reversed()):
                    for inclusive in (False, True):
                        window = Window(7, 2, position, inclusive)
                        walked = gallery.items(some, each, window, collect=False)
                        assert gallery.items(some, each, window, collect=True) == walked


def test_a_page_is_as_the_gallery_was_at_one_moment(rated: Database, settings: Settings) -> None:
    """Ratings that come between its statements are in none of them."""
    query = GalleryQuery(sort_field="rating_mean", user_id=ADA)
    with rated.snapshot() as session:
        before = GalleryService(session, settings.gallery).page(EVERYTHING, query)
        run(rated, "UPDATE ratings SET value = 1 + content_id % 5")
        assert GalleryService(session, settings.gallery).page(EVERYTHING, query) == before
    with rated.snapshot() as session:
        assert GalleryService(session, settings.gallery).page(EVERYTHING, query) != before
