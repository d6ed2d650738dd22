"""Tags: list, search, rename, delete."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import event, text

from genonaut.counting.engine import refresh
from genonaut.db.counts import TAG_CARDINALITY
from genonaut.db.session import Database
from tests.support.recount import differences
from tests.support.rows import add_tag, run
from tests.support.waiting import wait_until_blocked

TAGS = "/api/v1/tags"
NOBODY = "00000000-0000-4000-8000-000000000000"
# Ties, a tag that nothing carries, wild cards of LIKE, and names that other collations sort apart.
CARRIED = {"sea": (3, 2), "deep sea": (0, 2), "Zoo": (1, 1), "ähre": (2, 0), "100%": (1, 0)}
UNUSED = "a_b"
BY_NAME = ["100%", "a_b", "deep sea", "sea", "zoo", "ähre"]
BY_COUNT = ["sea", "deep sea", "zoo", "ähre", "100%", "a_b"]


@pytest.fixture
def ada(client: httpx.Client) -> str:
    answer = client.post("/api/v1/users", json={"username": "ada"})
    return str(answer.json()["id"])


@pytest.fixture
def tags(client: httpx.Client, ada: str, database: Database) -> dict[str, str]:
    """Ids by name."""
    for name, (regular, auto) in CARRIED.items():
        for route, times in (("content", regular), ("content-auto", auto)):
            items = [{"prompt": "x", "creator_id": ada, "tags": [name]}] * times
            assert not items or client.post(f"/api/v1/{route}", json=items).status_code == 201
    add_tag(database, UNUSED)
    return {tag["name"]: tag["id"] for tag in client.get(TAGS).json()["tags"]}


def listed(client: httpx.Client, **parameters: str | int) -> list[str]:
    answer = client.get(TAGS, params=parameters)
    assert answer.status_code == 200, answer.text
    return [tag["name"] for tag in answer.json()["tags"]]


def counts(client: httpx.Client, **parameters: str) -> dict[str, tuple[int, int, int]]:
    found = client.get(TAGS, params=parameters).json()["tags"]
    return {t["name"]: (t["regular_count"], t["auto_count"], t["count"]) for t in found}


@pytest.mark.parametrize("sort", ["name", "count"])
def test_counts_are_exact_folded_or_not(
    client: httpx.Client, tags: dict[str, str], database: Database, sort: str
) -> None:
    exact = {name.lower(): (r, a, r + a) for name, (r, a) in CARRIED.items()} | {UNUSED: (0, 0, 0)}
    assert counts(client, sort=sort) == exact
    with database.transaction() as session:
        refresh(session, TAG_CARDINALITY, "test")
    assert counts(client, sort=sort) == exact
    with database.transaction() as session:
        session.execute(
            text("DELETE FROM content_tags USING tags WHERE tags.id = tag_id AND name = 'ähre'")
        )
    assert counts(client, sort=sort) == exact | {"ähre": (0, 0, 0)}


def test_sorting(client: httpx.Client, tags: dict[str, str]) -> None:
    assert listed(client) == listed(client, sort="count") == BY_COUNT
    assert listed(client, sort="name") == BY_NAME


@pytest.mark.parametrize(("sort", "order"), [("name", BY_NAME), ("count", BY_COUNT)])
@pytest.mark.parametrize("limit", [1, 2, 5, 6])
def test_pages_follow_each_other_without_gaps(
    client: httpx.Client, tags: dict[str, str], sort: str, order: list[str], limit: int
) -> None:
    def pages() -> Iterator[dict[str, Any]]:
        parameters: dict[str, str | int] = {"limit": limit, "sort": sort}
        while True:
            page = client.get(TAGS, params=parameters).json()
            yield page
            if page["next_after"] is None:
                return
            parameters["after"] = page["next_after"]

    seen = list(pages())
    assert [tag["name"] for page in seen for tag in page["tags"]] == order
    assert len(seen) == -(-len(order) // limit)


@pytest.mark.parametrize("sort", ["name", "count"])
def test_search_takes_a_part_as_it_is_in_any_case(
    client: httpx.Client, tags: dict[str, str], sort: str
) -> None:
    assert set(listed(client, search=" SEA ", sort=sort)) == {"sea", "deep sea"}
    assert listed(client, search="p  s", sort=sort) == ["deep sea"]
    assert listed(client, search="A\u0308HR", sort=sort) == ["ähre"]
    assert listed(client, search="%", sort=sort) == ["100%"]
    assert listed(client, search="_", sort=sort) == ["a_b"]
    assert listed(client, search="\\", sort=sort) == []
    assert len(listed(client, search=" ", sort=sort)) == 6
    assert len(listed(client, search="e", sort=sort, limit=1)) == 1


@pytest.mark.parametrize("sort", ["name", "count"])
def test_a_page_is_one_statement(
    client: httpx.Client, tags: dict[str, str], application: Database, sort: str
) -> None:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(application.engine, "before_cursor_execute", note)
    try:
        assert len(listed(client, sort=sort, after="9:0")) == 6
    finally:
        event.remove(application.engine, "before_cursor_execute", note)
    assert len(statements) == 1


@pytest.mark.parametrize(
    "parameters",
    [
        {"limit": 0},
        {"limit": 1001},
        {"sort": "size"},
        {"after": "sea"},
        {"after": ":sea"},
        {"after": "5:"},
        {"after": "5:\0"},
        {"after": "9" * 19 + ":sea"},
        {"search": "a" * 256},
        {"search": "\0"},
    ],
    ids=str,
)
def test_parameters_that_cannot_be_are_refused(
    client: httpx.Client, parameters: dict[str, str | int]
) -> None:
    answer = client.get(TAGS, params=parameters)
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["field"] == next(iter(parameters))


def test_a_tag_is_renamed_for_all_its_items(client: httpx.Client, tags: dict[str, str]) -> None:
    answer = client.patch(f"{TAGS}/{tags['sea']}", json={"name": " The  OCEAN"})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "id": tags["sea"],
        "name": "the ocean",
        "regular_count": 3,
        "auto_count": 2,
        "count": 5,
    }
    assert "sea" not in listed(client)
    assert client.patch(f"{TAGS}/{tags['sea']}", json={"name": "the ocean"}).status_code == 200


def test_renaming_to_a_name_that_is_taken_merges_the_two(
    client: httpx.Client, database: Database, tags: dict[str, str]
) -> None:
    carrying = "SELECT content_id FROM content_tags JOIN tags ON tags.id = tag_id WHERE name = %s"
    both = {row for name in ("sea", "zoo") for row in run(database, carrying, name)}
    answer = client.patch(f"{TAGS}/{tags['sea']}", json={"name": "ZOO"})
    assert answer.status_code == 200
    merged = answer.json()
    assert (merged["id"], merged["name"], merged["count"]) == (tags["zoo"], "zoo", len(both))
    assert set(run(database, carrying, "zoo")) == both
    assert client.patch(f"{TAGS}/{tags['sea']}", json={"name": "sea"}).status_code == 404
    with database.transaction() as session:
        assert differences(session) == []
        assert refresh(session, TAG_CARDINALITY, "test").rows_wrong == 0


@pytest.mark.parametrize("name", ["", " ", "x" * 256, "a\x07", None, 5])
def test_a_name_that_cannot_be_is_refused(
    client: httpx.Client, tags: dict[str, str], name: object
) -> None:
    answer = client.patch(f"{TAGS}/{tags['sea']}", json={"name": name})
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request")
    assert answer.json()["fields"][0]["field"] == "name"


def test_a_deleted_tag_is_removed_from_its_items(
    client: httpx.Client, ada: str, tags: dict[str, str], database: Database
) -> None:
    both = {"prompt": "x", "creator_id": ada, "tags": ["sea", "zoo"]}
    item = client.post("/api/v1/content", json=both).json()["items"][0]
    answer = client.delete(f"{TAGS}/{tags['sea']}")
    assert answer.status_code == 200
    deleted = answer.json()["deleted"]
    assert (deleted["name"], deleted["count"], deleted["regular_count"]) == ("sea", 6, 4)
    assert client.get(f"/api/v1/content/{item['id']}").json() == item | {"tags": ["zoo"]}
    assert client.delete(f"{TAGS}/{tags['sea']}").status_code == 404
    # Under the same name it is a new tag, without the old one's items.
    client.post("/api/v1/content", json={"prompt": "x", "creator_id": ada, "tags": ["sea"]})
    assert counts(client, search="sea") == {"sea": (1, 0, 1), "deep sea": (0, 2, 2)}


def test_a_deleted_tag_says_the_count_of_the_moment_when_it_went(
    client: httpx.Client, tags: dict[str, str], database: Database
) -> None:
    with ThreadPoolExecutor() as threads, database.engine.connect() as connection:
        connection.exec_driver_sql(
            "INSERT INTO content_tags SELECT content_items_all.id, source_type, tags.id "
            "FROM content_items_all, tags WHERE name = 'a_b'"
        )
        deleting = threads.submit(client.delete, f"{TAGS}/{tags['a_b']}")
        wait_until_blocked(connection)
        connection.commit()
        assert deleting.result().json()["deleted"]["count"] == 12


def test_a_rename_to_a_name_that_is_being_added_is_a_conflict(
    client: httpx.Client, tags: dict[str, str], database: Database
) -> None:
    with ThreadPoolExecutor() as threads, database.engine.connect() as connection:
        add_tag(connection, "ocean")
        renaming = threads.submit(client.patch, f"{TAGS}/{tags['sea']}", json={"name": "ocean"})
        wait_until_blocked(connection)
        connection.commit()
        assert (renaming.result().status_code, renaming.result().json()["error"]) == (
            409,
            "conflict",
        )


def test_an_unknown_tag_is_not_found(client: httpx.Client) -> None:
    for answer in (
        client.patch(f"{TAGS}/{NOBODY}", json={"name": "x"}),
        client.delete(f"{TAGS}/{NOBODY}"),
    ):
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert client.delete(f"{TAGS}/sea").status_code == 422
