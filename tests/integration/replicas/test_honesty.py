"""What a replica says of what it has is never more than it has."""

import os
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest
from sqlalchemy import Connection

from genonaut.api.services.content_service import ContentService
from genonaut.content.viewer import VISITOR
from genonaut.db.engines import make_engine
from genonaut.db.positions import Position
from genonaut.db.session import Database
from tests.integration.replicas.conftest import Serving
from tests.integration.replicas.test_own_writes import STATS, paused
from tests.support.rows import add_items, add_user, scalar
from tests.support.soak import Findings, compare, look, soak
from tests.support.viewers import EYES
from tests.support.waiting import wait_until

SECONDS = float(os.environ.get("GENONAUT_SOAK_SECONDS", "3"))
WRITES = 400
LEAST_READ = 50
LOOKED = ("comparisons", "by the application")
INSERT = """
    INSERT INTO content_items (title, content_data, prompt, creator_id) VALUES ('t', '', 'p', %s)"""


def test_a_paused_replica_claims_no_newer_moment_than_it_has(api: Serving) -> None:
    user = add_user(api.owner)
    add_items(api.owner, user, 3)
    for standby in api.group.standbys:
        standby.catches_up_with(api.group.primary)
    marks = api.database.replicas.marks if api.database.replicas else None
    assert marks is not None
    with paused(*api.group.standbys):
        before = scalar(api.owner, "SELECT clock_timestamp()")
        add_items(api.owner, user, 2)
        written = Position.read(api.group.primary.written())
        wait_until(lambda: marks.age(before) > 3, "the primary was asked several times")
        for _ in range(8):
            told = api.client.get(STATS, params={"user_id": user}).json()
            assert (told["from"], told["user_regular_count"], told["exact"]) == ("replica", 3, True)
            assert datetime.fromisoformat(told["as_of"]) <= before
            assert not Position.read(told["position"]).has(written)
            page = api.client.get("/api/v1/content/unified?include_stats=true").json()
            assert datetime.fromisoformat(page["stats"]["as_of"]) <= before
    for standby in api.group.standbys:
        standby.catches_up_with(api.group.primary)
    told = api.client.get(STATS, params={"user_id": user}).json()
    assert (told["from"], told["user_regular_count"]) == ("replica", 5)


@pytest.mark.long
def test_a_replica_of_an_idle_gallery_stays_young(api: Serving) -> None:
    marks = api.database.replicas.marks if api.database.replicas else None
    assert marks is not None
    started = scalar(api.owner, "SELECT clock_timestamp()")
    wait_until(lambda: marks.age(started) > 4, "the primary was asked several times")
    told = api.client.get(STATS).json()
    assert told["from"] == "replica"
    assert datetime.fromisoformat(told["as_of"]) > started


@pytest.mark.long
def test_a_replica_that_lags_too_far_is_not_asked(strict: Serving) -> None:
    user = add_user(strict.owner)
    with paused(*strict.group.standbys):
        add_items(strict.owner, user)
        wait_until(lambda: strict.usable() == 0, "neither is asked")
        told = strict.client.get(STATS, params={"user_id": user}).json()
        assert (told["from"], told["user_regular_count"]) == ("primary", 1)
        assert "position" not in told
    wait_until(lambda: strict.usable() == 2, "both are asked again")


def test_everything_up_to_the_claimed_position_is_counted(api: Serving) -> None:
    """Single commits, whose positions are known: each answer has those up to the one it claims."""
    user = add_user(api.owner)
    committed: list[tuple[Position, int]] = []
    told: list[tuple[Position, int]] = []
    done = threading.Event()

    def write() -> None:
        try:
            with api.owner.engine.connect() as connection:
                for number in range(1, WRITES + 1):
                    connection.exec_driver_sql(INSERT, (user,))
                    connection.commit()
                    committed.append((Position.read(_written(connection)), number))
            wait_until(lambda: len(told) > LEAST_READ, "replicas were read from")
        finally:
            done.set()

    def read() -> None:
        while not done.is_set():
            found = api.client.get(STATS, params={"user_id": user}).json()
            if found["from"] == "replica":
                told.append((Position.read(found["position"]), found["user_regular_count"]))

    _at_once(write, read, read, read)
    overclaimed = []
    for position, count in told:
        least = max((number for at, number in committed if position.has(at)), default=0)
        if count < least:
            overclaimed.append((position, count, least))
    assert overclaimed == []


def _written(connection: Connection) -> str:
    position = connection.exec_driver_sql("SELECT pg_current_wal_insert_lsn()::text").scalar_one()
    connection.commit()
    return str(position)


def test_on_standbys_no_reader_ever_sees_a_wrong_count(api: Serving) -> None:
    findings, stop = Findings(), threading.Event()
    there = [
        Database(
            url := node.url("genonaut", api.settings.db.name),
            make_engine(url, api.settings.db, pool_size=8, statement_timeout_seconds=0),
            is_embedded=False,
        )
        for node in api.group.standbys
    ]

    def until_the_end(action: Callable[[], None]) -> None:
        try:
            while not stop.is_set():
                action()
        except Exception as error:  # noqa: BLE001 - a thread's error must reach the test
            findings.add("errors", wrong=repr(error))

    actions: list[Callable[[], None]] = [
        *[partial(compare, one, findings) for one in there],
        *[partial(look, one, findings, viewer) for one in there for viewer in EYES.values()],
        *[partial(_look_as_routes_do, api.database, findings)] * 2,
    ]
    threads = [threading.Thread(target=until_the_end, args=(action,)) for action in actions]
    try:
        for thread in threads:
            thread.start()
        at_least = {"writes": 50, "refreshes": 5, "folds": 5}
        written = soak(api.owner, SECONDS, writers=3, at_least=at_least)
        wait_until(
            lambda: findings.wrong or all(findings.counts[what] >= 20 for what in LOOKED),
            "the replicas have been compared with recounts, and read by the application",
        )
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        for one in there:
            one.engine.dispose()
    assert written.wrong == []
    assert findings.wrong == []


def _look_as_routes_do(database: Database, findings: Findings) -> None:
    with database.reading() as session:
        origin = session.info["origin"]
        counts = ContentService(session).counts(VISITOR)
        assert counts.origin == origin
        connection = session.connection()
        public = "SELECT count(*) FROM content_items_all WHERE visibility = 'public'"
        truth = connection.exec_driver_sql(public).scalar_one()
    told = counts.community_regular_count + counts.community_auto_count
    what = "by the application" if origin.name == "replica" else "from the primary"
    findings.add(what, wrong=None if told == truth else (told, truth))


def _at_once(*actions: Callable[[], None]) -> None:
    threads = [threading.Thread(target=action) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
