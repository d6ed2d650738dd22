"""Tags are found or added while other transactions add, rename and delete them."""

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text

from genonaut.content.tags import HeldTags, hold_tags
from genonaut.db.session import Database
from tests.support.recount import differences
from tests.support.rows import add_items, add_user
from tests.support.waiting import wait_until_blocked

NAMES = [f"tag {number}" for number in range(12)]


def holds(database: Database, *names: str) -> HeldTags:
    with database.engine.begin() as connection:
        return hold_tags(connection, names)


def test_found_or_added(database: Database):
    first = holds(database, "sea", "sky", "sea")
    assert first.added == 2
    second = holds(database, "sky", "sun")
    assert second.added == 1
    assert second.ids["sky"] == first.ids["sky"]
    assert holds(database) == HeldTags({}, 0)


@pytest.mark.parametrize(
    "change", ["DELETE FROM tags", "UPDATE tags SET name = 'old sea'"], ids=str
)
@pytest.mark.parametrize("ends", ["commit", "rollback"])
def test_a_tag_that_is_on_its_way_out_is_waited_for(database: Database, change: str, ends: str):
    first = holds(database, "sea").ids["sea"]
    with ThreadPoolExecutor() as threads, database.engine.connect() as connection:
        connection.exec_driver_sql(change)
        waiting = threads.submit(holds, database, "sea")
        wait_until_blocked(connection)
        getattr(connection, ends)()
        held = waiting.result()
    stays = ends == "rollback"
    assert (held.ids["sea"] == first, held.added) == (stays, 0 if stays else 1)


def test_adding_renaming_and_deleting_at_once(database: Database):
    """Adders of random tags, of whom each tag is needed, beside renamers and deleters."""
    start = Barrier(6)
    carried = "INSERT INTO content_tags SELECT :item, 'items', unnest(CAST(:tags AS uuid[]))"
    items = add_items(database, add_user(database), 600)

    def add(worker: int) -> None:
        chance = random.Random(worker)
        start.wait()
        for number in range(150):
            with database.engine.begin() as connection:
                held = hold_tags(connection, chance.sample(NAMES, 5))
                item = items[worker * 150 + number]
                tags = [str(tag) for tag in held.ids.values()]
                connection.execute(text(carried), {"item": item, "tags": tags})

    def change(worker: int) -> None:
        chance = random.Random(worker)
        start.wait()
        for number in range(100):
            name = chance.choice(NAMES)
            with database.engine.begin() as connection:
                if worker % 2:
                    connection.execute(text("DELETE FROM tags WHERE name = :name"), {"name": name})
                else:
                    connection.execute(
                        text("UPDATE tags SET name = :new WHERE name = :name"),
                        {"name": name, "new": f"renamed {worker} {number}"},
                    )

    with ThreadPoolExecutor(6) as threads:
        jobs = [threads.submit(add, worker) for worker in range(4)]
        jobs += [threads.submit(change, worker) for worker in (4, 5)]
        for job in jobs:
            job.result()
    with database.transaction() as session:
        assert differences(session) == []
