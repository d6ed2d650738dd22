"""`gallery.images-folder`: what is imported from it is shown from where it is."""

import shutil
from pathlib import Path

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.session import Database
from tests.integration.test_library import counts, genonaut, item_of, library, names
from tests.support.api import OpenApi
from tests.support.commands import Genonaut
from tests.support.rows import scalar

__all__ = ["genonaut", "library"]

CASE = Path(__file__).parents[1] / "cases/images/plain.png"
PROMPT = "a lighthouse at dusk"
SETTING = "GENONAUT_GALLERY_IMAGES_FOLDER"
WHAT = ("added", "already_there", "rejected", "changed")


def shown(client: httpx.Client, database: Database) -> bytes:
    """The picture on the item's page, which is in the grid as well; neither is a drawing."""
    number = item_of(database, PROMPT)
    page, grid = client.get(f"/gallery/items/{number}").text, client.get("/gallery").text
    assert f"/gallery/files/{number}/full" in page
    assert f"/gallery/files/{number}/thumb" in grid
    assert "/gallery/pictures/" not in page + grid
    assert client.get(f"/gallery/files/{number}/thumb").headers["content-type"] == "image/webp"
    return client.get(f"/gallery/files/{number}/full").content


@pytest.mark.sampled(1)
@pytest.mark.parametrize("manner", [[], ["--in-place"]], ids=["plain", "in place"])
@pytest.mark.parametrize("named", ["absolute", "relative", "below", "file"])
def test_its_pictures_are_shown_also_after_it_moved(
    open_api: OpenApi,
    settings: Settings,
    database: Database,
    genonaut: Genonaut,
    library: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    named: str,
    manner: list[str],
) -> None:
    images, moved = tmp_path / "images", tmp_path / "moved"
    inner = images / "2026/inner" if named == "below" else images
    inner.mkdir(parents=True)
    file = Path(shutil.copy(CASE, inner))
    relative = file.relative_to(images)

    def api(folder: Path) -> httpx.Client:
        gallery = settings.gallery.model_copy(update={"images_folder": folder})
        kept = settings.library.model_copy(update={"folder": library})
        chosen = settings.model_copy(update={"gallery": gallery, "library": kept})
        return open_api(chosen, database)

    monkeypatch.setenv(SETTING, str(images))
    path = {"absolute": images, "relative": Path("images"), "below": inner, "file": file}[named]
    assert counts(genonaut("import", path, *manner)[1], *WHAT) == [1, 0, 0, 0]
    assert names(database) == [f"images/{relative}"]
    assert not list((library / "files").glob("*/*")), "it is served from where it is"
    assert shown(api(images), database) == CASE.read_bytes()

    images.rename(moved)
    monkeypatch.setenv(SETTING, str(moved))
    assert counts(genonaut("import", moved, *manner)[1], *WHAT) == [0, 1, 0, 0]
    assert shown(api(moved), database) == CASE.read_bytes()
    assert (moved / relative).read_bytes() == CASE.read_bytes(), "nothing was written there"
    assert str(tmp_path) not in api(moved).get("/api/v1/content/unified").text
    assert scalar(database, "SELECT count(*) FROM content_items_all") == 1


def test_what_was_imported_before_the_setting_was_made_is_shown_from_then_on_too(
    open_api: OpenApi,
    settings: Settings,
    database: Database,
    genonaut: Genonaut,
    library: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    images = tmp_path / "images"
    images.mkdir()
    shutil.copy(CASE, images)
    assert counts(genonaut("import", images)[1], *WHAT) == [1, 0, 0, 0]
    shutil.rmtree(library / "files")  # the copy is lost, and the folder is still there
    monkeypatch.setenv(SETTING, str(images))
    assert counts(genonaut("import", images)[1], *WHAT) == [0, 1, 0, 0]
    gallery = settings.gallery.model_copy(update={"images_folder": images})
    assert shown(open_api(settings.model_copy(update={"gallery": gallery}), database), database)
    assert names(database) == ["images/plain.png"]
