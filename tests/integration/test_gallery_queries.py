"""A table of searches with right answers, in many scripts, against a real server.

Each by list and total, by walking and by collecting, and for those who may not see all.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from genonaut.api.gallery.filters import Filters, Scope
from genonaut.api.gallery.orders import Order
from genonaut.api.gallery.pager import Window
from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.repositories.gallery_repository import GalleryRepository
from genonaut.api.repositories.search_repository import SearchRepository
from genonaut.api.services import gallery_search
from genonaut.api.services.gallery_search import understand
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings
from genonaut.content.viewer import EVERYTHING, VISITOR, Viewer
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.support.docs import ROOT
from tests.support.galleries import UNIFIED, ids, read
from tests.support.rows import run

TABLE = ROOT / "tests/cases/search/queries.jsonl"
ROWS = [json.loads(line) for line in TABLE.read_text(encoding="utf-8").splitlines()]
QUERIES = [(row["query"], row["finds"].split()) for row in ROWS if "query" in row]
MISTAKES = [(row["mistake"], row["at"], row["says"]) for row in ROWS if "mistake" in row]
PRIVATE = {row["item"] for row in ROWS if row.get("visibility") == "private"}
LISTS = {"regular": Scope.ALL, "auto": Scope.ALL}


@dataclass
class Gallery:
    """The items of the table, by their ids, and the creators by their names."""

    names: dict[int, str]
    users: dict[str, Any]


@pytest.fixture
def gallery(client: httpx.Client, database: Database) -> Gallery:
    items = [row for row in ROWS if "item" in row]
    creators = dict.fromkeys(row["creator"] for row in items)
    users = {
        name: client.post("/api/v1/users", json={"username": name}).json()["id"]
        for name in creators
    }
    names: dict[int, str] = {}
    for row in items:
        item = {
            "title": row["title"],
            "prompt": row["prompt"],
            "creator_id": users[row["creator"]],
            "tags": row.get("tags", []),
            "item_metadata": row.get("metadata", {}),
            "visibility": row.get("visibility", "public"),
        }
        item |= {"created_at": row["created_at"]} if "created_at" in row else {}
        added = client.post(f"/api/v1/content{'-auto' * ('source' in row)}", json=item)
        assert added.status_code == 201, added.text
        names[added.json()["items"][0]["id"]] = row["item"]
    build_counts(database, "the tests")
    return Gallery(names, users)


def test_a_table_of_searches(client: httpx.Client, gallery: Gallery) -> None:
    assert len(QUERIES) > 60
    wrong = []
    for query, expected in QUERIES:
        page = read(client, {"search_term": query, "sort_order": "asc", "sort_field": "title"})
        found = sorted(gallery.names[item] for item in ids([page]))
        told = page["pagination"]["total_count"], page["pagination"]["total_is_estimate"]
        if found != sorted(expected) or told != (len(expected), False):
            wrong.append((query, found, expected, told))
    assert wrong == []


def ways(database: Database, query: str) -> Iterator[list[int]]:
    """What is found by walking, by collecting, and by counting."""
    with database.snapshot() as session:
        meant = understand(SearchRepository(session), GalleryQuery(search=query))
        if meant.impossible or meant.query.creator or meant.query.tags:
            return
        repository = GalleryRepository(session)
        scopes = meant.within(LISTS)  # type: ignore[arg-type]
        filters = Filters(scopes, EVERYTHING, sought=meant.sought)
        for collect in (True, False):
            order = Order("title", descending=False)
            found = repository.items(filters, order, Window(100), collect=collect)
            assert repository.count(filters, 60).count == len(found)
            yield [item.id for item in found]


@pytest.mark.long
def test_walking_collecting_and_counting_agree(database: Database, gallery: Gallery) -> None:
    compared = 0
    for query, expected in QUERIES:
        for found in ways(database, query):
            assert sorted(gallery.names[one] for one in found) == sorted(expected), query
            compared += 1
    assert compared > len(QUERIES)


@pytest.mark.parametrize("who", ["visitor", "ada", pytest.param("bo", marks=pytest.mark.long)])
def test_what_is_private_is_never_found(
    database: Database, settings: Settings, gallery: Gallery, who: str
) -> None:
    from uuid import UUID  # noqa: PLC0415

    viewer = VISITOR if who == "visitor" else Viewer(UUID(gallery.users[who]))
    hidden = set() if who == "ada" else PRIVATE
    with database.snapshot() as session:
        service = GalleryService(session, settings.gallery)
        for query, expected in QUERIES:
            page = service.page(viewer, GalleryQuery(search=query, page_size=100))
            visible = sorted(set(expected) - hidden)
            assert sorted(gallery.names[item.id] for item in page.items) == visible, query
            told = page.pagination.total_count, page.pagination.total_is_estimate
            assert told == (len(visible), False), query


def test_it_goes_with_the_other_filters(client: httpx.Client, gallery: Gallery) -> None:
    """Tags of which one is enough stay so beside a `tag:`, and so does a chosen creator."""
    for params, expected in (
        ({"search_term": "tag:sea", "tag": ["fox", "café"]}, ["secret"]),
        ({"search_term": "tag:sea", "tag": ["sea", "café"], "tag_match": "all"}, ["secret"]),
        ({"search_term": "by:ada", "creator": gallery.users["bo"]}, []),
        ({"search_term": "is:auto", "creator": gallery.users["bo"]}, ["sea"]),
        ({"search_term": "model:sd*", "seed": "99"}, ["sea"]),
        ({"search_term": "light*", "content_source_types": ["community-auto"]}, ["sea"]),
    ):
        page = read(client, params)
        assert [gallery.names[item] for item in ids([page])] == expected, params
        assert page["pagination"]["total_count"] == len(expected)


def test_a_creator_alone_is_counted_by_the_counts(client: httpx.Client, gallery: Gallery) -> None:
    page = read(client, {"search_term": "by:bo", "page_size": 4})
    everything = [row for row in ROWS if row.get("creator") == "bo"]
    assert page["pagination"]["total_count"] == len(everything)
    cursor = page["pagination"]["next_cursor"]
    behind = read(client, {"search_term": "by:bo", "page_size": 4}, cursor=cursor)
    assert len(set(ids([page, behind]))) == 8


@pytest.mark.parametrize(("query", "at", "says"), MISTAKES)
def test_a_mistake_is_told_with_its_place(
    client: httpx.Client, query: str, at: int, says: str
) -> None:
    answer = client.get(UNIFIED, params={"search_term": query})
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request")
    assert f"at character {at}, `" in answer.json()["detail"]
    assert says in answer.json()["detail"]
    assert answer.json()["fields"][0]["field"] == "search_term"
    page = client.get("/gallery", params={"search": query})
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert page.text.count("<mark>") == 2  # one box in the options, one above the results
    assert "data-card" not in page.text


def test_parts_of_words_where_no_index_has_them(
    client: httpx.Client,
    database: Database,
    gallery: Gallery,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(SearchRepository, "has_index_of_parts", lambda _: False)
    page = read(client, {"search_term": "*house"})
    assert [gallery.names[item] for item in ids([page])] == ["sea"], "few items are looked at"
    monkeypatch.setattr(gallery_search, "MOST_SCANNED", 3)
    answer = client.get(UNIFIED, params={"search_term": "red *house"})
    assert answer.status_code == 422
    assert "At character 5, `*house`: the ends and middles of words" in answer.json()["detail"]
    assert "pg_trgm" in client.get("/gallery", params={"search": "red *house"}).text
    assert read(client, {"search_term": "light*"})["pagination"]["total_count"] == 2


def test_a_large_word_is_no_obstacle(client: httpx.Client, gallery: Gallery) -> None:
    words = ["x" * 3_000, "é" * 3_000, "東" * 15_000, "क" * 3_000]
    items = [
        {"prompt": f"{word} zz{n}", "creator_id": gallery.users["bo"]}
        for n, word in enumerate(words)
    ]
    assert client.post("/api/v1/content", json=items).status_code == 201
    for n in range(len(words)):
        assert read(client, {"search_term": f"zz{n}"})["pagination"]["total_count"] == 1
    for query, number in (
        ("é" * 1_000, 0),
        ("é" * 999 + "*", 1),
        ("東" * 1_000, 1),
        ("x" * 999 + "*", 1),
    ):
        assert read(client, {"search_term": query})["pagination"]["total_count"] == number


def test_metadata_may_be_anything(
    database: Database, client: httpx.Client, gallery: Gallery
) -> None:
    odd: list[Any] = [
        {"model": {"a": 1}}, {"model": "ﷺ" * 300}, {"loras": "grain"}, {"loras": [1, None, [], {}]},
        {"width": "wide", "height": None}, {"seed": 1.5}, {"model": ""},
        {"loras": {"name": "deep"}},
    ]  # fmt: skip
    items = [
        {"prompt": "odd", "creator_id": gallery.users["bo"], "item_metadata": one} for one in odd
    ]
    assert client.post("/api/v1/content", json=items).status_code == 201
    assert read(client, {"search_term": "lora:grain"})["pagination"]["total_count"] == 1
    assert read(client, {"search_term": "lora:deep"})["pagination"]["total_count"] == 1
    [[found]] = run(database, "SELECT count(*) FROM content_items_all WHERE prompt = 'odd'")
    assert found == len(odd)


def test_what_leaves_one_thing_out_is_counted_by_difference(
    database: Database, settings: Settings, gallery: Gallery
) -> None:
    """Even where there is no time to count it."""
    hasty = settings.gallery.model_copy(update={"count_timeout_seconds": 0.001})
    with database.snapshot() as session:
        service = GalleryService(session, hasty)
        for query, missing in (("-tag:sea", {"sea", "secret"}), ("-is:auto", {"sea", "day"})):
            pagination = service.page(EVERYTHING, GalleryQuery(search=query)).pagination
            assert pagination.total_count == len(gallery.names) - len(missing), query
            assert not pagination.total_is_estimate
