"""Tags on items, and changing an item."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import event, text

from genonaut.db.session import Database
from tests.support.rows import add_tag
from tests.support.waiting import wait_until_blocked

CONTENT = "/api/v1/content"


@pytest.fixture
def ada(client: httpx.Client) -> str:
    answer = client.post("/api/v1/users", json={"username": "ada"})
    return str(answer.json()["id"])


@pytest.fixture
def item(client: httpx.Client, ada: str) -> dict[str, Any]:
    given = {
        "prompt": "the sea",
        "creator_id": ada,
        "title": "Sea",
        "item_metadata": {"import_key": "k1", "seed": 7},
        "quality_score": 0.5,
        "tags": ["sea", "night"],
    }
    added: dict[str, Any] = client.post(CONTENT, json=given).json()["items"][0]
    return added


def address(item: dict[str, Any]) -> str:
    return f"{CONTENT}/{item['id']}"


def names(database: Database) -> list[str]:
    with database.transaction() as session:
        return list(session.execute(text("SELECT name FROM tags ORDER BY name")).scalars())


def links(database: Database) -> int:
    with database.transaction() as session:
        return int(session.execute(text("SELECT count(*) FROM content_tags")).scalar_one())


@pytest.mark.parametrize("route", ["/api/v1/content", "/api/v1/content-auto"])
def test_names_are_made_equal(client: httpx.Client, ada: str, route: str) -> None:
    given = [
        {"prompt": "a", "creator_id": ada, "tags": ["Zoo", " The  Sea\n", "the sea", "Ähre"]},
        {"prompt": "b", "creator_id": ada},
        {"prompt": "c", "creator_id": ada, "tags": ["THE SEA"]},
    ]
    added = client.post(route, json=given).json()["items"]
    assert [item["tags"] for item in added] == [["the sea", "zoo", "ähre"], [], ["the sea"]]
    assert [client.get(address(item)).json() for item in added] == added


@pytest.mark.long
def test_many_items_with_many_tags_take_few_statements(
    client: httpx.Client, ada: str, database: Database, application: Database
) -> None:
    items = [
        {"prompt": "sea", "creator_id": ada, "tags": [f"tag {n % 60 + m}" for m in range(50)]}
        for n in range(1000)
    ]
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(application.engine, "before_cursor_execute", note)
    try:
        answer = client.post(CONTENT, json=items)
    finally:
        event.remove(application.engine, "before_cursor_execute", note)
    assert answer.status_code == 201, answer.text
    assert [item["tags"] for item in answer.json()["items"]] == [sorted(i["tags"]) for i in items]
    assert len([statement for statement in statements if "content_tags" in statement]) == 1
    assert len([statement for statement in statements if "INTO tags" in statement]) == 1
    assert (links(database), len(names(database))) == (50_000, 109)


@pytest.mark.parametrize(
    ("tags", "field"),
    [
        (["sea", ""], "tags[1]"),
        (["sea", " \n"], "tags[1]"),
        (["x" * 256], "tags[0]"),
        (["a\x07"], "tags[0]"),
        (["a\u200bb"], "tags[0]"),
        ([None], "tags[0]"),
        ([7], "tags[0]"),
        (["sea"] * 51, "tags"),
        ("sea", "tags"),
    ],
)
def test_tags_that_cannot_be_are_named(
    client: httpx.Client, ada: str, database: Database, tags: object, field: str
) -> None:
    answer = client.post(CONTENT, json={"prompt": "sea", "creator_id": ada, "tags": tags})
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request")
    assert answer.json()["fields"][0]["field"] == field
    assert names(database) == []


def test_a_bad_tag_is_reported_with_its_place_and_value(client: httpx.Client, ada: str) -> None:
    answer = client.post(CONTENT, json={"prompt": "sea", "creator_id": ada, "tags": ["a", "b\x07"]})
    assert answer.json()["detail"] == (
        'tags[1] is wrong: "b\\u0007"; it contains a control or invisible character.'
    )


def test_nothing_is_added_if_an_item_is_refused(
    client: httpx.Client, item: dict[str, Any], ada: str, database: Database
) -> None:
    twice = {"prompt": "x", "creator_id": ada, "item_metadata": {"import_key": "k1"}}
    answer = client.post(CONTENT, json=twice | {"tags": ["new"]})
    assert answer.status_code == 409
    assert names(database) == ["night", "sea"]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Ocean"},
        {"prompt": "  the ocean 🌊 "},
        {"quality_score": -1.5},
        {"item_metadata": {"import_key": "k1", "steps": 3}},
        {"item_metadata": {}},
        {"tags": ["dawn", "sea"]},
        {"tags": []},
        {"title": "Ocean", "tags": ["a", "b", "night", "sea"], "prompt": "x"},
        {"title": "Ocean", "prompt": None},
    ],
    ids=str,
)
def test_only_what_is_sent_changes(
    client: httpx.Client, item: dict[str, Any], changes: dict[str, Any]
) -> None:
    answer = client.patch(address(item), json=changes)
    assert answer.status_code == 200, answer.text
    changed = answer.json()
    sent = {name: value for name, value in changes.items() if value is not None}
    assert changed == item | sent | {"updated_at": changed["updated_at"]}
    assert changed["updated_at"] > item["updated_at"]
    assert client.get(address(item)).json() == changed


@pytest.mark.parametrize("changes", [{}, {"title": None}])
def test_nothing_sent_is_nothing_changed(
    client: httpx.Client, item: dict[str, Any], changes: dict[str, Any]
) -> None:
    assert client.patch(address(item), json=changes).json() == item


def test_tags_of_other_items_stay(client: httpx.Client, item: dict[str, Any], ada: str) -> None:
    other = client.post(
        "/api/v1/content-auto", json={"prompt": "b", "creator_id": ada, "tags": ["sea", "night"]}
    ).json()["items"][0]
    client.patch(address(item), json={"tags": ["dawn"]})
    assert client.get(address(other)).json() == other
    client.patch(address(other), json={"tags": ["noon"]})
    assert client.get(address(item)).json()["tags"] == ["dawn"]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": " "},
        {"title": "x" * 256},
        {"prompt": ""},
        {"quality_score": "good"},
        {"item_metadata": []},
        {"tags": ["\0"]},
        {"creator_id": "00000000-0000-4000-8000-000000000000"},
        {"created_at": "2024-01-01T00:00:00Z"},
        {"source_type": "auto"},
        [],
    ],
    ids=str,
)
def test_changes_that_cannot_be_are_refused(
    client: httpx.Client, item: dict[str, Any], changes: Any
) -> None:
    answer = client.patch(address(item), json=changes)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request")
    assert client.get(address(item)).json() == item


@pytest.mark.parametrize("changes", [{}, {"title": "x"}, {"tags": ["new"]}])
def test_an_item_that_is_not_there_cannot_be_changed(
    client: httpx.Client, ada: str, database: Database, changes: dict[str, Any]
) -> None:
    answer = client.patch(f"{CONTENT}/999999999", json=changes)
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert names(database) == []


def test_an_import_key_that_is_taken_is_a_conflict(
    client: httpx.Client, item: dict[str, Any], ada: str
) -> None:
    other = client.post(CONTENT, json={"prompt": "b", "creator_id": ada}).json()["items"][0]
    answer = client.patch(
        address(other), json={"title": "x", "item_metadata": {"import_key": "k1"}}
    )
    assert (answer.status_code, answer.json()["error"]) == (409, "conflict")
    assert answer.json()["detail"] == "An item with the same import_key exists already."
    assert client.get(address(other)).json() == other


def test_a_deleted_item_says_its_tags_and_takes_them_along(
    client: httpx.Client, item: dict[str, Any], database: Database
) -> None:
    assert client.delete(address(item)).json()["deleted"] == item
    assert (links(database), names(database)) == (0, ["night", "sea"])


def test_a_deleted_item_returns_the_tags_that_another_request_has_just_added(
    client: httpx.Client, item: dict[str, Any], database: Database
) -> None:
    with ThreadPoolExecutor() as threads, database.engine.connect() as connection:
        add_tag(connection, "dawn", [item["id"]])
        deleting = threads.submit(client.delete, address(item))
        wait_until_blocked(connection)
        connection.commit()
        assert deleting.result().json()["deleted"]["tags"] == ["dawn", "night", "sea"]


def test_changes_at_once_leave_what_the_last_has_sent(
    client: httpx.Client, item: dict[str, Any], database: Database
) -> None:
    wanted = [[f"tag {n}", f"tag {n + 1}", "sea"] for n in range(40)]

    def change(tags: list[str]) -> dict[str, Any]:
        answer = client.patch(address(item), json={"title": "-".join(tags), "tags": tags})
        assert answer.status_code == 200, answer.text
        changed: dict[str, Any] = answer.json()
        return changed

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(change, wanted))
    assert [answer["tags"] for answer in answers] == [sorted(tags) for tags in wanted]
    last = max(answers, key=lambda answer: str(answer["updated_at"]))
    assert client.get(address(item)).json() == last
