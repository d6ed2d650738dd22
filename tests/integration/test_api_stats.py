"""The route of the four counts."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.db.session import Database

STATS = "/api/v1/content/stats/unified"


def refresh(database: Database) -> None:
    with database.transaction() as session:
        ContentRepository(session).refresh_gen_source_stats()


def read(client: httpx.Client, user_id: object = None) -> dict[str, Any]:
    answer = client.get(STATS, params={"user_id": str(user_id)} if user_id else {})
    assert answer.status_code == 200, answer.text
    stats: dict[str, Any] = answer.json()
    return stats


def counts(stats: dict[str, Any]) -> list[int]:
    return [value for name, value in stats.items() if name.endswith("_count")]


def test_before_the_first_refresh_the_counts_are_live(client: httpx.Client) -> None:
    stats = read(client)
    assert counts(stats) == [0, 0, 0, 0]
    assert (stats["exact"], stats["source"], stats["verified_at"]) == (True, "live", None)


@pytest.mark.parametrize("refreshed", [True, False])
def test_a_change_is_counted_once_its_response_arrives(
    client: httpx.Client, database: Database, refreshed: bool
) -> None:
    if refreshed:
        refresh(database)
    ada = client.post("/api/v1/users", json={"username": "ada"}).json()["id"]
    grace = client.post("/api/v1/users", json={"username": "grace"}).json()["id"]
    item = {"prompt": "sea", "creator_id": ada}
    added = client.post("/api/v1/content", json=[item, item]).json()
    assert counts(read(client, ada)) == [2, 0, 2, 0]
    client.post("/api/v1/content-auto", json=item | {"creator_id": grace})
    assert counts(read(client, ada)) == [2, 0, 2, 1]
    assert counts(read(client, grace)) == [0, 1, 2, 1]
    assert counts(read(client)) == [0, 0, 2, 1]
    deleted = client.delete(f"/api/v1/content/{added['items'][0]['id']}").json()
    after = read(client, ada)
    assert counts(after) == counts(deleted["stats"]) == [1, 0, 1, 1]
    assert after["source"] == ("cache" if refreshed else "live")


def test_times_are_in_utc_and_follow_each_other(client: httpx.Client, database: Database) -> None:
    refresh(database)
    stats = read(client)
    assert stats["as_of"].endswith("Z")
    assert stats["verified_at"].endswith("Z")
    assert stats["verified_at"] < stats["as_of"]


def test_on_one_database_the_counts_are_of_one_moment(
    client: httpx.Client, database: Database
) -> None:
    assert read(client)["one_moment"] is True
    refresh(database)
    assert read(client)["one_moment"] is True


def test_an_unknown_user_has_zeros(client: httpx.Client, database: Database) -> None:
    refresh(database)
    assert counts(read(client, uuid4())) == [0, 0, 0, 0]


@pytest.mark.parametrize("user_id", ["", "me", "0b5e0c3e", "\0", "1" * 300])
def test_a_malformed_user_is_refused(client: httpx.Client, user_id: str) -> None:
    answer = client.get(STATS, params={"user_id": user_id})
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request")
    assert answer.json()["detail"].startswith("user_id is wrong: ")
