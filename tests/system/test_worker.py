"""The system as it runs: worker, beat and broker die one after the other, and no count is wrong."""

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from genonaut.db.session import Database
from genonaut.errors import DatabaseError
from tests.support import http
from tests.support.effort import effort
from tests.support.processes import (
    CHECKOUT,
    Running,
    all_processes,
    command_line,
    environment,
    keeper,
    kill,
    opened,
    opened_at,
    postmaster,
    serving,
)
from tests.support.recount import differences
from tests.support.redis_server import redis_server
from tests.support.rows import add_user
from tests.support.servers import NamedServer, copy_server
from tests.support.waiting import PATIENCE_SECONDS, wait_until

INSERT = """
    INSERT INTO content_items_auto (title, content_data, prompt, creator_id)
    SELECT 't', 'd', 'p', id FROM users, generate_series(1, %s)"""
STATS = "/api/v1/content/stats/unified"
FOLD_AFTER_ROWS = 1000
QUICK = {
    "celery": {"beat-schedule": {"refresh-gen-source-stats": {"schedule": {"every-seconds": 1}}}},
    "stats": {"fold-after-rows": FOLD_AFTER_ROWS},
}


@pytest.fixture
def quick(ready_home: Path) -> dict[str, str]:
    """Settings with a refresh every second, and a ledger that is long soon."""
    folder = ready_home / "config"
    shutil.copytree(CHECKOUT / "config", folder)
    overlay = json.loads((folder / "test.json").read_text())
    (folder / "test.json").write_text(json.dumps(overlay | QUICK))
    return {"GENONAUT_CONFIG_DIR": str(folder)}


@contextmanager
def system(home: Path, variables: dict[str, str]) -> Iterator[tuple[Running, str, Database]]:
    """`genonaut up` with one user, when the worker has made its first refresh."""
    with serving(home, **variables) as (command, url), opened(home) as database:
        with database.transaction() as session:
            add_user(session)
        wait_until(lambda: refreshes(database), "the worker refreshed")
        yield command, url, database
        with database.transaction() as session:
            assert differences(session) == []
        command.end(signal.SIGTERM)


def refreshes(database: Database) -> int:
    """How many refreshes the worker made that found no drift; any other one is an error."""
    with database.transaction() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT outcome, rows_wrong FROM gen_source_refreshes WHERE requested_by = 'worker'"
        )
        outcomes = [tuple(row) for row in rows if row.outcome != "failed"]
    assert set(outcomes) <= {("exact", 0), ("built", 0)}
    return len(outcomes)


def another_refresh(database: Database) -> None:
    before = refreshes(database)
    wait_until(lambda: refreshes(database) > before, "the worker refreshed again")


def parts(home: Path, name: str) -> list[int]:
    """The processes of a part, the first one first."""
    ours = f"GENONAUT_HOME={home}\0"
    return sorted(
        process
        for process in all_processes()
        if command_line(process)[1:5] == ["-P", "-m", "genonaut", name]
        and ours in Path(f"/proc/{process}/environ").read_text(errors="replace")
    )


def broker(home: Path) -> int:
    found = [p for p in all_processes() if "valkey-server" in "".join(command_line(p)[:1])]
    here = home / "valkey" / "data"
    return next(p for p in found if Path(f"/proc/{p}/cwd").resolve() == here)


def insert(database: Database, count: int) -> None:
    with database.transaction() as session:
        session.connection().exec_driver_sql(INSERT, (count,))


def community(url: str) -> dict[str, Any]:
    answer = http.get(url + STATS).raise_for_status()
    counts: dict[str, Any] = answer.json()
    return counts


