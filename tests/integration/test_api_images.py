"""Pictures by the number of their item: the pages' own files, with their rights and headers."""

import io
from pathlib import Path

import httpx
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from genonaut.config import Settings
from genonaut.db.session import Database
from tests.integration.test_library import genonaut, item_of, library, site
from tests.support.api import OpenApi
from tests.support.commands import Genonaut
from tests.support.rows import add_items, add_user

__all__ = ["genonaut", "library", "site"]


@pytest.fixture
def picture(database: Database, genonaut: Genonaut, tmp_path: Path) -> int:
    """An item with a file that is wider than any thumbnail."""
    (tmp_path / "pics").mkdir()
    texts = PngInfo()
    texts.add_text("parameters", "a pier\nSteps: 20, Seed: 1")
    Image.effect_noise((900, 600), 90).save(tmp_path / "pics" / "pier.png", pnginfo=texts)
    assert genonaut("import", tmp_path / "pics")[0] == 0
    return item_of(database, "a pier")


def path(item: int) -> str:
    return f"/api/v1/images/{item}"


def test_it_is_the_file_of_the_pages(site: httpx.Client, picture: int) -> None:
    page, ours = site.get(f"/gallery/files/{picture}/full"), site.get(path(picture))
    assert (ours.content, ours.headers["content-type"]) == (page.content, "image/png")
    for name in ("etag", "cache-control", "vary", "content-security-policy", "accept-ranges"):
        assert ours.headers[name] == page.headers[name], name
    assert ours.headers["cross-origin-resource-policy"] == "same-origin"
    part = site.get(path(picture), headers={"Range": "bytes=0-7"})
    assert (part.status_code, part.content) == (206, page.content[:8])
    known = {"If-None-Match": ours.headers["etag"]}
    assert site.get(path(picture), headers=known).status_code == 304
    beyond = {"Range": f"bytes={len(page.content)}-"}
    assert site.get(path(picture), headers=beyond).status_code == 416
    assert site.head(path(picture)).headers["content-length"] == str(len(page.content))


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("size", "width"),
    [("small", 320), ("medium", 320), ("large", 640), ("1", 320), ("321", 640), ("10000", 640)],
)
def test_a_thumbnail_is_wide_enough(
    site: httpx.Client, picture: int, size: str, width: int
) -> None:
    answer = site.get(path(picture), params={"thumbnail": size})
    assert answer.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(answer.content)).width == width


@pytest.mark.sampled(2)
@pytest.mark.parametrize("size", ["", "huge", "0", "-1", "10001", "1.5"])
def test_a_size_that_cannot_be_is_refused(site: httpx.Client, picture: int, size: str) -> None:
    assert site.get(path(picture), params={"thumbnail": size}).status_code == 422


def test_without_a_file_there_is_the_drawing_and_without_the_item_nothing(
    client: httpx.Client, database: Database
) -> None:
    [item] = add_items(database, add_user(database))
    drawn = client.get(path(item))
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert drawn.content == client.get(f"/gallery/pictures/{item}.svg").content
    assert "sandbox" in drawn.headers["content-security-policy"]
    missing = client.get(path(10**12))
    assert (missing.status_code, missing.json()["error"]) == (404, "not_found")
    assert client.get("/api/v1/images/..%2f..%2fetc%2fpasswd").status_code in {404, 422}


def test_pages_of_allowed_origins_show_what_is_public(
    open_api: OpenApi, settings: Settings, database: Database
) -> None:
    api = settings.api.model_copy(update={"cors_origins": ["http://client.example"]})
    client = open_api(settings.model_copy(update={"api": api}), database)
    user = add_user(database)
    [public], [private] = add_items(database, user), add_items(database, user, visibility="private")
    policy = "cross-origin-resource-policy"
    assert client.get(path(public)).headers[policy] == "cross-origin"
    assert client.get(path(private)).headers[policy] == "same-origin"
    asked = {"Origin": "http://client.example", "Access-Control-Request-Method": "PUT"}
    allowed = client.options("/api/v1/users/x", headers=asked)
    assert "PUT" in allowed.headers["access-control-allow-methods"]
