"""3 API processes, 3 workers and 2 beats on one database: one of each is killed under load.

The beats replace one another, by RedBeat's lock in a Redis that is not ours.
"""

import json
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from genonaut.config import load_settings
from genonaut.db.connections import of_a_worker, of_an_api
from genonaut.db.session import Database
from tests.support.effort import effort
from tests.support.processes import Running, kill, opened, running, serving
from tests.support.recount import differences
from tests.support.redis_server import redis_server
from tests.support.rows import add_user
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from tests.system.test_processes import all_run
from tests.system.test_start_failures import change_base
from tests.system.test_worker import by_hand, parts

ENTRY = "refresh-gen-source-stats"
EVERY_SECONDS = 2
STATS = "/api/v1/content/stats/unified"
# Those that were asked for by the schedule; a worker that starts may ask for one as well.
REFRESHES = """
    SELECT extract(epoch FROM started_at), outcome, rows_wrong FROM gen_source_refreshes
    WHERE requested_by = 'worker' AND started_at > to_timestamp(%s) ORDER BY started_at"""

CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'genonaut'"


class Writer:
    """Writes for a user of its own, and reads its own counts after each write."""

    def __init__(self, url: str, user: str) -> None:
        self._url, self.user = url, user
        self.acknowledged = set[int]()
        self.unknown = 0
        self.wrong: list[object] = []

    def write(self) -> None:
        # A new connection for each request: it may come to any process.
        body = {"title": "t", "prompt": "p", "content_data": "d", "creator_id": self.user}
        path = random.choice(["/api/v1/content", "/api/v1/content-auto"])
        try:
            made = self._request("POST", path, json=body)
            self.acknowledged.update(item["id"] for item in made["items"])
        except httpx.TransportError:  # its process was killed, before it was written or after
            self.unknown += 1
        self._compare()

    def _compare(self) -> None:
        try:
            counts = self._request("GET", STATS, params={"user_id": self.user})
        except httpx.TransportError:
            return
        found = counts["user_regular_count"] + counts["user_auto_count"]
        least = len(self.acknowledged)
        if not (least <= found <= least + self.unknown and counts["exact"]):
            self.wrong.append((least, self.unknown, counts))

    def _request(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = httpx.request(method, self._url + path, timeout=PATIENCE_SECONDS, **options)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found


@contextmanager
def writing(url: str, users: list[str]) -> Iterator[list[Writer]]:
    stop, writers = threading.Event(), [Writer(url, user) for user in users]

    def write(writer: Writer) -> None:
        while not stop.is_set():
            try:
                writer.write()
            except httpx.HTTPStatusError as error:
                writer.wrong.append(error.response.text)
            stop.wait(0.02)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        yield writers
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def refreshes(database: Database, since: float) -> list[float]:
    """When they were made; each of them exact."""
    with database.transaction() as session:
        rows = session.connection().exec_driver_sql(REFRESHES, (since,)).all()
    assert {(outcome, wrong) for _, outcome, wrong in rows} <= {("exact", 0)}
    return [float(started) for started, *_ in rows]


def another(database: Database, times: int = 2) -> float:
    """How long it takes until the schedule has had some refreshes made."""
    now = time.time()
    wait_until(lambda: len(refreshes(database, now)) >= times, "refreshes are made")
    return refreshes(database, now)[0] - now


def ticks(url: str) -> int:
    """How often the beats have sent the task."""
    with Redis.from_url(url) as client:
        meta = client.hget(f"genonaut-test:{ENTRY}", "meta")
    assert isinstance(meta, bytes)
    return int(json.loads(meta)["total_run_count"])


@pytest.fixture
def variables(ready_home: Path) -> Iterator[dict[str, str]]:
    schedule = {
        name: {"enabled": True, "task": f"genonaut.worker.tasks.{task}", "schedule": when}
        for name, task, when in (
            (ENTRY, "refresh_gen_source_stats", {"every-seconds": EVERY_SECONDS}),
            ("fold-deltas", "fold_deltas", {"every-seconds": 1}),
        )
    }
    values = {"scheduler": "redbeat", "beat-schedule": schedule}
    with redis_server() as url:
        config = change_base(ready_home, "celery", values)
        yield {"REDIS_URL": url, "GENONAUT_CONFIG_DIR": config}


@pytest.mark.long
@effort(short=5, long=50, variable="GENONAUT_BEAT_LOCK_SECONDS")
def test_one_of_each_is_killed_and_nothing_is_lost_or_wrong(
    ready_home: Path, variables: dict[str, str], effort: int
) -> None:
    variables["CELERY_BEAT_LOCK_SECONDS"] = str(effort)
    with ExitStack() as stack:

        def start(*arguments: str) -> Running:
            return stack.enter_context(running(ready_home, *arguments, **variables))

        api, url = stack.enter_context(serving(ready_home, "api", "--processes", "3", **variables))
        workers = [start("worker") for _ in range(3)]
        beat = start("beat")
        database = stack.enter_context(opened(ready_home))
        users = [add_user(database, f"writer {number}") for number in range(4)]
        wait_until(lambda: all_run(url, 3), "three of the API run")
        another(database)  # by the beat that has the lock; the next one waits for it
        start("beat")
        names_differ(ready_home, variables)
        began, sent = time.time(), ticks(variables["REDIS_URL"])
        with writing(url, users) as writers:
            kill(parts(ready_home, "api")[0])
            another(database)
            workers[0].end(signal.SIGKILL)
            another(database)
            beat.end(signal.SIGKILL)
            took_over = another(database, 4)
            wait_until(lambda: all_run(url, 3), "three of the API run again")
        made = refreshes(database, began)
        sent = ticks(variables["REDIS_URL"]) - sent
        nothing_is_wrong(database, writers)
        settings = load_settings("test")
        most = 3 * of_an_api(settings) + 3 * of_a_worker(settings)
        assert 0 < connections(database) <= most, "as the table of the documents says"
        assert min(b - a for a, b in pairwise(made)) > EVERY_SECONDS / 2
        assert sent - 2 <= len(made) <= sent + 1, "one for each tick"
        written = sum(len(writer.acknowledged) for writer in writers)
        sys.stdout.write(
            f"{written} acknowledged, {sum(w.unknown for w in writers)} unknown, {sent} ticks, "
            f"{len(made)} refreshes, taken over after {took_over:.1f} s\n"
        )
        for process in (*workers[1:], api):
            process.process.send_signal(signal.SIGTERM)


def nothing_is_wrong(database: Database, writers: list[Writer]) -> None:
    with database.transaction() as session:
        assert differences(session) == []
        for writer in writers:
            ask = "SELECT id FROM content_items_all WHERE creator_id = %s"
            rows = session.connection().exec_driver_sql(ask, (writer.user,))
            found = {number for (number,) in rows}
            assert writer.wrong == []
            assert writer.acknowledged <= found, "nothing is lost"
            assert len(found) <= len(writer.acknowledged) + writer.unknown
            assert len(writer.acknowledged) > 10


def connections(database: Database) -> int:
    """How many our processes have."""
    with database.transaction() as session:
        found = session.connection().exec_driver_sql(CONNECTIONS).scalar_one()
    return int(found)


def names_differ(home: Path, variables: dict[str, str]) -> None:
    found = by_hand(home, variables, "-m", "celery", "-A", "genonaut.worker", "inspect", "ping")
    assert "3 nodes online" in found
    for number in (1, 2, 3):
        assert f"genonaut-test-{number}@" in found
