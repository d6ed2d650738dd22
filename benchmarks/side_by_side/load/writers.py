"""Writers in Python, for what pgbench cannot do: work after the commit.

python -m benchmarks.side_by_side.load.writers < task.json
"""

import json
import random
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field

import psycopg

from benchmarks.side_by_side.contestants.base import Contestant, contestant_at
from benchmarks.side_by_side.gallery import AUTO, COMMUNITY, REGULAR, Connection, Counts, user_id

INSERT = """
INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id)
VALUES (CASE %s WHEN 'regular' THEN 'items' ELSE 'auto' END, 'Lighthouse', '/images/1.png',
        'a lighthouse at dusk, oil on canvas', %s)
RETURNING id
"""
DELETE = "DELETE FROM content_items_all WHERE id = %s"


@dataclass
class Task:
    """How many writers, for how many seconds, for users up to which number."""

    contestant: Sequence[str]  # its address
    writers: int
    seconds: float
    users: int
    open_seconds: float = 0.0  # how long each transaction stays open


@dataclass
class Done:
    """How long it took, and each transaction."""

    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)


class Writer:
    """Writes single items, and calls the contestant after each commit."""

    def __init__(self, contestant: Contestant, connection: Connection, users: int) -> None:
        self._contestant = contestant
        self._connection = connection
        self._users = users
        self._random = random.Random()
        self._own: list[tuple[int, int, str]] = []

    def insert(self, number: int | None = None, open_seconds: float = 0.0) -> None:
        """Add an item of a user; without a number, of a random one."""
        number = number or self._random.randint(1, self._users)
        source = REGULAR if self._random.random() < 0.25 else AUTO  # noqa: PLR2004 - as in the gallery
        with self._connection.transaction():
            added = self._connection.execute(INSERT, [source, user_id(number)]).fetchone()
            if open_seconds:
                time.sleep(open_seconds)
        if added:
            self._own.append((int(str(added[0])), number, source))
        self._committed(number, source, 1)

    def delete(self) -> None:
        """Delete one of the items that this writer added, if there is one."""
        if self._own:
            item, number, source = self._own.pop(self._random.randrange(len(self._own)))
            self._connection.execute(DELETE, [item])
            self._committed(number, source, -1)

    def _committed(self, number: int, source: str, change: int) -> None:
        changes: Counts = {(user_id(number), source): change, (COMMUNITY, source): change}
        self._contestant.written(changes)


def write(task: Task) -> Done:
    """Write with all writers at once."""
    contestant = contestant_at(task.contestant)
    done = Done()
    started = time.perf_counter()

    def one(_number: int) -> None:
        with psycopg.connect(contestant.dsn, autocommit=True) as connection:
            writer = Writer(contestant, connection, task.users)
            while (began := time.perf_counter()) < started + task.seconds:
                writer.insert(open_seconds=task.open_seconds)
                done.milliseconds.append((time.perf_counter() - began) * 1000)

    with ThreadPoolExecutor(task.writers) as threads:
        list(threads.map(one, range(task.writers)))
    done.seconds = time.perf_counter() - started
    return done


def main() -> None:
    json.dump(asdict(write(Task(**json.load(sys.stdin)))), sys.stdout)


if __name__ == "__main__":
    main()
