"""Lists of tags by number, by use and by beginning: exact for each viewer, and quick."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from genonaut.api.gallery.pager import Total
from genonaut.api.numbered import NumberedPage, PageNumber
from genonaut.api.repositories.tag_pages import TagOrder, TagPages
from genonaut.api.services.tag_lists import TagLists
from genonaut.config import Settings
from genonaut.content.viewer import EVERYTHING, VISITOR, Viewer
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.support.plans import Plan, plans
from tests.support.rows import add_items, add_tag, add_user, run, scalar
from tests.support.servers import EMBEDDED, new_database

TAGS = "/api/v1/tags"
NAMES = ("sea", "deep sea", "sea view", "seal", "Ähre".lower(), "100%")
ADA = "00000000-0000-4000-8000-0000000000a1"
GRACE = "00000000-0000-4000-8000-0000000000b1"
VIEWERS = {
    "visitor": (VISITOR, "visibility = 'public'"),
    "ada": (Viewer(UUID(ADA)), f"(visibility = 'public' OR creator_id = '{ADA}')"),
    "admin": (EVERYTHING, "true"),
}


@pytest.fixture
def tagged(database: Database) -> dict[str, str]:
    """Tags on public and private items of two users, and one on none."""
    for user_id, name in ((ADA, "ada"), (GRACE, "grace")):
        add_user(database, name, user_id)
    items = {
        (user, visibility, source): add_items(database, user, 4, source, visibility=visibility)
        for user in (ADA, GRACE)
        for visibility in ("public", "private")
        for source in ("items", "auto")
    }
    everything = [item for found in items.values() for item in found]
    made = {
        "sea": add_tag(database, "sea", everything),
        "deep sea": add_tag(database, "deep sea", items[ADA, "public", "items"]),
        "sea view": add_tag(database, "sea view", items[GRACE, "private", "auto"]),
        "seal": add_tag(database, "seal", items[ADA, "private", "items"]),
        "ähre": add_tag(database, "ähre", items[GRACE, "public", "auto"][:1]),
        "100%": add_tag(database, "100%"),
    }
    build_counts(database, "test")
    return made


def by_sql(database: Database, condition: str, part: str = "") -> dict[str, tuple[int, int]]:
    """The tags that a viewer knows, and how many items carry each, counted here and now."""
    rows = run(
        database,
        "SELECT name, count(content_id) FILTER (WHERE source_type = 'items'),"
        " count(content_id) FILTER (WHERE source_type = 'auto')"
        f" FROM tags LEFT JOIN content_tags ON tag_id = tags.id AND {condition}"
        " WHERE strpos(name, %s) > 0 GROUP BY name",
        part,
    )
    knows_all = condition == "true"
    return {name: (r, a) for name, r, a in rows if knows_all or r + a}


@pytest.mark.parametrize("part", ["", "sea"])
@pytest.mark.parametrize("who", VIEWERS)
def test_every_number_is_that_of_sql_for_each_viewer(
    database: Database, settings: Settings, tagged: dict[str, str], who: str, part: str
) -> None:
    viewer, condition = VIEWERS[who]
    expected = by_sql(database, condition, part)
    with database.snapshot() as session:
        lists = TagLists(session, settings.gallery)
        found = lists.page(viewer, PageNumber(1, 50), "name-asc", part)
        popular = lists.popular(viewer, 50, None, 1)
        suggested = lists.suggested(viewer, "SE", 50)
    assert {tag.name: (tag.regular_count, tag.auto_count) for tag in found.items} == expected
    assert (found.total_count, found.total_is_estimate) == (len(expected), False)
    carried = {name: sum(both) for name, both in by_sql(database, condition).items() if sum(both)}
    assert {tag.name: tag.cardinality for tag in popular} == carried
    begins = {name: number for name, number in carried.items() if name.startswith("se")}
    assert {tag.name: tag.count for tag in suggested} == begins
    assert [tag.name for tag in suggested] == sorted(begins, key=lambda name: (-begins[name], name))


def listed(client: httpx.Client, **parameters: str | int) -> list[str]:
    answer = client.get(TAGS, params=parameters)
    assert answer.status_code == 200, answer.text
    return [tag["name"] for tag in answer.json()["items"]]


def test_every_order_and_its_pages(client: httpx.Client, tagged: dict[str, str]) -> None:
    names = listed(client, sort="name-asc", page_size=50)
    assert set(names) == set(NAMES)
    assert listed(client, sort="name-desc", page_size=50) == names[::-1]
    assert listed(client, sort="created-asc", page_size=50) == list(tagged)
    assert listed(client, sort="created-desc", page_size=50) == list(tagged)[::-1]
    by_count = listed(client, sort="count-desc", page_size=50)
    assert (by_count[0], by_count[-1]) == ("sea", "100%")
    assert listed(client, sort="count-asc", page_size=50)[0] == "100%"
    for size in (1, 2, 4, 6):
        pages = [
            client.get(TAGS, params={"page": number, "page_size": size}).json()
            for number in range(1, 8)
        ]
        shown = [tag["name"] for page in pages for tag in page["items"]]
        assert shown == names
        for number, page in enumerate(pages, 1):
            assert page["pagination"] == {
                "page": number,
                "page_size": size,
                "total_count": 6,
                "total_pages": -(-6 // size),
                "total_is_estimate": False,
                "has_next": number * size < 6,
                "has_previous": number > 1,
            }


def test_the_form_is_chosen_by_what_is_asked(client: httpx.Client, tagged: dict[str, str]) -> None:
    for older in ({"page": 1}, {"page_size": 5}, {"sort": "name-asc"}, {"sort": "count-desc"}):
        assert client.get(TAGS, params=older).json().keys() == {"items", "pagination"}
    for newer in ({}, {"sort": "name"}, {"sort": "count"}, {"limit": 2}, {"search": "sea"}):
        assert client.get(TAGS, params=newer).json().keys() == {"tags", "next_after"}
    assert listed(client, page=1, sort="count")[0] == "sea"
    wrong = client.get(TAGS, params={"sort": "rating-desc"})
    assert wrong.status_code == 422
    assert "'name-asc', 'name-desc', 'count-asc'" in wrong.json()["detail"]


def test_popular_tags_of_a_source_and_from_a_number_on(
    client: httpx.Client, tagged: dict[str, str]
) -> None:
    def popular(**parameters: str | int) -> dict[str, int]:
        found = client.get(f"{TAGS}/popular", params=parameters).json()
        return {tag["name"]: tag["cardinality"] for tag in found}

    assert popular() == {"sea": 32, "deep sea": 4, "sea view": 4, "seal": 4, "ähre": 1}
    assert popular(content_source="auto") == {"sea": 16, "sea view": 4, "ähre": 1}
    assert popular(content_source="items") == popular(content_source="regular")
    assert popular(min_cardinality=4, limit=2) == {"sea": 32, "deep sea": 4}
    assert client.get(f"{TAGS}/popular?content_source=all").status_code == 422


def test_a_tag_by_its_id(client: httpx.Client, tagged: dict[str, str]) -> None:
    found = client.get(f"{TAGS}/{tagged['sea']}").json()
    assert (found["name"], found["count"], found["regular_count"]) == ("sea", 32, 16)
    assert found["tag"] == {key: found[key] for key in found["tag"]}
    assert (found["parents"], found["children"]) == ([], [])
    assert client.get(f"{TAGS}/{GRACE}").status_code == 404


def test_tag_names_are_tags(client: httpx.Client, tagged: dict[str, str]) -> None:
    def total(query: str) -> int:
        answer = client.get(f"/api/v1/content/unified?{query}")
        assert answer.status_code == 200, answer.text
        return int(answer.json()["pagination"]["total_count"])

    assert total("tag_names=deep+sea,seal") == total("tag=deep+sea&tag=seal") == 8
    assert total("tag_names=deep+sea&tag_names=seal") == 8
    assert total("tag_names=sea&tag=seal&tag_match=all") == 4
    assert total("tag_names=,%20,") == total("") == 32
    for many in ("x," * 51, "x" * 256):
        assert client.get(f"/api/v1/content/unified?tag_names={many}").status_code == 422


def test_a_total_that_takes_too_long_is_at_least_what_was_met() -> None:
    page = NumberedPage.of(PageNumber(3, 2), ["a", "b", "c"], Total(0, exact=False))
    assert (page.total_count, page.total_is_estimate, page.has_next) == (7, True, True)
    assert (page.items, page.total_pages) == (["a", "b"], 4)
    beyond: NumberedPage[str] = NumberedPage.of(PageNumber(9, 2), [], Total(0, exact=False))
    assert (beyond.total_count, beyond.has_next, beyond.has_previous) == (0, False, False)


def test_counting_tags_is_bounded(database: Database, tagged: dict[str, str]) -> None:
    with database.snapshot() as session, database.engine.connect() as other:
        pages = TagPages(session)
        before = scalar(session, "SHOW statement_timeout")
        assert pages.total(VISITOR, "", 60) == Total(3, exact=True)
        other.exec_driver_sql("LOCK TABLE tags")
        assert pages.total(VISITOR, "", 0.05) == Total(0, exact=False)
        other.rollback()
        assert pages.total(VISITOR, "", 60) == Total(3, exact=True)
        assert scalar(session, "SHOW statement_timeout") == before


def test_what_hides_in_a_name_is_taken_literally(
    database: Database, settings: Settings, tagged: dict[str, str]
) -> None:
    with database.snapshot() as session:
        lists = TagLists(session, settings.gallery)
        for typed, found in (
            ("100%", ["100%"]),
            ("%", []),
            ("_", []),
            (" A\u0308h", ["ähre"]),
            ("", []),
            (" ", []),
            ("zz", []),
            ("\U0010ffff", []),
        ):
            names = [tag.name for tag in lists.suggested(EVERYTHING, typed, 8)]
            assert names == found, typed


# How much of the database is touched, however many tags there are

MANY = """
INSERT INTO users (id, username) VALUES ('{ada}', 'ada'), ('{grace}', 'grace');
INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id, visibility)
SELECT CASE WHEN n %% 4 = 0 THEN 'items' ELSE 'auto' END, 'n', '', 'n',
       CASE WHEN n %% 2 = 0 THEN '{ada}'::uuid ELSE '{grace}' END,
       CASE WHEN n %% 10 = 0 THEN 'private' ELSE 'public' END
