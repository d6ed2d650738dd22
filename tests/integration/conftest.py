"""The API on a real server, for every test that talks to it."""

from collections.abc import Iterator

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.session import Database
from tests.integration.running_api import running_api


@pytest.fixture
def client(settings: Settings, database: Database) -> Iterator[httpx.Client]:
    with running_api(settings, database) as client:
        yield client
