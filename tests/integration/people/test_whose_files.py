"""What another user's private item has — its file, its import key — is neither shown nor told."""

import hashlib
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from genonaut.archive.restoring import restore
from genonaut.archive.writing import Chosen, export
from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.ingest.importer import import_paths
from genonaut.ingest.intake import PictureOptions
from genonaut.ingest.rows import Defaults
from genonaut.library.roots import Library
from tests.support.api import OpenApi
from tests.support.people import Browsers, add_account, with_accounts
from tests.support.recount import differences
from tests.support.rows import run, scalar

CONTENT = "/api/v1/content"
OURS = {"Sec-Fetch-Site": "same-origin"}


def picture(number: int = 0) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8 + number, 8)).save(made, "PNG")
    return made.getvalue()


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    return folder


@pytest.fixture
def library(images: Path, tmp_path: Path) -> Library:
    return Library(tmp_path / "library", images, processes=1)


@pytest.fixture
def gallery(
    open_api: OpenApi, settings: Settings, database: Database, library: Library
) -> Iterator[Browsers]:
    kept = settings.library.model_copy(update={"folder": library.folder, "thumbnail_processes": 1})
    shown = settings.gallery.model_copy(update={"images_folder": library.images})
    chosen = settings.model_copy(update={"library": kept, "gallery": shown})
    run(database, "DELETE FROM library_files")
    add_account(database, "ada")
    add_account(database, "mallory")
    add_account(database, "root", "admin")
    made = Browsers(str(open_api(with_accounts(chosen), database).base_url))
    yield made
    made.close()


def take_in(
    database: Database, library: Library, path: Path, creator: str, **how: Any
) -> dict[str, int]:
    """Import as the operator does, and return what became of the files."""
    with database.engine.connect() as connection:
        report = import_paths(
            connection,
            [path],
            library=library,
            defaults=Defaults(creator, visibility="private"),
            pictures=PictureOptions(**how),
        )
    [file] = report.files
    return {"added": file.added, "already_there": file.already_there}


def files_of(client: httpx.Client, item_id: int) -> list[int]:
    below = (f"files/{item_id}/full", f"files/{item_id}/thumb", f"files/{item_id}/download")
    return [client.get(f"/gallery/{path}").status_code for path in below]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("is_taken_in", [True, False], ids=["taken in", "only there"])
@pytest.mark.parametrize("field", ["content_data", "path_thumb"])
@pytest.mark.parametrize("name", ["hidden.png", "images/hidden.png"])
@pytest.mark.parametrize("is_first", [True, False], ids=["named before", "named after"])
def test_a_name_proves_no_right_to_a_file(
    gallery: Browsers,
    database: Database,
    library: Library,
    images: Path,
    *,
    is_taken_in: bool,
    field: str,
    name: str,
    is_first: bool,
) -> None:
    def put_there() -> None:
        (images / "hidden.png").write_bytes(picture())
        if is_taken_in:
            take_in(database, library, images, "ada", in_place=True)

    def named(client: httpx.Client) -> dict[str, Any]:
        answer = client.post(CONTENT, json={"prompt": "x", field: name})
        assert answer.status_code == 201
        found: dict[str, Any] = answer.json()["items"][0]
        return found

    if not is_first:
        put_there()
    mallory = gallery.sign_in("mallory")
    item = named(mallory)
    if is_first:
        put_there()
    assert item[field] == name  # what was sent stays as it is
    assert files_of(mallory, item["id"]) == [404] * 3
    page = mallory.get(f"/gallery/items/{item['id']}").text
    assert f"/gallery/files/{item['id']}" not in page + mallory.get("/gallery").text
    assert f"/gallery/pictures/{item['id']}.svg" in page
    # An administrator sees all files as it is, and may say where an item's is.
    theirs = named(gallery.sign_in("root"))
    if name == "hidden.png" or (is_taken_in and field == "content_data"):
        assert files_of(gallery.sign_in("root"), theirs["id"]) == [200] * 3


def test_what_becomes_of_a_file_is_not_told_by_an_item_that_names_it(
    gallery: Browsers, database: Database, library: Library, images: Path
) -> None:
    (images / "a.png").write_bytes(picture())
    take_in(database, library, images, "ada", in_place=True)
    mallory = gallery.sign_in("mallory")
    sent = mallory.post(CONTENT, json={"prompt": "x", "content_data": "images/a.png"}).json()
    (images / "a.png").write_bytes(picture(1))
    take_in(database, library, images, "ada", in_place=True)
    names = [row[0] for row in run(database, "SELECT content_data FROM content_items_all")]
    assert any(name.startswith("images/a.png@") for name in names)  # ada's, set aside
    item = mallory.get(f"{CONTENT}/{sent['items'][0]['id']}").json()
    assert item["content_data"] == "images/a.png"


def test_a_deletion_that_is_undone_brings_no_file(
    gallery: Browsers, database: Database, images: Path
) -> None:
    (images / "a.png").write_bytes(picture())
    mallory = gallery.sign_in("mallory")
    sent = mallory.post(CONTENT, json={"prompt": "x", "content_data": "a.png"}).json()
    number = sent["items"][0]["id"]
    for what in ("delete", "undo"):
        answer = mallory.post(f"/gallery/items/{number}/{what}", headers=OURS)
        assert answer.status_code == 303
    assert scalar(database, "SELECT count(*) FROM content_items_all") == 1
    assert files_of(mallory, number) == [404] * 3