FROM generate_series(1, 2000) AS n;
INSERT INTO tags (name) SELECT md5(n::text) FROM generate_series(1, {tags}) AS n;
INSERT INTO content_tags (content_id, source_type, tag_id, creator_id, visibility)
SELECT items.id, items.source_type, numbered.id, items.creator_id, items.visibility
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM tags) AS numbered
JOIN (SELECT *, row_number() OVER (ORDER BY id) AS place FROM content_items_all) AS items
     ON items.place = numbered.place %% 2000 + 1"""


@pytest.fixture(
    scope="module", params=[5_000, pytest.param(100_000, marks=pytest.mark.long)], ids=str
)
def many(
    request: pytest.FixtureRequest, open_server: Callable[[str], tuple[Settings, Database]]
) -> Iterator[tuple[Database, int]]:
    """A database of its own with many tags, whose counts are built."""
    with new_database(open_server(EMBEDDED)[1], migrated=True) as database:
        filling = MANY.format(ada=ADA, grace=GRACE, tags=request.param)
        with database.transaction() as session:
            session.connection().exec_driver_sql(filling, ())
        build_counts(database, "test")
        autocommit = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with autocommit.connect() as connection:
            connection.exec_driver_sql("VACUUM (FREEZE, ANALYZE)")
        yield database, request.param


def by_index_alone(found: list[Plan]) -> None:
    """Only of tables that are small, such as the ledgers, all rows are read."""
    for plan in found:
        scanned = {one["Relation Name"] for one in plan.nodes if one["Node Type"] == "Seq Scan"}
        assert not scanned & {"tags", "content_tags", "tag_cardinality_stats"}, scanned


@pytest.mark.parametrize("who", VIEWERS)
def test_completing_reads_one_stretch_of_an_index(many: tuple[Database, int], who: str) -> None:
    database, tags = many
    viewer, _ = VIEWERS[who]
    with database.snapshot() as session:
        pages = TagPages(session)
        found = plans(session, lambda: pages.beginning(viewer, "abc", 8))
    by_index_alone(found)
    assert "idx_tags_beginning" in found[0].indexes
    # One in 4,096 begins so: each is looked up in two or three indexes.
    assert sum(plan.buffers for plan in found) <= 200 + tags // 4096 * 30


@pytest.mark.parametrize("who", VIEWERS)
@pytest.mark.parametrize("order", ["name-asc", "name-desc"])
def test_a_page_by_name_reads_no_more_than_its_tags(
    many: tuple[Database, int], order: TagOrder, who: str
) -> None:
    database, _ = many
    viewer, _ = VIEWERS[who]
    with database.snapshot() as session:
        pages = TagPages(session)
        found = plans(session, lambda: pages.page(viewer, PageNumber(2, 20), order, ""))
    by_index_alone(found)
    assert sum(plan.buffers for plan in found) <= 1_000


@pytest.mark.parametrize("who", VIEWERS)
def test_the_total_looks_at_no_item(many: tuple[Database, int], who: str) -> None:
    database, tags = many
    viewer, _ = VIEWERS[who]
    with database.snapshot() as session:
        totals: list[Total] = []
        pages = TagPages(session)
        found = plans(session, lambda: totals.append(pages.total(viewer, "", 60)))
    hidden = "visibility = 'private'" if who == "visitor" else f"creator_id = '{GRACE}'"
    hidden = f"visibility = 'private' AND {hidden}" if who == "ada" else hidden
    known = (
        "SELECT count(*) FROM tags WHERE EXISTS (SELECT FROM content_tags WHERE tag_id = tags.id"
    )
    expected = tags if who == "admin" else scalar(database, f"{known} AND NOT ({hidden}))")
    assert totals[0] == Total(expected, exact=True)
    tables: set[Any] = set().union(*(plan.tables for plan in found))
    assert not tables & {"content_items", "content_items_auto"}
