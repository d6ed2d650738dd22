"""Pictures that look alike, on the way from the file to the API and the pages."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from genonaut.config import Settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.support.api import OpenApi
from tests.support.people import Browsers, add_account, add_token, bearer, with_accounts
from tests.support.pictures import drawn
from tests.support.rows import run, scalar
from tests.support.site import OURS
from tests.unit.test_likeness import saved, scaled_to, shot

PAGE = "/gallery/duplicates"
DUPLICATES = "/api/v1/content/duplicates"


def picture(number: int) -> Image.Image:
    return drawn(shot(number), grain=False)


@dataclass
class World:
    """A gallery with accounts, whose users send pictures."""

    database: Database
    browsers: Browsers
    library: Path

    def send(self, name: str, content: bytes, visibility: str = "public") -> int:
        client = self.browser(name)
        answer = client.post(
            "/api/v1/content/upload",
            files={"files": content},
            data={"visibility": visibility},
            headers=OURS,
        )
        [result] = answer.json()["results"]
        assert result["result"] == "added", result
        return int(result["item"]["id"])

    def browser(self, name: str) -> httpx.Client:
        return self.browsers.sign_in(name)

    def files(self) -> list[str]:
        return sorted(path.name for path in (self.library / "files").glob("*/*"))

    def thumbnails(self) -> int:
        return len(list((self.library / "thumbs").glob("*/*.webp")))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("library")


@pytest.fixture
def world(open_api: OpenApi, settings: Settings, database: Database, library: Path) -> Any:
    run(database, "DELETE FROM library_files; DELETE FROM picture_hashes")
    for folder in ("files", "thumbs"):
        for path in (library / folder).glob("*/*"):
            path.unlink()
    shelf = settings.library.model_copy(update={"folder": library, "thumbnail_processes": 1})
    ours = with_accounts(settings).model_copy(update={"library": shelf})
    for name in ("ada", "bo"):
        add_account(database, name)
    add_account(database, "root", "admin")
    build_counts(database, "test")
    browsers = Browsers(str(open_api(ours, database).base_url))
    yield World(database, browsers, library)
    browsers.close()


def similar(client: httpx.Client, item_id: int) -> tuple[list[int], int, bool]:
    """The numbers of the members, how many there are, and whether that is exact."""
    answer = client.get(f"/api/v1/content/{item_id}/similar")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    members = [one["item"]["id"] for one in found["members"]]
    return members, found["count"], found["count_is_exact"]


def groups(client: httpx.Client, **params: Any) -> list[list[int]]:
    found = client.get(DUPLICATES, params=params).json()["groups"]
    return [[one["item"]["id"] for one in group["members"]] for group in found]


# The same bytes


def test_the_same_bytes_of_two_creators_are_one_file(world: World) -> None:
    content = saved(picture(1))
    ada, bo = world.send("ada", content), world.send("bo", content)
    assert ada != bo
    assert len(world.files()) == 1
    assert world.thumbnails() == 2, "one set, in two widths"
    assert scalar(world.database, "SELECT count(*) FROM library_files") == 1
    assert scalar(world.database, "SELECT count(*) FROM picture_hashes") == 1
    client = world.browser("ada")
    assert client.delete(f"/api/v1/content/{ada}").status_code == 200
    assert len(world.files()) == 1
    for which in ("full", "thumb"):
        answer = client.get(f"/gallery/files/{bo}/{which}")
        assert answer.status_code == 200
    assert client.get(f"/gallery/files/{bo}/full").content == content


def test_the_same_bytes_are_alike_also_without_a_likeness(world: World) -> None:
    content = saved(Image.new("RGB", (64, 64), "white"))
    ada, bo = world.send("ada", content), world.send("bo", content)
    world.send("ada", saved(Image.new("RGB", (65, 64), "white")))  # flat as well, and other bytes
    assert similar(world.browser("ada"), ada) == ([ada, bo], 2, True)
    assert run(world.database, "SELECT DISTINCT likeness FROM picture_hashes") == [(None,)]


# What looks alike


@pytest.mark.long
def test_copies_in_other_sizes_and_formats_are_found(world: World) -> None:
    image = picture(2)
    first = world.send("ada", saved(image))
    small = world.send("ada", saved(scaled_to(image, 0.5)))
    jpeg = world.send("bo", saved(image, "JPEG", quality=85))
    world.send("ada", saved(picture(3)))
    members, count, is_exact = similar(world.browser("ada"), first)
    assert (members[0], set(members), count, is_exact) == (first, {first, small, jpeg}, 3, True)
    [group] = groups(world.browser("ada"))
    assert set(group) == {first, small, jpeg}
    [own] = groups(world.browser("ada"), whose="own")
    assert own[0] == small, "told at the newest of one's own"
    [of_bo] = groups(world.browser("bo"), whose="own")
    assert of_bo[0] == jpeg
    assert groups(world.browser("root"), whose="own") == []


def test_what_is_private_is_alike_only_for_those_who_see_it(world: World) -> None:
    image = picture(4)
    ada = world.send("ada", saved(image), "private")
    bo = world.send("bo", saved(scaled_to(image, 0.5)))
    also = world.send("bo", saved(image, "JPEG", quality=85), "private")
    assert similar(world.browser("ada"), ada)[1] == 2
    assert similar(world.browser("bo"), bo)[1] == 2
    assert similar(world.browser("root"), bo)[1] == 3
    visitor = world.browsers.open()
    assert similar(visitor, bo) == ([bo], 1, True)
    assert groups(visitor) == []
    for client in (visitor, world.browser("ada")):
        assert client.get(f"/api/v1/content/{also}/similar").status_code == 404
    page = visitor.get(f"/gallery/items/{bo}").text
    assert "similar picture" not in page
    assert "1 similar picture<" in world.browser("bo").get(f"/gallery/items/{bo}").text


def test_more_than_a_hundred_are_at_least_a_hundred(world: World) -> None:
    item = world.send("ada", saved(picture(5)))
    copy = (
        "INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id)"
        " SELECT source_type, title, content_data, prompt, creator_id FROM content_items_all,"
        " generate_series(1, %s) WHERE id = %s"
    )
    run(world.database, copy, 100, item)
    client = world.browser("ada")
    members, *counted = similar(client, item)
    assert (len(members), counted) == (24, [101, True])
    assert "100 similar pictures<" in client.get(f"/gallery/items/{item}").text
    run(world.database, copy, 1, item)
    assert similar(client, item)[1:] == (101, False)
    assert "At least 100 similar pictures<" in client.get(f"/gallery/items/{item}").text


@pytest.mark.long
def test_groups_are_read_page_by_page(world: World) -> None:
    pairs = []
    for number in range(10, 14):
        image = picture(number)
        pairs.append(
            {world.send("ada", saved(image)), world.send("ada", saved(scaled_to(image, 0.5)))}
        )
    client = world.browser("ada")
    before, met = None, []
    for _ in range(10):
        found = client.get(DUPLICATES, params={"limit": 1} | ({"before": before} if before else {}))
        page = found.json()
        met += [{one["item"]["id"] for one in group["members"]} for group in page["groups"]]
        before = page["next_before"]
        if before is None:
            break
    assert met == pairs[::-1]
    assert client.get(DUPLICATES).json()["looked_at"] == 8


# What is done about it


def test_one_is_kept_and_the_deletion_of_the_others_is_undone(world: World) -> None:
    image = picture(6)
    items = [world.send("ada", saved(scaled_to(image, factor))) for factor in (1, 0.5, 0.75)]
    keep, *others = items
    client = world.browser("ada")
    form = {"member": [str(item) for item in items], "keep": str(keep), "back": PAGE}
    answer = client.post(f"{PAGE}/keep", data=form, headers=OURS)
    gone = ",".join(str(item) for item in sorted(others))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?deleted={gone}")
    page = client.get(f"{PAGE}?deleted={gone}").text
    assert "2 pictures deleted." in page
    assert 'data-testid="duplicates-undo"' in page
    left = "SELECT id FROM content_items_all ORDER BY id"
    assert run(world.database, left) == [(keep,)]
    form = {"member": [str(item) for item in others], "back": PAGE}
    answer = client.post(f"{PAGE}/undo", data=form, headers=OURS)
    assert answer.headers["location"] == f"{PAGE}?done=restored"
    assert run(world.database, left) == [(item,) for item in items]
    assert len(groups(client)) == 1


def test_another_users_picture_is_not_deleted_and_nothing_is_if_the_kept_one_is_gone(
    world: World,
) -> None:
    image = picture(7)
    ada, bo = world.send("ada", saved(image)), world.send("bo", saved(scaled_to(image, 0.5)))
    client = world.browser("ada")
    for keep, member, status in ((ada, bo, 403), (999_999, ada, 409), (ada, 999_999, 404)):
        form = {"member": [str(ada), str(member)], "keep": str(keep)}
        assert client.post(f"{PAGE}/keep", data=form, headers=OURS).status_code == status
    assert scalar(world.database, "SELECT count(*) FROM content_items_all") == 2
    page = client.get(PAGE).text
    assert "delete" in page, "of one's own"
    assert page.count('data-testid="duplicates-keep"') == 1, "only bo's can be kept instead"


def test_what_is_no_duplicate_is_remembered_for_the_one_who_said_so(world: World) -> None:
    image = picture(8)
    items = [world.send("ada", saved(scaled_to(image, factor))) for factor in (1, 0.5)]
    client = world.browser("ada")
    form = {"member": [str(item) for item in items], "back": f"{PAGE}?whose=all"}
    answer = client.post(f"{PAGE}/dismiss", data=form, headers=OURS)
    assert answer.headers["location"] == f"{PAGE}?whose=all&done=dismissed"
    assert groups(client) == []
    assert similar(client, items[0]) == (items[:1], 1, True)
    assert len(groups(world.browser("bo"))) == 1, "others are not told"
    third = world.send("ada", saved(scaled_to(image, 0.75)))
    assert set(similar(client, third)[0]) == {*items, third}, "it was not about this one"
    assert client.post(f"{PAGE}/dismiss", data=form, headers=OURS).status_code == 303


def test_the_page_says_what_differs_once(world: World) -> None:
    image = picture(9)
    first = world.send("ada", saved(image))
    second = world.send("ada", saved(image, "JPEG", quality=90))
    page = world.browser("ada").get(f"{PAGE}?of={first}").text
    assert "2 pictures alike" in page
    assert f'data-id="{second}"' in page
    assert "<mark>PNG</mark>" in page
    assert "<mark>JPEG</mark>" in page
    assert f"<mark>{image.width} ×" not in page  # noqa: RUF001
    assert "The same of all: Size" in page


def test_tokens_and_visitors(world: World) -> None:
    world.send("ada", saved(picture(1)))
    ada = scalar(world.database, "SELECT id FROM users WHERE username = 'ada'")
    reading = bearer(add_token(world.database, str(ada), "read"))
    visitor = world.browsers.open()
    assert visitor.get(DUPLICATES, headers=reading).status_code == 200
    for way in ("keep", "undo", "dismiss"):
        assert visitor.post(f"{PAGE}/{way}", data={"member": "1"}, headers=OURS).status_code == 401
    assert "duplicates-dismiss" not in visitor.get(PAGE).text
    for method in ("PATCH", "DELETE"):
        assert visitor.request(method, DUPLICATES, headers=OURS).status_code == 405
