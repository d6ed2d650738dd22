"""Reading page by page by cursor while others write: no item twice, none missing."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.db.session import Database
from tests.support.galleries import (
    ADA,
    ORDERS,
    SWITCHES,
    asked,
    backward,
    expected_ids,
    fill,
    forward,
    ids,
    read,
)
from tests.support.waiting import wait_until

WRITERS = 2
INSERT = """
INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id,
                               created_at, updated_at, quality_score)
SELECT (ARRAY['items', 'auto'])[1 + (random() * 1)::int],
       (ARRAY['Sea', 'sea', 'zebra 🦓', ''])[1 + (random() * 3)::int], '', 'new', id,
       timestamptz '2026-01-01 00:00:00+00' + (random() * 20)::int * interval '1 microsecond',
       timestamptz '2026-01-01 00:00:00+00' - (random() * 5)::int * interval '1 day',
       (ARRAY[0.1, 0.3, 0.0])[1 + (random() * 2)::int]
FROM users ORDER BY random() LIMIT 3"""
# Every fifth item stays. Sources repeat after three and owners after two, so each has some of
# those, for any first id.
DELETE = """
DELETE FROM content_items_all WHERE id IN (
    SELECT id FROM content_items_all WHERE id %% 5 <> 0 ORDER BY random() LIMIT 4)"""
# Items that are moved or given away keep their place in every order.
MOVE = """
UPDATE content_items_all
SET source_type = CASE source_type WHEN 'items' THEN 'auto' ELSE 'items' END
WHERE id IN (SELECT id FROM content_items_all {which} ORDER BY random() LIMIT 3)"""
GIVE_AWAY = """
UPDATE content_items_all SET creator_id = (SELECT id FROM users ORDER BY random() LIMIT 1)
WHERE id IN (SELECT id FROM content_items_all {which} ORDER BY random() LIMIT 3)"""


@pytest.fixture(autouse=True)
def gallery(database: Database) -> None:
    fill(database)
    with database.transaction() as session:
        ContentRepository(session).refresh_gen_source_stats()


@contextmanager
def writing(database: Database, *statements: str) -> Iterator[Callable[[], None]]:
    """Writers at work; what comes out waits until they have written more."""
    stop, written = threading.Event(), [0] * WRITERS

    def write(number: int) -> None:
        chance = random.Random(number)
        while not stop.is_set():
            with database.transaction() as session:
                # In turns: they are to disturb the reader, not each other.
                session.connection().exec_driver_sql("SELECT pg_advisory_xact_lock(42)")
                session.connection().exec_driver_sql(chance.choice(statements), ())
            written[number] += 1

    def wait_for_more() -> None:
        before = sum(written)
        wait_until(lambda: sum(written) > before, "more was written")

    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(write, number) for number in range(WRITERS)]
        try:
            yield wait_for_more
        finally:
            stop.set()
        for writer in writers:
            writer.result()


# Of all users' items all are moved and given away. Of one source and of one owner's items, only
# those that may come and go.
ALL: list[tuple[Sequence[str], str, str, str]] = [
    (SWITCHES, "", field, order) for field, order in ORDERS
]
SOME: list[tuple[Sequence[str], str, str, str]] = [
    (["user-regular", "community-auto"], "WHERE id %% 5 <> 0", "created_at", "desc"),
    (["user-auto"], "WHERE id %% 5 <> 0", "title", "asc"),
    (["community-regular", "community-auto"], "WHERE id %% 5 <> 0", "quality_score", "desc"),
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("switches", "moved", "field", "order"), ALL + SOME)
def test_forward_to_the_end_and_back_over_a_list_that_changes(
    client: httpx.Client,
    database: Database,
    switches: Sequence[str],
    moved: str,
    field: str,
    order: str,
) -> None:
    with database.transaction() as session:
        whole = expected_ids(session, switches, ADA, field, order)
    steady = [item_id for item_id in whole if item_id % 5 == 0]
    assert steady
    params = asked(switches, ADA, sort_field=field, sort_order=order, page_size=8)
    changes = (INSERT, DELETE, MOVE.format(which=moved), GIVE_AWAY.format(which=moved))
    with writing(database, *changes) as wait_for_more:
        there = list(forward(client, params, wait_for_more))
        back = list(backward(client, params, there[-1], wait_for_more))
    assert ids(there) != whole, "something has changed"
    for found in (ids(there), ids([*back[::-1], there[-1]])):
        assert len(set(found)) == len(found), "an item was met twice"
        assert [item_id for item_id in found if item_id in steady] == steady, "an item was missed"


@contextmanager
def adding_between_statements(database: Database) -> Iterator[list[str]]:
    """Adds an item after each statement of other connections; returns those statements."""
    meddled: list[str] = []

    def add(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        with database.engine.connect() as other:
            other.execution_options(meddles=True)
            if not connection.get_execution_options().get("meddles"):
                other.exec_driver_sql(INSERT, ())
                other.commit()
                meddled.append(statement)

    event.listen(database.engine, "after_cursor_execute", add)
    try:
        yield meddled
    finally:
        event.remove(database.engine, "after_cursor_execute", add)


@pytest.mark.parametrize("more", [{}, {"search_term": "new"}], ids=str)
def test_items_totals_and_stats_are_of_one_moment(
    client: httpx.Client, application: Database, more: dict[str, str]
) -> None:
    client.post("/api/v1/content", json={"prompt": "new", "creator_id": ADA})
    params = {"page_size": 1000, "include_stats": True, "user_id": ADA, **more}
    with adding_between_statements(application) as meddled:
        page = read(client, params)
    assert len(meddled) > 2
    assert page["pagination"]["total_count"] == len(page["items"])
    assert len(read(client, params)["items"]) > len(page["items"]), "they were added all the same"
    if not more:
        sources = [item["source_type"] for item in page["items"]]
        assert page["stats"]["community_regular_count"] == sources.count("regular")
        assert page["stats"]["community_auto_count"] == sources.count("auto")
        mine = [item for item in page["items"] if item["creator_id"] == ADA]
        told = page["stats"]["user_regular_count"] + page["stats"]["user_auto_count"]
        assert told == len(mine)


def test_a_snapshot_writes_nothing(database: Database) -> None:
    with pytest.raises(Exception, match="is read-only"), database.snapshot() as session:
        session.connection().exec_driver_sql("DELETE FROM users")


def isolation(session: Session) -> str:
    level: str = session.connection().exec_driver_sql("SHOW transaction_isolation").scalar_one()
    return level


def test_a_snapshot_leaves_its_connection_as_it_was(database: Database) -> None:
    for _ in range(3):
        with database.snapshot() as session:
            assert isolation(session) == "repeatable read"
        with database.transaction() as session:
            assert isolation(session) == "read committed"
            session.connection().exec_driver_sql("DELETE FROM users")
