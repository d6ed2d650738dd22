"""PgBouncer between Genonaut and PostgreSQL: two of its modes serve, and others are refused."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import URL

from genonaut.config import Settings
from genonaut.db.counts import COUNTS, refresh_count
from genonaut.db.session import Database, open_database
from genonaut.errors import DatabaseError, DatabaseTimeoutError
from tests.support.api import running_api
from tests.support.pooler import libpq_arguments, named_server, pooler
from tests.support.waiting import PATIENCE_SECONDS

SHARED = r"The pooler at .* shares sessions between its clients, .*: set DB_POOLER=transaction"
NO_TRANSACTIONS = r"The pooler at .* refuses us .*: set `pool_mode = transaction` there"
IGNORED = ["extra_float_digits", "options"]
STATS = "/api/v1/content/stats/unified"
PAGE = "/api/v1/content/unified"
SETTINGS = ("statement_timeout", "jit", "TimeZone", "DateStyle", "plan_cache_mode")
REFUSED_WAITS = {"LOCK gen_source_stats": STATS, "LOCK users, content_items_all": PAGE}


@pytest.fixture(scope="module")
def server_behind(run_folder: Path) -> Iterator[URL]:
    with named_server(run_folder) as url:
        yield url


@pytest.fixture(scope="module")
def shared(server_behind: URL) -> Iterator[URL]:
    """The database behind a PgBouncer whose clients share two sessions, transaction by transaction.

    Those sessions have settings of their own, which no client may leave changed.
    """
    with psycopg.connect(**libpq_arguments(server_behind), autocommit=True) as owner:
        owner.execute("ALTER ROLE CURRENT_USER SET jit = on")
        owner.execute("ALTER ROLE CURRENT_USER SET timezone = 'Asia/Tokyo'")
    with pooler(server_behind, "transaction", sessions=2) as url:
        yield url


def named(settings: Settings, url: URL, mode: str | None = None) -> Settings:
    update = {"url": SecretStr(url.render_as_string(hide_password=False)), "pooler": mode}
    return settings.model_copy(update={"db": settings.db.model_copy(update=update)})


def of_the_sessions(url: URL) -> set[tuple[Any, ...]]:
    """What the pooler's sessions are set to, and how many statements they keep."""
    ask = ", ".join(f"current_setting('{name}')" for name in SETTINGS)
    found = set()
    with ExitStack() as stack:
        for _ in range(2):  # two transactions at once: both sessions
            client = psycopg.connect(**libpq_arguments(url), prepare_threshold=None)
            stack.enter_context(client)
            row = client.execute(f"SELECT {ask}, (SELECT count(*) FROM pg_prepared_statements)")
            found.update(row.fetchall())
    return found


@pytest.mark.parametrize("ignored", IGNORED)
@pytest.mark.parametrize(
    ("mode", "sentence"), [("transaction", SHARED), ("statement", NO_TRANSACTIONS)]
)
def test_a_pooler_that_shares_sessions_is_refused(
    settings: Settings, server_behind: URL, mode: str, sentence: str, ignored: str
) -> None:
    with (
        pooler(server_behind, mode, ignored) as url,
        pytest.raises(DatabaseError, match=sentence),
        open_database(named(settings, url)),
    ):
        pass


def test_statement_mode_is_refused_with_the_setting_too(
    settings: Settings, server_behind: URL
) -> None:
    with (
        pooler(server_behind, "statement") as url,
        pytest.raises(DatabaseError, match=NO_TRANSACTIONS),
        open_database(named(settings, url, "transaction")),
    ):
        pass


@pytest.mark.parametrize("ignored", IGNORED)
def test_a_pooler_in_session_mode_serves(
    settings: Settings, server_behind: URL, ignored: str
) -> None:
    with (
        pooler(server_behind, "session", ignored) as url,
        open_database(named(settings, url), statement_timeout_seconds=60) as pooled,
        running_api(named(settings, url), pooled) as client,
    ):
        with pooled.transaction() as session:
            found = session.connection().exec_driver_sql("SHOW statement_timeout").scalar_one()
        assert found == "1min", "our settings reach the session"
        assert (
            client.post("/api/v1/users", json={"username": f"ada of {ignored}"}).status_code == 201
        )
        assert client.get(STATS).status_code == 200


@pytest.fixture
def pooled(settings: Settings, shared: URL) -> Iterator[Database]:
    """Opened in transaction mode, as the API does it: with a pool of eight, on two sessions."""
    ours = named(settings, shared, "transaction")
    with open_database(
        ours, pool_size=8, statement_timeout_seconds=settings.api.statement_timeout_seconds
    ) as database:
        yield database


@pytest.fixture
def client(settings: Settings, shared: URL, pooled: Database) -> Iterator[httpx.Client]:
    with running_api(named(settings, shared, "transaction"), pooled) as client:
        yield client


