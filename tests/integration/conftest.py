"""The API on a real server, for every test that talks to it."""

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.session import Database
from tests.support.api import OpenApi


@pytest.fixture
def client(open_api: OpenApi, settings: Settings, database: Database) -> httpx.Client:
    return open_api(settings, database)
