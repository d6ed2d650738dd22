"""Filtering by tags, one of them or all, compared with plain SQL."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import httpx
import pytest

from genonaut.api.gallery.query import GalleryQuery, TagMatch
from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.repositories.tag_repository import TagRepository
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings
from genonaut.content.viewer import EVERYTHING
from genonaut.db.session import Database
from tests.support.galleries import (
    ADA,
    COMBINATIONS,
    LURKER,
    SWITCHES,
    asked,
    expected_ids,
    fill,
    ids,
    read,
    read_backward,
    read_forward,
)
from tests.support.plans import executed

# On all items, on each second, third and so on; "rare" on one, "unused" on none.
TAGS = {"all": 1, "two": 2, "three": 3, "five": 5, "rare": 75, "unused": 1000}
TAG = """
INSERT INTO tags (name) VALUES {names};
INSERT INTO content_tags (content_id, source_type, tag_id, creator_id)
SELECT items.id, source_type, tags.id, creator_id
FROM (
    SELECT id, source_type, creator_id, row_number() OVER (ORDER BY id) AS n FROM content_items_all
) AS items
JOIN (VALUES {steps}) AS steps (name, step) ON n %% step = 0
JOIN tags USING (name)""".format(
    names=", ".join(f"('{name}')" for name in TAGS),
    steps=", ".join(f"('{name}', {step})" for name, step in TAGS.items()),
)
CARRIERS = """
SELECT content_id FROM content_tags JOIN tags ON tags.id = tag_id
WHERE name = ANY (%s) GROUP BY content_id HAVING count(*) >= %s"""
SETS = [tags for number in (1, 2, 3) for tags in combinations(TAGS, number)]


@pytest.fixture(autouse=True)
def gallery(database: Database) -> None:
    fill(database)
    with database.transaction() as session:
        session.connection().exec_driver_sql(TAG, ())


def build(database: Database) -> None:
    with database.transaction() as session:
        ContentRepository(session).refresh_gen_source_stats()
        TagRepository(session).refresh_tag_cardinality_stats()


def expected(
    database: Database, tags: Sequence[str], match: str, switches: Sequence[str], viewer: str | None
) -> list[int]:
    with database.transaction() as session:
        listed = expected_ids(session, switches, viewer, "title", "asc")
        needed = len(tags) if match == "all" else 1
        found = session.connection().exec_driver_sql(CARRIERS, (list(tags), needed))
        carriers = set(found.scalars())
    return [item_id for item_id in listed if item_id in carriers]


BY_TITLE = {"sort_field": "title", "sort_order": "asc", "page_size": 30}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("match", ["any", "all"])
@pytest.mark.parametrize("built", [True, False])
def test_every_set_of_tags(
    settings: Settings, database: Database, match: TagMatch, built: bool
) -> None:
    if built:
        build(database)
    with database.snapshot() as session:
        service = GalleryService(session, settings.gallery)
        for tags in SETS:
            query = GalleryQuery(
                tags=tags, tag_match=match, sort_field="title", sort_order="asc", page_size=30
            )
            wanted = expected(database, tags, match, SWITCHES, None)
            pages = list(read_forward(service, query))
            back = [pages[-1], *read_backward(service, query, pages[-1])]
            for read_pages in (pages, back[::-1]):
                found = [item.id for page in read_pages for item in page.items]
                assert found == wanted, tags
            assert {page.pagination.total_count for page in pages} == {len(wanted)}, tags
            assert not any(page.pagination.total_is_estimate for page in pages)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("match", ["any", "all"])
@pytest.mark.parametrize("viewer", [None, ADA, LURKER])
@pytest.mark.parametrize("tags", [["two"], ["two", "three"], ["five", "all"]])
def test_tags_and_every_combination_of_sources(
    client: httpx.Client, database: Database, tags: Sequence[str], viewer: str | None, match: str
) -> None:
    build(database)
    for switches in COMBINATIONS:
        params = asked(switches, viewer, **BY_TITLE, tag=tags, tag_match=match) | {"page_size": 100}
        wanted = expected(database, tags, match, switches, viewer)
        page = read(client, params)
        assert ids([page]) == wanted, switches
        assert page["pagination"]["total_count"] == len(wanted), switches


@pytest.mark.parametrize(
    ("params", "same_as"),
    [
        ({"tag": ["unknown"]}, []),
        ({"tag": ["unknown"], "tag_match": "all"}, []),
        ({"tag": ["unknown", "five"]}, ["five"]),
        ({"tag": ["unknown", "five"], "tag_match": "all"}, []),
        ({"tag": [LURKER]}, []),
        ({"tag": ["five", "five"], "tag_match": "all"}, ["five"]),
        ({"tag": [" FIVE "]}, ["five"]),
        ({"tag": ["", "five"], "tag_match": "all"}, ["five"]),
        ({"tag": ["unused"]}, []),
        ({"tag": [""]}, ["all"]),
        ({}, ["all"]),
    ],
    ids=str,
)
def test_unknown_tags_and_names_as_people_write_them(
    client: httpx.Client, database: Database, params: dict[str, Any], same_as: Sequence[str]
) -> None:
    page = read(client, BY_TITLE | {"page_size": 100} | params)
    wanted = expected(database, same_as, "any", SWITCHES, None)
    assert ids([page]) == wanted
    assert page["pagination"]["total_count"] == len(wanted)


def test_a_tag_may_be_named_by_its_id(client: httpx.Client, database: Database) -> None:
    with database.transaction() as session:
        found = session.connection().exec_driver_sql("SELECT id FROM tags WHERE name = 'five'")
        tag_id = str(found.scalar_one())
    by_name = read(client, {"tag": "five"})
    for written in (tag_id, tag_id.upper(), tag_id.replace("-", "")):
        assert ids([read(client, {"tag": written})]) == ids([by_name])
    both = read(client, {"tag": [tag_id, "five"], "tag_match": "all"})
    assert ids([both]) == ids([by_name])


def test_items_have_all_their_tags_not_only_the_requested_one(client: httpx.Client) -> None:
    [item] = read(client, {"tag": "rare"})["items"]
    assert item["tags"] == ["all", "five", "rare", "three"]


@pytest.mark.parametrize(("tags", "counted"), [(("two",), False), (("two", "three"), True)])
def test_the_total_of_one_tag_is_not_counted(
    database: Database, settings: Settings, tags: tuple[str, ...], counted: bool
) -> None:
    build(database)
    with database.snapshot() as session:
        query = GalleryQuery(tags=tags, tag_match="all", page_size=5)
        service = GalleryService(session, settings.gallery)
        statements = [
            text for text, _ in executed(session, lambda: service.page(EVERYTHING, query))
        ]
        assert service.page(EVERYTHING, query).pagination.total_count == 75 // (
            2 if len(tags) == 1 else 6
        )
    assert any("DECLARE counting" in statement for statement in statements) == counted


def test_tags_and_search_together(client: httpx.Client, database: Database) -> None:
    build(database)
    wanted = expected(database, ["two", "three"], "all", SWITCHES, None)
    params = {**BY_TITLE, "tag": ["two", "three"], "tag_match": "all", "page_size": 100}
    with database.transaction() as session:
        found = session.connection().exec_driver_sql(
            "SELECT id FROM content_items_all WHERE title ILIKE 'sea'"
        )
        sea = set(found.scalars())
    page = read(client, params, search_term="sea")
    assert ids([page]) == [item_id for item_id in wanted if item_id in sea]
    assert page["pagination"]["total_count"] == len(ids([page])) > 0
