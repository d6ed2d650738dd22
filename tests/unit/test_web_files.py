"""Files of the images folder, and the many ways that lead out of it."""

import asyncio
import os
import socket
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import Response
from starlette.types import Message

from genonaut.api.entities import Item
from genonaut.library.demand import ThumbnailDemand
from genonaut.library.roots import Library
from genonaut.library.thumbnails import WIDTHS, Thumbnails
from genonaut.web.images import Pictures, Which
from genonaut.web.media import OpenFileResponse

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
HEADS = {
    "png": (PNG, "image/png"),
    "jpeg": (b"\xff\xd8\xff\xe0" + b"\0" * 40, "image/jpeg"),
    "gif": (b"GIF89a" + b"\0" * 40, "image/gif"),
    "webp": (b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 40, "image/webp"),
    "avif": (b"\0\0\0\x1cftypavif" + b"\0" * 40, "image/avif"),
}

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ITEM = Item(
    id=17,
    title="A fox",
    content_type="image",
    content_data="a.png",
    path_thumb=None,
    prompt="a fox",
    creator_id=UUID(int=1),
    creator_username="ada",
    item_metadata={},
    quality_score=0.0,
    created_at=NOW,
    updated_at=NOW,
    source_type="regular",
    visibility="public",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    images = tmp_path / "images"
    (images / "deep").mkdir(parents=True)
    (images / "a.png").write_bytes(PNG)
    (images / "deep" / "b.png").write_bytes(PNG)
    (tmp_path / "secret.png").write_bytes(PNG)
    return images


DEMAND = ThumbnailDemand(Thumbnails(Path("/nowhere"), 1))


def pictures(images: Path | None) -> Pictures:
    """Of items whose files were never taken in."""
    return Pictures(Library(Path("/nowhere"), images), {})


def find(
    folder: Path | None, name: str, thumb: str | None = None, which: Which = "full"
) -> tuple[str, bytes] | None:
    """The media type of an item's file, and what is in it."""
    item = replace(ITEM, content_data=name, path_thumb=thumb)
    found = pictures(folder).open(item, which, WIDTHS[0], DEMAND)
    if found is None:
        return None
    with found.image.file as file:
        return found.image.media_type, file.read()


@pytest.mark.parametrize("name", ["a.png", "deep/b.png", "./a.png", "deep//b.png", "a.png/"])
def test_what_is_in_the_folder_is_found(folder: Path, name: str) -> None:
    assert find(folder, name) == ("image/png", PNG)


@pytest.mark.parametrize("ending", HEADS)
def test_the_content_decides_what_it_is(folder: Path, ending: str) -> None:
    head, media_type = HEADS[ending]
    (folder / "x.exe").write_bytes(head)
    assert find(folder, "x.exe") == (media_type, head)


@pytest.mark.parametrize(
    "content",
    [b"<svg onload='alert(1)'/>", b"<!doctype html><script>", b"%PDF", b"", b"P", b"\0" * 64],
)
def test_what_is_no_image_is_not_served(folder: Path, content: bytes) -> None:
    (folder / "a.png").write_bytes(content)
    assert find(folder, "a.png") is None


@pytest.mark.parametrize(
    "name",
    ["../secret.png", "deep/../../secret.png", "deep/../a.png", "..", ".", "", "/", "//", "~/a.png",
     "a.png\0", "\0", "a.png/..", "nothing.png", "deep", "%2e%2e/secret.png", "..\\secret.png",
     "x" * 300, "x/" * 3000, "/dev/zero", "/proc/self/environ", "file:///etc/passwd",
     "https://example.org/a.png", "data:image/png;base64,AAAA", "\ud800", "a\n.png"],
)  # fmt: skip
def test_nothing_else_is_reached(folder: Path, name: str) -> None:
    assert find(folder, name) is None


def test_absolute_paths_are_not_even_in_the_folder(folder: Path) -> None:
    assert find(folder, str(folder / "a.png")) is None
    assert find(folder, str(folder.parent / "secret.png")) is None


def test_links_stay_in_the_folder(folder: Path) -> None:
    (folder / "out.png").symlink_to(folder.parent / "secret.png")
    (folder / "up").symlink_to(folder.parent)
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "in.png").symlink_to(folder / "deep" / "b.png")
    assert find(folder, "out.png") is None
    assert find(folder, "up/secret.png") is None
    assert find(folder, "loop") is None
    assert find(folder, "in.png")


@pytest.mark.parametrize("name", ["a.png", "deep/b.png"])
def test_a_link_that_is_put_there_a_moment_later_is_not_followed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    part = folder / name.partition("/")[0]
    secret = folder.parent / "secret.png"
    secret.write_bytes(PNG + b"secret")
    (folder.parent / "b.png").write_bytes(PNG + b"secret")

    def put_link_there(self: Path, *, strict: bool) -> Path:
        resolved = resolve(self, strict=strict)
        if self.name == Path(name).name:
            part.rename(folder / "away")
            part.symlink_to(secret if part.suffix else folder.parent)
        return resolved

    resolve = Path.resolve
    monkeypatch.setattr(Path, "resolve", put_link_there)
    assert find(folder, name) is None
    assert part.is_symlink()


def test_what_was_inspected_is_served_even_if_another_file_has_its_name(folder: Path) -> None:
    found = pictures(folder).open(replace(ITEM, content_data="a.png"), "full", WIDTHS[0], DEMAND)
    assert found
    (folder / "a.png").rename(folder / "before.png")
    (folder / "a.png").symlink_to(folder.parent / "secret.txt")
    (folder.parent / "secret.txt").write_text("secret")
    assert sent(OpenFileResponse(found, {})) == PNG
    assert found.image.file.closed


def sent(response: Response) -> bytes:
    """The body that a client gets."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "headers": [], "asgi": {"spec_version": "2.4"}}
    asyncio.run(response(scope, receive, send))
    return b"".join(message.get("body", b"") for message in messages)


def test_the_folder_itself_may_be_a_link(folder: Path) -> None:
    (folder.parent / "link").symlink_to(folder)
    assert find(folder.parent / "link", "a.png")


def test_pipes_sockets_and_devices_do_not_stop_us(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(folder / "pipe.png")
    monkeypatch.chdir(folder)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.png")
        assert find(folder, "pipe.png") is None
        assert find(folder, "socket.png") is None
    if os.geteuid() == 0:
        os.mknod(folder / "zero.png", 0o20666, os.makedev(1, 5))
        assert find(folder, "zero.png") is None


def test_without_a_folder_no_item_has_a_file(folder: Path) -> None:
    assert find(None, "a.png") is None
    assert find(folder.parent / "nowhere", "a.png") is None


def test_thumbnail_and_image_stand_in_for_each_other(folder: Path) -> None:
    (folder / "deep" / "b.png").write_bytes(PNG + b"thumb")
    assert find(folder, "a.png", "deep/b.png", "thumb") == ("image/png", PNG + b"thumb")
    assert find(folder, "a.png", "deep/b.png") == ("image/png", PNG)
    assert find(folder, "a.png", None, "thumb")
    assert find(folder, "", "deep/b.png", "full")


def test_addresses_change_with_the_file(folder: Path) -> None:
    before = pictures(folder).page_picture(ITEM).url
    assert before.startswith("/gallery/files/17/full?v=")
    (folder / "a.png").write_bytes(PNG + b"more")
    assert pictures(folder).page_picture(ITEM).url != before
    (folder / "a.png").unlink()
    drawn = pictures(folder).page_picture(ITEM)
    assert drawn.url.startswith("/gallery/pictures/17.svg?v=")
    assert drawn.is_drawn
