"""Users who are there already, and the accounts at providers that the operator binds to them."""

import json
import shutil
from pathlib import Path

import pytest

from genonaut.db.session import Database
from genonaut.errors import ForbiddenError
from genonaut.people.accounts import Accounts
from genonaut.people.audit import COMMAND
from genonaut.people.bindings import MOST_IDENTITIES, Bindings
from genonaut.people.elsewhere import Claimed, ForeignAccounts
from genonaut.people.users import state_of
from tests.integration.people.test_commands import Say, genonaut, say
from tests.support.people import ADMIN, Browsers, add_account
from tests.support.rows import add_user, run

__all__ = ["genonaut", "say"]

ISSUER = "https://id.example.org"
CONFIG = Path(__file__).parents[3] / "config"


@pytest.fixture(autouse=True)
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    chosen = json.loads((folder / "test.json").read_text())
    described = {"name": "home", "issuer": ISSUER, "client-id": "gallery"}
    chosen.setdefault("auth", {})["oidc"] = [described]
    (folder / "test.json").write_text(json.dumps(chosen))
    monkeypatch.setenv("GENONAUT_CONFIG_DIR", str(folder))


def signed_in(database: Database, subject: str = "s1") -> str:
    """Who is signed in by an account at the provider."""
    with database.transaction() as session:
        claimed = Claimed(ISSUER, subject, "another name", None)
        return ForeignAccounts(session, "oidc", None).sign_in(claimed, registers=False).username


@pytest.mark.parametrize("named", ["home", ISSUER])
def test_the_operator_binds_a_user_who_is_there(database: Database, say: Say, named: str) -> None:
    add_user(database, "ada")
    with pytest.raises(ForbiddenError):
        signed_in(database)
    for _ in range(2):  # which changes nothing more
        assert say("user", "bind", "ada", named, "s1") == (
            0,
            f"ada signs in with the account s1 of {ISSUER}.\n",
        )
    assert signed_in(database) == "ada"
    code, listed = say("user", "identities", "ada")
    assert code == 0
    assert f"{ISSUER}  s1" in listed
    assert say("user", "unbind", "ada", named, "s1")[0] == 0
    with pytest.raises(ForbiddenError):
        signed_in(database)
    recorded = "SELECT action, via, subject FROM audit_log WHERE action ~ '^identity' ORDER BY id"
    assert run(database, recorded) == [
        (f"identity-{what}", "command", f"ada {ISSUER} s1") for what in ("bound", "unbound")
    ]


def test_what_cannot_be_bound_is_said(database: Database, say: Say) -> None:
    add_user(database, "ada")
    add_user(database, "bo")
    assert say("user", "bind", "ada", "home", "s1")[0] == 0
    for arguments, said in (
        (("bind", "bo", "home", "s1"), "That account is bound to ada"),
        (("bind", "bo", "https://other.example", "s1"), "No provider has the issuer or name"),
        (("bind", "nobody", "home", "s1"), "There is no user"),
        (("bind", "bo", "home", "x" * 256), "The subject has 1 to 255 characters"),
        (("bind", "bo", "home", ""), "The subject has 1 to 255 characters"),
        (("bind", "bo", "home", "a\0b"), "The subject"),
        (("unbind", "bo", "home", "s1"), "bo is not bound to that account"),
        (("unbind", "ada", "https://other.example", "s\0"), "ada is not bound to that account"),
    ):
        code, printed = say("user", *arguments)
        assert code != 0
        assert said in printed
    assert run(database, "SELECT subject FROM identities") == [("s1",)]


def test_a_user_has_a_limited_number(database: Database, say: Say) -> None:
    add_user(database, "ada")
    with database.transaction() as session:
        bindings, ada = Bindings(session, COMMAND), Accounts(session, COMMAND).find("ada")
        for number in range(MOST_IDENTITIES):
            bindings.bind(ada, ISSUER, f"s{number}")
    assert say("user", "bind", "ada", "home", "more")[0] != 0
    assert len(run(database, "SELECT subject FROM identities")) == MOST_IDENTITIES


def test_the_only_administrator_keeps_a_way_to_sign_in(database: Database, say: Say) -> None:
    add_user(database, "ada")
    assert say("user", "bind", "ada", "home", "s1")[0] == 0
    assert say("user", "role", "ada", "admin")[0] == 0
    code, printed = say("user", "unbind", "ada", "home", "s1")
    assert code != 0
    assert "ada is the only administrator" in printed
    assert signed_in(database) == "ada"


def test_unbinding_ends_sessions(browsers: Browsers, database: Database, say: Say) -> None:
    add_account(database)
    client = browsers.sign_in()
    assert say("user", "bind", "ada", "home", "s1")[0] == 0
    assert client.get("/api/v1/account/me").status_code == 200
    assert say("user", "unbind", "ada", "home", "s1")[0] == 0
    assert client.get("/api/v1/account/me").status_code == 401


def test_a_user_who_signs_in_elsewhere_is_active(
    browsers: Browsers, database: Database, say: Say
) -> None:
    add_account(database, "root", "admin")
    for name in ("ada", "bo"):
        add_user(database, name)
    assert say("user", "bind", "ada", "home", "s1")[0] == 0
    states = {"ada": "active", "bo": "creator", "root": "active"}
    with database.transaction() as session:
        accounts = Accounts(session, COMMAND)
        assert {name: state_of(accounts.find(name)) for name in states} == states
    admin = browsers.sign_in("root")
    users = admin.get(f"{ADMIN}/users").json()["users"]
    assert {user["username"]: user["state"] for user in users} == states
    assert "ada" in say("user", "list")[1]
    assert say("user", "disable", "ada")[0] == 0
    users = admin.get(f"{ADMIN}/users").json()["users"]
    assert {user["username"]: user["state"] for user in users} == states | {"ada": "disabled"}