@pytest.fixture(params=["embedded", pytest.param("redis-server", marks=pytest.mark.long)])
def some_broker(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The settings that name a broker: none for our own, or Debian's Redis."""
    if request.param == "embedded":
        yield {}
        return
    with redis_server() as url:
        yield {"REDIS_URL": url}


def test_rows_are_counted_at_once_and_the_scheduled_refresh_proves_it(
    ready_home: Path, quick: dict[str, str], some_broker: dict[str, str]
) -> None:
    with system(ready_home, quick | some_broker) as (_, url, database):
        for total in (7, 14, 21):
            insert(database, 7)
            counts = community(url)
            assert (counts["community_auto_count"], counts["source"]) == (total, "cache")
        another_refresh(database)
        assert community(url)["verified_at"] > counts["verified_at"]
        the_task_is_called_by_hand(ready_home, quick | some_broker)


def the_task_is_called_by_hand(home: Path, variables: dict[str, str]) -> None:
    call = "from genonaut.worker.tasks import refresh_gen_source_stats as r; print(r())"
    assert "'rows_wrong': 0" in by_hand(home, variables, "-c", call)
    task = "genonaut.worker.tasks.refresh_gen_source_stats"
    done = by_hand(home, variables, "-m", "celery", "-A", "genonaut.worker", "call", task)
    assert len(done.strip()) == len("d75af2df-27ca-468e-b3eb-354a36bdeb57")


def by_hand(home: Path, variables: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment(home, **variables),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    return done.stdout


KILLED: dict[str, Callable[[Path], list[int]]] = {
    "broker": lambda home: [broker(home)],
    "worker": lambda home: parts(home, "worker")[:1],
    "PostgreSQL": lambda home: [postmaster(home)],
    "keeper": lambda home: [keeper(home)],
    "API": lambda home: parts(home, "api"),
}


@pytest.mark.parametrize(
    "killed",
    [
        pytest.param(["worker", "PostgreSQL"], id="short"),
        pytest.param([*KILLED], id="long", marks=pytest.mark.long),
    ],
)
def test_what_is_killed_comes_back_and_no_count_is_ever_wrong(
    ready_home: Path, quick: dict[str, str], killed: list[str]
) -> None:
    with system(ready_home, quick) as (_, url, database), writing(database) as wrong:
        for name in killed:
            victims = KILLED[name](ready_home)
            assert victims, name
            for process in victims:
                kill(process)
            wait_until(lambda: answers(url), f"the API answers after the {name} was killed")
            wait_until(lambda: is_reachable(database), "the database answers")
            another_refresh(database)
        assert wrong == []


@contextmanager
def writing(database: Database) -> Iterator[list[object]]:
    """A client that writes and compares all the time; yields what was wrong."""
    stop, wrong = threading.Event(), list[object]()

    def write() -> None:
        while not stop.is_set():
            with suppress(DatabaseError):  # the server is killed under our feet
                insert(database, 3)
                with database.transaction() as session:
                    wrong.extend(differences(session))
            time.sleep(0.01)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield wrong
    finally:
        stop.set()
        thread.join()


def answers(url: str) -> bool:
    try:
        return http.get(url + STATS).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def is_reachable(database: Database) -> bool:
    try:
        with database.transaction() as session:
            session.connection().exec_driver_sql("SELECT 1")
    except DatabaseError:
        return False
    return True


@pytest.mark.long
def test_a_database_that_is_down_at_the_scheduled_time(
    prepared: Path, ready_home: Path, new_home: Path, quick: dict[str, str]
) -> None:
    elsewhere = new_home / "elsewhere"
    copy_server(prepared, elsewhere)
    server = NamedServer(elsewhere)
    named = quick | {f"DB_{part.upper()}": str(value) for part, value in server.address.items()}
    with ExitStack() as stack:
        stopping = stack.enter_context(ExitStack())
        stopping.enter_context(server.running())
        command, _ = stack.enter_context(serving(ready_home, **named))
        database = stack.enter_context(opened_at(server.url("genonaut_test")))
        wait_until(lambda: refreshes(database), "the worker refreshed")
        stopping.close()
        wait_until(
            lambda: "raised unexpected" in (log := command.stderr.read_text()) or "etry" in log,
            "the task failed",
        )
        stopping.enter_context(server.running())
        another_refresh(database)
        command.end(signal.SIGTERM)


@pytest.mark.long
def test_two_beats_do_no_harm(ready_home: Path, quick: dict[str, str]) -> None:
    with system(ready_home, quick) as (_, url, database):
        second = Running(ready_home, "beat", **quick)
        try:
            insert(database, 5)
            for _ in range(3):
                another_refresh(database)
            assert community(url)["community_auto_count"] == 5
        finally:
            second.end(signal.SIGTERM)


@pytest.mark.long
@effort(short=3 * FOLD_AFTER_ROWS, long=12 * FOLD_AFTER_ROWS, variable="GENONAUT_WRITES")
def test_without_worker_beat_and_broker_counts_are_exact_and_reads_fold(
    ready_home: Path, quick: dict[str, str], effort: int
) -> None:
    with serving(ready_home, "api", **quick) as (command, url), opened(ready_home) as database:
        with database.transaction() as session:
            add_user(session)
        before = community(url)["community_auto_count"]
        for turn in range(effort):
            insert(database, 1)
            if turn % FOLD_AFTER_ROWS == 0:
                assert community(url)["community_auto_count"] == before + turn + 1
        assert community(url)["community_auto_count"] == before + effort
        with database.transaction() as session:
            assert differences(session) == []

        def is_folded() -> bool:
            community(url)
            with database.transaction() as session:
                rows = session.connection().exec_driver_sql(
                    "SELECT count(*) FROM gen_source_deltas"
                )
                return int(rows.scalar_one()) <= FOLD_AFTER_ROWS

        wait_until(is_folded, "readers had the ledger folded")
        command.end(signal.SIGTERM)


def test_lite_is_the_api_alone_which_refreshes_and_folds(
    ready_home: Path, quick: dict[str, str]
) -> None:
    with serving(ready_home, GENONAUT_LITE="true", **quick) as (command, url):
        assert "no broker" in command.wait_for("  Lite  ")
        with opened(ready_home) as database:
            with database.transaction() as session:
                add_user(session)
            insert(database, 7)

            def scheduled() -> bool:
                with database.transaction() as session:
                    ask = session.connection().exec_driver_sql
                    made = ask("SELECT FROM gen_source_refreshes WHERE requested_by = 'api'")
                    return made.rowcount > 1 and not ask("SELECT FROM gen_source_deltas").rowcount

            wait_until(scheduled, "the API refreshed twice, and folded")
            assert community(url)["community_auto_count"] == 7
        health = http.get(f"{url}/health/ready").json()
        assert (health["ok"], health["degraded"]) == (True, [])
        assert "no broker" in health["checks"]["broker"]["detail"]
        assert not (ready_home / "valkey").exists()
        assert [name for name in ("worker", "flower") if parts(ready_home, name)] == []
        assert "  Flower  " not in command.stdout.read_text()
        assert command.end(signal.SIGTERM) == 0
        assert "Traceback" not in command.stderr.read_text()
