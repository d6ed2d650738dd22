"""A shared album is there for every client with its link, and tells no more than it is to tell."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image

from genonaut.config import Settings
from genonaut.db.session import Database
from tests.support.api import OpenApi
from tests.support.conventions import CONVENTIONS, Shot
from tests.support.page_parser import read_page
from tests.support.people import add_account, add_token, bearer, with_accounts
from tests.support.pictures import drawn, save
from tests.support.rows import add_items, add_tag, run
from tests.support.site import OURS
from tests.support.waiting import PATIENCE_SECONDS

SHOT = Shot(
    "a zeppelin above a fjord", "xylophone", 4242424242, 20, 7.0, "quagmire", None, 900, 600
)
TOLD = ("zeppelin", "fjord", "xylophone", "4242424242", "quagmire", "airships")
KEEP = """
    INSERT INTO bookmarks (user_id, content_id, source_type)
    SELECT %s, id, source_type FROM content_items_all WHERE id = ANY (%s)"""
ADD = """
    INSERT INTO bookmark_categories (user_id, name, description)
    VALUES (%s, 'Sea', 'Far out') RETURNING id"""
PUT = """
    INSERT INTO bookmark_category_members (bookmark_id, category_id)
    SELECT id, %s FROM bookmarks"""


@dataclass
class Album:
    """Of ada, with an uploaded picture, a drawn one, a private one of hers, and one of bo's."""

    database: Database
    stranger: httpx.Client
    owner: httpx.Client
    id: str
    uploaded: int
    drawn: int
    private: int
    hidden: int
    outside: int

    def share(self, prompts: str = "no") -> str:
        """The path of the link."""
        sent = self.owner.post(f"/gallery/albums/{self.id}/link", data={"prompts": prompts})
        assert sent.status_code == 303
        [[token]] = run(self.database, "SELECT token FROM bookmark_category_shares")
        return f"/gallery/shared/{token}"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared")


@pytest.fixture
def album(
    open_api: OpenApi, settings: Settings, database: Database, library: Path, tmp_path: Path
) -> Iterator[Album]:
    ada, bo = add_account(database, "ada"), add_account(database, "bo")
    shelf = settings.library.model_copy(update={"folder": library, "thumbnail_processes": 1})
    closed = with_accounts(settings, anonymous="nothing").model_copy(update={"library": shelf})
    base = open_api(closed, database).base_url
    token = bearer(add_token(database, ada, "write"))
    owner = httpx.Client(base_url=base, headers=token | OURS, timeout=PATIENCE_SECONDS)
    uploaded = upload(owner, tmp_path)
    [drawn_one] = add_items(database, ada, prompt=SHOT.prompt, title="Airship 1")
    [private] = add_items(database, ada, visibility="private", prompt=SHOT.prompt)
    [hidden] = add_items(database, bo, visibility="public", prompt=SHOT.prompt)
    [outside] = add_items(database, ada)
    add_tag(database, "airships", [uploaded, drawn_one])
    run(database, KEEP, ada, [uploaded, drawn_one, private, hidden])
    [[album_id]] = run(database, ADD, ada)
    run(database, PUT, album_id)
    run(database, "UPDATE content_items_all SET visibility = 'private' WHERE id = %s", hidden)
    stranger = httpx.Client(base_url=base, timeout=PATIENCE_SECONDS)
    yield Album(
        database, stranger, owner, str(album_id), uploaded, drawn_one, private, hidden, outside
    )
    owner.close()
    stranger.close()


def upload(client: httpx.Client, folder: Path) -> int:
    save(folder / "zeppelin.png", "png", drawn(SHOT), CONVENTIONS["automatic1111"][0](SHOT))
    sent = {"files": ("zeppelin.png", (folder / "zeppelin.png").read_bytes())}
    answer = client.post("/api/v1/content/upload", files=sent)
    return int(answer.json()["results"][0]["item"]["id"])


