"""Commands that start, end and are killed: nothing is left running, and no count is ever wrong."""

import csv
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from genonaut.counting.engine import fold, refresh
from genonaut.counting.runs import refresh_now
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.session import Database
from genonaut.errors import DatabaseError
from genonaut.ingest.importer import BATCH_ROWS
from tests.support import http
from tests.support.console import examples
from tests.support.docs import read_docs
from tests.support.effort import effort
from tests.support.processes import (
    CHECKOUT,
    Holder,
    connect,
    environment,
    genonaut,
    kill,
    nothing_left,
    opened,
    postmaster,
    running,
    serving,
    succeed,
)
from tests.support.recount import differences
from tests.support.soak import Writer, shrink
from tests.support.waiting import PATIENCE_SECONDS, wait_until

STATS = "/api/v1/content/stats/unified"
PSQL = ("db", "psql", "--", "--no-psqlrc", "-At", "-c")


@contextmanager
def held(home: Path) -> Iterator[Database]:
    """The database, while a process of its own holds the server."""
    with Holder(home) as holder:
        holder.address()
        with opened(home) as database:
            yield database


# Serving


def broken_promises(command: str, printed: str) -> list[str]:
    """How the output differs from what the documents promise of this command."""
    printed = printed.replace("(test)", "(demo)")
    found = [one for text in read_docs().values() for one in examples(text)]
    return [
        difference
        for example in found
        if example.command == command and (difference := example.difference(printed))
    ]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("api", signal.SIGTERM),
        pytest.param("up", signal.SIGINT, marks=pytest.mark.long),  # test_documents.py does it too
        pytest.param("up", signal.SIGTERM, marks=pytest.mark.long),
        pytest.param("api", signal.SIGINT, marks=pytest.mark.long),
    ],
)
def test_it_serves_until_a_signal_ends_it(
    ready_home: Path, name: str, number: signal.Signals
) -> None:
    with serving(ready_home, name) as (command, url):
        command.wait_for("the data stays" if name == "up" else "Genonaut is ready")
        assert broken_promises(f"genonaut {name}", command.stdout.read_text()) == []
        assert http.get(url + STATS).json()["community_regular_count"] == 0
        assert command.end(number) == 0, "to be ended is how it is meant to end"
        assert "Traceback" not in command.stderr.read_text()
    nothing_left(ready_home)
    assert not (ready_home / "postgres" / "data" / "postmaster.pid").exists(), "stopped cleanly"


def test_up_that_is_killed_leaves_nothing_running_and_loses_nothing(ready_home: Path) -> None:
    with serving(ready_home) as (command, url):
        made = http.post(f"{url}/api/v1/users", json={"username": "ada"})
        assert made.status_code == 201
        command.end(signal.SIGKILL)
    nothing_left(ready_home)
    assert succeed(ready_home, *PSQL, "SELECT username FROM users") == "ada\n"


@pytest.mark.long
def test_a_client_that_does_not_finish_its_request_does_not_keep_it_from_ending(
    ready_home: Path,
) -> None:
    with serving(ready_home, "api") as (command, url):
        address = httpx.URL(url)
        with socket.create_connection(
            (address.host, address.port), timeout=PATIENCE_SECONDS
        ) as client:
            client.sendall(
                b"POST /api/v1/users HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"
                b"Content-Type: application/json\r\nExpect: 100-continue\r\n\r\n"
            )
            assert client.recv(100).startswith(b"HTTP/1.1 100 "), "it waits for the rest"
            assert command.end(signal.SIGTERM) == 0


def test_counts_are_read_again_when_the_killed_database_is_back(ready_home: Path) -> None:
    with serving(ready_home, "api") as (_, url):
        user = http.post(f"{url}/api/v1/users", json={"username": "ada"}).json()["id"]
        for items in (1, 2):
            item = {"prompt": "sea", "creator_id": user}
            http.post(f"{url}/api/v1/content", json=item).raise_for_status()
            kill(postmaster(ready_home))
            found = wait_until(partial(own_counts, url, user), "the counts are read again")
            assert found["user_regular_count"] == items


