"""The pages over HTTP: a small gallery, a folder with images, and viewing as any user."""

import shutil
from pathlib import Path

import httpx
import pytest

from genonaut.config import GallerySettings, Settings
from genonaut.db.session import Database
from tests.support.api import OpenApi
from tests.support.site import USERS, Site, fill
from tests.support.waiting import PATIENCE_SECONDS


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
    """A visitor may view the pages as any user, and there is a folder with images."""
    gallery = GallerySettings(
        **{"count-timeout-seconds": PATIENCE_SECONDS, "viewing-as": True, "images-folder": images}
    )
    return server[0].model_copy(update={"gallery": gallery})


@pytest.fixture
def client(open_api: OpenApi, settings: Settings, database: Database) -> httpx.Client:
    fill(database)
    return open_api(settings, database)


@pytest.fixture
def site(client: httpx.Client, database: Database) -> Site:
    return Site(str(client.base_url).rstrip("/"), database)


@pytest.fixture
def item_id(site: Site) -> int:
    """An item of ada's, with tags."""
    return site.number(
        "SELECT min(content_id) FROM content_tags JOIN content_items_all AS item "
        "ON item.id = content_id WHERE item.creator_id = :id",
        id=USERS["ada"],
    )
