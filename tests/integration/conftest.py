"""The API on a real server, and databases of a test's own."""

from collections.abc import Iterator

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.session import Database
from tests.support.api import OpenApi
from tests.support.servers import new_database


@pytest.fixture
def client(open_api: OpenApi, settings: Settings, database: Database) -> httpx.Client:
    return open_api(settings, database)


@pytest.fixture
def scratch(server: tuple[Settings, Database]) -> Iterator[Database]:
    """A database of its own, with nothing in it."""
    with new_database(server[1]) as database:
        yield database


@pytest.fixture
def migrated(server: tuple[Settings, Database]) -> Iterator[Database]:
    """A database of its own with the current schema."""
    with new_database(server[1], migrated=True) as database:
        yield database
