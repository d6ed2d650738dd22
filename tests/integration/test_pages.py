"""The pages over HTTP: headers, forms, who may do what, files, errors; on every server."""

import re
import shutil
import threading
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from genonaut.config import GallerySettings, Settings
from genonaut.db.session import Database
from tests.support.api import OpenApi, running_api
from tests.support.site import USERS, fill

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PAGES = [
    "/gallery",
    "/gallery?view=list",
    "/gallery/stats",
    "/gallery/items/{id}",
    "/gallery/nothing",
]
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def images_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gallery") / "images"


@pytest.fixture
def images(images_folder: Path) -> Path:
    """The same folder for each test, so that they share an API; empty."""
    shutil.rmtree(images_folder, ignore_errors=True)
    images_folder.mkdir()
    return images_folder


@pytest.fixture
def settings(server: tuple[Settings, Database], images: Path) -> Settings:
    """Anybody may be viewed as, and there is a folder with images."""
    gallery = GallerySettings(
        **{"count-timeout-seconds": 1, "viewing-as": True, "images-folder": images}
    )
    return server[0].model_copy(update={"gallery": gallery})


@pytest.fixture
def client(open_api: OpenApi, settings: Settings, database: Database) -> httpx.Client:
    fill(database)
    return open_api(settings, database)


@pytest.fixture
def item_id(client: httpx.Client, database: Database) -> int:
    """An item of ada's, with tags."""
    return number(
        database,
        "SELECT min(content_id) FROM content_tags JOIN content_items_all ON id = content_id "
        "WHERE creator_id = :id",
        id=USERS["ada"],
    )


def number(database: Database, sql: str, **given: object) -> int:
    with database.transaction() as session:
        return int(session.execute(text(sql), given).scalar_one())


def view_as(client: httpx.Client, name: str) -> None:
    answer = client.post("/gallery/viewer", data={"user": USERS[name]}, headers=OURS)
    assert answer.status_code == 303
    client.cookies.update(answer.cookies)


# --- What every page tells the browser


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
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", answer.text)


def test_static_files_are_kept_for_ever(client: httpx.Client) -> None:
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
    answer = client.get("/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/gallery")