def test_an_export_has_no_file_for_its_name(
    gallery: Browsers, database: Database, library: Library, images: Path, tmp_path: Path
) -> None:
    (images / "a.png").write_bytes(picture())
    take_in(database, library, images, "ada", in_place=True)
    body = {"prompt": "a copy", "content_data": "images/a.png", "path_thumb": "a.png"}
    assert gallery.sign_in("mallory").post(CONTENT, json=body).status_code == 201
    folder = tmp_path / "export"
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ")
        export(connection, library, folder, Chosen())
    run(database, "DELETE FROM content_items_all")
    with database.engine.connect() as connection:
        assert restore(connection, library, folder).added == 2
    number = scalar(database, "SELECT id FROM content_items_all WHERE prompt = 'a copy'")
    ours = scalar(database, "SELECT id FROM content_items_all WHERE prompt <> 'a copy'")
    assert files_of(gallery.sign_in("mallory"), number) == [404] * 3
    assert files_of(gallery.sign_in(), ours) == [200] * 3


@pytest.mark.parametrize("route", ["content", "content-auto"])
def test_another_users_import_key_is_no_conflict(
    gallery: Browsers, database: Database, route: str
) -> None:
    body = {"prompt": "x", "item_metadata": {"import_key": "k"}}
    ada, mallory = gallery.sign_in(), gallery.sign_in("mallory")
    address = f"/api/v1/{route}"
    assert ada.post(address, json=body | {"visibility": "private"}).status_code == 201
    assert mallory.post(address, json=body).status_code == 201
    other = mallory.post(address, json={"prompt": "y"}).json()["items"][0]["id"]
    run(database, "DELETE FROM content_items_all WHERE title = 'x' AND visibility = 'public'")
    change = {"item_metadata": {"import_key": "k"}}
    assert mallory.patch(f"{CONTENT}/{other}", json=change).status_code == 200
    # One's own is one, as before.
    assert ada.post(address, json=body).status_code == 409
    assert mallory.post(address, json=body).status_code == 409
    with database.transaction() as session:
        assert differences(session) == []


def key_of(creator: str, content: bytes) -> str:
    """The key that an import makes: it can be computed by all who have the file."""
    identity = [creator, "items", f"sha256:{hashlib.sha256(content).hexdigest()}"]
    return hashlib.sha256(json.dumps(identity, separators=(",", ":")).encode()).hexdigest()


def test_each_uploader_has_an_item_of_the_same_file(
    gallery: Browsers, database: Database, library: Library
) -> None:
    def send(name: str, **fields: str) -> dict[str, Any]:
        files = {"files": ("x.png", picture())}
        answer = gallery.sign_in(name).post(f"{CONTENT}/upload", files=files, data=fields)
        [found] = answer.json()["results"]
        return dict(found)

    first = send("ada", visibility="private")
    squatted = {"prompt": "x", "item_metadata": {"import_key": key_of("mallory", picture())}}
    key = first["item"]["item_metadata"]["import_key"]
    assert key == key_of("ada", picture())
    assert gallery.sign_in("root").post(CONTENT, json=squatted).status_code == 201
    second = send("mallory")
    assert (first["result"], second["result"]) == ("added", "added")
    assert second["item"]["creator_username"] == "mallory"
    assert second["item"]["id"] != first["item"]["id"]
    # The bytes are stored once; each item is its creator's alone.
    assert second["item"]["content_data"] == first["item"]["content_data"]
    name = first["item"]["content_data"]
    assert scalar(database, "SELECT count(*) FROM library_files WHERE name = %s", name) == 1
    mallory = gallery.sign_in("mallory")
    assert files_of(mallory, first["item"]["id"]) == [404] * 3
    assert files_of(mallory, second["item"]["id"]) == [200] * 3
    for name, before in (("ada", first), ("mallory", second)):
        again = send(name)
        assert again["result"] == "already_there"
        assert again["item"]["id"] == before["item"]["id"]
    assert scalar(database, "SELECT count(*) FROM content_items_all") == 3


def test_no_header_says_that_another_user_had_the_file_before(
    gallery: Browsers, library: Library
) -> None:
    client = gallery.sign_in("mallory")
    sent = client.post(f"{CONTENT}/upload", files={"files": ("x.png", picture())}).json()
    number = sent["results"][0]["item"]["id"]
    below = [f"/gallery/files/{number}/{which}" for which in ("full", "thumb", "download")]
    before = [client.get(path).headers for path in below]
    for file in library.folder.rglob("*"):
        if file.is_file():
            os.utime(file, (1_000_000_000, 1_000_000_000))
    for path, known in zip(below, before, strict=True):
        again = client.get(path)
        assert again.headers["etag"] == known["etag"]
        assert "last-modified" not in {*again.headers, *known}
        assert client.get(path, headers={"If-None-Match": known["etag"]}).status_code == 304
        part = client.get(path, headers={"Range": "bytes=0-3", "If-Range": known["etag"]})
        assert (part.status_code, part.content) == (206, again.content[:4])


def test_an_import_is_not_taken_for_an_item_that_another_user_gave_its_key(
    gallery: Browsers, database: Database, library: Library, tmp_path: Path
) -> None:
    file = tmp_path / "x.png"
    file.write_bytes(picture())
    squatted = {"prompt": "x", "item_metadata": {"import_key": key_of("ada", picture())}}
    mallory = gallery.sign_in("mallory")
    sent = mallory.post(CONTENT, json=squatted | {"content_data": "gone.png"}).json()["items"][0]
    assert take_in(database, library, file, "ada") == {"added": 1, "already_there": 0}
    assert take_in(database, library, file, "ada") == {"added": 0, "already_there": 1}
    unchanged = mallory.get(f"{CONTENT}/{sent['id']}").json()
    assert unchanged["content_data"] == "gone.png"
    assert files_of(mallory, sent["id"]) == [404] * 3
    assert scalar(database, "SELECT count(*) FROM content_items_all") == 2
