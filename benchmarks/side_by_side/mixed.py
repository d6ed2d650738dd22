"""Writers, readers and refreshes at once, and what readers are told meanwhile.

    python -m benchmarks.side_by_side.mixed < task.json

One user is watched: its items are only ever added, by one writer. So every answer has to lie
between the writes that were acknowledged before the request and those that had begun before the
answer. Others write and delete for everybody; all counts are compared with a recount on one
snapshot, again and again.
"""

import json
import random
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection

import psycopg

from benchmarks.side_by_side.compare import largest_error
from benchmarks.side_by_side.contestants import CONTESTANTS, Contestant
from benchmarks.side_by_side.gallery import Connection, four, truth, user_id
from benchmarks.side_by_side.writers import Writer

ROUTE = "/api/v1/content/stats/unified"


@dataclass
class Task:
    """What to do, and how often: pauses are in seconds."""

    contestant: str
    dsn: str
    redis_socket: str
    port: int
    seconds: float
    users: int
    watched: int  # a user to whom the others do nothing
    others: int = 2
    watched_pause: float = 0.01
    others_pause: float = 0.02
    reader_pause: float = 0.005
    snapshot_pause: float = 0.5
    upkeep_pause: float = 1.0


@dataclass
class Seen:
    """What was seen. A write that no reader saw until the end was stale for at least that long."""

    writes: int = 0
    reads: int = 0
    snapshots: int = 0
    largest_error_read: int = 0
    largest_error_snapshot: int = 0
    stale_ms: list[float] = field(default_factory=list)
    never_seen: int = 0


class Mixed:
    """Threads that share what they know."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._contestant: Contestant = CONTESTANTS[task.contestant](task.dsn, task.redis_socket)
        self._watched = task.watched
        self._before = 0  # items of the watched user
        self._begun = 0
        self._acknowledged: list[float] = []  # when, for each write
        self._told: list[tuple[float, int]] = []  # when, and how many
        self._over = threading.Event()
        self._failures: list[BaseException] = []
        self._seen = Seen()

    def run(self) -> Seen:
        """Everything at once, then the sum of it; raises what a thread raised."""
        with psycopg.connect(self._task.dsn) as connection:
            self._before = sum(four(truth(connection), user_id(self._watched))[:2])
        works = [self._write_watched, self._read, self._compare]
        works += [self._write_others] * self._task.others
        if self._contestant.refreshed_every:
            works.append(self._refresh)
        if self._contestant.has_upkeep:
            works.append(self._keep_up)
        threads = [threading.Thread(target=self._guarded, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        self._over.wait(self._task.seconds)
        self._over.set()
        for thread in threads:
            thread.join()
        if self._failures:
            raise self._failures[0]
        self._sum_up()
        return self._seen

    def _guarded(self, work: Callable[[Connection], None]) -> None:
        try:
            with psycopg.connect(self._task.dsn, autocommit=True) as connection:
                work(connection)
        except BaseException as error:  # noqa: BLE001 - raised by `run`
            self._failures.append(error)
            self._over.set()

    def _write_watched(self, connection: Connection) -> None:
        writer = Writer(self._contestant, connection, self._task.users)
        while not self._over.wait(self._task.watched_pause):
            self._begun += 1
            writer.insert(self._watched)
            self._acknowledged.append(time.perf_counter())

    def _write_others(self, connection: Connection) -> None:
        writer = Writer(self._contestant, connection, self._task.users)
        while not self._over.wait(self._task.others_pause):
            if random.random() < 0.3:  # noqa: PLR2004 - any number will do
                writer.delete()
            else:
                writer.insert()

    def _read(self, _connection: Connection) -> None:
        path = f"{ROUTE}?user_id={user_id(self._watched)}"
        with closing(HTTPConnection("127.0.0.1", self._task.port, timeout=60)) as client:
            while not self._over.wait(self._task.reader_pause):
                at_least = len(self._acknowledged)
                client.request("GET", path)
                answer = json.loads(client.getresponse().read())
                told = answer["user_regular_count"] + answer["user_auto_count"] - self._before
                error = max(at_least - told, told - self._begun, 0)
                self._told.append((time.perf_counter(), told))
                self._seen.largest_error_read = max(self._seen.largest_error_read, error)

    def _compare(self, connection: Connection) -> None:
        while not self._over.wait(self._task.snapshot_pause):
            error = largest_error(self._contestant, connection)
            self._seen.snapshots += 1
            self._seen.largest_error_snapshot = max(self._seen.largest_error_snapshot, error)

    def _refresh(self, connection: Connection) -> None:
        while not self._over.wait(self._contestant.refreshed_every):
            self._contestant.refresh(connection)

    def _keep_up(self, connection: Connection) -> None:
        while not self._over.wait(self._task.upkeep_pause):
            self._contestant.upkeep(connection)

    def _sum_up(self) -> None:
        """When was each write seen first? What readers are told of the watched user only grows."""
        seen, end = self._seen, time.perf_counter()
        seen.writes, seen.reads = len(self._acknowledged), len(self._told)
        highest, known = 0, []
        for _, told in self._told:
            highest = max(highest, told)
            known.append(highest)
        for number, acknowledged in enumerate(self._acknowledged, 1):
            first = bisect_left(known, number)
            when = self._told[first][0] if first < len(known) else end
            seen.never_seen += first == len(known)
            seen.stale_ms.append(max(0.0, when - acknowledged) * 1000)


def main() -> None:
    json.dump(asdict(Mixed(Task(**json.load(sys.stdin))).run()), sys.stdout)


if __name__ == "__main__":
    main()
