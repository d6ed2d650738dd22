"""Writers, readers and refreshes at once, and what the readers see meanwhile.

    python -m benchmarks.side_by_side.load.mixed < task.json

One user is watched: a single writer adds items to it, and none are removed. So its count in every
response lies between the writes that were acknowledged before the request and those that had begun
before the response. Other writers add and delete items of all users; all counts are compared with
a recount on one snapshot, again and again.
"""

import json
import random
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection
from itertools import accumulate

import psycopg

from benchmarks.side_by_side.contestants.base import contestant_at
from benchmarks.side_by_side.gallery import Connection, four, true_counts, user_id
from benchmarks.side_by_side.load.writers import Writer
from benchmarks.side_by_side.proof import largest_error

ROUTE = "/api/v1/content/stats/unified"


@dataclass
class Task:
    """What to do, and how often: pauses are in seconds."""

    contestant: Sequence[str]  # its address
    port: int
    seconds: float
    users: int
    watched: int  # the number of a user beyond the others'
    others: int = 2
    watched_pause: float = 0.01
    others_pause: float = 0.02
    reader_pause: float = 0.005
    snapshot_pause: float = 0.5
    upkeep_pause: float = 1.0


@dataclass
class Seen:
    """What was seen. A write that the reader never saw was stale until the end."""

    writes: int = 0
    reads: int = 0
    snapshots: int = 0
    largest_error_read: int = 0
    largest_error_snapshot: int = 0
    stale_ms: list[float] = field(default_factory=list)
    never_seen: int = 0


class Mixed:
    """Threads that share what was written and read."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._contestant = contestant_at(task.contestant)
        self._watched = task.watched
        self._before = 0  # items of the watched user
        self._begun = 0
        self._acknowledged: list[float] = []  # when, for each write
        self._reported: list[tuple[float, int]] = []  # when, and how many
        self._over = threading.Event()
        self._seen = Seen()

    def run(self) -> Seen:
        """Run everything at once; raises what a thread raised."""
        with psycopg.connect(self._contestant.dsn) as connection:
            self._before = sum(four(true_counts(connection), user_id(self._watched))[:2])
        works = [self._write_watched, self._read, self._compare]
        works += [self._write_others] * self._task.others
        if self._contestant.refreshed_every:
            works.append(self._refresh)
        if self._contestant.has_upkeep:
            works.append(self._keep_up)
        with ThreadPoolExecutor(len(works)) as threads:
            working = [threads.submit(self._connected, work) for work in works]
            wait(working, self._task.seconds, FIRST_EXCEPTION)
            self._over.set()
        for each in working:
            each.result()
        self._sum_up()
        return self._seen

    def _connected(self, work: Callable[[Connection], None]) -> None:
        with psycopg.connect(self._contestant.dsn, autocommit=True) as connection:
            work(connection)

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
                counts = json.loads(client.getresponse().read())
                number = counts["user_regular_count"] + counts["user_auto_count"] - self._before
                error = max(at_least - number, number - self._begun, 0)
                self._reported.append((time.perf_counter(), number))
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
        """When was each write seen first? A count of the watched user can only grow."""
        seen, end = self._seen, time.perf_counter()
        seen.writes, seen.reads = len(self._acknowledged), len(self._reported)
        known = list(accumulate((number for _, number in self._reported), max))
        for count, acknowledged in enumerate(self._acknowledged, 1):
            first = bisect_left(known, count)
            when = self._reported[first][0] if first < len(known) else end
            seen.never_seen += first == len(known)
            seen.stale_ms.append(max(0.0, when - acknowledged) * 1000)


def main() -> None:
    json.dump(asdict(Mixed(Task(**json.load(sys.stdin))).run()), sys.stdout)


if __name__ == "__main__":
    main()
