"""Writers and readers, who note what was acknowledged, what failed, and how long it took."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import psycopg

from tests.drill.gallery import STATS, Gallery

PATIENCE_SECONDS = 15.0
USERS = 12
INSERT = """
    INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id)
    SELECT %s, %s, '', 'a drill', id FROM users WHERE username = %s
    RETURNING id"""
MOVE = """
    UPDATE content_items_all SET creator_id = (
        SELECT id FROM users WHERE username = %s
    ) WHERE title = %s"""


@dataclass
class Notes:
    """What the load has seen. `kept` are ids whose insert was acknowledged, `gone` whose delete."""

    tried: int = 0
    failed: int = 0
    slowest: float = 0.0
    kept: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    doubtful: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reset(self) -> None:
        """Forget figures, not what was acknowledged."""
        with self.lock:
            self.tried, self.failed, self.slowest = 0, 0, 0.0

    def add(self, seconds: float, *, failed: bool) -> None:
        """One request or transaction, with its end."""
        with self.lock:
            self.tried += 1
            self.failed += failed
            self.slowest = max(self.slowest, seconds)


class Client:
    """One thread's work: `step` after `step` until the end, each noted."""

    def __init__(self, gallery: Gallery, notes: Notes, seed: int) -> None:
        self.gallery, self.notes, self.random = gallery, notes, random.Random(seed)

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            started = time.monotonic()
            try:
                failed = not self.step()
            except (psycopg.Error, httpx.TransportError, OSError, ValueError, KeyError):
                failed = True
            self.notes.add(time.monotonic() - started, failed=failed)
            time.sleep(0.05 if failed else 0.005)

    def step(self) -> bool:
        raise NotImplementedError

    def user(self) -> str:
        return f"drill {self.random.randrange(USERS)}"


class SqlWriter(Client):
    """Inserts, moves and deletes in transactions of its own, each acknowledged by its commit."""

    def step(self) -> bool:
        with self.gallery.sql(autocommit=True) as connection:
            for _ in range(self.random.randint(1, 20)):
                self.write(connection)
        return True

    def write(self, connection: psycopg.Connection[tuple[int]]) -> None:
        title = f"{self.random.getrandbits(64):x}"
        source = self.random.choice(["items", "auto"])
        row = connection.execute(INSERT, [source, title, self.user()]).fetchone()
        assert row
        with self.notes.lock:
            self.notes.kept.add(row[0])
        if self.random.random() < 0.3:
            connection.execute(MOVE, [self.user(), title])
        if self.random.random() < 0.3:
            self.delete(connection, row[0])

    def delete(self, connection: psycopg.Connection[tuple[int]], item: int) -> None:
        with self.notes.lock:  # until its end is known, it may be there or not
            self.notes.kept.discard(item)
            self.notes.doubtful.add(item)
        connection.execute("DELETE FROM content_items_all WHERE id = %s", [item])
        with self.notes.lock:
            self.notes.doubtful.discard(item)
            self.notes.gone.add(item)


class HttpClient(Client):
    """Reads pages and counts, and adds items, as a browser and a program would."""

    READS = (STATS, "/api/v1/content/unified?page_size=10", "/gallery", "/api/v1/tags", "/health")

    def __init__(self, gallery: Gallery, notes: Notes, seed: int) -> None:
        super().__init__(gallery, notes, seed)
        self.client = httpx.Client(base_url=gallery.url, timeout=PATIENCE_SECONDS)

    def step(self) -> bool:
        if self.random.random() < 0.3:
            return self.add()
        return self.client.get(self.random.choice(self.READS)).status_code == httpx.codes.OK

    def add(self) -> bool:
        users = self.client.get("/api/v1/users", params={"search": "drill"}).json()["users"]
        item = {
            "prompt": "a drill by HTTP",
            "creator_id": self.random.choice(users)["id"],
            "tags": [f"drill-{self.random.randrange(5)}"],
        }
        path = self.random.choice(["/api/v1/content", "/api/v1/content-auto"])
        response = self.client.post(path, json=item)
        if response.status_code != httpx.codes.CREATED:
            return False
        with self.notes.lock:
            self.notes.kept.add(response.json()["items"][0]["id"])
        return True


@contextmanager
def under_load(gallery: Gallery) -> Iterator[Notes]:
    """Four writers by SQL and eight clients by HTTP, until the end of the `with`."""
    notes, stop = Notes(), threading.Event()
    with gallery.sql(autocommit=True) as connection:
        for number in range(USERS):
            connection.execute("INSERT INTO users (username) VALUES (%s)", [f"drill {number}"])
    clients: list[Callable[[threading.Event], None]] = [
        *(SqlWriter(gallery, notes, seed).run for seed in range(4)),
        *(HttpClient(gallery, notes, seed).run for seed in range(100, 108)),
    ]
    threads = [threading.Thread(target=run, args=(stop,), daemon=True) for run in clients]
    for thread in threads:
        thread.start()
    try:
        yield notes
    finally:
        stop.set()
        for thread in threads:
            thread.join(3 * PATIENCE_SECONDS)
