"""Compressed responses: which, for whom, and what says so."""

from pathlib import Path

import httpx
import pytest
from fastapi import Request

from genonaut.api.http.compression import SMALLEST, accepts_gzip
from genonaut.config import Settings
from genonaut.db.session import Database
from tests.support.api import running_api
from tests.support.rows import add_items, add_user, run

PNG = b"\x89PNG\r\n\x1a\n"
PLAIN = {"Accept-Encoding": "identity"}
TEXTS = [
    "/gallery",
    "/gallery/stats",
    "/gallery/nothing",
    "/openapi.json",
    "/docs/swagger-ui.css",
    "/api/v1/users?limit=99",
    "/api/v1/content/unified",
    "/api/v1/content/unified?page=1&page=1",
    "/gallery/static/x/parts.css",
    "/gallery/static/x/keys.js",
]
ACCEPTED = [("gzip", True), ("GZip;q=1", True), ("br, x-gzip", True), ("*", True), ("", False),
            ("br", False), ("gzip;q=0", False), ("gzip; q=0.00, *", False), ("*;q=0", False),
            ("deflate, gzip;q=0.1", True), ("gzip;q=0.5, *;q=0", True)]  # fmt: skip


@pytest.fixture
def item(client: httpx.Client, database: Database) -> str:
    """An item that is large enough."""
    for number in range(20):
        user = add_user(database, f"user-{number}")
    [number] = add_items(database, user, 1)
    run(database, "UPDATE content_items_all SET prompt = %s", "lighthouse " * 200)
    return f"/api/v1/content/{number}"


@pytest.mark.parametrize(("sent", "accepted"), ACCEPTED)
def test_what_a_client_accepts(sent: str, accepted: bool) -> None:
    scope = {"type": "http", "headers": [(b"accept-encoding", sent.encode())]}
    assert accepts_gzip(Request(scope)) is accepted


@pytest.mark.parametrize("path", TEXTS)
def test_large_text_is_compressed_and_says_so(client: httpx.Client, item: str, path: str) -> None:
    plain, small = client.get(path, headers=PLAIN), client.get(path)
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    length = int(small.headers["content-length"])
    assert length < len(plain.content) * 0.6
    head = client.head(path)
    assert (head.headers["content-encoding"], head.content) == ("gzip", b"")
    # A page's numbers and times change its length by a little.
    assert int(head.headers["content-length"]) == pytest.approx(length, abs=40)
    for answer in (plain, small):
        assert "Accept-Encoding" in answer.headers["vary"]
        assert answer.status_code == (404 if path.endswith("nothing") else 200)
    if "gallery" not in path:
        assert small.content == plain.content


@pytest.mark.parametrize("path", ["/health", "/api/v1/content/stats/unified", "/api/v1/nothing"])
def test_small_answers_are_left_alone(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert len(answer.content) < SMALLEST
    assert "content-encoding" not in answer.headers
    assert "Accept-Encoding" not in answer.headers["vary"]


def test_an_etag_is_of_what_was_sent_and_good_for_every_condition(
    client: httpx.Client, item: str
) -> None:
    plain, small = client.get(item, headers=PLAIN), client.get(item)
    assert small.headers["content-encoding"] == "gzip"
    tag = small.headers["etag"]
    assert tag == plain.headers["etag"].removesuffix('"') + '-gzip"'
    for known in (tag, plain.headers["etag"]):
        again = client.get(item, headers={"If-None-Match": known})
        assert (again.status_code, again.headers["etag"]) == (304, known)
    assert client.get(item, headers={"If-None-Match": '"x-gzip"'}).status_code == 200
    changed = client.patch(item, json={"title": "Dusk"}, headers={"If-Match": tag})
    assert (changed.status_code, "content-encoding" in changed.headers) == (200, False)
    assert client.patch(item, json={"title": "x"}, headers={"If-Match": tag}).status_code == 412
    current = client.get(item).headers["etag"]
    assert client.delete(item, headers={"If-Match": current}).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_other_site_can_measure_what_a_user_sees(client: httpx.Client, site: str) -> None:
    asked = {"Sec-Fetch-Site": site, "Cookie": "genonaut=secret"}
    answer = client.get("/gallery", headers=asked)
    assert "content-encoding" not in answer.headers
    assert "Accept-Encoding" in answer.headers["vary"]
    for other in ({"Sec-Fetch-Site": site}, {**asked, "Sec-Fetch-Site": "same-origin"}):
        assert client.get("/gallery", headers=other).headers["content-encoding"] == "gzip"


def test_pictures_and_their_ranges_are_sent_as_they_are(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    picture = PNG + b"\0" * SMALLEST
    (tmp_path / "one.png").write_bytes(picture)
    gallery = settings.gallery.model_copy(update={"images_folder": tmp_path})
    [number] = add_items(database, add_user(database), 1)
    run(database, "UPDATE content_items_all SET content_data = 'one.png'")
    with running_api(settings.model_copy(update={"gallery": gallery}), database) as client:
        path = f"/gallery/files/{number}/full"
        answer = client.get(path)
        assert (answer.content, "content-encoding" in answer.headers) == (picture, False)
        part = client.get(path, headers={"Range": "bytes=8-15"})
        assert (part.status_code, part.content) == (206, picture[8:16])