def test_the_pages_are_no_part_of_the_api(client: httpx.Client) -> None:
    assert not [path for path in client.get("/openapi.json").json()["paths"] if "gallery" in path]
    assert client.get("/api/v1/nothing").headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/gallery/items/999999", 404), ("/gallery/items/x", 422), ("/gallery/nothing", 404),
     ("/gallery?cursor=forged", 400), ("/gallery/pictures/999999.svg", 404),
     ("/gallery/files/1/secret", 422), ("/gallery/items/" + "9" * 30, 422)],
)  # fmt: skip
def test_errors_are_pages(client: httpx.Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-request-id"] in answer.text


def test_an_error_that_nobody_foresaw_is_a_page(client: httpx.Client, database: Database) -> None:
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


# --- Addresses and forms


def test_the_form_leads_to_a_clean_address(client: httpx.Client) -> None:
    answer = client.get(
        "/gallery/choose?search=&genSource=comm-g&genSource=your-g&sort=newest&size=24"
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/gallery?notGenSource=your-ag,comm-ag"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://our.example", "Host": "our.example"},
    ],
)
@pytest.mark.parametrize("path", ["viewer", "items/{id}/delete", "items/{id}/undo"])
def test_forms_of_strangers_change_nothing(
    client: httpx.Client, database: Database, item_id: int, headers: dict[str, str], path: str
) -> None:
    view_as(client, "ada")
    answer = client.post(f"/gallery/{path.format(id=item_id)}", headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert (
        number(database, "SELECT count(*) FROM content_items_all WHERE id = :id", id=item_id) == 1
    )


def test_an_origin_of_our_own_is_enough(client: httpx.Client) -> None:
    ours = {"Origin": "https://gallery.example", "Host": "gallery.example"}
    assert client.post("/gallery/viewer", headers=ours).status_code == 303


def test_a_get_changes_nothing(client: httpx.Client, database: Database, item_id: int) -> None:
    view_as(client, "ada")
    for way in ("delete", "undo"):
        assert client.get(f"/gallery/items/{item_id}/{way}").status_code == 404
    assert (
        number(database, "SELECT count(*) FROM content_items_all WHERE id = :id", id=item_id) == 1
    )


# --- Who looks


def test_the_cookie_of_the_viewer(client: httpx.Client) -> None:
    data = {"user": USERS["ada"], "back": "/gallery?sort=best&p=3"}
    answer = client.post("/gallery/viewer", data=data, headers=OURS)
    assert answer.headers["location"] == "/gallery?sort=best"
    cookie = answer.headers["set-cookie"]
    for part in (f"genonaut_viewer={USERS['ada']}", "HttpOnly", "SameSite=lax", "Path=/gallery"):
        assert part in cookie
    assert "Secure" not in cookie
    gone = client.post("/gallery/viewer", data={"user": ""}, headers=OURS)
    assert "Max-Age=0" in gone.headers["set-cookie"]


@pytest.mark.parametrize("value", ["", "x", "' OR 1=1", "00000000-0000-4000-8000-0000000000ff"])
def test_a_cookie_of_nobody_is_nobody(client: httpx.Client, value: str) -> None:
    answer = client.get("/gallery", headers={"Cookie": f"genonaut_viewer={value}"})
    assert answer.status_code == 200
    assert "viewing as nobody" in answer.text


def test_nobody_is_chosen_where_it_is_switched_off(
    server: tuple[Settings, Database], database: Database
) -> None:
    fill(database)
    with running_api(server[0], database) as client:
        assert (
            client.post("/gallery/viewer", data={"user": USERS["ada"]}, headers=OURS).status_code
            == 404
        )
        page = client.get("/gallery", headers={"Cookie": f"genonaut_viewer={USERS['ada']}"}).text
        assert "gallery-viewer-select" not in page
        assert "nobody can be chosen here" in page


# --- Deleting and undoing


def test_the_same_item_comes_back(client: httpx.Client, database: Database, item_id: int) -> None:
    view_as(client, "ada")
    awkward = {"title": "ä\u2028\\n '\"", "prompt": "x" * 20_000, "score": 0.1 + 0.2}
    with database.transaction() as session:
        session.execute(
            text(
                "UPDATE content_items_all SET title = :title, prompt = :prompt, "
                "quality_score = :score, "
                'item_metadata = \'{"a": [1, 1e-9, null, "\\\\u00e9"]}\', path_thumb = NULL, '
                "created_at = '2020-02-29 12:00:00.123456+05' WHERE id = :id"
            ),
            {**awkward, "id": item_id},
        )
    before = rows(database, item_id)
    stats = counts(client)
    answer = client.post(f"/gallery/items/{item_id}/delete", data={"sort": "best"}, headers=OURS)
    assert answer.headers["location"] == f"/gallery?sort=best&deleted={item_id}"
    assert rows(database, item_id) == ([], [])
    assert sum(counts(client)) == sum(stats) - 2
    answer = client.post(f"/gallery/items/{item_id}/undo", headers=OURS)
    assert answer.headers["location"] == f"/gallery?restored={item_id}"
    assert rows(database, item_id) == before
    assert counts(client) == stats
    assert client.post(f"/gallery/items/{item_id}/undo", headers=OURS).status_code == 404
    assert number(database, "SELECT count(*) FROM deleted_items") == 0


def rows(database: Database, item_id: int) -> tuple[list[object], list[object]]:
    """The item and its tags, as they are stored."""
    with database.transaction() as session:
        item = session.execute(
            text("SELECT * FROM content_items_all WHERE id = :id"), {"id": item_id}
        )
        tags = session.execute(
            text("SELECT * FROM content_tags WHERE content_id = :id ORDER BY tag_id"),
            {"id": item_id},
        )
        return list(map(tuple, item)), list(map(tuple, tags))


def counts(client: httpx.Client) -> list[int]:
    found = client.get(f"/api/v1/content/stats/unified?user_id={USERS['ada']}").json()
    return [found[key] for key in sorted(found) if key.endswith("_count")]


def test_only_ones_own(client: httpx.Client, item_id: int) -> None:
    path = f"/gallery/items/{item_id}/delete"
    assert client.post(path, headers=OURS).status_code == 403
    view_as(client, "bo")
    assert client.post(path, headers=OURS).status_code == 403
    assert client.post("/gallery/items/999999/delete", headers=OURS).status_code == 404
    view_as(client, "ada")
    assert client.post(path, headers=OURS).status_code == 303
    view_as(client, "bo")
    assert client.post(f"/gallery/items/{item_id}/undo", headers=OURS).status_code == 404


def test_tags_that_are_gone_stay_gone(
    client: httpx.Client, database: Database, item_id: int
) -> None:
    view_as(client, "ada")
    client.post(f"/gallery/items/{item_id}/delete", headers=OURS)
    with database.transaction() as session:
        session.execute(text("DELETE FROM tags"))
    assert client.post(f"/gallery/items/{item_id}/undo", headers=OURS).status_code == 303
    assert rows(database, item_id)[1] == []


def test_an_undo_does_not_replace_what_was_imported_again(
    client: httpx.Client, database: Database, item_id: int
) -> None:
    view_as(client, "ada")
    with database.transaction() as session:
        key = 'UPDATE content_items_all SET item_metadata = \'{"import_key": "k"}\' WHERE id = :id'
        session.execute(text(key), {"id": item_id})
    client.post(f"/gallery/items/{item_id}/delete", headers=OURS)
    with database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO content_items_all "
                "(title, content_data, prompt, creator_id, source_type, item_metadata) "
                "SELECT 'again', '', 'again', deleted_by, item ->> 'source_type', "
                "item -> 'item_metadata' FROM deleted_items"
            )
        )
    assert client.post(f"/gallery/items/{item_id}/undo", headers=OURS).status_code == 409
    assert number(database, "SELECT count(*) FROM deleted_items") == 1


