"""Accounts for tests, and clients that are signed in to them."""

import re
from contextlib import ExitStack
from functools import cache
from typing import Any

import httpx

from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.people.accounts import Accounts
from genonaut.people.audit import COMMAND
from genonaut.people.identity import Role, Scope
from genonaut.people.passwords import hash_password
from genonaut.people.tokens import Tokens
from tests.support.rows import run
from tests.support.waiting import PATIENCE_SECONDS

PASSWORD = "correct horse battery"
WRONG = "wrong horse battery"
ANOTHER = "another horse battery"
SHORT = "horse"
ACCOUNT = "/api/v1/account"
ADMIN = "/api/v1/admin"


@cache
def hashed(password: str = PASSWORD) -> str:
    """Its hash, made once."""
    return hash_password(password)


def with_accounts(settings: Settings, **auth: object) -> Settings:
    """The same settings in the mode `accounts`."""
    changed = settings.auth.model_copy(update={"mode": "accounts"} | auth)
    return settings.model_copy(update={"auth": changed})


def add_account(database: Database, name: str = "ada", role: Role = "member") -> str:
    """Add a user who can sign in with PASSWORD, and return the id."""
    with database.transaction() as session:
        return str(Accounts(session, COMMAND).add(name, role, None, hashed()).id)


def add_token(
    database: Database, user_id: str, scope: Scope = "read", days: int | None = None
) -> str:
    """Add a token of a user, and return its secret."""
    with database.transaction() as session:
        accounts = Accounts(session, COMMAND)
        return Tokens(session).add(accounts.find(user_id), "a test", scope, days).secret


def bearer(token: str) -> dict[str, str]:
    """The header of a request with a token."""
    return {"Authorization": f"Bearer {token}"}


class Browsers:
    """Clients of one API, each with cookies of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stack = ExitStack()

    def open(self, **more: Any) -> httpx.Client:
        """A visitor."""
        client = httpx.Client(base_url=self._url, timeout=PATIENCE_SECONDS, **more)
        return self._stack.enter_context(client)

    def sign_in(self, name: str = "ada", password: str = PASSWORD) -> httpx.Client:
        """A browser in which a user is signed in."""
        client = self.open()
        sent = {"username": name, "password": password}
        assert client.post(f"{ACCOUNT}/sign-in", json=sent).status_code == 204
        return client

    def close(self) -> None:
        self._stack.close()


def everything_stored(database: Database) -> str:
    """All that is in the tables about people, as text: to look for secrets."""
    tables = ("users", "sessions", "api_tokens", "one_time_links", "sign_in_failures", "audit_log")
    rows = [
        row for table in tables for row in run(database, f"SELECT to_jsonb({table}) FROM {table}")
    ]
    return "\n".join(map(str, rows))


def token_in(text: str) -> str:
    """The secret of a link."""
    found = re.search(r"\?token=([A-Za-z0-9_-]{43})", text)
    assert found, text
    return found[1]
