"""All switches, viewers and orders, compared with plain SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from genonaut.api.gallery.query import GalleryQuery, SortField, SortOrder
from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings
from genonaut.db.session import Database
from tests.support.galleries import (
    ADA,
    COMBINATIONS,
    LURKER,
    ORDERS,
    SWITCHES,
    VIEWERS,
    asked,
    backward,
    expected_ids,
    fill,
    forward,
    ids,
    read,
    read_backward,
    read_forward,
)

SIZE = 30


@pytest.fixture(autouse=True)
def gallery(database: Database) -> None:
    fill(database)
    with database.transaction() as session:
        ContentRepository(session).refresh_gen_source_stats()


@pytest.mark.sampled(6)
@pytest.mark.parametrize(("field", "order"), ORDERS)
@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=list(VIEWERS))
def test_every_combination_has_the_items_and_the_total_of_plain_sql(
    settings: Settings,
    database: Database,
    viewer: str | None,
    field: SortField,
    order: SortOrder,
) -> None:
    totals = set()
    with database.snapshot() as session:
        service = GalleryService(session, settings.gallery)
        for switches in COMBINATIONS:
            expected = expected_ids(session, switches, viewer, field, order)
            query = GalleryQuery(
                switches=frozenset(switches),
                user_id=UUID(viewer) if viewer else None,
                sort_field=field,
                sort_order=order,
                page_size=SIZE,
            )
            pages = list(read_forward(service, query))
            assert [item.id for page in pages for item in page.items] == expected, switches
            check_pagination([asdict(page.pagination) for page in pages], len(expected))
            back = [*read_backward(service, query, pages[-1])][::-1]
            assert [page.items for page in back] == [page.items for page in pages[:-1]]
            totals.add(len(expected))
    assert {0, 75} <= totals, "some list is empty and some is whole"


@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=list(VIEWERS))
def test_over_http_it_is_the_same(
    client: httpx.Client, database: Database, viewer: str | None
) -> None:
    for switches in COMBINATIONS:
        with database.transaction() as session:
            expected = expected_ids(session, switches, viewer)
        params = asked(switches, viewer, page_size=SIZE)
        pages = list(forward(client, params))
        assert ids(pages) == expected, switches
        check_pagination([page["pagination"] for page in pages], len(expected))
        back = [*backward(client, params, pages[-1])][::-1]
        assert [page["items"] for page in back] == [page["items"] for page in pages[:-1]]


def check_pagination(pages: Sequence[dict[str, Any]], total: int) -> None:
    last = len(pages) - 1
    for number, page in enumerate(pages):
        assert page == {
            "page": number + 1,
            "page_size": SIZE,
            "total_count": total,
            "total_pages": -(-total // SIZE),
            "total_is_estimate": False,
            "has_next": number < last,
            "has_previous": number > 0,
            "next_cursor": page["next_cursor"],
            "prev_cursor": page["prev_cursor"],
        }
        assert (page["next_cursor"] is None) == (number == last)
        assert (page["prev_cursor"] is None) == (number == 0)


@pytest.mark.parametrize("viewer", [None, ADA])
@pytest.mark.parametrize("switches", [SWITCHES, SWITCHES[:2], SWITCHES[2:], ()])
def test_a_page_by_number_is_the_same_page(
    client: httpx.Client, viewer: str | None, switches: Sequence[str]
) -> None:
    params = asked(switches, viewer, sort_field="title", page_size=SIZE)
    by_cursor = [page["items"] for page in forward(client, params)]
    by_number = [read(client, params, page=number + 1) for number in range(len(by_cursor) + 1)]
    assert [page["items"] for page in by_number] == [*by_cursor, []]
    beyond = by_number[-1]["pagination"]
    assert (beyond["page"], beyond["has_next"]) == (len(by_number), False)
    assert beyond["has_previous"] == (by_cursor != [[]])
    if beyond["has_previous"]:
        back = read(client, params, cursor=beyond["prev_cursor"])
        assert back["items"][-1] == by_cursor[-1][-1]


def test_a_page_far_beyond_the_end_is_empty(client: httpx.Client) -> None:
    page = read(client, {}, page=1_000_000_000, page_size=1000)
    assert page["items"] == []
    assert page["pagination"]["total_count"] == 75


def test_an_item_looks_as_it_does_alone(client: httpx.Client) -> None:
    for item in read(client, asked(SWITCHES, ADA))["items"]:
        alone = client.get(f"/api/v1/content/{item['id']}").json()
        assert item == alone


def test_defaults(client: httpx.Client, database: Database) -> None:
    page = read(client, {})
    with database.transaction() as session:
        newest = expected_ids(session, SWITCHES, None)
    assert ids([page]) == newest[:10]
    assert page["pagination"]["page"] == 1
    assert page["pagination"]["page_size"] == 10
    assert page["stats"] is None


def test_the_total_is_the_arithmetic_of_the_stats(client: httpx.Client) -> None:
    for viewer in VIEWERS.values():
        alone = client.get(
            "/api/v1/content/stats/unified", params={"user_id": viewer} if viewer else {}
        ).json()
        for switches in COMBINATIONS:
            page = read(client, asked(switches, viewer, include_stats=True))
            stats = page["stats"]
            assert {**stats, "as_of": ""} == {**alone, "as_of": ""}
            assert page["pagination"]["total_count"] == sum(
                of_source(stats, source, f"user-{source}" in switches, switches)
                for source in ("regular", "auto")
            )


def of_source(stats: dict[str, Any], source: str, own: bool, switches: Sequence[str]) -> int:
    mine: int = stats[f"user_{source}_count"]
    community: int = stats[f"community_{source}_count"]
    if f"community-{source}" in switches:
        return community if own else community - mine
    return mine if own else 0


@pytest.mark.parametrize(
    ("older", "switches"),
    [
        ({}, SWITCHES),
        ({"creator_filter": "all"}, SWITCHES),
        ({"creator_filter": "user"}, ["user-regular", "user-auto"]),
        ({"creator_filter": "community"}, ["community-regular", "community-auto"]),
        ({"content_types": "regular"}, ["user-regular", "community-regular"]),
        ({"content_types": "auto,regular", "creator_filter": "user"}, SWITCHES[:2]),
        ({"content_types": "auto", "creator_filter": "community"}, ["community-auto"]),
        ({"content_types": ""}, []),
    ],
)  # fmt: skip
def test_the_older_pair_means_the_same_sources(
    client: httpx.Client, older: dict[str, str], switches: Sequence[str]
) -> None:
    page = read(client, {"user_id": ADA, "page_size": 100, **older})
    same = read(client, asked(switches, ADA, page_size=100))
    assert page == same


def test_the_sources_win_over_the_older_pair(client: httpx.Client) -> None:
    params = asked(["user-auto"], ADA, page_size=100)
    assert read(client, params, content_types="regular") == read(client, params)


def test_one_empty_value_is_no_source(client: httpx.Client) -> None:
    page = read(client, {"content_source_types": "", "user_id": ADA, "include_stats": True})
    assert (page["items"], page["pagination"]["total_count"]) == ([], 0)
    assert page["stats"]["user_regular_count"] > 0


def test_an_unknown_viewer_has_nothing_and_sees_all_items(client: httpx.Client) -> None:
    mine = read(client, asked(["user-regular", "user-auto"], str(uuid4())))
    assert (mine["items"], mine["pagination"]["total_count"]) == ([], 0)
    community = asked(["community-regular", "community-auto"], str(uuid4()), page_size=100)
    assert len(read(client, community)["items"]) == 75
    assert len(read(client, community | {"user_id": LURKER})["items"]) == 75


@pytest.mark.parametrize(
    "params",
    [
        {"page": 0}, {"page": 10**10}, {"page": "one"}, {"page_size": 0}, {"page_size": 1001},
        {"content_source_types": ["user"]}, {"content_source_types": ["user-regular", "all"]},
        {"content_types": "regular,"}, {"content_types": "video"}, {"creator_filter": "me"},
        {"user_id": "me"}, {"user_id": ""}, {"sort_field": "id"}, {"sort_order": "up"},
        {"tag_match": "none"}, {"tag": ["x" * 256]}, {"tag": ["x"] * 51}, {"tag": "\0"},
        {"search_term": "\0"}, {"search_term": "x" * 1001}, {"include_stats": "perhaps"},
        {"backward": "perhaps"},
    ],
    ids=lambda params: str(params)[:40],
)  # fmt: skip
def test_what_cannot_be_is_refused(client: httpx.Client, params: dict[str, Any]) -> None:
    answer = client.get("/api/v1/content/unified", params=params)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request")
    assert next(iter(params)) in answer.json()["detail"]
