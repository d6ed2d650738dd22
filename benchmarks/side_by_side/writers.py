"""Writers in Python, for what pgbench cannot do: tell a contestant after the commit.

python -m benchmarks.side_by_side.writers < task.json
"""

import json
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field

import psycopg

from benchmarks.side_by_side.contestants import CONTESTANTS, Contestant
from benchmarks.side_by_side.gallery import NOBODY, Connection, Counts, user_id
from genonaut.db.schema import AUTO, PARTITIONS, REGULAR

INSERT = """
INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id)
VALUES (%s, 'Lighthouse', '/images/1.png', 'a lighthouse at dusk, oil on canvas', %s)
RETURNING id
"""
DELETE = "DELETE FROM content_items_all WHERE id = %s"


@dataclass
class Task:
    """What to do: how many writers, for how long, for users up to which number."""

    contestant: str
    dsn: str
    redis_socket: str
    writers: int
    seconds: float
    users: int
    open_seconds: float = 0.0  # how long each transaction stays open


@dataclass
class Done:
    """What was done."""

    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)


class Writer:
    """Writes single items, and tells the contestant."""

    def __init__(self, contestant: Contestant, connection: Connection, users: int) -> None:
        self._contestant = contestant
        self._connection = connection
        self._users = users
        self._random = random.Random()
        self._own: list[tuple[int, int, str]] = []

    def insert(self, number: int | None = None, open_seconds: float = 0.0) -> None:
        """Add an item for a user; without a number, for any."""
        number = number or self._random.randint(1, self._users)
        source = REGULAR if self._random.random() < 0.25 else AUTO  # noqa: PLR2004 - as in the gallery
        with self._connection.transaction():
            added = self._connection.execute(
                INSERT, [PARTITIONS[source], user_id(number)]
            ).fetchone()
            if open_seconds:
                time.sleep(open_seconds)
        if added:
            self._own.append((int(str(added[0])), number, source))
        self._tell(number, source, 1)

    def delete(self) -> None:
        """Delete one of the items that this writer added, if there is one."""
        if self._own:
            item, number, source = self._own.pop(self._random.randrange(len(self._own)))
            self._connection.execute(DELETE, [item])
            self._tell(number, source, -1)

    def _tell(self, number: int, source: str, change: int) -> None:
        changes: Counts = {(user_id(number), source): change, (NOBODY, source): change}
        self._contestant.written(changes)


def write(task: Task) -> Done:
    """All writers at once."""
    contestant = CONTESTANTS[task.contestant](task.dsn, task.redis_socket)
    done = Done()
    started = time.perf_counter()

    def one(_number: int) -> None:
        with psycopg.connect(task.dsn, autocommit=True) as connection:
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
