"""The API in the mode `accounts`, and browsers that visit it."""

from collections.abc import Iterator

import pytest

from genonaut.config import Settings
from genonaut.db.session import Database
from tests.support.api import OpenApi
from tests.support.people import Browsers, with_accounts


@pytest.fixture
def account_settings(settings: Settings) -> Settings:
    return with_accounts(settings)


@pytest.fixture
def browsers(
    open_api: OpenApi, account_settings: Settings, database: Database
) -> Iterator[Browsers]:
    made = Browsers(str(open_api(account_settings, database).base_url))
    yield made
    made.close()
