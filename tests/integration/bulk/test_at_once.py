"""Many items at once, while other writers are at work: no deadlock, and every count stays exact."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from genonaut.api.services.bulk_actions import (
    Action,
    Deleting,
    Sender,
    Showing,
    Tagging,
    Untagging,
)
from genonaut.api.services.bulk_service import do
from genonaut.api.services.content_service import ContentService
from genonaut.api.services.deletion_service import DeletionService
from genonaut.content.viewer import EVERYTHING
from genonaut.counting.engine import fold
from genonaut.db.counts import COUNTS, build_counts
from genonaut.db.session import Database
from genonaut.errors import NotFoundError
from tests.support.effort import effort
from tests.support.recount import differences
from tests.support.rows import add_items, add_tag, add_user, run, scalar

pytestmark = pytest.mark.both_servers

ALL = Sender(EVERYTHING, None, any_item=True)
TAGS = ("sea", "night", "fox", "new")
OTHER_TITLE = """
    UPDATE content_items SET title = 'other' WHERE id = (SELECT min(id) FROM content_items)"""


def chosen_action(lots: random.Random) -> Action:
    names = tuple(sorted(lots.sample(TAGS, 2)))
    actions: list[Action] = [Tagging(names), Untagging(names), Deleting()]
    actions += [Showing("private"), Showing("public")]
    return lots.choice(actions)


def act(database: Database, ids: list[int], seed: int, rounds: int) -> None:
    """Do something to half of the items, again and again; what is deleted mostly comes back."""
    lots = random.Random(seed)
    for _ in range(rounds):
        action = chosen_action(lots)
        with database.transaction() as session:
            done = do(session, ALL, action, lots.sample(ids, len(ids) // 2))
        assert {one.reason for one in done.failed} <= {"not_found"}
        if isinstance(action, Deleting) and done.done and lots.random() < 0.8:
            with database.transaction() as session:
                assert DeletionService(session).undo_together(action.batch, None).taken == ()


def work_on_tags(database: Database, seed: int, rounds: int) -> None:
    """Merge, rename and delete tags, as an administrator does, and add them anew."""
    lots = random.Random(seed)
    for _ in range(rounds):
        name = lots.choice(TAGS)
        with database.transaction() as session:
            tag = run(session, "SELECT id FROM tags WHERE name = %s FOR UPDATE", name)
            if tag and lots.random() < 0.5:
                run(session, "DELETE FROM tags WHERE id = %s", tag[0][0])


def add(database: Database, creator: UUID, rounds: int) -> None:
    """Add items with tags, as imports do."""
    for _ in range(rounds):
        add_items(database, str(creator), 3, source="auto")
        run(database, OTHER_TITLE)


def judge(database: Database, stop: threading.Event) -> int:
    """Compare all counts with a recount, on one snapshot after the other, while folding."""
    compared = 0
    while not stop.is_set() or not compared:
        with database.snapshot() as session:
            assert differences(session) == []
        with database.transaction() as session:
            fold(session, list(COUNTS.values())[compared % len(COUNTS)])
        compared += 1
    return compared


@effort(short=6, long=60, variable="GENONAUT_BULK_ROUNDS")
def test_no_deadlock_and_no_wrong_count(database: Database, effort: int) -> None:
    ada = UUID(add_user(database))
    ids = add_items(database, str(ada), 60) + add_items(database, str(ada), 40, source="auto")
    for name in TAGS[:3]:
        add_tag(database, name, ids[::2])
    build_counts(database, "test")
    stop = threading.Event()
    with ThreadPoolExecutor(8) as pool:
        judging = pool.submit(judge, database, stop)
        works: list[Callable[[], None]] = [
            *(lambda seed=seed: act(database, ids, seed, effort) for seed in range(4)),
            lambda: work_on_tags(database, 7, effort),
            lambda: add(database, ada, effort),
        ]
        done = [pool.submit(work) for work in works]
        try:
            for one in done:
                one.result()
        finally:
            stop.set()
        assert judging.result() > 0
    with database.transaction() as session:
        assert differences(session) == []


def test_two_undos_at_once_put_it_back_once(database: Database) -> None:
    ids = add_items(database, add_user(database), 50)
    batch = uuid4()
    with database.transaction() as session:
        do(session, ALL, Deleting(batch), ids)

    def undo(_: int) -> int:
        with database.transaction() as session:
            try:
                return DeletionService(session).undo_together(batch, None).done
            except NotFoundError:
                return 0

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(undo, range(4))) == [0, 0, 0, 50]
    assert scalar(database, "SELECT count(*) FROM content_items_all") == 50


def test_a_user_who_is_deleted_meanwhile_is_no_deadlock(database: Database) -> None:
    """The deletion of a user waits for the undo, or the undo finds that user gone."""
    for _ in range(5):
        ada = add_user(database, f"ada {uuid4()}")
        batch = uuid4()
        with database.transaction() as session:
            do(session, ALL, Deleting(batch), add_items(session, ada, 20))
        begun = threading.Barrier(2)

        def undo(batch: UUID = batch, begun: threading.Barrier = begun) -> int:
            begun.wait()
            with database.transaction() as session:
                return DeletionService(session).undo_together(batch, None).done

        def leave(ada: str = ada, begun: threading.Barrier = begun) -> None:
            begun.wait()
            run(database, "DELETE FROM users WHERE id = %s", ada)

        with ThreadPoolExecutor(2) as pool:
            left, undone = pool.submit(leave), pool.submit(undo)
            left.result()
            assert undone.result() in {0, 20}
    with database.transaction() as session:
        assert differences(session) == []


def test_a_bulk_change_waits_for_who_changes_one_of_them(database: Database) -> None:
    """And does not lose what that one did."""
    ids = add_items(database, add_user(database), 10)
    add_tag(database, "sea", ids)
    with database.transaction() as session, ThreadPoolExecutor(1) as pool:
        ContentService(session).set_visibility(EVERYTHING, ids[3], "private")

        def hide_all() -> int:
            with database.transaction() as other:
                return do(other, ALL, Showing("private"), ids).done

        waiting = pool.submit(hide_all)
        session.commit()
        assert waiting.result() == 10
    hidden = "SELECT count(*) FROM content_tags WHERE visibility = 'private'"
    assert scalar(database, hidden) == 10
    with database.transaction() as session:
        assert differences(session) == []
