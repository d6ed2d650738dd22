"""Items: add, read, change, delete, undo."""

from typing import Any

import httpx
import pytest
from sqlalchemy import event, func, select

from genonaut.db.schema import ContentItem, ContentItemAll, ContentItemAuto
from genonaut.db.session import Database
from tests.support.rows import run

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def ada(client: httpx.Client) -> str:
    return add_user(client, "ada")


def add_user(client: httpx.Client, username: str) -> str:
    answer = client.post("/api/v1/users", json={"username": username})
    return str(answer.json()["id"])


def rows(database: Database, table: type[Any]) -> int:
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def counts(stats: dict[str, Any]) -> tuple[int, int, int, int]:
    return (
        stats["user_regular_count"],
        stats["user_auto_count"],
        stats["community_regular_count"],
        stats["community_auto_count"],
    )


def test_an_item_is_added_with_defaults_and_read_again(
    client: httpx.Client, ada: str, database: Database
) -> None:
    answer = client.post("/api/v1/content", json={"prompt": "a lighthouse", "creator_id": ada})
    assert answer.status_code == 201, answer.text
    (item,) = answer.json()["items"]
    assert item == {
        "id": item["id"],
        "title": "a lighthouse",
        "content_type": "image",
        "content_data": "",
        "path_thumb": None,
        "prompt": "a lighthouse",
        "creator_id": ada,
        "creator_username": "ada",
        "item_metadata": {},
        "quality_score": 0.0,
        "created_at": item["created_at"],
        "updated_at": item["created_at"],
        "source_type": "regular",
        "visibility": "public",
        "tags": [],
        "rating": None,
        "rating_mean": None,
        "rating_count": 0,
    }
    assert item["created_at"].endswith("Z")
    assert client.get(f"/api/v1/content/{item['id']}").json() == item
    assert (rows(database, ContentItem), rows(database, ContentItemAuto)) == (1, 0)


def test_all_that_is_given_is_kept(client: httpx.Client, ada: str) -> None:
    given_item = {
        "title": "Sea",
        "content_type": "video",
        "content_data": "videos/sea.mp4",
        "path_thumb": "thumbs/sea.png",
        "prompt": "  the sea,\nat night 🌊  ",
        "creator_id": ada,
        "item_metadata": {"tags": ["sea"], "seed": 2**63, "nested": {"deep": [None, True, 0.1]}},
        "quality_score": -1.5,
        "created_at": "2024-02-29T12:00:00.000001+02:00",
        "tags": ["night", "sea"],
    }
    item = client.post("/api/v1/content", json=given_item).json()["items"][0]
    kept = given_item | {"created_at": "2024-02-29T10:00:00.000001Z"}
    assert {name: item[name] for name in kept} == kept


def test_many_auto_items_come_back_in_order_from_one_statement(
    client: httpx.Client, ada: str, database: Database, application: Database
) -> None:
    items = [
        {
            "prompt": f"number {n}",
            "creator_id": ada,
            "created_at": "2020-01-01T00:00:00Z" if n % 3 else None,
        }
        for n in range(1000)
    ]
    inserts: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO content_items_all"):
            inserts.append(statement)

    event.listen(application.engine, "before_cursor_execute", note)
    try:
        answer = client.post("/api/v1/content-auto", json=items)
    finally:
        event.remove(application.engine, "before_cursor_execute", note)
    assert [item["prompt"] for item in answer.json()["items"]] == [i["prompt"] for i in items]
    assert {item["source_type"] for item in answer.json()["items"]} == {"auto"}
    assert len(inserts) == 1
    assert rows(database, ContentItemAuto) == 1000


def test_the_counts_come_with_the_change(client: httpx.Client, ada: str) -> None:
    grace = add_user(client, "grace")
    item = {"prompt": "sea", "creator_id": ada}
    regular = client.post("/api/v1/content", json=[item, item]).json()
    assert counts(regular["stats"]) == (2, 0, 2, 0)
    auto = client.post("/api/v1/content-auto", json=item | {"creator_id": grace}).json()
    assert counts(auto["stats"]) == (0, 1, 2, 1)
    both = client.post("/api/v1/content", json=[item, item | {"creator_id": grace}]).json()
    assert counts(both["stats"]) == (0, 0, 4, 1)
    deleted = client.delete(f"/api/v1/content/{regular['items'][0]['id']}").json()
    assert counts(deleted["stats"]) == (2, 0, 3, 1)