def test_one_of_two_undoes_wins(client: httpx.Client, database: Database, item_id: int) -> None:
    view_as(client, "ada")
    client.post(f"/gallery/items/{item_id}/delete", headers=OURS)
    answers: list[int] = []

    def undo() -> None:
        answers.append(client.post(f"/gallery/items/{item_id}/undo", headers=OURS).status_code)

    threads = [threading.Thread(target=undo) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(303) == 1
    assert set(answers) <= {303, 404, 409}
    assert len(rows(database, item_id)[0]) == 1


def test_old_deletions_are_swept_out(
    client: httpx.Client, database: Database, item_id: int
) -> None:
    view_as(client, "ada")
    client.post(f"/gallery/items/{item_id}/delete", headers=OURS)
    with database.transaction() as session:
        session.execute(text("UPDATE deleted_items SET deleted_at = now() - interval '11 minutes'"))
    assert client.post(f"/gallery/items/{item_id}/undo", headers=OURS).status_code == 404
    other = number(
        database, "SELECT max(id) FROM content_items_all WHERE creator_id = :id", id=USERS["ada"]
    )
    client.post(f"/gallery/items/{other}/delete", headers=OURS)
    assert number(database, "SELECT count(*) FROM deleted_items WHERE id = :id", id=item_id) == 0


# --- PictureUrls and files


def test_a_drawing(client: httpx.Client, item_id: int) -> None:
    page = client.get(f"/gallery/items/{item_id}").text
    [address] = re.findall(r"/gallery/pictures/\d+\.svg\?v=\w+", page)
    answer = client.get(address)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-security-policy"].endswith("sandbox")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == answer.text
    assert plain.text.startswith("<svg ")
    other = client.get(address.partition("?")[0])
    assert other.headers["cache-control"] == "private, no-cache"


def name_file(database: Database, item_id: int, content: str, thumb: str | None = None) -> None:
    sql = "UPDATE content_items_all SET content_data = :content, path_thumb = :thumb WHERE id = :id"
    with database.transaction() as session:
        session.execute(text(sql), {"content": content, "thumb": thumb, "id": item_id})


def test_a_file(client: httpx.Client, database: Database, images: Path, item_id: int) -> None:
    (images / "full.png").write_bytes(PNG + b"full")
    (images / "thumb.png").write_bytes(PNG + b"thumb")
    name_file(database, item_id, "full.png", "thumb.png")
    page = client.get(f"/gallery/items/{item_id}").text
    [address] = re.findall(rf"/gallery/files/{item_id}/full\?v=[\w-]+", page)
    answer = client.get(address)
    assert answer.content == PNG + b"full"
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-security-policy"].endswith("sandbox")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert client.get(f"/gallery/files/{item_id}/thumb").content == PNG + b"thumb"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.png",
        "/etc/passwd",
        "{folder}/inside.png",
        "..%2fsecret.png",
        "out.png",
        "/dev/zero",
        "page.html",
        "a" * 5000,
        "file:///etc/passwd",
        "x/../../secret.png",
    ],
)
def test_nothing_else_is_a_file(
    client: httpx.Client, database: Database, images: Path, item_id: int, name: str
) -> None:
    (images / "inside.png").write_bytes(PNG)
    (images / "page.html").write_text("<script>alert(1)</script>")
    (images.parent / "secret.png").write_bytes(PNG)
    (images / "out.png").symlink_to(images.parent / "secret.png")
    name_file(database, item_id, name.format(folder=images))
    assert client.get(f"/gallery/files/{item_id}/full").status_code == 404
    assert f"/gallery/pictures/{item_id}.svg" in client.get(f"/gallery/items/{item_id}").text


def test_a_file_that_goes_leaves_a_drawing(
    client: httpx.Client, database: Database, images: Path, item_id: int
) -> None:
    (images / "full.png").write_bytes(PNG)
    name_file(database, item_id, "full.png")
    (images / "full.png").unlink()
    assert client.get(f"/gallery/files/{item_id}/full").status_code == 404
    assert "drawn from its number" in client.get(f"/gallery/items/{item_id}").text
