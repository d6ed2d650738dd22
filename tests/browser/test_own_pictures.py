"""A folder of pictures of every kind, imported and looked at: each card shows its own file."""

import base64
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import Page

from genonaut.config import Settings
from genonaut.db.session import Database
from tests.browser.conftest import OpenPage
from tests.browser.test_rows import SHIFTS, shifts
from tests.support.api import OpenApi
from tests.support.effort import effort
from tests.support.pictures import make
from tests.support.rows import run
from tests.support.site import Site
from tests.support.waiting import wait_until

PAGE = "/gallery?size=48&sort=oldest"
COARSE = (8, 8)
ALIKE = 10.0
"""Mean difference per coarse pixel and channel, of 255, that a thumbnail may have from its file."""
ALL_LOADED = """() => [...document.querySelectorAll(".card img")].every((image) => {
  image.loading = "eager";
  return image.complete && image.naturalWidth;
})"""
# What the browser decoded of each card: its item, its address, its attributes and its pixels.
SHOWN = """() => [...document.querySelectorAll("[data-card]")].map((card) => {
  const image = card.closest(".card").querySelector("img");
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  canvas.getContext("2d").drawImage(image, 0, 0);
  return [new URL(card.href).pathname, image.currentSrc,
          image.getAttribute("width") / image.getAttribute("height"), canvas.toDataURL()];
})"""
Imported = Callable[[int], dict[int, Path]]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def site(open_api: OpenApi, settings: Settings, database: Database, library: Path) -> Site:
    """An empty gallery with a library of its own."""
    for table in ("library_files", "library_roots", "library_seen"):
        run(database, f"DELETE FROM {table}")
    chosen = settings.library.model_copy(update={"folder": library})
    client = open_api(settings.model_copy(update={"library": chosen}), database)
    return Site(str(client.base_url).rstrip("/"), database)


@pytest.fixture
def imported(site: Site, library: Path, tmp_path: Path) -> Imported:
    """Makes a folder of so many pictures and imports it by the command; the file of each item."""

    def execute(number: int) -> dict[int, Path]:
        make(tmp_path / "mine", number, seed=14, size=480)
        command = [sys.executable, "-m", "genonaut", "import", str(tmp_path / "mine"), "--in-place"]
        url = site.database.url.render_as_string(hide_password=False)
        chosen = {"DATABASE_URL": url, "GENONAUT_LIBRARY_FOLDER": str(library)}
        done = subprocess.run(
            command, env=os.environ | chosen, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        items = run(site.database, "SELECT id, content_data FROM content_items_all")
        return {item: tmp_path / name for item, name in items}

    return execute


def coarse(file: Path | io.BytesIO) -> bytes:
    """Few pixels of an image, upright: the same for a file and a smaller copy of it."""
    with Image.open(file) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    return upright.resize(COARSE, Image.Resampling.BOX).tobytes()


def apart(one: bytes, other: bytes) -> float:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


def shape(file: Path) -> float:
    with Image.open(file) as image:
        width, height = ImageOps.exif_transpose(image).size
    return width / height


def shown(page: Page) -> dict[int, tuple[str, float, bytes]]:
    """Of each card of a page: the address of its picture, its shape and its pixels."""
    wait_until(lambda: page.evaluate(ALL_LOADED), "every picture has been decoded")
    return {
        int(Path(item).name): (source, ratio, coarse(io.BytesIO(base64.b64decode(url[22:]))))
        for item, source, ratio, url in page.evaluate(SHOWN)
    }


@effort(short=60, long=300, variable="GENONAUT_PICTURES")
def test_every_card_shows_its_file(open_page: OpenPage, imported: Imported, effort: int) -> None:
    files = imported(effort)
    pixels = {item: coarse(file) for item, file in files.items()}
    page = open_page("about:blank")
    page.add_init_script(SHIFTS)
    page.goto(PAGE)
    seen: set[int] = set()
    while True:
        for item, (source, ratio, found) in shown(page).items():
            assert f"/gallery/files/{item}/thumb?" in source
            assert ratio == pytest.approx(shape(files[item]), rel=0.01)
            away = {other: apart(found, own) for other, own in pixels.items()}
            assert min(away, key=away.__getitem__) == item, files[item].name
            assert away[item] < ALIKE, files[item].name
            seen.add(item)
        assert shifts(page) == []
        following = page.locator("a[data-testid=gallery-pagination-next]")
        if not following.count():
            break
        page.goto(str(following.get_attribute("href")))
    assert seen == set(files)
    assert len(seen) == effort


@pytest.mark.long
def test_the_viewer_shows_the_file_byte_for_byte(open_page: OpenPage, imported: Imported) -> None:
    files = imported(30)
    page = open_page(PAGE)
    for item, file in files.items():
        page.goto(f"/gallery/items/{item}")
        picture = page.get_by_test_id("gallery-item-picture")
        wait_until(
            lambda: picture.evaluate("(image) => image.complete && image.naturalWidth > 0"),  # noqa: B023 - waited for here
            "the picture has been decoded",
        )
        address = picture.evaluate("(image) => image.src")
        assert "/full?" in address
        assert page.request.get(address).body() == file.read_bytes(), file.name