def test_a_deleted_item_can_be_added_again(client: httpx.Client, ada: str) -> None:
    item = {
        "prompt": "sea",
        "creator_id": ada,
        "item_metadata": {"import_key": "k1"},
        "created_at": "2024-01-01T00:00:00Z",
        "tags": ["night", "sea"],
    }
    added = client.post("/api/v1/content-auto", json=item).json()["items"][0]
    address = f"/api/v1/content/{added['id']}"
    answer = client.delete(address)
    assert answer.status_code == 200
    assert answer.json()["deleted"] == added
    assert client.get(address).status_code == 404
    assert client.delete(address).status_code == 404
    again = {name: value for name, value in added.items() if name in {*item, "title"}}
    undone = client.post("/api/v1/content-auto", json=again)
    assert undone.status_code == 201
    changed = {"id", "updated_at"}
    (item,) = undone.json()["items"]
    assert {n: v for n, v in item.items() if n not in changed} == {
        n: v for n, v in added.items() if n not in changed
    }


@pytest.mark.parametrize("title", [None, "", "  \n "])
def test_a_title_is_made_of_the_prompt(client: httpx.Client, ada: str, title: str | None) -> None:
    prompt = "a very  long\nprompt about the sea " * 10
    item = {"prompt": prompt, "creator_id": ada, "title": title}
    made = client.post("/api/v1/content", json=item).json()["items"][0]["title"]
    assert made.startswith("a very long prompt about the sea a very")
    assert len(made) <= 81


def test_an_unknown_creator_is_named_and_nothing_is_added(
    client: httpx.Client, ada: str, database: Database
) -> None:
    items = [{"prompt": "sea", "creator_id": ada}, {"prompt": "sea", "creator_id": NOBODY}]
    answer = client.post("/api/v1/content", json=items)
    assert answer.status_code == 404
    assert answer.json()["error"] == "not_found"
    assert NOBODY in answer.json()["detail"]
    assert rows(database, ContentItemAll) == 0


@pytest.mark.parametrize("together", [True, False])
def test_an_import_key_is_unique(
    client: httpx.Client, ada: str, database: Database, together: bool
) -> None:
    item = {"prompt": "sea", "creator_id": ada, "item_metadata": {"import_key": "k1"}}
    if not together:
        assert client.post("/api/v1/content", json=item).status_code == 201
    answer = client.post("/api/v1/content", json=[item, item | {"item_metadata": {}}, item])
    assert (answer.status_code, answer.json()["error"]) == (409, "conflict")
    assert rows(database, ContentItemAll) == (0 if together else 1)


@pytest.mark.parametrize("field", ["content_data", "path_thumb"])
@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "~/a.png", r"C:\a.png", "c:/a.png", r"\\host\a.png", "file:///a.png", "FILE:a"],
)
def test_an_absolute_path_is_refused(client: httpx.Client, ada: str, field: str, path: str) -> None:
    item = {"prompt": "p", "creator_id": ada, field: path}
    answer = client.post("/api/v1/content", json=item)
    assert answer.status_code == 422
    assert "absolute path" in answer.json()["detail"]


def test_an_item_is_private_if_it_says_so_or_its_creator_does(
    client: httpx.Client, ada: str, database: Database
) -> None:
    def added(**fields: str) -> dict[str, Any]:
        sent = {"prompt": "p", "creator_id": ada, **fields}
        found: dict[str, Any] = client.post("/api/v1/content", json=sent).json()["items"][0]
        return found

    assert added()["visibility"] == "public"
    assert added(visibility="private")["visibility"] == "private"
    run(database, "UPDATE users SET default_visibility = 'private'")
    hidden = added()
    assert hidden["visibility"] == "private"
    assert added(visibility="public")["visibility"] == "public"
    changed = client.patch(f"/api/v1/content/{hidden['id']}", json={"visibility": "public"})
    assert changed.json()["visibility"] == "public"
    assert client.patch(f"/api/v1/content/{hidden['id']}", json={"visibility": "x"}).is_error


def test_no_cache_keeps_what_depends_on_the_viewer(client: httpx.Client, ada: str) -> None:
    item = client.post("/api/v1/content", json={"prompt": "p", "creator_id": ada}).json()["items"][
        0
    ]
    for path in (f"content/{item['id']}", "content/unified", "content/stats/unified", "tags"):
        headers = client.get(f"/api/v1/{path}").headers
        assert headers["cache-control"] == "private, no-store", path
        assert headers["vary"] == "Cookie, Authorization", path
