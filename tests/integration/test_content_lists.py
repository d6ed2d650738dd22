"""Lists of one source by `skip` and `limit`, and automatic items one by one."""

import httpx
import pytest

from genonaut.api.schemas.content_lists import ORDERS
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.support.galleries import ADA, GRACE, fill
from tests.support.rows import add_items, add_tag, run, scalar

LISTS = {"/api/v1/content": "items", "/api/v1/content-auto": "auto"}
NOWHERE = "00000000-0000-4000-8000-0000000000ff"


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database)
    build_counts(database, "test")
    return database


def listed(client: httpx.Client, path: str, **parameters: object) -> tuple[list[int], int]:
    answer = client.get(path, params=parameters)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["total_is_estimate"] is False
    return [item["id"] for item in found["items"]], found["total"]


def by_sql(database: Database, source: str, order: str, where: str = "true") -> list[int]:
    statement = f"SELECT id FROM content_items_all WHERE source_type = %s AND {where} ORDER BY "
    return [item for (item,) in run(database, statement + order, source)]


@pytest.mark.sampled(6)
@pytest.mark.parametrize("sort", ORDERS)
@pytest.mark.parametrize("path", LISTS)
def test_every_order_and_every_stretch(
    client: httpx.Client, filled: Database, path: str, sort: str
) -> None:
    field, way = ORDERS[sort]
    collated = f'{field} COLLATE "C"' if field == "title" else field
    expected = by_sql(filled, LISTS[path], f"{collated} {way}, id {way}")
    whole, total = listed(client, path, sort=sort)
    assert total == len(expected)
    assert sorted(whole) == sorted(expected)
    if field != "title":  # which the database sorts as its collation says
        assert whole == expected
    for skip, limit in ((0, 1), (3, 7), (total - 2, 5), (total, 5), (10**9, 1)):
        found, same = listed(client, path, sort=sort, skip=skip, limit=limit)
        assert (found, same) == (whole[skip : skip + limit], total)


def test_without_a_direction_it_is_upwards_and_a_minus_turns_it() -> None:
    for field in ("created_at", "quality_score", "title", "updated_at"):
        assert ORDERS[field] == ORDERS[f"{field}-asc"] == (field, "asc")
        assert ORDERS[f"-{field}"] == ORDERS[f"{field}-desc"] == (field, "desc")
    assert (ORDERS["recent"], ORDERS["top-rated"]) == (
        ("created_at", "desc"),
        ("quality_score", "desc"),
    )


@pytest.mark.parametrize("path", LISTS)
def test_a_creator_s_and_what_is_searched_for(
    client: httpx.Client, filled: Database, path: str
) -> None:
    for creator in (ADA, GRACE, NOWHERE):
        expected = by_sql(
            filled, LISTS[path], "created_at DESC, id DESC", f"creator_id = '{creator}'"
        )
        assert listed(client, path, creator_id=creator) == (expected, len(expected))
    found = by_sql(filled, LISTS[path], "created_at DESC, id DESC", "lower(title) = 'sea'")
    for name in ("search_term", "search"):
        assert listed(client, path, **{name: "sea"}) == (found, len(found))
    add_tag(filled, "rare", found[:2])
    assert listed(client, path, tag="rare,unknown") == (found[:2], 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sort": "size"},
        {"sort": "created_at desc"},
        {"skip": -1},
        {"limit": 0},
        {"limit": 1001},
        {"creator_id": "ada"},
        {"search_term": "\0"},
        {"page": 1},
    ],
    ids=str,
)
def test_parameters_that_cannot_be_are_refused(
    client: httpx.Client, wrong: dict[str, str | int]
) -> None:
    answer = client.get("/api/v1/content", params=wrong)
    assert answer.status_code == 422
    if "sort" in wrong:
        assert all(f"'{sort}'" in answer.json()["detail"] for sort in ORDERS)


def test_automatic_items_are_read_and_deleted_and_regular_ones_are_not(
    client: httpx.Client, filled: Database
) -> None:
    [auto], [regular] = add_items(filled, ADA, 1, "auto"), add_items(filled, ADA)
    path = "/api/v1/content-auto"
    read = client.get(f"{path}/{auto}")
    assert read.json() == client.get(f"/api/v1/content/{auto}").json()
    etag = read.headers["etag"]
    assert client.get(f"{path}/{auto}", headers={"If-None-Match": etag}).status_code == 304
    wrong = {"If-Match": '"another"'}
    assert client.get(f"{path}/{auto}", headers=wrong).status_code == 412
    for number in (regular, 10**15):
        assert client.get(f"{path}/{number}").status_code == 404
        assert client.delete(f"{path}/{number}").status_code == 404
    assert client.delete(f"{path}/{auto}", headers=wrong).status_code == 412
    before = client.get("/api/v1/content/stats/unified").json()["community_auto_count"]
    deleted = client.delete(f"{path}/{auto}").json()
    assert deleted["deleted"] == read.json()
    assert deleted["stats"]["community_auto_count"] == before - 1
    there = "SELECT count(*) FROM content_items_all WHERE id IN (%s, %s)"
    assert scalar(filled, there, auto, regular) == 1
