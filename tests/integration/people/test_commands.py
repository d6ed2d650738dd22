"""The commands about people: passwords from standard input, and everything that is recorded."""

import io
import json
from pathlib import Path

import pytest

from genonaut.db.session import Database
from tests.support.commands import Genonaut, commands
from tests.support.people import (
    ACCOUNT,
    PASSWORD,
    WRONG,
    Browsers,
    add_account,
    bearer,
    everything_stored,
    token_in,
)
from tests.support.rows import add_user, run, scalar


@pytest.fixture
def genonaut(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Genonaut:
    return commands(database, tmp_path, monkeypatch, capsys)


@pytest.fixture
def say(
    genonaut: Genonaut, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> "Say":
    return Say(genonaut, monkeypatch, capsys)


class Say:
    """Runs a command with something on standard input: its exit code, and all that it printed."""

    def __init__(
        self,
        genonaut: Genonaut,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self._genonaut, self._monkeypatch, self._capsys = genonaut, monkeypatch, capsys

    def __call__(self, *arguments: str, stdin: str = "") -> tuple[int, str]:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        printed = io.StringIO()
        with self._monkeypatch.context() as streams:
            streams.setattr("sys.stderr", printed)
            streams.setattr("sys.stdout", printed)
            code, _ = self._genonaut(*arguments, json_too=False)
        return code, printed.getvalue()


def test_a_user_is_added_with_a_password_from_standard_input(
    say: Say, browsers: Browsers, database: Database
) -> None:
    code, printed = say(
        "user", "add", "  ada ", "--admin", "--password-stdin", stdin=f"{PASSWORD}\n"
    )
    assert (code, printed) == (0, "Added ada, admin.\n")
    me = browsers.sign_in().get(f"{ACCOUNT}/me").json()
    assert (me["username"], me["role"]) == ("ada", "admin")
    again = say("user", "add", "ada", "--password-stdin", stdin=PASSWORD)
    assert again == (1, "genonaut: There is a user named 'ada' already.\n")
    assert PASSWORD not in everything_stored(database)


@pytest.mark.parametrize("password", ["", "seven..", "x" * 257, "with \0 NUL"])
def test_what_cannot_be_a_password_adds_no_user(
    say: Say, database: Database, password: str
) -> None:
    code, printed = say("user", "add", "ada", "--password-stdin", stdin=password)
    assert (code, scalar(database, "SELECT count(*) FROM users")) == (1, 0)
    assert printed.startswith("genonaut: A password has 8 to 256 characters")


def test_a_password_is_no_argument(say: Say) -> None:
    code, printed = say("user", "add", "ada")
    assert (code, printed) == (
        2,
        "genonaut: There is no terminal to ask for the password: use --password-stdin.\n",
    )
    assert say("user", "add", "ada", "--password", PASSWORD)[0] == 2
    assert say("user", "password", "ada", PASSWORD)[0] == 2


def test_a_user_is_invited_by_a_link(say: Say, browsers: Browsers, database: Database) -> None:
    code, printed = say("user", "add", "ada", "--link")
    assert code == 0
    assert "http://127.0.0.1:8001/gallery/password?token=" in printed
    body = {"token": token_in(printed), "password": PASSWORD}
    assert browsers.open().post(f"{ACCOUNT}/choose-password", json=body).status_code == 204
    browsers.sign_in()
    code, printed = say("user", "password", "ada", "--link")
    assert token_in(printed) not in everything_stored(database)


def test_a_creator_becomes_an_account(say: Say, browsers: Browsers, database: Database) -> None:
    creator = add_user(database)
    assert say("user", "list") == (0, "name  role  state  id\n")
    assert "creator" in say("user", "list", "--all")[1]
    done = say("user", "password", "ada", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert done == (0, "ada has a new password.\n")
    assert browsers.sign_in().get(f"{ACCOUNT}/me").json()["id"] == creator


def test_users_are_changed(say: Say, browsers: Browsers, database: Database) -> None:
    user_id = add_account(database)
    add_account(database, "root", role="admin")
    client = browsers.sign_in()
    assert say("user", "role", "ada", "admin") == (0, "ada is an administrator.\n")
    assert client.get(f"{ACCOUNT}/me").json()["role"] == "admin"
    assert say("user", "role", user_id, "member") == (0, "ada is a member.\n")
    disabled = "ada is disabled: all sessions and tokens have ended.\n"
    assert say("user", "disable", "ada") == (0, disabled)
    assert client.get(f"{ACCOUNT}/me").status_code == 401
    assert say("user", "enable", "ada")[1] == "ada can sign in again.\n"
    for command in (("role", "root", "member"), ("disable", "root")):
        code, printed = say("user", *command)
        assert (code, printed) == (
            1,
            "genonaut: root is the only administrator: make another user one first.\n",
        )
    code, printed = say("user", "disable", "grace")
    assert (code, printed[:38]) == (1, "genonaut: There is no user 'grace': us")


def test_tokens_are_added_listed_and_revoked(
    say: Say, browsers: Browsers, database: Database
) -> None:
    add_account(database)
    code, printed = say(
        "token", "add", "backup", "--user", "ada", "--scope", "write", "--days", "9"
    )
    note, token = printed.splitlines()
    assert (code, note[:50]) == (0, "genonaut: A token of ada with the scope write. Kee")
    client = browsers.open()
    assert client.get(f"{ACCOUNT}/me", headers=bearer(token)).json()["scope"] == "write"
    [listed] = json.loads(say("token", "list", "--user", "ada", "--json")[1])
    assert (listed["name"], listed["prefix"]) == ("backup", token[:12])
    assert listed["last_used_at"]
    assert token not in say("token", "list", "--user", "ada")[1]
    assert say("token", "revoke", listed["id"]) == (0, "Revoked backup.\n")
    assert client.get(f"{ACCOUNT}/me", headers=bearer(token)).status_code == 401
    assert say("token", "revoke", listed["id"])[0] == 1
    wide = say("token", "add", "x", "--user", "ada", "--scope", "admin")
    assert wide[0] == 1
    assert "wider than the role 'member'" in wide[1]


def test_what_commands_do_is_recorded(say: Say, database: Database) -> None:
    say("user", "add", "ada", "--password-stdin", stdin=PASSWORD)
    say("token", "add", "x", "--user", "ada")
    say("user", "password", "ada", "--password-stdin", stdin=WRONG)
    entries = json.loads(say("audit", "--json")[1])
    found = [(entry["via"], entry["action"]) for entry in entries]
    actions = ("password-changed", "token-added", "user-added")
    assert found == [("command", action) for action in actions]
    printed = say("audit", "--limit", "1")[1]
    assert "password-changed" in printed
    assert "token-added" not in printed
    assert run(database, "SELECT DISTINCT actor, address FROM audit_log") == [(None, None)]
    assert say("audit", "--user", "ada", "--json") == (0, "[]\n")
