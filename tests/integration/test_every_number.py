"""Every number on every page is the number of what its list has, and what SQL counts.

For a visitor, a member and an administrator, in a gallery where they see different things.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from genonaut.web.rated import UNRATED
from tests.support.api import OpenApi
from tests.support.crawler import Crawler, Listed, Number, faults
from tests.support.effort import effort
from tests.support.listed import is_list, listed_ids
from tests.support.people import Browsers, add_account, with_accounts
from tests.support.rows import add_items, add_ratings, add_tag, run

OWNERS = {"ada": (7, 3, 5, 2), "bo": (6, 4, 11, 1), "grace": (3, 1, 2, 0)}
"""How many each has: public and private gens, public and private auto-gens."""
FOUND_BY_ALL = {
    "/gallery -> /gallery?notGenSource",
    "/gallery -> /gallery?tags",
    "/gallery/creators/{} -> /gallery/creators/{}",
    "/gallery/creators/{} -> /gallery/creators/{}?notGenSource",
    "/gallery/stats -> /gallery",
    "/gallery/stats -> /gallery?notGenSource",
    "/gallery/stats -> /gallery?tags",
    "/gallery/stats -> /gallery/creators/{}",
    "/gallery/stats -> /gallery/creators/{}?notGenSource",
}
FOUND_BY_USERS = FOUND_BY_ALL | {
    "/gallery -> /gallery/favourites",
    "/gallery/favourites -> /gallery/favourites",
    "/gallery/albums -> /gallery/albums/{}",
    "/gallery/albums/{} -> /gallery/albums/{}",
}
FOUND_BY_ADMINISTRATORS = FOUND_BY_USERS | {
    "/gallery/admin/tags -> /gallery?tags",
    "/gallery/admin/tags/{} -> /gallery?tags",
}


@dataclass(frozen=True)
class Eyes:
    """Who goes through the pages."""

    name: str
    user_id: str | None
    sees_all: bool
    client: httpx.Client


@dataclass(frozen=True)
class World:
    """The gallery, and those who look at it."""

    database: Database
    ids: dict[str, str]
    browsers: Browsers

    def eyes(self, name: str) -> Eyes:
        if name == "visitor":
            return Eyes(name, None, sees_all=False, client=self.browsers.open())
        client = self.browsers.sign_in(name)
        return Eyes(name, self.ids[name], sees_all=name == "grace", client=client)

    def truth(self, eyes: Eyes, address: str) -> tuple[str, ...]:
        return listed_ids(self.database, address, eyes.user_id, sees_all=eyes.sees_all)


@pytest.fixture
def world(open_api: OpenApi, settings: Settings, database: Database) -> Iterator[World]:
    ids = {name: add_account(database, name) for name in ("ada", "bo")}
    ids["grace"] = add_account(database, "grace", "admin")
    for name, numbers in OWNERS.items():
        for number, source, visibility in zip(
            numbers, ("items", "items", "auto", "auto"), ("public", "private") * 2, strict=True
        ):
            add_items(database, ids[name], number, source, visibility=visibility)
    every = [item_id for (item_id,) in run(database, "SELECT id FROM content_items_all ORDER BY 1")]
    add_tag(database, "sea", every[::2])
    add_tag(database, "red, green", every[::3])
    add_tag(database, "bo alone", [item for (item,) in run(database, PRIVATE_OF, ids["bo"])])
    for name, kept in (("ada", every[1::2]), ("grace", every[::4])):
        run(database, KEEP, ids[name], list(kept))
        arrange(database, ids[name])
    for name, rated, value in (("ada", every[::2], 5), ("bo", every[::3], 2)):
        add_ratings(database, ids[name], rated, value)
    # What ada keeps of others is hidden from her afterwards.
    run(database, "UPDATE content_items_all SET visibility = 'private' WHERE id % 9 = 4")
    build_counts(database, "the test")
    browsers = Browsers(str(open_api(with_accounts(settings), database).base_url))
    yield World(database, ids, browsers)
    browsers.close()


PRIVATE_OF = """
    SELECT id FROM content_items_all WHERE creator_id = %s AND visibility = 'private'"""
KEEP = """
    INSERT INTO bookmarks (user_id, content_id, source_type)
    SELECT %s, id, source_type FROM content_items_all WHERE id = ANY (%s)"""
PUT = """
    INSERT INTO bookmark_category_members (bookmark_id, category_id)
    SELECT id, %s FROM bookmarks WHERE user_id = %s AND content_id %% %s = 0"""


def arrange(database: Database, owner: str) -> None:
    """Three albums: one of them is in another, and one has nothing in it."""
    outer = add_album(database, owner, "Sea")
    inner = add_album(database, owner, "Night", outer)
    add_album(database, owner, "Empty")
    run(database, PUT, outer, owner, 2)
    run(database, PUT, inner, owner, 3)


def add_album(database: Database, owner: str, name: str, parent: str | None = None) -> str:
    insert = "INSERT INTO bookmark_categories (user_id, name, parent_id) VALUES (%s, %s, %s)"
    [[album]] = run(database, f"{insert} RETURNING id", owner, name, parent)
    return str(album)


def compared(
    world: World, eyes: Eyes, crawler: Crawler, *starts: str
) -> tuple[set[str], list[str]]:
    """The kinds of the numbers that were found, and what is wrong with them."""
    kinds, wrong = set[str](), list[str]()
    for number in set(crawler.numbers(*starts)):
        if not is_list(number.of):
            wrong.append(f"{number.of} is no list that tests/support/listed.py knows")
            continue
        kinds.add(number.kind)
        wrong += faults(number, crawler.listed(number.of), world.truth(eyes, number.of))
    return kinds, wrong


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("name", "wanted"),
    [("visitor", FOUND_BY_ALL), ("grace", FOUND_BY_ADMINISTRATORS), ("ada", FOUND_BY_USERS)],
)
@effort(short=1, long=2, variable="GENONAUT_PAGES_ALIKE")
def test_every_number_is_that_of_its_list(
    world: World, name: str, wanted: set[str], effort: int
) -> None:
    eyes = world.eyes(name)
    crawler = Crawler(eyes.client, alike=effort)
    kinds, wrong = compared(world, eyes, crawler)
    assert wrong == []
    assert wanted - kinds == set()
    assert wrongly_rated(world, eyes, crawler) == []


RATED = """
    SELECT content_id, trim_scale(round(avg(value), 2)) || ' of 5, by ' || count(*)
        || CASE count(*) WHEN 1 THEN ' user' ELSE ' users' END
        || coalesce('; your rating: ' || max(value) FILTER (WHERE user_id = %s::uuid), '')
    FROM ratings GROUP BY content_id"""


def wrongly_rated(world: World, eyes: Eyes, crawler: Crawler) -> list[str]:
    """The items whose ratings are others on a page than in SQL."""
    truth = {str(item): words for item, words in run(world.database, RATED, eyes.user_id)}
    said = {one for page in crawler.pages.values() for one in page.rated}
    assert {item for item, _ in said} & set(truth)
    return [f"{item}: {words}" for item, words in said if words != truth.get(item, UNRATED.words)]


@pytest.mark.long
def test_numbers_of_a_search_and_of_a_lora(world: World) -> None:
    run(world.database, MADE)
    eyes = world.eyes("ada")
    starts = ("/gallery?search=lighthouse", "/gallery?lora=ink%2C+wash")
    kinds, wrong = compared(world, eyes, Crawler(eyes.client, deepest=1), *starts)
    assert wrong == []
    assert kinds >= {
        "/gallery -> /gallery?search",
        "/gallery -> /gallery?lora",
        "/gallery -> /gallery?lora&search",
        "/gallery -> /gallery?lora&tags",
    }


MADE = """
    UPDATE content_items_all SET
        prompt = CASE WHEN id % 2 = 0 THEN 'a lighthouse, at night' ELSE 'lighthouses' END,
        item_metadata = CASE id % 3
            WHEN 0 THEN '{"model": "flux", "loras": [{"name": "ink, wash"}, {"name": "detail"}]}'
            WHEN 1 THEN '{"model": "sdxl", "loras": ["ink, wash"]}' ELSE '{}' END::jsonb"""


@pytest.mark.long
def test_an_error_of_one_is_found(world: World) -> None:
    """In each kind of number, in the total of a list, in what it lists, and in SQL."""
    eyes = world.eyes("ada")
    crawler = Crawler(eyes.client)
    of_kind = defaultdict[str, list[Number]](list)
    for number in crawler.numbers():
        of_kind[number.kind].append(number)
    assert set(of_kind) >= FOUND_BY_USERS
    for [number, *_] in of_kind.values():
        listed, truth = crawler.listed(number.of), world.truth(eyes, number.of)
        assert faults(number, listed, truth) == []
        for told in (number.told - 1, number.told + 1):
            assert faults(replace(number, told=told), listed, truth), number
        assert faults(number, replace(listed, total=number.told + 1), truth)
        assert faults(number, replace(listed, ids=(*listed.ids, "1")), truth)
        assert faults(number, listed, (*truth, "1"))


SPOILS: dict[str, tuple[str, str]] = {
    "counts": ("UPDATE gen_source_stats SET count = count + 1 WHERE user_id IS NULL", "/gallery"),
    "tags": ("UPDATE tag_cardinality_stats SET cardinality = cardinality + 1", "/gallery/stats"),
    "favourites": ("UPDATE bookmark_stats SET count = count + 1", "/gallery/favourites"),
    "albums": ("UPDATE album_item_stats SET count = count + 1", "/gallery/albums"),
}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("what", SPOILS)
def test_a_count_that_another_program_spoils_is_found(world: World, what: str) -> None:
    statement, page = SPOILS[what]
    eyes = world.eyes("ada")

    def wrong() -> list[str]:
        return compared(world, eyes, Crawler(eyes.client, deepest=0), page)[1]

    assert wrong() == []
    run(world.database, statement)
    assert wrong() != []


def test_other_items_in_the_same_number_are_found() -> None:
    number = Number("/gallery", "/gallery?tags=sea", 2)
    assert faults(number, Listed(2, ("1", "2")), ("2", "1")) == []
    assert faults(number, Listed(2, ("1", "2")), ("1", "3"))