def pages(album: Album, link: str) -> dict[str, httpx.Response]:
    """The page of a link, and all that it leads to below it."""
    found: dict[str, httpx.Response] = {}
    waiting = [link]
    while waiting:
        address = waiting.pop()
        if address in found or not address.startswith("/gallery/shared/"):
            continue
        answer = found[address] = album.stranger.get(address)
        if answer.headers["content-type"].startswith("text/html"):
            page = read_page(answer.text)
            waiting += [urlsplit(one)._replace(fragment="").geturl() for one in page.links]
            waiting += page.images
    return found


def test_a_stranger_sees_what_the_owner_has_there(album: Album) -> None:
    found = pages(album, link := album.share())
    assert {answer.status_code for answer in found.values()} == {200}
    assert 'data-testid="shared-number">3<' in found[link].text
    assert sorted(read_page(found[link].text).listed) == sorted(
        map(str, (album.uploaded, album.drawn, album.private))
    )
    assert "Sea" in found[link].text
    assert "Far out" in found[link].text


def test_without_prompts_none_of_it_is_told(album: Album) -> None:
    found = pages(album, album.share())
    kinds = {answer.headers["content-type"].partition(";")[0] for answer in found.values()}
    assert kinds == {"text/html", "image/webp", "image/svg+xml"}
    for address, answer in found.items():
        for word in TOLD:
            assert word not in address
            assert word not in str(answer.headers)
            assert word.encode() not in answer.content, address
    link = album.share()
    full = album.stranger.get(f"{link}/files/{album.uploaded}/full")
    assert Image.open(io.BytesIO(full.content)).size == (900, 600)
    assert album.stranger.get(f"{link}/files/{album.uploaded}/download").status_code == 404


def test_with_prompts_they_are_told_and_the_original_is_there(album: Album) -> None:
    link = album.share("yes")
    page = album.stranger.get(f"{link}/items/{album.uploaded}?n=1").text
    for word in TOLD[:-1]:
        assert word in page, word
    original = album.stranger.get(f"{link}/files/{album.uploaded}/download")
    assert original.status_code == 200
    assert SHOT.prompt.encode() in original.content


def test_nothing_else_is_there(album: Album) -> None:
    link = album.share("yes")
    for item_id in (album.hidden, album.outside, 987654321):
        for below in ("items/{}", "pictures/{}.svg", "files/{}/full", "files/{}/download"):
            answer = album.stranger.get(f"{link}/{below.format(item_id)}")
            assert answer.status_code == 404
    for path in ("/gallery", f"/gallery/items/{album.drawn}", f"/gallery/albums/{album.id}"):
        assert album.stranger.get(path).headers["location"].startswith("/gallery/sign-in")


def test_no_other_program_learns_of_the_link(album: Album) -> None:
    for address, answer in pages(album, album.share("yes")).items():
        assert answer.headers["referrer-policy"] == "no-referrer", address
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["cache-control"] in {"private, no-store", "private, no-cache"}
        if answer.headers["content-type"].startswith("text/html"):
            assert '<meta name="robots" content="noindex, nofollow">' in answer.text


def test_a_revoked_link_is_a_friendly_page(album: Album) -> None:
    link = album.share()
    inside = f"{link}/items/{album.uploaded}"
    assert album.stranger.get(inside).status_code == 200
    assert album.owner.post(f"/gallery/albums/{album.id}/link/revoke").status_code == 303
    for address in (link, inside, "/gallery/shared/wrong"):
        answer = album.stranger.get(address)
        assert answer.status_code == 404
        assert "There is nothing behind this link" in answer.text
        assert answer.headers["referrer-policy"] == "no-referrer"
    picture = album.stranger.get(f"{link}/files/{album.uploaded}/full")
    assert picture.status_code == 404
    assert album.share() != link


def test_guesses_are_limited(album: Album) -> None:
    link = album.share()
    album.stranger.headers["X-Forwarded-For"] = "192.0.2.99"
    answers = [album.stranger.get("/gallery/shared/" + "x" * 43).status_code for _ in range(25)]
    assert answers == [404] * 20 + [429] * 5
    assert album.stranger.get(link).status_code == 429
    album.stranger.headers["X-Forwarded-For"] = "192.0.2.98"
    assert album.stranger.get(link).status_code == 200
