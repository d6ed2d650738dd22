"""Secret links to albums: what they show, to whom, and by what no prompt gets out."""

import json
import re
from typing import Any

import httpx
import pytest
import structlog

from genonaut.api.http.guesses import MOST_WRONG
from genonaut.db.session import Database
from tests.support.keeping import ALBUMS, Keeper
from tests.support.people import Browsers, add_account, everything_stored
from tests.support.rows import add_items, add_tag, run, scalar

WORDS = ("telescope", "blurry", "4711", "library/brass", "euler")
MADE_WITH = {"negative_prompt": "blurry", "seed": 4711, "sampler": "euler", "workflow": {"a": 1}}


def made(database: Database, creator: str, **columns: Any) -> int:
    values = {
        "prompt": "a brass telescope by the sea",
        "title": "a brass telescope by the sea",
        "content_data": "library/brass-telescope.png",
        "path_thumb": "library/brass-thumb.webp",
        "item_metadata": json.dumps(MADE_WITH),
    }
    [item] = add_items(database, creator, 1, **values | columns)
    return item


@pytest.fixture
def ids(database: Database) -> dict[str, str]:
    return {name: add_account(database, name) for name in ("ada", "bo")}


@pytest.fixture
def ada(browsers: Browsers, ids: dict[str, str]) -> Keeper:
    assert ids
    return Keeper(browsers.sign_in("ada"))


@pytest.fixture
def stranger(browsers: Browsers) -> httpx.Client:
    # Another address for each test: its wrong guesses are its own.
    return browsers.open()


