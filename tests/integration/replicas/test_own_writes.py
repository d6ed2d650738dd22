"""A client that sends the position of its write sees it, also when a replica is paused or lost."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from signal import SIGKILL
from threading import Event

import httpx
import pytest

from genonaut.db.positions import Position
from tests.integration.replicas.conftest import Serving
from tests.support.replicas import Node
from tests.support.rows import add_user
from tests.support.waiting import wait_until

STATS = "/api/v1/content/stats/unified"
LIST = "/api/v1/content/unified"
HEADER = "X-Genonaut-Position"
WRITERS = 4
FEW = 60
MANY = int(os.environ.get("GENONAUT_REPLICA_WRITES", "1000"))


@contextmanager
def paused(*standbys: Node) -> Iterator[None]:
    for standby in standbys:
        standby.pause()
    try:
        yield
    finally:
        for standby in standbys:
            standby.resume()


def add(client: httpx.Client, user: str) -> tuple[int, str]:
    """Add an item, and return its id and the position; the cookie is for the browsers' test."""
    answer = client.post("/api/v1/content", json={"prompt": "p", "creator_id": user})
    assert answer.status_code == 201, answer.text
    client.cookies.clear()
    return answer.json()["items"][0]["id"], answer.headers[HEADER]


def own(client: httpx.Client, user: str, position: str | None) -> tuple[int, str]:
    """A user's count, and from where."""
    headers = {HEADER: position} if position else {}
    answer = client.get(STATS, params={"user_id": user}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["user_regular_count"], answer.json()["from"]


def test_without_the_position_a_paused_replica_returns_what_was(api: Serving) -> None:
    user = add_user(api.owner)
    for standby in api.group.standbys:
        standby.catches_up_with(api.group.primary)
    with paused(*api.group.standbys):
        item, position = add(api.client, user)
        assert own(api.client, user, None) == (0, "replica")
        assert own(api.client, user, position) == (1, "primary")
        assert api.client.get(f"/api/v1/content/{item}").status_code == 404
        found = api.client.get(f"/api/v1/content/{item}", headers={HEADER: position})
        assert found.status_code == 200
        about = {"user_id": user, "include_stats": "true"}
        page = api.client.get(LIST, params=about, headers={HEADER: position}).json()
        assert [one["id"] for one in page["items"]] == [item]
        assert page["stats"]["from"] == "primary"
        assert api.client.get(LIST, params=about).json()["items"] == []


def test_a_browser_sees_its_change_by_a_cookie(api: Serving) -> None:
    user = add_user(api.owner)
    with paused(*api.group.standbys):
        answer = api.client.post("/api/v1/content", json={"prompt": "p", "creator_id": user})
        [cookie] = answer.headers.get_list("set-cookie")
        assert cookie.startswith("genonaut_position=")
        assert cookie.endswith("; Max-Age=60; Path=/; HttpOnly; SameSite=Lax")
        item = answer.json()["items"][0]["id"]
        assert own(api.client, user, None) == (1, "primary")
        assert api.client.get(f"/gallery/items/{item}").status_code == 200
        api.client.cookies.clear()
        assert api.client.get(f"/gallery/items/{item}").status_code == 404


def test_a_program_with_a_token_gets_no_cookie(api: Serving) -> None:
    body, headers = {"username": "cy"}, {"Authorization": "Bearer gnt_x"}
    answer = api.client.post("/api/v1/users", json=body, headers=headers)
    assert answer.status_code == 201
    assert HEADER in answer.headers
    assert "set-cookie" not in answer.headers


def test_what_was_refused_has_no_position(api: Serving) -> None:
    assert HEADER not in api.client.post("/api/v1/users", json={}).headers
    assert HEADER not in api.client.get(STATS).headers


@pytest.mark.sampled(1)
@pytest.mark.parametrize("sent", ["nonsense", "9:FFFFFFFF/0", "1:FFFFFFFF/FFFFFFFF", ""])
def test_a_position_that_is_none_of_ours_means_the_primary(api: Serving, sent: str) -> None:
    user = add_user(api.owner)
    add(api.client, user)
    assert own(api.client, user, None)[1] == "replica"
    answer = api.client.get(STATS, params={"user_id": user}, headers={HEADER: sent})
    assert answer.json()["from"] == "primary"


def test_of_header_and_cookie_both_are_wanted(api: Serving) -> None:
    user = add_user(api.owner)
    for standby in api.group.standbys:
        standby.catches_up_with(api.group.primary)
    with paused(*api.group.standbys):
        _, position = add(api.client, user)
        old = str(Position(1, 1))
        for header, cookie in ((position, old), (old, position)):
            found = api.client.get(
                STATS, headers={HEADER: header, "Cookie": f"genonaut_position={cookie}"}
            )
            assert found.json()["from"] == "primary"


def test_own_writes_are_seen_while_one_is_paused_and_one_is_killed(api: Serving) -> None:
    _write_and_read(api, FEW)


@pytest.mark.long
def test_a_thousand_own_writes_are_seen(api: Serving) -> None:
    _write_and_read(api, MANY)


def _write_and_read(api: Serving, writes: int) -> None:
    users = [add_user(api.owner, f"user {number}") for number in range(WRITERS)]
    each, begun, missing = writes // WRITERS, Event(), []
    first, second = api.group.standbys

    def write_and_read(user: str) -> set[str]:
        seen = set()
        with httpx.Client(base_url=api.client.base_url, timeout=180) as client:
            for number in range(1, each + 1):
                item, position = add(client, user)
                found, origin = own(client, user, position)
                seen.add(origin)
                shown = client.get(f"/api/v1/content/{item}", headers={HEADER: position})
                if found != number or shown.status_code != 200:
                    missing.append((user, number, found, shown.status_code))
                if number == each // 3:
                    begun.set()
        return seen

    with ThreadPoolExecutor(WRITERS) as pool:
        done = [pool.submit(write_and_read, user) for user in users]
        begun.wait(180)
        try:
            with paused(first):
                second.end(SIGKILL)
                wait_until(lambda: api.usable() < 2, "the killed replica is missed")
                [one.result() for one in done]
        finally:
            second.start()
    assert missing == []
    wait_until(lambda: api.usable() == 2, "the killed replica is in use again")
    assert {one for each in done for one in each.result()} == {"primary", "replica"}
