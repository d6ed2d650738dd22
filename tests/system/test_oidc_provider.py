"""Signing in to `genonaut api` at a real provider: two processes, and a browser between them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT
from typing import Any

import httpx

from genonaut.api.http.cookies import SIGN_IN
from tests.support.browser_of_people import CALLBACK, ME, NAME, START
from tests.support.canaille import Canaille, running_canaille, sign_in_there
from tests.support.ports import free_port
from tests.support.processes import CHECKOUT, Running, serving
from tests.support.tampering import CLIENT_ID, CLIENT_SECRET
from tests.support.waiting import PATIENCE_SECONDS

SECRET = {"OIDC_HOME_CLIENT_SECRET": CLIENT_SECRET}


def write_settings(folder: Path, issuer: str) -> dict[str, str]:
    """Settings with the provider in them, and the variables that name them."""
    provider = {
        "name": NAME,
        "issuer": issuer,
        "client-id": CLIENT_ID,
        "scopes": ["openid", "profile", "groups"],
        "admin-group": "admins",
        "register": True,
    }
    folder.mkdir()
    base = (CHECKOUT / "config" / "base.json").read_text()
    (folder / "base.json").write_text(base)
    overlay = {"db": {"name": "genonaut_test"}, "auth": {"oidc": [provider]}}
    (folder / "test.json").write_text(json.dumps(overlay))
    return {"GENONAUT_CONFIG_DIR": str(folder), "AUTH_MODE": "accounts"}


@contextmanager
def gallery_and_provider(home: Path) -> Iterator[tuple[Running, str, Canaille]]:
    port = free_port()
    with running_canaille([f"http://127.0.0.1:{port}{CALLBACK}"]) as provider:
        variables = write_settings(home / "config", provider.url)
        # What is logged is looked at: everything that can be.
        variables |= {"API_PORT": str(port), "LOG_LEVEL": "debug", "LOG_REQUESTS": "all"}
        with serving(home, "api", **(variables | SECRET)) as (api, url):
            yield api, url, provider


def browser_at(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=PATIENCE_SECONDS)


def callback_of(browser: httpx.Client, name: str) -> str:
    """Where the provider sends a browser back, after the person's password and consent."""
    begun = browser.get(START)
    assert begun.status_code == 303, begun.text
    return sign_in_there(browser, begun.headers["location"], name)


def me(browser: httpx.Client) -> dict[str, Any] | None:
    answer = browser.get(ME)
    return answer.json() if answer.status_code == 200 else None


def test_people_sign_in_at_a_real_provider(ready_home: Path) -> None:
    with gallery_and_provider(ready_home) as (api, url, provider):
        with browser_at(url) as ada, browser_at(url) as grace, browser_at(url) as again:
            callback = callback_of(ada, "ada")
            assert ada.get(callback).status_code == 303
            found = me(ada)
            assert found is not None
            assert (found["username"], found["role"]) == ("ada", "member")

            refused = ada.get(callback)
            assert refused.status_code == 400
            assert 'data-testid="gallery-error"' in refused.text

            # The provider takes a code once as well. (No other one is made before: in memory,
            # Canaille takes a used code for the next one.)
            used = httpx.URL(callback).params["code"]
            state = httpx.URL(ada.get(START).headers["location"]).params["state"]
            replayed = httpx.URL(callback).copy_merge_params({"state": state})
            assert ada.get(replayed).status_code == 400

            assert grace.get(callback_of(grace, "grace")).status_code == 303
            found = me(grace)
            assert found is not None
            assert (found["username"], found["role"]) == ("grace", "admin")

            # The group changes there, and the same account has the other role.
            provider.set_admins("ada")
            assert again.get(callback_of(again, "ada")).status_code == 303
            found = me(again)
            assert found == me(ada)
            assert found is not None
            assert found["role"] == "admin"
            assert grace.get(callback_of(grace, "grace")).status_code == 303
            found = me(grace)
            assert found is not None
            assert found["role"] == "member"

            secrets = [CLIENT_SECRET, used, str(ada.cookies.get("genonaut"))]
        api.end(SIGINT)
        written = api.stdout.read_text() + api.stderr.read_text()
        assert CALLBACK.rpartition("/")[0] in written
        for secret in secrets:
            assert len(secret) > 10
            assert secret not in written


def test_an_unplugged_provider_leaves_the_gallery_as_it_is(ready_home: Path) -> None:
    with running_canaille([]) as provider:
        variables = write_settings(ready_home / "config", provider.url)
    with serving(ready_home, "api", **(variables | SECRET)) as (_, url), browser_at(url) as browser:
        answer = browser.get(START)
        assert answer.status_code == 502
        assert "cannot be reached" in answer.text
        assert SIGN_IN["http"] not in answer.cookies
        assert browser.get("/gallery").status_code == 200
