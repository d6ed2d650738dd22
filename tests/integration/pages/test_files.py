"""Pictures: drawn, or files of the folder and nothing else."""

import re
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from genonaut.db.session import Database

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def test_a_drawing(client: httpx.Client, item_id: int) -> None:
    page = client.get(f"/gallery/items/{item_id}").text
    [address] = re.findall(rf"/gallery/pictures/{item_id}\.svg\?v=\w+", page)
    answer = client.get(address)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-security-policy"].endswith("sandbox")
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
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
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
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
    assert "Genonaut drew one from its prompt" in client.get(f"/gallery/items/{item_id}").text
