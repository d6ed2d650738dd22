"""Cursors through the API: both ways, from the end, and refused when they are not ours."""

from typing import Any

import httpx
import pytest

from genonaut.api.gallery import cursors
from genonaut.api.gallery.cursors import Cursor
from genonaut.api.gallery.orders import Position
from genonaut.api.gallery.query import GalleryQuery, SortField
from genonaut.db.session import Database
from tests.support.galleries import (
    ADA,
    SWITCHES,
    UNIFIED,
    asked,
    backward,
    expected_ids,
    fill,
    forward,
    ids,
    read,
)


@pytest.fixture(autouse=True)
def everything(database: Database) -> list[int]:
    """A filled gallery, and the ids of all its items, by title."""
    fill(database)
    with database.transaction() as session:
        return expected_ids(session, SWITCHES, None, "title", "asc")


BY_TITLE = {"sort_field": "title", "sort_order": "asc", "page_size": 7}


def test_from_the_end_to_the_start(client: httpx.Client, everything: list[int]) -> None:
    last = read(client, BY_TITLE, backward=True)
    pages = [last, *backward(client, BY_TITLE, last)]
    assert ids(pages[::-1]) == everything
    assert last["pagination"]["page"] == last["pagination"]["total_pages"] == 11
    assert pages[-1]["pagination"]["page"] == 1
    assert not pages[-1]["pagination"]["has_previous"]


def test_backward_overrides_the_direction_of_a_cursor(client: httpx.Client) -> None:
    first, second, third = list(forward(client, BY_TITLE))[:3]
    to_third = second["pagination"]["next_cursor"]
    to_first = second["pagination"]["prev_cursor"]
    assert ids([read(client, BY_TITLE, cursor=to_third, backward=False)]) == ids([third])
    assert ids([read(client, BY_TITLE, cursor=to_first, backward=True)]) == ids([first])
    # Before the last of the second page; behind the first of it.
    turned = read(client, BY_TITLE, cursor=to_third, backward=True)
    assert ids([turned]) == ids([first, second])[-8:-1]
    turned = read(client, BY_TITLE, cursor=to_first, backward=False)
    assert ids([turned]) == ids([second, third])[1:8]


def test_pages_of_one_item_know_their_neighbours(
    client: httpx.Client, everything: list[int]
) -> None:
    pages = list(forward(client, BY_TITLE | {"page_size": 1}))
    assert ids(pages) == everything
    assert [page["pagination"]["has_previous"] for page in pages] == [False] + [True] * 74
    back = list(backward(client, BY_TITLE | {"page_size": 1}, pages[-1]))
    assert ids(back) == everything[-2::-1]
    assert all(page["pagination"]["has_next"] for page in back)


def test_with_a_cursor_the_page_number_is_not_looked_at(client: httpx.Client) -> None:
    cursor = read(client, BY_TITLE)["pagination"]["next_cursor"]
    assert read(client, BY_TITLE, cursor=cursor, page=9) == read(client, BY_TITLE, cursor=cursor)


def test_an_empty_cursor_is_none(client: httpx.Client) -> None:
    assert read(client, BY_TITLE, cursor="") == read(client, BY_TITLE)


def test_the_portions_may_change_on_the_way(client: httpx.Client, everything: list[int]) -> None:
    first = read(client, BY_TITLE)
    rest = read(client, BY_TITLE | {"page_size": 100}, cursor=first["pagination"]["next_cursor"])
    assert ids([first, rest]) == everything
    assert not rest["pagination"]["has_next"]


def test_when_all_before_a_place_is_gone_the_page_says_so(
    client: httpx.Client, everything: list[int]
) -> None:
    second = list(forward(client, BY_TITLE))[1]
    for item_id in everything[:7]:
        client.delete(f"/api/v1/content/{item_id}")
    again = read(client, BY_TITLE, cursor=read_cursor(second))
    assert ids([again]) == everything[14:21]
    empty = read(client, BY_TITLE, cursor=second["pagination"]["prev_cursor"])
    assert ids([empty]) == []
    assert (empty["pagination"]["has_previous"], empty["pagination"]["has_next"]) == (False, True)
    start = read(client, BY_TITLE, cursor=empty["pagination"]["next_cursor"])
    assert ids([start]) == everything[7:14]


def test_when_all_behind_a_place_is_gone_the_page_says_so(
    client: httpx.Client, everything: list[int]
) -> None:
    *_, before, last = forward(client, BY_TITLE)
    for item_id in ids([last]):
        client.delete(f"/api/v1/content/{item_id}")
    empty = read(client, BY_TITLE, cursor=read_cursor(before))
    assert ids([empty]) == []
    assert (empty["pagination"]["has_previous"], empty["pagination"]["has_next"]) == (True, False)
    end = read(client, BY_TITLE, cursor=empty["pagination"]["prev_cursor"])
    assert ids([end]) == ids([before])


def read_cursor(page: dict[str, Any]) -> str:
    cursor: str = page["pagination"]["next_cursor"]
    return cursor


@pytest.mark.parametrize(
    "change",
    [
        {"sort_order": "desc"}, {"sort_field": "created_at"}, {"user_id": ADA},
        {"search_term": "prompt"}, {"tag": "sea"}, {"tag_match": "all"},
        {"content_source_types": "community-auto"}, {"creator_filter": "community"},
    ],
    ids=str,
)  # fmt: skip
def test_a_cursor_of_another_list_is_refused(client: httpx.Client, change: dict[str, str]) -> None:
    cursor = read_cursor(read(client, BY_TITLE))
    refused(client, BY_TITLE | change | {"cursor": cursor})


@pytest.mark.parametrize("cursor", ["x", "\0", "'; --", "é", " ", "null", "A" * 10_000])
def test_garbage_is_refused(client: httpx.Client, cursor: str) -> None:
    refused(client, {"cursor": cursor})


def test_a_cursor_that_was_changed_is_refused(client: httpx.Client) -> None:
    cursor = read_cursor(read(client, BY_TITLE))
    for place in range(0, len(cursor), 5):
        other = "B" if cursor[place] == "A" else "A"
        refused(client, BY_TITLE | {"cursor": cursor[:place] + other + cursor[place + 1 :]})
    refused(client, BY_TITLE | {"cursor": cursor[:-1]})


def refused(client: httpx.Client, params: dict[str, Any]) -> None:
    answer = client.get(UNIFIED, params=params)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_cursor"), answer.text
    assert answer.json()["detail"] == (
        "The cursor does not belong to this list: send it unchanged, with the same filters and "
        "order as the request that returned it, or begin without a cursor."
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "x" * 10_000), ("title", ""), ("title", "'); DROP TABLE users; --"),
        ("quality_score", float("inf")), ("quality_score", float("-inf")),
        ("quality_score", float("nan")),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
@pytest.mark.parametrize("item_id", [-(2**63), 2**63 - 1])
def test_a_forged_place_is_a_place_like_any_other(
    database: Database, client: httpx.Client, field: SortField, value: str | float, item_id: int
) -> None:
    """Its maker may read the list anyway."""
    query = GalleryQuery(sort_field=field)
    forged = Cursor(backward=False, offset=2**63 - 1, position=Position(value, item_id))
    page = read(
        client, asked(SWITCHES, None, sort_field=field, cursor=cursors.write(forged, query))
    )
    assert page["pagination"]["total_count"] == 75