def share(ada: Keeper, album: dict[str, Any], **how: Any) -> str:
    answer = ada.send("POST", f"{ALBUMS}/{album['id']}/share", json=how)
    token: str = answer["share_token"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    return token


def by_link(client: httpx.Client, token: str, **given: Any) -> httpx.Response:
    return client.get(f"{ALBUMS}/share/{token}", params=given)


def items_of(answer: httpx.Response) -> tuple[list[int], int, int]:
    found = answer.json()
    return [item["id"] for item in found["items"]], found["total"], found["count"]


def test_a_link_shows_what_is_public_and_the_owners_own_and_nothing_of_third_persons(
    ada: Keeper, stranger: httpx.Client, ids: dict[str, str], database: Database
) -> None:
    own_private = made(database, ids["ada"], visibility="private")
    own, others, hidden = made(database, ids["ada"]), made(database, ids["bo"]), None
    hidden = made(database, ids["bo"])
    album = ada.album("By the sea", description="for you")
    for item in (own_private, own, others, hidden):
        ada.put(ada.keep(item, note="private words"), album)
    run(database, "UPDATE content_items_all SET visibility = 'private' WHERE id = %s", hidden)
    token = share(ada, album, with_prompts=True)
    shown = by_link(stranger, token)
    assert shown.status_code == 200
    assert items_of(shown) == ([others, own, own_private], 3, 3)
    assert ada.count(album) == 3
    found = shown.json()
    assert (found["name"], found["owner_username"]) == ("By the sea", "ada")
    assert (found["share_token"], found["parent_id"]) == (None, None)
    assert "private words" not in shown.text
    assert {item["prompt"] for item in found["items"]} == {"a brass telescope by the sea"}
    # The link opens no other door.
    assert stranger.get(f"/api/v1/content/{own_private}").status_code == 404
    assert stranger.get(f"{ALBUMS}/{album['id']}").status_code == 404
    # What comes back is shown again, and what is hidden is gone, at that commit.
    run(database, "UPDATE content_items_all SET visibility = 'public' WHERE id = %s", hidden)
    assert items_of(by_link(stranger, token))[1:] == (4, 4)
    run(database, "UPDATE content_items_all SET visibility = 'private' WHERE id = %s", others)
    assert items_of(by_link(stranger, token))[1:] == (3, 3)
    page = by_link(stranger, token, skip=1, limit=1).json()
    assert (len(page["items"]), page["total"], page["skip"], page["limit"]) == (1, 3, 1, 1)


def test_an_administrators_link_shows_no_more_than_a_users(
    browsers: Browsers, stranger: httpx.Client, ids: dict[str, str], database: Database
) -> None:
    add_account(database, "root", "admin")
    root = Keeper(browsers.sign_in("root"))
    secret = made(database, ids["bo"], visibility="private")
    album = root.album()
    root.put(root.keep(secret), album)
    root.send("PUT", f"{ALBUMS}/{album['id']}", json={"cover_content_id": secret})
    token = share(root, album, with_prompts=True)
    shown = by_link(stranger, token)
    assert items_of(shown) == ([], 0, 0)
    assert shown.json()["cover_content_id"] is None
    assert root.count(album) == 1


def test_without_prompts_no_field_tells_one(
    ada: Keeper, stranger: httpx.Client, ids: dict[str, str], database: Database
) -> None:
    telling = made(database, ids["ada"], visibility="private")
    own_title = made(database, ids["ada"], title="For my mother", source="auto")
    add_tag(database, "brass telescope", [telling])
    album = ada.album()
    ada.put(ada.keep(telling), album)
    ada.put(ada.keep(own_title, "auto"), album)
    token = share(ada, album)
    shown = by_link(stranger, token)
    for word in WORDS:
        assert word not in shown.text.lower(), word
    assert [item["title"] for item in shown.json()["items"]] == ["For my mother", "Untitled"]
    assert shown.json()["with_prompts"] is False
    for parameter in ("search_term", "sort_field", "model", "seed", "tag", "cursor"):
        # An order or a search would answer questions about what is concealed.
        assert by_link(stranger, token, **{parameter: "telescope"}).status_code == 422
    # The same link, with them and without them again.
    assert share(ada, album, with_prompts=True) == token
    assert "brass telescope" in by_link(stranger, token).text
    assert share(ada, album, with_prompts=False) == token
    assert "brass telescope" not in by_link(stranger, token).text


def test_it_can_be_renewed_and_taken_back(ada: Keeper, stranger: httpx.Client) -> None:
    album = ada.album()
    first = share(ada, album)
    assert ada.send("GET", f"{ALBUMS}/{album['id']}")["share_token"] == first
    assert ada.send("GET", f"{ALBUMS}/{album['id']}")["share_prompts"] is False
    second = share(ada, album, renew=True)
    assert (by_link(stranger, first).status_code, by_link(stranger, second).status_code) == (
        404,
        200,
    )
    ada.send("DELETE", f"{ALBUMS}/{album['id']}/share")
    assert by_link(stranger, second).status_code == 404
    ada.send("DELETE", f"{ALBUMS}/{album['id']}/share", 404)
    assert ada.send("GET", f"{ALBUMS}/{album['id']}")["share_token"] is None
    third = share(ada, album)
    ada.send("DELETE", f"{ALBUMS}/{album['id']}")
    assert by_link(stranger, third).status_code == 404


def test_a_disabled_owners_link_works_no_more(
    ada: Keeper, stranger: httpx.Client, ids: dict[str, str], database: Database
) -> None:
    token = share(ada, ada.album())
    run(database, "UPDATE users SET disabled_at = now() WHERE id = %s", ids["ada"])
    assert by_link(stranger, token).status_code == 404


def test_it_is_kept_by_its_hash_told_to_no_log_and_to_no_other_site(
    ada: Keeper, stranger: httpx.Client, database: Database
) -> None:
    token = share(ada, ada.album())
    with structlog.testing.capture_logs() as lines:
        shown = by_link(stranger, token)
        by_link(stranger, "x" * 43)
        stranger.post(f"{ALBUMS}/share/{token}")
        stranger.get(f"{ALBUMS}/share/{token}/more")
    assert token not in str(lines)
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert shown.headers["x-robots-tag"] == "noindex, nofollow"
    assert "no-store" in shown.headers["cache-control"]
    assert token not in shown.text
    assert token not in everything_stored(database)
    same = "SELECT digest = sha256(convert_to(token, 'UTF8')) FROM bookmark_category_shares"
    assert scalar(database, same)
    recorded = "SELECT string_agg(action, ' ' ORDER BY id) FROM audit_log WHERE action ~ '^album'"
    assert scalar(database, recorded) == "album-shared"


def test_guesses_are_refused_after_some(browsers: Browsers, ada: Keeper) -> None:
    token = share(ada, ada.album())
    guesser = browsers.open(headers={"X-Forwarded-For": "198.51.100.9"})
    for number in range(MOST_WRONG):
        assert by_link(guesser, f"{number:043}").status_code == 404
    refused = by_link(guesser, token)
    assert (refused.status_code, refused.json()["error"]) == (429, "too_many_attempts")
    assert int(refused.headers["retry-after"]) > 0
    other = browsers.open(headers={"X-Forwarded-For": "198.51.100.10"})
    assert by_link(other, token).status_code == 200
    for wrong in ("", "x", "x" * 44, "x" * 42 + "%00", "../share"):
        assert other.get(f"{ALBUMS}/share/{wrong}").status_code in {404, 405, 422}
