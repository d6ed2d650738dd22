"""The API against its own OpenAPI: no 5xx and nothing undocumented, for any request of any sender.

The long form: Schemathesis covers every limit of every field. It prepares that for ten seconds when
this file is collected, so it is no test_*.py: `make test-long` names it.
"""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case, HookContext
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from sqlalchemy import create_engine, make_url

from genonaut.app import create_app
from genonaut.config import Settings, load_settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from genonaut.people.sessions import Sessions
from tests.support.api import OpenApi
from tests.support.people import add_account, with_accounts
from tests.support.rows import add_items, add_tag, add_user

TAG = "5a1c7b52-93d1-4a53-8d0a-6f3f0a4e9d11"  # as well
SENDERS = ("visitor", "member", "admin")
USER = "0b5e0c3e-6a0f-4c55-9f3a-0f6e1f4f7a10"  # the one of the examples
NOWHERE = make_url("postgresql+psycopg://nowhere/nothing")


def openapi() -> dict[str, Any]:
    described = create_app(
        load_settings("test"), Database(NOWHERE, create_engine(NOWHERE), is_embedded=False)
    ).openapi()
    # A stream does not end, so no request of chance would come back: see test_live.py.
    paths = {path: ways for path, ways in described["paths"].items() if "/stream" not in path}
    return {**described, "paths": paths}


def configuration() -> SchemathesisConfig:
    config = SchemathesisConfig()
    # Senders bring their own sessions: with others of chance, all we would see is 401.
    config.projects.default.generation.update(deterministic=True, with_security_parameters=False)
    # A body that is too large is refused for that, and not for its other faults.
    config.projects.default.checks.negative_data_rejection.expected_statuses.append("413")
    # An ETag of chance is no item's: what that has to get is tested with the ETags.
    config.projects.default.checks.positive_data_acceptance.expected_statuses.append("412")
    config.projects.default.checks.negative_data_rejection.expected_statuses.append("412")
    return config


schema = schemathesis.openapi.from_dict(openapi(), config=configuration())


@schema.hook
def map_body(_context: HookContext, body: Any) -> Any:
    """Name a user who exists, where a well-formed id is: or all we would see is 404."""
    for item in body if isinstance(body, list) else [body]:
        if isinstance(item, dict) and is_uuid(item.get("creator_id")):
            item["creator_id"] = USER
    return without_nul(body)


def without_nul(value: Any) -> Any:
    """No NUL, which PostgreSQL cannot store and a schema of free metadata cannot forbid.

    (That it is refused, not stored and no error of ours, is tested with the other bodies.)
    """
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [without_nul(member) for member in value]
    if isinstance(value, dict):
        return {without_nul(key): without_nul(member) for key, member in value.items()}
    return value


@schema.hook
def map_path_parameters(_context: HookContext, parameters: Any) -> Any:
    if parameters and is_uuid(parameters.get("user_id")):
        parameters["user_id"] = USER
    if parameters and is_uuid(parameters.get("tag_id")):
        parameters["tag_id"] = TAG
    return parameters


@schema.hook
def map_query(_context: HookContext, query: Any) -> Any:
    """No cursor: one that no answer gave is refused, which is tested with the cursors."""
    return {name: value for name, value in query.items() if name != "cursor"} if query else query


def is_uuid(value: object) -> bool:
    return isinstance(value, str) and bool(
        re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value)
    )


@dataclass(frozen=True)
class Gallery:
    """A small gallery, at an address, and its users."""

    url: str
    database: Database
    ids: dict[str, str]

    def check(self, case: Case[Any], sender: str, *excluded: Any) -> None:
        """Send a request, of a session that no request before it can have ended."""
        answer = case.call_and_validate(
            base_url=self.url,
            headers={"X-Forwarded-For": "192.0.2.7"},
            cookies=self._session(sender) if sender in self.ids else {},
            excluded_checks=[*excluded, *self._not_described(case, sender)],
        )
        knows_password = "password" in case.operation.path or "sign-in" in case.operation.path
        assert answer.status_code != 401 or sender not in self.ids or knows_password

    def _not_described(self, case: Case[Any], sender: str) -> list[Any]:
        """What a description for all senders cannot say: a member's tokens have narrower scopes."""
        adds_token = case.operation.path.endswith("/account/tokens")
        return [positive_data_acceptance] if adds_token and sender == "member" else []

    def _session(self, sender: str) -> dict[str, str]:
        with self.database.transaction() as session:
            begun = Sessions(session).begin(UUID(self.ids[sender]), 1, None, None)
        return {"genonaut": begun.secret}


@pytest.fixture
def gallery(settings: Settings, database: Database, open_api: OpenApi) -> Gallery:
    """The API as the application's role, where there are accounts."""
    ids = {
        "member": add_user(database, user_id=USER),
        "admin": add_account(database, "root", "admin"),
    }
    for visibility in ("public", "private"):
        items = add_items(database, USER, 25, title="Sea", prompt="sea", visibility=visibility)
    add_tag(database, "sea", items, tag_id=TAG)
    build_counts(database, "test")
    url = open_api(with_accounts(settings), database).base_url
    return Gallery(str(url), database, ids)


SEARCH = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.long
@pytest.mark.parametrize("sender", SENDERS)
@schema.parametrize()
@SEARCH
def test_the_api_does_what_its_openapi_says(case: Case[Any], gallery: Gallery, sender: str) -> None:
    # In a form, anything can be a file's bytes: each file is answered by itself, with 200.
    is_upload = case.operation.path.endswith("/upload")
    gallery.check(case, sender, *([negative_data_rejection] if is_upload else []))
