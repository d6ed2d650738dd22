"""ETags of items: a change that is based on an older item is refused in every interleaving."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import pytest

from genonaut.db.session import Database
from tests.support.rows import add_items, add_tag, add_user, run

CLIENTS = 4
ROUNDS = 10


@pytest.fixture
def item(client: httpx.Client, database: Database) -> str:
    [number] = add_items(database, add_user(database), 1)
    return f"/api/v1/content/{number}"


def etag(client: httpx.Client, item: str) -> str:
    return client.get(item).headers["ETag"]


def patch(client: httpx.Client, item: str, if_match: str, **fields: Any) -> httpx.Response:
    return client.patch(item, json=fields, headers={"If-Match": if_match})


def test_an_etag_is_strong_and_stays_as_long_as_the_item(client: httpx.Client, item: str) -> None:
    tag = etag(client, item)
    assert tag.startswith('"')
    assert tag.endswith('"')
    assert etag(client, item) == tag
    assert client.head(item).headers["ETag"] == tag


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Dusk"},
        {"prompt": "dusk"},
        {"quality_score": 0.5},
        {"item_metadata": {"seed": 7}},
        {"tags": ["sea"]},
        {"visibility": "private"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_it_changes_with_every_field_and_the_change_returns_it(
    client: httpx.Client, item: str, fields: dict[str, Any]
) -> None:
    before = etag(client, item)
    answer = patch(client, item, before, **fields)
    assert answer.status_code == 200
    assert answer.headers["ETag"] != before
    assert answer.headers["ETag"] == etag(client, item)


def test_it_changes_when_a_tag_of_it_is_renamed(
    client: httpx.Client, item: str, database: Database
) -> None:
    tag = add_tag(database, "sea", [int(item.rpartition("/")[2])])
    before = etag(client, item)
    client.patch(f"/api/v1/tags/{tag}", json={"name": "ocean"})
    assert patch(client, item, before, title="Dusk").status_code == 412


def test_what_another_client_changed_is_not_overwritten(client: httpx.Client, item: str) -> None:
    seen = etag(client, item)
    client.patch(item, json={"title": "Theirs"})
    refused = patch(client, item, seen, title="Mine", tags=["sea"])
    assert (refused.status_code, refused.json()["error"]) == (412, "precondition_failed")
    assert refused.json()["detail"].startswith(f"Item {item.rpartition('/')[2]} is not")
    kept = client.get(item).json()
    assert (kept["title"], kept["tags"]) == ("Theirs", [])
    assert client.delete(item, headers={"If-Match": seen}).status_code == 412
    assert client.delete(item, headers={"If-Match": etag(client, item)}).status_code == 200


@pytest.mark.parametrize("written", ["{}", '"x", {}', '{} ,"x"', "*"])
def test_what_names_the_item_lets_the_change_through(
    client: httpx.Client, item: str, written: str
) -> None:
    assert patch(client, item, written.format(etag(client, item)), title="A").status_code == 200


@pytest.mark.parametrize("written", ["W/{}", '"x"', '"*"', "x", '"', "", "{}x,"])
def test_what_does_not_name_the_item_is_refused(
    client: httpx.Client, item: str, written: str
) -> None:
    tag = etag(client, item)
    sent = written.format(tag if written.startswith("W/") else tag.strip('"'))
    assert patch(client, item, sent, title="A").status_code == 412
    assert client.get(item, headers={"If-Match": sent}).status_code == 412


def test_without_if_match_the_last_change_stays(client: httpx.Client, item: str) -> None:
    for title in ("One", "Two"):
        assert client.patch(item, json={"title": title}).status_code == 200
    assert client.get(item).json()["title"] == "Two"


@pytest.mark.parametrize("written", ["{}", "W/{}", '"x", {}', "*"])
def test_what_the_client_has_is_not_sent_again(
    client: httpx.Client, item: str, written: str
) -> None:
    tag = etag(client, item)
    answer = client.get(item, headers={"If-None-Match": written.format(tag)})
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
    assert answer.headers["Cache-Control"] == "private, no-store"
    client.patch(item, json={"title": "Dusk"})
    again = client.get(item, headers={"If-None-Match": tag})
    assert (again.status_code, again.json()["title"]) == (200, "Dusk")


def test_an_item_that_is_gone_is_not_found(client: httpx.Client, item: str) -> None:
    seen = etag(client, item)
    client.delete(item)
    assert patch(client, item, seen, title="A").status_code == 404


@pytest.mark.both_servers
def test_of_clients_that_change_the_same_item_at_once_one_succeeds(
    client: httpx.Client, item: str, database: Database
) -> None:
    together = Barrier(CLIENTS)

    def change(number: int, seen: str) -> int:
        together.wait()
        return patch(client, item, seen, tags=[f"of {number}"]).status_code

    with ThreadPoolExecutor(CLIENTS) as pool:
        for _ in range(ROUNDS):
            answers = pool.map(change, range(CLIENTS), [etag(client, item)] * CLIENTS)
            assert sorted(answers) == [200] + [412] * (CLIENTS - 1)
            assert len(client.get(item).json()["tags"]) == 1


@pytest.mark.sampled(1)
@pytest.mark.both_servers
def test_no_update_is_lost(client: httpx.Client, item: str, database: Database) -> None:
    def add_one() -> None:
        while True:
            read = client.get(item)
            score = read.json()["quality_score"] + 1
            answer = patch(client, item, read.headers["ETag"], quality_score=score)
            if answer.status_code != 412:
                answer.raise_for_status()
                return

    with ThreadPoolExecutor(CLIENTS) as pool:
        for done in [pool.submit(add_one) for _ in range(CLIENTS * ROUNDS)]:
            done.result()
    [(score,)] = run(database, "SELECT quality_score FROM content_items_all")
    assert score == CLIENTS * ROUNDS
