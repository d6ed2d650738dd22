"""The tags of a page of an item, without a script: who may change them; each number follows."""

import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from genonaut.config import Settings
from genonaut.content.tag_names import MOST_TAGS
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.integration.people.test_pages_signing_in import send, words
from tests.support.api import OpenApi
from tests.support.people import Browsers, add_account, with_accounts
from tests.support.recount import differences
from tests.support.rows import add_items, add_tag, run, scalar
from tests.support.site import OURS

SUGGESTIONS = "/gallery/tags/suggestions"


@pytest.fixture
def ada_id(database: Database) -> str:
    return add_account(database)


@pytest.fixture
def ada(browsers: Browsers, ada_id: str) -> httpx.Client:
    return browsers.sign_in()


@pytest.fixture
def items(database: Database, ada_id: str) -> list[int]:
    """Four of Ada's, of which all have the tag `sea`, and the last is private."""
    made = add_items(database, ada_id, 3)
    made += add_items(database, ada_id, 1, "auto", visibility="private")
    add_tag(database, "sea", made)
    build_counts(database, "test")
    return made


def path(item: int) -> str:
    return f"/gallery/items/{item}"


def shown(client: httpx.Client, item: int) -> dict[str, int]:
    """The tags of a page, with the number beside each; the list behind each has as many."""
    page = client.get(path(item)).text
    found = re.findall(
        r'<a href="([^"]+)">([^<]+?) <span class="tag__count" data-tag-count>.*?</span>'
        r"<span[^>]*>([\d,]+)<",
        page,
    )
    for url, _, number in found:
        listed = client.get(url.replace("&amp;", "&")).text
        assert f"{int(number.replace(',', '')):,} result" in listed
    return {name: int(number.replace(",", "")) for _, name, number in found}


def test_a_tag_is_added_and_removed_and_its_number_follows(
    ada: httpx.Client, browsers: Browsers, items: list[int], database: Database
) -> None:
    first = items[0]
    assert shown(ada, first) == {"sea": 4}
    assert shown(browsers.open(), first) == {"sea": 3}
    answer = send(ada, f"{path(first)}/tags", tag=" Calm  SEA ", sort="title")
    assert answer.headers["location"] == f"{path(first)}?sort=title&tagged=added#tags"
    page = ada.get(answer.headers["location"])
    assert "The tag has been added." in words(page)
    assert shown(ada, first) == {"calm sea": 1, "sea": 4}
    answer = send(ada, f"{path(first)}/tags", untag="sea")
    assert answer.headers["location"] == f"{path(first)}?tagged=removed#tags"
    assert "The tag has been removed." in words(ada.get(answer.headers["location"]))
    assert shown(ada, first) == {"calm sea": 1}
    assert shown(ada, items[1]) == {"sea": 3}
    assert shown(browsers.open(), items[1]) == {"sea": 2}
    with database.transaction() as session:
        assert differences(session) == []


def test_twice_is_once_and_what_is_not_there_stays_away(
    ada: httpx.Client, items: list[int], database: Database
) -> None:
    changed = "SELECT updated_at FROM content_items_all WHERE id = %s"
    before = scalar(database, changed, items[0])
    assert send(ada, f"{path(items[0])}/tags", tag="SEA").is_redirect
    assert send(ada, f"{path(items[0])}/tags", untag="no such tag").is_redirect
    assert (shown(ada, items[0]), scalar(database, changed, items[0])) == ({"sea": 4}, before)
    send(ada, f"{path(items[0])}/tags", tag="dusk")
    assert scalar(database, changed, items[0]) > before


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("", "Fill this in."),
        (" ", "It is blank."),
        ("x" * 256, "longer than 255 characters."),
        ("a\x07b", "control or invisible"),
        ("a\u200bb", "control or invisible"),
    ],
)
def test_what_cannot_be_a_tag_is_said_at_the_field(
    ada: httpx.Client, items: list[int], tag: str, said: str
) -> None:
    answer = send(ada, f"{path(items[0])}/tags", tag=tag, sort="title")
    assert answer.status_code == 422
    assert said in words(answer)
    assert 'aria-invalid="true"' in answer.text
    assert 'name="sort" value="title"' in answer.text
    assert shown(ada, items[0]) == {"sea": 4}


def test_an_item_has_a_limited_number_of_tags(
    ada: httpx.Client, items: list[int], database: Database
) -> None:
    for number in range(MOST_TAGS - 1):
        add_tag(database, f"tag {number}", items[:1])
    answer = send(ada, f"{path(items[0])}/tags", tag="one more")
    assert (answer.status_code, f"at most {MOST_TAGS} tags" in words(answer)) == (422, True)
    assert 'value="one more"' in answer.text
    send(ada, f"{path(items[0])}/tags", untag="tag 7")
    assert send(ada, f"{path(items[0])}/tags", tag="one more").is_redirect