def test_each_transaction_has_our_settings_and_leaves_none(shared: URL, pooled: Database) -> None:
    before = of_the_sessions(shared)
    for opened in (pooled.transaction, pooled.snapshot):
        with opened() as session:
            ask = session.connection().exec_driver_sql
            found = {name: ask(f"SHOW {name}").scalar_one() for name in SETTINGS}
        seconds = f"{PATIENCE_SECONDS / 60:g}min"
        assert (found["statement_timeout"], found["jit"]) == (seconds, "off")
        assert (found["TimeZone"], found["DateStyle"]) == ("UTC", "ISO, MDY")
    assert of_the_sessions(shared) == before
    [(timeout, jit, *_, prepared)] = before
    assert (timeout, jit, prepared) == ("0", "on", 0), "the sessions are as their role has them"


def test_a_snapshot_begins_with_its_own_first_statement(pooled: Database) -> None:
    with pooled.snapshot() as session:
        session.connection()  # has begun, and has its settings
        with pooled.transaction() as writer:
            insert = "INSERT INTO users (username) VALUES ('after the settings')"
            writer.connection().exec_driver_sql(insert)
        ask = "SELECT count(*) FROM users WHERE username = 'after the settings'"
        assert session.connection().exec_driver_sql(ask).scalar_one() == 1


def test_many_requests_at_once_are_right_and_leave_nothing(
    client: httpx.Client, shared: URL
) -> None:
    def write_and_read(number: int) -> None:
        user = client.post("/api/v1/users", json={"username": f"user {number}"}).json()["id"]
        for done in range(1, 6):
            body = {"title": "t", "prompt": "p", "content_data": "d", "creator_id": user}
            made = client.post("/api/v1/content", json=body | {"tags": [f"tag {number}"]})
            assert made.status_code == 201, made.text
            counts = client.get(STATS, params={"user_id": user}).json()
            assert (counts["user_regular_count"], counts["source"]) == (done, "cache")
            page = {"user_id": user, "content_source_types": "user-regular"}
            listed = client.get(PAGE, params=page).json()
            assert listed["pagination"]["total_count"] == len(listed["items"]) == done
            assert listed["items"][0]["created_at"].endswith("Z"), "times are in UTC"

    before = of_the_sessions(shared)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write_and_read, range(16)))
    assert client.get("/health/ready").status_code == 200
    assert "genonaut_database_up 1.0" in client.get("/metrics").text
    assert of_the_sessions(shared) == before


@pytest.mark.parametrize(("lock", "path"), REFUSED_WAITS.items())
def test_a_statement_that_takes_too_long_is_a_504(
    settings: Settings, server_behind: URL, shared: URL, lock: str, path: str
) -> None:
    api = settings.api.model_copy(update={"statement_timeout_seconds": 3})
    impatient = named(settings, shared, "transaction").model_copy(update={"api": api})
    with (
        open_database(impatient, statement_timeout_seconds=3) as database,
        running_api(impatient, database) as client,
        psycopg.connect(**libpq_arguments(server_behind)) as direct,
    ):
        assert client.get(path).status_code == 200
        direct.execute(f"{lock} IN ACCESS EXCLUSIVE MODE")
        answer = client.get(path)
        assert (answer.status_code, answer.json()["error"]) == (504, "database_timeout")
        direct.rollback()
        assert client.get(path).status_code == 200, "and the session is as before"


def test_refreshes_and_folds_go_through_it(settings: Settings, shared: URL) -> None:
    ours = named(settings, shared, "transaction")
    with open_database(ours, role="counting", statement_timeout_seconds=60) as database:
        outcomes = [refresh_count(database, count, "tests").outcome for count in COUNTS.values()]
    assert set(outcomes) <= {"exact", "built"}


def test_the_schema_is_migrated_through_it(settings: Settings, shared: URL) -> None:
    ours = named(settings, shared, "transaction")
    with open_database(ours, role="owner", migrate=True) as database:
        assert not database.is_embedded


def test_a_task_is_limited_by_transaction(settings: Settings, shared: URL) -> None:
    ours = named(settings, shared, "transaction")
    with (
        open_database(ours, role="counting", statement_timeout_seconds=0.05) as database,
        pytest.raises(DatabaseTimeoutError),
        database.transaction() as session,
    ):
        session.connection().exec_driver_sql("SELECT pg_sleep(60)")


def test_startup_parameters_that_a_pooler_does_not_know(
    settings: Settings, server_behind: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c jit=on")
    with (
        pooler(server_behind, "session", "extra_float_digits") as url,
        pytest.raises(DatabaseError, match=r"refuses us \(.*options.*\): unset PGOPTIONS"),
        open_database(named(settings, url)),
    ):
        pass
