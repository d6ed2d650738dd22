"""What every page tells the browser; files that never change; errors as pages."""

import re
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from genonaut.db.session import Database
from tests.support.rows import run

PAGES = [
    "/gallery",
    "/gallery?view=list",
    "/gallery/stats",
    "/gallery/items/{id}",
    "/gallery/nothing",
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("path", PAGES)
def test_a_strict_policy(client: httpx.Client, item_id: int, path: str) -> None:
    answer = client.get(path.format(id=item_id))
    policy = dict(
        part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "http" not in answer.headers["content-security-policy"]
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert answer.headers["referrer-policy"] == "same-origin"
    kept = "no-cache" if answer.status_code == HTTPStatus.OK else "no-store"
    assert answer.headers["cache-control"] == f"private, {kept}"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", answer.text)


def test_static_files_are_cached_forever(client: httpx.Client) -> None:
    page = client.get("/gallery").text
    found = re.findall(r"(?:src|href)=\"(/gallery/static/[^\"]+)\"", page)
    assert {Path(path).suffix for path in found} == {".css", ".js", ".svg"}
    for path in found:
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    for module in re.findall(
        r"from \"./([^\"]+)\"|import \"./([^\"]+)\"", client.get(found[-1]).text
    ):
        assert client.get(f"{found[-1].rsplit('/', 1)[0]}/{''.join(module)}").status_code == 200
    old = client.get("/gallery/static/000000000000/look.css")
    assert old.headers["cache-control"] == "private, no-cache"
    for wrong in ("x/nothing.js", "x/..%2Fpages.py", "x/%2Fetc%2Fpasswd", "x/__init__.py"):
        assert client.get(f"/gallery/static/{wrong}").status_code == 404


def test_the_front_door_leads_to_the_gallery(client: httpx.Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/gallery")
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421


def test_the_pages_are_no_part_of_the_api(client: httpx.Client) -> None:
    assert not [path for path in client.get("/openapi.json").json()["paths"] if "gallery" in path]
    assert client.get("/api/v1/nothing").headers["content-type"] == "application/json"


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("path", "status"),
    [("/gallery/items/999999", 404), ("/gallery/items/x", 422), ("/gallery/nothing", 404),
     ("/gallery?cursor=forged", 400), ("/gallery/pictures/999999.svg", 404),
     ("/gallery/files/1/secret", 404), ("/gallery/items/" + "9" * 30, 422)],
)  # fmt: skip
def test_errors_are_pages(client: httpx.Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-request-id"] in answer.text


def test_an_unforeseen_error_is_a_page(client: httpx.Client, database: Database) -> None:
    with database.transaction() as session:
        session.connection().exec_driver_sql("ALTER TABLE tags RENAME TO tags_away")
    try:
        answer = client.get("/gallery")
    finally:
        with database.transaction() as session:
            session.connection().exec_driver_sql("ALTER TABLE tags_away RENAME TO tags")
    assert answer.status_code in {500, 503}
    assert "text/html" in answer.headers["content-type"]
    assert "tags_away" not in answer.text


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("quality", "shown"), [(0, []), (0.87, ["0.87"]), (-1, ["-1"])])
def test_a_quality_is_shown_if_there_is_one(
    client: httpx.Client, database: Database, item_id: int, quality: float, shown: list[str]
) -> None:
    run(database, "UPDATE content_items_all SET quality_score = %s", quality)
    page = client.get(f"/gallery/items/{item_id}").text
    assert re.findall(r"<dt>Quality</dt>\s*<dd>([^<]*)</dd>", page) == shown
    assert "<dt>Made</dt>" in page
