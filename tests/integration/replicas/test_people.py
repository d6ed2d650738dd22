"""Who sends a request is looked up on the primary: what was revoked is refused at once."""

from collections.abc import Iterator

import pytest

from genonaut.db.session import Database
from tests.integration.replicas.conftest import Serving, serving
from tests.integration.replicas.test_own_writes import HEADER, STATS, paused
from tests.support.people import ACCOUNT, Browsers, add_account, add_token, bearer
from tests.support.replicas import Group
from tests.support.rows import add_items, run


@pytest.fixture
def guarded(group: Group, empty: Database) -> Iterator[Serving]:
    """The API in the mode `accounts`, where visitors see nothing."""
    with serving(group, empty, accounts=True, replica_max_lag_seconds=1e9) as one:
        yield one


def test_what_is_revoked_on_the_primary_is_refused_at_once(guarded: Serving) -> None:
    user = add_account(guarded.owner)
    token = bearer(add_token(guarded.owner, user))
    for standby in guarded.group.standbys:
        standby.catches_up_with(guarded.group.primary)
    assert guarded.client.get(STATS, headers=token).json()["from"] == "replica"
    with paused(*guarded.group.standbys):
        run(guarded.owner, "DELETE FROM api_tokens")
        assert guarded.client.get(STATS, headers=token).status_code == 401


def test_who_has_just_signed_in_is_known_while_replicas_lag(guarded: Serving) -> None:
    user = add_account(guarded.owner)
    for standby in guarded.group.standbys:
        standby.catches_up_with(guarded.group.primary)
    browsers = Browsers(str(guarded.client.base_url))
    try:
        with paused(*guarded.group.standbys):
            browser = browsers.sign_in()
            assert browser.cookies["genonaut_position"]
            assert browser.get(f"{ACCOUNT}/me").json()["username"] == "ada"
            add_items(guarded.owner, user)
            del browser.cookies["genonaut_position"]
            told = browser.get(STATS, params={"user_id": user}).json()
            assert (told["from"], told["user_regular_count"]) == ("replica", 0)
            added = browser.post(
                "/api/v1/content",
                json={"prompt": "p"},
                headers={"Sec-Fetch-Site": "same-origin"},
            )
            assert added.status_code == 201, added.text
            assert HEADER in added.headers
            told = browser.get(STATS, params={"user_id": user}).json()
            assert (told["from"], told["user_regular_count"]) == ("primary", 2)
    finally:
        browsers.close()
