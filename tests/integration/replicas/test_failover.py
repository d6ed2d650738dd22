"""A standby is promoted under load: the API goes on, and what is lost is lost everywhere."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from signal import SIGKILL

import httpx
import pytest
from sqlalchemy import create_engine

from genonaut.db.positions import Position
from genonaut.db.session import Database, open_database
from tests.integration.replicas.test_own_writes import HEADER, STATS
from tests.support import servers
from tests.support.api import running_api
from tests.support.recount import differences
from tests.support.replicas import Group, Node
from tests.support.rows import add_user, run
from tests.support.waiting import wait_until

WRITERS = 3
BEFORE, AFTER = 40, 40
ITEMS = "SELECT id FROM content_items_all WHERE creator_id = %s"


@pytest.fixture
def doomed(run_folder: Path) -> Iterator[Group]:
    """A group of a test's own, whose primary is killed."""
    prepared = servers.prepared_home(run_folder)
    with Group(prepared, servers.make_folder()).running() as running:
        yield running


class Writer:
    """Writes items through the API, and goes on when one is refused."""

    def __init__(self, address: httpx.URL, user: str) -> None:
        self.address, self.user = address, user
        self.acknowledged: list[int] = []
        self.unseen: list[int] = []
        self.failed = 0
        self.stop = threading.Event()

    def run(self) -> None:
        with httpx.Client(base_url=self.address, timeout=180) as client:
            while not self.stop.is_set():
                self._write(client)

    def _write(self, client: httpx.Client) -> None:
        answer = client.post("/api/v1/content", json={"prompt": "p", "creator_id": self.user})
        client.cookies.clear()
        if answer.status_code != 201:
            assert answer.status_code in (503, 504), answer.text
            self.failed += 1
            return
        [item] = answer.json()["items"]
        self.acknowledged.append(item["id"])
        headers = {HEADER: answer.headers[HEADER]}
        found = client.get(f"/api/v1/content/{item['id']}", headers=headers)
        if found.status_code == 404:
            self.unseen.append(item["id"])


def test_a_failover_by_promotion_under_load(doomed: Group) -> None:
    settings = doomed.settings(primary=doomed.any_primary())
    db = settings.db.model_copy(update={"connect_timeout_seconds": 2})
    settings = settings.model_copy(update={"db": db})
    with ExitStack() as stack:
        with doomed.owner() as owner:
            users = [add_user(owner, f"user {number}") for number in range(WRITERS)]
        database = stack.enter_context(open_database(settings, pool_size=16, with_replicas=True))
        client = stack.enter_context(running_api(settings, database))
        writers = [Writer(client.base_url, user) for user in users]
        threads = [threading.Thread(target=writer.run) for writer in writers]
        for thread in threads:
            thread.start()
        try:
            wait_until(lambda: all(len(w.acknowledged) >= BEFORE for w in writers), "they write")
            doomed.primary.end(SIGKILL)
            promoted, other = sorted(doomed.standbys, key=replayed, reverse=True)
            promoted.promote()
            known = [len(writer.acknowledged) for writer in writers]
            wait_until(
                lambda: all(
                    len(writer.acknowledged) >= before + AFTER
                    for writer, before in zip(writers, known, strict=True)
                ),
                "the API writes again, without a restart",
            )
        finally:
            for writer in writers:
                writer.stop.set()
            for thread in threads:
                thread.join()
        other.catches_up_with(promoted)
        wait_until(lambda: usable(database) == 1, "the other standby follows, and is asked")
        for writer, before in zip(writers, known, strict=True):
            present = items(promoted, writer.user)
            assert items(other, writer.user) == present
            answers = [client.get(STATS, params={"user_id": writer.user}) for _ in range(4)]
            assert {one.json()["user_regular_count"] for one in answers} == {len(present)}
            lost = set(writer.acknowledged) - present
            assert lost <= set(writer.acknowledged[:before])  # before the promotion
            assert set(writer.unseen) <= lost
            assert len(present - set(writer.acknowledged)) <= writer.failed
        for node in (promoted, other):
            assert wrong_counts(node) == []
        position = client.post("/api/v1/users", json={"username": "new"}).headers[HEADER]
        assert Position.read(position).timeline == 2
        assert client.get("/health/ready").status_code == 200


def replayed(node: Node) -> int:
    return Position.read(node.replayed()).lsn


def usable(database: Database) -> int:
    assert database.replicas is not None
    return sum(one.standing.complaint is None for one in database.replicas.members)


def of(node: Node) -> Database:
    url = node.url("genonaut", "genonaut_test")
    return Database(url, create_engine(url), is_embedded=False)


def items(node: Node, user: str) -> set[int]:
    database = of(node)
    try:
        return {item for (item,) in run(database, ITEMS, user)}
    finally:
        database.engine.dispose()


def wrong_counts(node: Node) -> list[object]:
    database = of(node)
    try:
        with database.transaction() as session:
            return list(differences(session))
    finally:
        database.engine.dispose()