def test_others_look_and_administrators_change(
    browsers: Browsers, items: list[int], database: Database
) -> None:
    add_account(database, "eve")
    add_account(database, "root", "admin")
    eve, root = browsers.sign_in("eve"), browsers.sign_in("root")
    for client in (eve, browsers.open()):
        assert f'action="{path(items[0])}/tags"' not in client.get(path(items[0])).text
    assert send(eve, f"{path(items[0])}/tags", tag="x").status_code == 403
    assert send(eve, f"{path(items[-1])}/tags", tag="x").status_code == 404
    assert send(root, f"{path(items[-1])}/tags", tag="x").is_redirect
    assert shown(root, items[-1]) == {"sea": 4, "x": 1}
    assert 'id="tags"' not in eve.get(path(add_items(database, _id(database, "root"))[0])).text


def _id(database: Database, name: str) -> str:
    return str(scalar(database, "SELECT id FROM users WHERE username = %s", name))


def test_two_who_tag_at_once_both_have_their_effect(
    ada: httpx.Client, items: list[int], database: Database
) -> None:
    def tag(number: int) -> bool:
        return send(ada, f"{path(items[0])}/tags", tag=f"tag {number % 6}").is_redirect

    with ThreadPoolExecutor(6) as threads:
        assert all(threads.map(tag, range(12)))
    assert shown(ada, items[0]) == {"sea": 4} | {f"tag {number}": 1 for number in range(6)}
    with database.transaction() as session:
        assert differences(session) == []


def test_a_tag_whose_name_has_a_comma_leads_to_its_list(
    ada: httpx.Client, items: list[int], database: Database
) -> None:
    add_tag(database, "red, green", items[:2])
    assert shown(ada, items[0]) == {"red, green": 2, "sea": 4}
    send(ada, f"{path(items[0])}/tags", untag="red, green")
    assert shown(ada, items[0]) == {"sea": 4}


def test_suggestions_are_of_tags_that_the_viewer_knows(
    ada: httpx.Client, browsers: Browsers, items: list[int], database: Database
) -> None:
    add_account(database, "eve")
    add_tag(database, "secret", items[-1:])
    add_tag(database, "sedan", items[:1])

    def suggested(client: httpx.Client, typed: str) -> list[tuple[str, int]]:
        answer = client.get(SUGGESTIONS, params={"begins": typed})
        assert answer.headers["cache-control"] == "private, no-store"
        return [(tag["name"], tag["count"]) for tag in answer.json()["tags"]]

    assert suggested(ada, " SE") == [("sea", 4), ("secret", 1), ("sedan", 1)]
    for client in (browsers.sign_in("eve"), browsers.open()):
        assert suggested(client, "se") == [("sea", 3), ("sedan", 1)]
        assert suggested(client, "secret") == []
    for typed in ("", "\0", "x" * 5_000, "%", "ea"):
        assert suggested(ada, typed) == []


def test_a_gallery_that_is_viewed_as_a_user_suggests_as_much(
    open_api: OpenApi, settings: Settings, items: list[int], database: Database, ada_id: str
) -> None:
    gallery = settings.gallery.model_copy(update={"viewing_as": True})
    client = open_api(settings.model_copy(update={"gallery": gallery}), database)
    asked = {"params": {"begins": "sea"}}
    assert client.get(SUGGESTIONS, **asked).json() == {"tags": [{"name": "sea", "count": 3}]}  # type: ignore[arg-type]
    assert "Add a tag" not in client.get(path(items[0])).text
    client.cookies.set("genonaut_viewer", ada_id)
    assert client.get(SUGGESTIONS, **asked).json() == {"tags": [{"name": "sea", "count": 4}]}  # type: ignore[arg-type]
    assert "Add a tag" in client.get(path(items[0])).text
    answer = client.post(f"{path(items[0])}/tags", data={"tag": "x"}, headers=OURS)
    assert answer.status_code == 303
    client.cookies.clear()


def test_a_read_only_gallery_shows_tags_and_no_form(
    open_api: OpenApi, settings: Settings, items: list[int], database: Database
) -> None:
    api = settings.api.model_copy(update={"read_only": True})
    frozen = with_accounts(settings).model_copy(update={"api": api})
    client = Browsers(str(open_api(frozen, database).base_url)).sign_in()
    page = client.get(path(items[0])).text
    assert ('id="tags"' in page, "Add a tag" in page) == (True, False)
    assert send(client, f"{path(items[0])}/tags", tag="x").status_code == 403
    client.close()
    assert run(database, "SELECT name FROM tags") == [("sea",)]
