"""The record of who did what: complete, pruned, and without a secret."""

from uuid import UUID

import pytest

from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.people import audit
from genonaut.worker.celery_app import app as celery
from genonaut.worker.tasks import prune_people
from tests.support.people import (
    ACCOUNT,
    ADMIN,
    PASSWORD,
    WRONG,
    Browsers,
    add_account,
    everything_stored,
)
from tests.support.rows import add_items, add_tag, add_user, run, scalar

ENTRIES = "SELECT actor, via, action, subject FROM audit_log ORDER BY id"


def test_everything_that_is_done_is_recorded(browsers: Browsers, database: Database) -> None:
    root, ada = add_account(database, "root", role="admin"), add_account(database)
    [item, other] = add_items(database, ada, 2)
    tag = add_tag(database, "sea")
    run(database, "DELETE FROM audit_log")
    client = browsers.sign_in("root")
    sent = {"username": "ada", "password": WRONG}
    assert browsers.open().post(f"{ACCOUNT}/sign-in", json=sent).status_code == 401
    added = client.post(f"{ACCOUNT}/tokens", json={"name": "x"}).json()["token"]
    client.delete(f"{ACCOUNT}/tokens/{added['id']}")
    client.patch(f"{ADMIN}/users/{ada}", json={"role": "admin"})
    client.patch(f"{ADMIN}/users/{ada}", json={"disabled": True})
    client.patch(f"{ADMIN}/users/{ada}", json={"disabled": False})
    client.delete(f"/api/v1/content/{item}")
    client.post(f"/gallery/items/{other}/delete", headers={"Sec-Fetch-Site": "same-origin"})
    client.patch(f"/api/v1/tags/{tag}", json={"name": "ocean"})
    client.delete(f"/api/v1/tags/{tag}")
    client.post(f"{ACCOUNT}/sign-out")
    by_root = [
        ("token-added", f"root {added['prefix']}"),
        ("token-revoked", f"root {added['prefix']}"),
        ("role-changed", "ada admin"),
        ("user-disabled", "ada"),
        ("user-enabled", "ada"),
        ("item-deleted", str(item)),
        ("item-deleted", str(other)),
        ("tag-renamed", "sea → ocean"),
        ("tag-deleted", "ocean"),
        ("sign-out", None),
    ]
    assert run(database, ENTRIES) == [
        ("root", "password", "sign-in", None),
        (None, "password", "sign-in-failed", "ada"),
        *(("root", "session", *entry) for entry in by_root),
    ]
    assert {row[0] for row in run(database, "SELECT address FROM audit_log")} == {"127.0.0.1"}
    assert {str(row[0]) for row in run(database, "SELECT actor_id FROM audit_log")} == {
        root,
        "None",
    }


def test_what_fails_is_not_recorded_as_done(browsers: Browsers, database: Database) -> None:
    ada = add_account(database)
    [item] = add_items(database, add_user(database, "other"))
    client = browsers.sign_in()
    run(database, "DELETE FROM audit_log")
    assert client.delete(f"/api/v1/content/{item}").status_code == 403
    assert client.delete("/api/v1/content/999999").status_code == 404
    assert client.patch(f"{ADMIN}/users/{ada}", json={"role": "admin"}).status_code == 403
    assert run(database, ENTRIES) == []


def test_administrators_read_it_page_by_page(browsers: Browsers, database: Database) -> None:
    add_account(database, "root", role="admin")
    ada = add_account(database)
    root = browsers.sign_in("root")
    browsers.sign_in()
    path = f"{ADMIN}/audit"
    found, before = [], None
    while True:
        page = root.get(path, params={"limit": 1, **({"before": before} if before else {})}).json()
        found += page["entries"]
        before = page["next_before"]
        if before is None:
            break
    assert [entry["action"] for entry in found] == ["sign-in"] * 2 + ["user-added"] * 2
    [only] = root.get(path, params={"user_id": ada}).json()["entries"]
    assert (only["actor"], only["address"]) == ("ada", "127.0.0.1")
    for wrong in ({"limit": 1001}, {"before": 0}, {"user_id": "x"}):
        assert root.get(path, params=wrong).status_code == 422


def test_a_name_stays_when_its_user_goes(database: Database) -> None:
    user_id = add_account(database)
    with database.transaction() as session:
        audit.record(session, audit.Actor(UUID(user_id), "ada", "x"), "sign-out")
    run(database, "DELETE FROM users")
    assert run(database, "SELECT actor_id, actor FROM audit_log WHERE via = 'x'") == [(None, "ada")]


def test_the_hourly_task_removes_what_is_old(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(celery, "settings", settings)
    monkeypatch.setattr(audit, "KEPT_ENTRIES", 5)
    user_id = add_account(database)
    run(database, "DELETE FROM audit_log")
    entry = "INSERT INTO audit_log (at, via, action) SELECT now() - %s::interval, 'x', %s"
    run(database, entry, "91 days", "old")
    for number in range(6):
        run(database, entry, "1 day", f"new {number}")
    for days in ("-1", "1"):
        expires = f"now() + interval '{days} days'"
        run(
            database,
            "INSERT INTO sessions (token_hash, user_id, expires_at, address, agent)"
            f" VALUES (sha256('{days}'), %s, {expires}, 'x', 'x')",
            user_id,
        )
        run(
            database,
            "INSERT INTO one_time_links (token_hash, purpose, user_id, expires_at)"
            f" VALUES (sha256('{days}'), 'password', %s, {expires})",
            user_id,
        )
    for age in ("91 days", "89 days"):
        run(
            database,
            "INSERT INTO search_history (user_id, search_query, last_searched_at)"
            f" VALUES (%s, '{age}', now() - interval '{age}')",
            user_id,
        )
    for age in ("2 hours", "2 minutes"):
        run(
            database,
            "INSERT INTO sign_in_failures (account, address, at)"
            f" VALUES ('x', 'x', now() - interval '{age}')",
        )
    removed = prune_people()
    assert removed == {
        "failures": 1,
        "sessions": 1,
        "links": 1,
        "tokens": 0,
        "searches": 1,
        "audit": 2,
    }
    assert [row[0] for row in run(database, "SELECT action FROM audit_log ORDER BY id")] == [
        f"new {number}" for number in range(1, 6)
    ]
    for table in ("sessions", "one_time_links", "sign_in_failures", "search_history"):
        assert scalar(database, f"SELECT count(*) FROM {table}") == 1


def test_no_secret_is_in_the_record(browsers: Browsers, database: Database) -> None:
    add_account(database)
    client = browsers.sign_in()
    secret = client.post(f"{ACCOUNT}/tokens", json={"name": "x"}).json()["secret"]
    change = {"current_password": PASSWORD, "new_password": WRONG}
    client.post(f"{ACCOUNT}/password", json=change)
    stored = everything_stored(database)
    assert not [
        each for each in (PASSWORD, WRONG, secret, client.cookies["genonaut"]) if each in stored
    ]
