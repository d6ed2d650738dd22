"""A gallery with accounts and one provider. The tests share both, and find both as they were."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.session import Database
from tests.support.api import OpenApi
from tests.support.browser_of_people import Browser, browser_at, with_provider
from tests.support.tampering import Provider, serving_provider


@pytest.fixture(scope="session")
def served() -> Iterator[Provider]:
    with serving_provider() as found:
        yield found


@pytest.fixture
def provider(served: Provider) -> Provider:
    served.reset()
    return served


@pytest.fixture
def policy() -> dict[str, Any]:
    """More settings of the provider; tests parametrize it."""
    return {}


@pytest.fixture
def gallery(
    open_api: OpenApi,
    settings: Settings,
    database: Database,
    provider: Provider,
    policy: dict[str, Any],
) -> httpx.Client:
    return open_api(with_provider(settings, provider.url, **policy), database)


@pytest.fixture
def browser(gallery: httpx.Client) -> Iterator[Browser]:
    with browser_at(gallery) as found:
        yield found
