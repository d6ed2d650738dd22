"""The header of a proxy: believed if the connection is the proxy's own, and otherwise ignored."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from genonaut.config import Settings
from genonaut.config_people import HeaderSettings
from genonaut.db.session import Database
from tests.support.api import running_api
from tests.support.people import add_account, add_token, bearer

ME = "/api/v1/account/me"
IGNORED = "header ignored"


def with_header(settings: Settings, proxies: list[str], **more: Any) -> Settings:
    described = {"user": "Remote-User", "groups": "Remote-Groups", "proxies": proxies, **more}
    auth = {"mode": "header", "header": HeaderSettings.model_validate(described)}
    return settings.model_copy(update={"auth": settings.auth.model_copy(update=auth)})


@pytest.fixture
def proxies() -> list[str]:
    """Of the settings: this machine is the proxy, unless a test says otherwise."""
    return ["127.0.0.0/8"]


@pytest.fixture
def policy() -> dict[str, Any]:
    return {}


@pytest.fixture
def gallery(
    settings: Settings, database: Database, proxies: list[str], policy: dict[str, Any]
) -> Iterator[httpx.Client]:
    with running_api(with_header(settings, proxies, **policy), database) as client:
        yield client


def me(gallery: httpx.Client, headers: Any) -> dict[str, Any] | None:
    answer = gallery.get(ME, headers=headers)
    assert answer.status_code in {200, 401}, answer.text
    return answer.json() if answer.status_code == 200 else None


def users(database: Database) -> list[tuple[str, str]]:
    with database.transaction() as session:
        found = session.execute(text("SELECT username, role FROM users ORDER BY username"))
        return [(row.username, row.role) for row in found]


def test_the_proxy_says_who_it_is(gallery: httpx.Client, database: Database) -> None:
    for _ in range(2):
        found = me(gallery, {"Remote-User": "ada"})
        assert found is not None
        assert (found["username"], found["role"], found["via"]) == ("ada", "member", "header")
    assert users(database) == [("ada", "member")]
    assert me(gallery, {}) is None


def test_a_user_who_is_there_stays_who_it_is(gallery: httpx.Client, database: Database) -> None:
    user_id = add_account(database, "ada", "admin")
    found = me(gallery, {"remote-user": "ada"})
    assert found is not None
    assert (found["id"], found["role"]) == (user_id, "admin")


@pytest.mark.parametrize("proxies", [["10.1.2.3"]])
def test_the_header_of_another_client_is_ignored_and_logged(
    gallery: httpx.Client, database: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    sent = {"Remote-User": "name-of-a-stranger", "Remote-Groups": "groups-of-a-stranger"}
    for _ in range(50):
        assert me(gallery, sent) is None
    assert users(database) == []
    written = "".join(capfd.readouterr())
    assert written.count(IGNORED) == 1
    assert "peer=127.0.0.1" in written
    assert "of-a-stranger" not in written


@pytest.mark.sampled(2)
@pytest.mark.parametrize("proxies", [["10.1.2.3", "2001:db8::/32"]])
@pytest.mark.parametrize("claimed", ["10.1.2.3", "2001:db8::1", "10.1.2.3, 10.1.2.3", "unix", ""])
def test_what_is_forwarded_makes_no_proxy(
    gallery: httpx.Client, database: Database, claimed: str
) -> None:
    """uvicorn believes this header of a client on this machine, and replaces the address."""
    sent = {
        "Remote-User": "ada",
        "X-Forwarded-For": claimed,
        "Forwarded": f"for={claimed}",
        "X-Real-IP": claimed,
    }
    assert me(gallery, sent) is None
    assert users(database) == []


def test_a_forwarded_address_does_not_hide_the_proxy(gallery: httpx.Client) -> None:
    assert me(gallery, {"Remote-User": "ada", "X-Forwarded-For": "203.0.113.7"}) is not None


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ([("Remote-User", "ada"), ("Remote-User", "grace")], "twice"),
        ([("Remote-User", "ada"), ("remote-user", "ada")], "twice"),
        ([("Remote-User", "x" * 300)], "not a user&#39;s name"),
        ([("Remote-User", "x" * 9000)], "too long"),
        ([("Remote-User", b"\xff\xfe")], "not in UTF-8"),
    ],
    ids=["two", "two spellings", "long", "huge", "no text"],
)
def test_a_header_that_is_not_clear_is_refused(
    gallery: httpx.Client, database: Database, headers: Any, words: str
) -> None:
    assert gallery.get(ME, headers=headers).status_code == 400
    page = gallery.get("/gallery", headers=headers)
    assert page.status_code == 400
    assert words in page.text
    assert users(database) == []


@pytest.mark.parametrize("empty", [b"", "\N{NO-BREAK SPACE}".encode()])
def test_an_empty_header_is_a_visitors(gallery: httpx.Client, empty: bytes) -> None:
    assert me(gallery, {"Remote-User": empty}) is None
    assert gallery.get("/gallery", headers={b"Remote-User": empty}).status_code == 200


def test_names_are_in_utf_8_and_in_one_form(gallery: httpx.Client, database: Database) -> None:
    for name in ("Zoë", "Zoe\u0308", "Zoë\N{NO-BREAK SPACE}"):
        found = me(gallery, {"Remote-User": name.encode()})
        assert found is not None
        assert found["username"] == "Zoë"
    assert len(users(database)) == 1


@pytest.mark.parametrize("policy", [{"admin-group": "admins"}])
def test_a_group_gives_the_role_and_takes_it_at_once(
    gallery: httpx.Client, database: Database
) -> None:
    for groups, role in (
        ("users,admins", "admin"),
        ("users", "member"),
        ("users|admins", "admin"),
        ("", "member"),
        ("users, admins", "admin"),
        ("users | admins", "admin"),
        (None, "member"),
        ("administrators,Admins", "member"),
    ):
        sent = {"Remote-User": "ada"} | ({} if groups is None else {"Remote-Groups": groups})
        found = me(gallery, sent)
        assert found is not None
        assert found["role"] == role
        assert users(database) == [("ada", role)]
        status = gallery.get("/api/v1/admin/users", headers=sent).status_code
        assert status == (200 if role == "admin" else 403)
    twice = [("Remote-User", "ada"), ("Remote-Groups", "users"), ("Remote-Groups", "admins")]
    assert gallery.get(ME, headers=twice).status_code == 400


def test_without_an_admin_group_groups_say_nothing(gallery: httpx.Client) -> None:
    found = me(gallery, {"Remote-User": "ada", "Remote-Groups": "admins,admin"})
    assert found is not None
    assert found["role"] == "member"


def test_a_disabled_user_is_refused(gallery: httpx.Client, database: Database) -> None:
    me(gallery, {"Remote-User": "ada"})
    with database.transaction() as session:
        session.execute(text("UPDATE users SET disabled_at = now()"))
    answer = gallery.get(ME, headers={"Remote-User": "ada"})
    assert answer.status_code == 403
    assert "disabled" in answer.text


def test_a_token_counts_and_not_the_header_beside_it(
    gallery: httpx.Client, database: Database
) -> None:
    token = add_token(database, add_account(database, "ada"))
    found = me(gallery, bearer(token) | {"Remote-User": "grace"})
    assert found is not None
    assert (found["username"], found["via"]) == ("ada", "token")
    # The door lets a token in from every page, so the header must not count beside a wrong one.
    assert me(gallery, bearer("gno_x") | {"Remote-User": "grace"}) is None


def test_a_session_from_before_does_not_count(gallery: httpx.Client, database: Database) -> None:
    add_account(database, "ada")
    sent = {"username": "ada", "password": "correct horse battery"}
    gallery.post("/api/v1/account/sign-in", json=sent)
    assert me(gallery, {}) is None


def test_other_modes_know_no_header(settings: Settings, database: Database) -> None:
    described = with_header(settings, ["127.0.0.1"])
    accounts = described.auth.model_copy(update={"mode": "accounts"})
    with running_api(described.model_copy(update={"auth": accounts}), database) as client:
        assert me(client, {"Remote-User": "ada"}) is None
    assert users(database) == []


@contextmanager
def at_a_socket(folder: Path, settings: Settings, database: Database) -> Iterator[httpx.Client]:
    """The API at a Unix socket."""
    path = str(folder / "api.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(16)
        with running_api(settings, database, listener=listener):
            transport = httpx.HTTPTransport(uds=path)
            with httpx.Client(transport=transport, base_url="http://localhost") as client:
                yield client


@pytest.mark.parametrize(("proxies", "is_believed"), [(["unix"], True), (["127.0.0.1"], False)])
def test_a_unix_socket_is_a_proxy_if_it_is_named(
    tmp_path: Path, settings: Settings, database: Database, proxies: list[str], is_believed: bool
) -> None:
    with at_a_socket(tmp_path, with_header(settings, proxies), database) as client:
        for more in ({}, {"X-Forwarded-For": "127.0.0.1"}):
            found = me(client, {"Remote-User": "ada", **more})
            assert (found is not None) == is_believed