def own_counts(url: str, user: str) -> dict[str, Any]:
    """What the API says; nothing while its database is away."""
    answer = http.get(url + STATS, params={"user_id": user})
    assert answer.status_code in {200, 503}, answer.text
    counts: dict[str, Any] = answer.json() if answer.status_code == httpx.codes.OK else {}
    return counts


# Commands, alone and beside a server that runs


def refresh_is_reported(home: Path) -> None:
    first, *table, last = succeed(home, "stats", "refresh", "gen_source").splitlines()
    assert first == "Refreshed 4 rows of gen_source_stats."
    assert [line.split() for line in table[1:]] == [
        ["Community", "regular", "3"],
        ["ada", "regular", "3"],
        ["Community", "auto", "2"],
        ["ada", "auto", "2"],
    ]
    assert last.startswith(("Every count was exact", "Built 4 counts"))


def the_script_does_the_same(home: Path) -> None:
    script = subprocess.run(
        [sys.executable, "genonaut/db/refresh_gen_source_stats.py"],
        env=environment(home, GENONAUT_ENV="demo", DB_NAME="genonaut_test"),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert script.stdout.startswith("Refreshed 4 rows of gen_source_stats.\n")


def stats_are_shown(home: Path) -> None:
    [shown] = json.loads(
        succeed(home, "stats", "show", "gen_source", "--user", "ada", "--json")
    ).values()
    assert [tuple(row.values()) for row in shown["counts"]] == [
        ("ada", "regular", 3),
        ("ada", "auto", 2),
        ("Community", "regular", 3),
        ("Community", "auto", 2),
    ]
    assert (shown["exact"], shown["source"]) == (True, "cache")


def stats_are_checked(home: Path) -> None:
    assert succeed(home, "stats", "check").endswith("All is well.\n")
    assert json.loads(succeed(home, "stats", "status", "--json"))["ok"]


def the_address_is_told(home: Path) -> None:
    where = f"/genonaut_test?host={home}/postgres/data"
    file = home / "postgres" / "pgpass"
    assert succeed(home, "db", "url") == (
        f"postgresql://genonaut@{where}&passfile={file}&port=5432\n"
    )
    shown = succeed(home, "db", "url", "--password")
    [password] = re.findall(r":genonaut:(.+)$", file.read_text(), re.MULTILINE)
    assert shown == f"postgresql://genonaut:{password}@{where}&port=5432\n"


def psql_is_there(home: Path) -> None:
    assert succeed(home, *PSQL, "SELECT current_database(), 6 * 7") == "genonaut_test|42\n"


COMMANDS: list[Callable[[Path], None]] = [
    refresh_is_reported,
    the_script_does_the_same,
    stats_are_shown,
    stats_are_checked,
    the_address_is_told,
    psql_is_there,
]


@pytest.fixture
def home_of_ada(ready_home: Path) -> Path:
    """A home with one user, who has three items that she asked for and two automatic ones."""
    succeed(
        ready_home,
        *PSQL,
        "INSERT INTO users (username) VALUES ('ada');"
        "INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id)"
        " SELECT unnest(ARRAY['items', 'items', 'items', 'auto', 'auto']), '', '', '', id"
        " FROM users",
    )
    return ready_home


@pytest.mark.parametrize(
    "commands",
    [
        pytest.param([refresh_is_reported, psql_is_there], id="short"),
        pytest.param(COMMANDS, id="long", marks=pytest.mark.long),
    ],
)
def test_commands_start_what_they_need_and_leave_nothing(
    home_of_ada: Path, commands: list[Callable[[Path], None]]
) -> None:
    for command in commands:
        command(home_of_ada)
        nothing_left(home_of_ada)


@pytest.mark.long
def test_commands_work_beside_a_running_up(home_of_ada: Path) -> None:
    with serving(home_of_ada) as (_, url):
        for command in COMMANDS:
            command(home_of_ada)
        assert http.get(url + STATS).json()["community_regular_count"] == 3


@pytest.mark.parametrize("options", [[], ["--password"]])
def test_the_address_that_is_told_is_one_for_programs_of_postgresql(
    ready_home: Path, options: list[str]
) -> None:
    with Holder(ready_home) as holder:
        holder.address()
        told = succeed(ready_home, "db", "url", *options).strip()
        with psycopg.connect(told) as connection:
            assert connection.info.user == "genonaut"


def test_psql_ends_as_it_would_without_us(ready_home: Path) -> None:
    failed = genonaut(ready_home, *PSQL, "SELECT 1 / 0")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr == "ERROR:  division by zero\n"


def test_ctrl_c_is_for_psql_which_ends_its_query_with_it(ready_home: Path) -> None:
    with Holder(ready_home) as holder:
        holder.address()
        psql = subprocess.Popen(
            [sys.executable, "-m", "genonaut", "db", "psql", "--", "--no-psqlrc", "-At"],
            env=environment(ready_home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        with psql:
            assert psql.stdin
            psql.stdin.write("SELECT pg_sleep(600);\n")
            psql.stdin.flush()
            wait_until(lambda: active(ready_home, "pg_sleep"), "the query is being executed")
            os.killpg(psql.pid, signal.SIGINT)
            _, complaints = psql.communicate(timeout=PATIENCE_SECONDS)
    assert "ERROR:  canceling statement due to user request\n" in complaints
    assert psql.returncode == 3, "as psql ends a script that was interrupted"


def active(home: Path, text: str, *, waiting: bool = False) -> list[int]:
    """The server processes that are executing a statement with this text."""
    with connect(home) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
            " AND query LIKE %s AND (NOT %s OR wait_event_type = 'Lock')",
            [f"%{text}%", waiting],
        )
        return [pid for (pid,) in found]


# Kills in the middle


@contextmanager
def writers(database: Database, number: int = 3) -> Iterator[None]:
    """Some who write without a pause, and do not mind if the server goes away for a moment."""
    stop = threading.Event()

    def write(seed: int) -> None:
        seeds = random.Random(seed)
        while not stop.is_set():
            with suppress(DBAPIError), Session(database.engine) as session, session.begin():
                Writer(session, seeds.getrandbits(32)).step()
            if seeds.random() < 0.05:
                with suppress(DBAPIError), Session(database.engine) as session, session.begin():
                    shrink(session)

    with ThreadPoolExecutor(number) as pool:
        running = [pool.submit(write, seed) for seed in range(number)]
        try:
            yield
        finally:
            stop.set()
        for writer in running:
            writer.result()


def wrong_counts(database: Database) -> list[tuple[Any, ...]]:
    with database.transaction() as session:
        return differences(session)


# What is going on when the server is killed: done, but not committed.
MOMENTS: dict[str, Callable[[Session], object]] = {
    "writing": lambda session: Writer(session, random.getrandbits(32)).step(),
    "folding": lambda session: fold(session, GEN_SOURCE),
    "refreshing": lambda session: refresh(session, GEN_SOURCE, "test"),
}


def backend_of(session: Session) -> int:
    process: int = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    return process


def kill_in_the_middle(home: Path, database: Database, moment: str, victim: str) -> None:
    killed = False
    while not killed:  # a connection from before the last recovery may only learn of it now
        with suppress(DBAPIError), Session(database.engine) as session:
            process = postmaster(home) if victim == "server" else backend_of(session)
            with suppress(DBAPIError):  # it may collide with the writers
                MOMENTS[moment](session)
            kill(process)
            killed = True
            session.commit()


def mark(database: Database) -> None:
    """Write what a recovery forgets."""
    with database.transaction() as session:
        run = session.connection().exec_driver_sql
        run("CREATE UNLOGGED TABLE IF NOT EXISTS since_the_last_recovery (mark int)")
        run("INSERT INTO since_the_last_recovery VALUES (1)")


def recovered(database: Database) -> bool:
    try:
        with database.transaction() as session:
            run = session.connection().exec_driver_sql
            return run("SELECT FROM since_the_last_recovery").rowcount == 0
    except DatabaseError:
        return False


@pytest.mark.long
@effort(short=3, long=30, variable="GENONAUT_KILLS")
def test_counts_are_true_after_every_kill_of_the_server(ready_home: Path, effort: int) -> None:
    moments, victims = list(MOMENTS), ("server", "backend")
    with held(ready_home) as database, writers(database):
        for number in range(effort):
            moment, victim = moments[number % len(moments)], victims[number % len(victims)]
            assert refresh_now(database.transaction, GEN_SOURCE, "test").rows_wrong == 0
            mark(database)
            kill_in_the_middle(ready_home, database, moment, victim)
            wait_until(lambda: recovered(database), "the server has recovered")
            assert wrong_counts(database) == [], f"after kill {number}: the {victim}, {moment}"
    nothing_left(ready_home)


REFRESH_FOREVER = """
from genonaut.config import load_settings
from genonaut.counting.runs import refresh_now
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.session import open_database
with open_database(load_settings(), role="counting") as database:
    while True:
        assert refresh_now(database.transaction, GEN_SOURCE, "test").rows_wrong == 0
        print("refreshed", flush=True)
"""


@effort(short=3, long=15, variable="GENONAUT_KILLS")
def test_counts_are_true_after_every_kill_of_a_refresh(ready_home: Path, effort: int) -> None:
    moments = random.Random(1)
    with held(ready_home) as database, writers(database, 2):
        refresh_now(database.transaction, GEN_SOURCE, "test")
        for _ in range(effort):
            with refreshing(ready_home) as process:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(moments.random() / 10)
                kill(process.pid)
            assert wrong_counts(database) == []
        assert refresh_now(database.transaction, GEN_SOURCE, "test").rows_wrong == 0


@contextmanager
def refreshing(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that refreshes without a pause, as soon as it does."""
    process = subprocess.Popen(
        [sys.executable, "-c", REFRESH_FOREVER],
        env=environment(home),
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        assert process.stdout.readline() == "refreshed\n"
        yield process


def somebody_waits_for(connection: psycopg.Connection[Any], table: str) -> bool:
    found = connection.execute(
        "SELECT FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [table]
    )
    return found.rowcount > 0


def commands(connection: psycopg.Connection[Any]) -> int:
    """How many connections our commands have."""
    return connection.execute(
        "SELECT FROM pg_stat_activity WHERE application_name = 'genonaut'"
    ).rowcount


def test_a_refresh_that_is_killed_half_way_repairs_nothing_by_halves(home_of_ada: Path) -> None:
    with held(home_of_ada) as database, connect(home_of_ada, "genonaut_test") as other:
        refresh_now(database.transaction, GEN_SOURCE, "test")
        other.execute("UPDATE gen_source_stats SET count = count + 5")
        wrong = wrong_counts(database)
        with other.transaction(), running(home_of_ada, "stats", "refresh") as command:
            other.execute("LOCK TABLE gen_source_stats IN SHARE MODE")
            wait_until(lambda: somebody_waits_for(other, "gen_source_stats"), "it begins to repair")
            command.end(signal.SIGKILL)
        wait_until(lambda: not commands(other), "its connection has ended")
        assert wrong_counts(database) == wrong
        assert refresh_now(database.transaction, GEN_SOURCE, "test").rows_wrong == 4
        assert wrong_counts(database) == []


@pytest.mark.long
def test_an_import_that_is_killed_is_completed_by_running_it_again(ready_home: Path) -> None:
    rows = 4 * BATCH_ROWS
    file = ready_home / "prompts.csv"
    with file.open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["prompt", "creator", "source"])
        for number in range(rows):
            creator = "late" if number >= 2 * BATCH_ROWS else f"user {number % 50}"
            table.writerow([f"prompt {number}", creator, "auto" if number % 3 else "regular"])
    with held(ready_home) as database, connect(ready_home, "genonaut_test") as other:
        with other.transaction(force_rollback=True), running(ready_home, "import", str(file)) as it:
            # So the third batch waits for us, in the middle of what it does.
            other.execute("INSERT INTO users (username) VALUES ('late')")
            wait_until(lambda: active(ready_home, "INSERT INTO users", waiting=True), "it waits")
            it.end(signal.SIGKILL)
        wait_until(lambda: not commands(other), "its connection has ended")
        assert items(other) == 2 * BATCH_ROWS
        assert wrong_counts(database) == []
        for added, there in ((2 * BATCH_ROWS, 2 * BATCH_ROWS), (0, rows)):
            report = json.loads(succeed(ready_home, "import", "--json", str(file)))
            assert (report["added"], report["already_there"]) == (added, there)
            assert items(other) == rows
            assert wrong_counts(database) == []


def items(connection: psycopg.Connection[Any]) -> int:
    [(count,)] = connection.execute("SELECT count(*) FROM content_items_all").fetchall()
    return int(count)
