"""A person's browser, at a gallery and at a provider: it keeps cookies, and follows one step."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from genonaut.config import Settings
from genonaut.config_people import OidcSettings
from genonaut.db.session import Database
from tests.support.rows import scalar
from tests.support.tampering import CLIENT_ID, CLIENT_SECRET
from tests.support.waiting import PATIENCE_SECONDS

NAME = "home"
START = f"/gallery/sign-in/oidc/{NAME}"
CALLBACK = f"{START}/callback"
ME = "/api/v1/account/me"


def with_provider(settings: Settings, issuer: str, **more: Any) -> Settings:
    """Settings with accounts, and one provider."""
    described = {
        "name": NAME,
        "issuer": issuer,
        "client-id": CLIENT_ID,
        "client-secret": CLIENT_SECRET,
        "register": True,
        **more,
    }
    auth = {"mode": "accounts", "oidc": [OidcSettings.model_validate(described)]}
    return settings.model_copy(update={"auth": settings.auth.model_copy(update=auth)})


class Browser:
    """One browser, with cookies of its own."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def get(self, url: str) -> httpx.Response:
        return self.client.get(url)

    def to_provider(self, start: str = START) -> str:
        """Begin to sign in: where the gallery sends the browser."""
        answer = self.get(start)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def callback(self, start: str = START) -> str:
        """Where a provider sends the browser back, which asks nothing."""
        answer = self.get(self.to_provider(start))
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def sign_in(self, start: str = START) -> httpx.Response:
        """All the way; the gallery's answer to what the provider sent."""
        return self.get(self.callback(start))

    def me(self) -> dict[str, Any] | None:
        """Who the gallery says it is."""
        answer = self.get(ME)
        assert answer.status_code in {200, 401}, answer.text
        return answer.json() if answer.status_code == 200 else None


@contextmanager
def browser_at(gallery: httpx.Client) -> Iterator[Browser]:
    with httpx.Client(base_url=gallery.base_url, timeout=PATIENCE_SECONDS) as client:
        yield Browser(client)


def is_refused(answer: httpx.Response, status: int, *words: str) -> None:
    """A clear page, and no cookie of a session."""
    assert answer.status_code == status, answer.text
    assert 'data-testid="gallery-error"' in answer.text
    for word in words:
        assert word in answer.text
    assert not any("genonaut=" in cookie for cookie in answer.headers.get_list("set-cookie"))


def numbers(database: Database) -> dict[str, int]:
    """How much a sign-in has left behind."""
    tables = ("users", "identities", "sessions", "sign_in_starts")
    return {name: scalar(database, f"SELECT count(*) FROM {name}") for name in tables}
