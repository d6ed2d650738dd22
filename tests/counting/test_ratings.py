"""What items are rated: true after any writes, and raters never wait for one another."""

from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from genonaut.api.entities import ItemRating
from genonaut.api.repositories.rating_repository import RatingRepository
from genonaut.api.services.deletion_service import DeletionService
from genonaut.api.services.rating_service import RatingService
from genonaut.content.viewer import EVERYTHING
from genonaut.counting.engine import fold, refresh
from genonaut.db.counts import RATING, build_counts
from genonaut.db.session import Database
from genonaut.errors import NotFoundError
from tests.support.effort import effort
from tests.support.recount import differences
from tests.support.rows import add_items, add_user, run, scalar
from tests.support.servers import empty
from tests.support.viewers import EYES, MEMBERS

if TYPE_CHECKING:
    from sqlalchemy import Connection

pytestmark = pytest.mark.both_servers

USERS = st.sampled_from(MEMBERS)
VALUES = st.integers(1, 5)
MODULI = st.integers(1, 4)
SOURCES = st.sampled_from(["items", "auto"])
RECOUNT = """
    SELECT item.id, count(value), avg(value)::float8, max(value) FILTER (WHERE user_id = %s::uuid)
    FROM content_items_all AS item LEFT JOIN ratings ON content_id = item.id GROUP BY item.id"""


class Rating(RuleBasedStateMachine):
    """One connection rates, deletes, hides and gives away, and looks after each step."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        empty(self.database)
        build_counts(self.database, "test")
        self.connection: Connection = self.database.engine.connect()
        self.session = Session(self.connection)
        self.chance = Random(1)
        self.deleted: list[tuple[int, UUID]] = []

    @initialize()
    def begin(self) -> None:
        for user in MEMBERS:
            add_user(self.connection, f"user {user.int}", str(user))
            add_items(self.connection, str(user), 2)
            add_items(self.connection, str(user), 1, "auto", visibility="private")

    def some_item(self) -> tuple[Any, ...] | None:
        items = "SELECT id, creator_id, visibility FROM content_items_all ORDER BY id"
        found = run(self.connection, items)
        return self.chance.choice(found) if found else None

    @rule(user=USERS, value=VALUES)
    def rate(self, user: UUID, value: int) -> None:
        if not (item := self.some_item()):
            return
        item_id, creator, visibility = item
        rater = EYES[{1: "ada", 2: "bo", 3: "cy"}[user.int]]
        is_there = scalar(self.connection, "SELECT count(*) FROM users WHERE id = %s", user)
        if is_there and rater.may_see(visibility, creator):
            service = RatingService(self.session)
            assert service.rate(rater, item_id, user, value).rating == value
        else:
            with pytest.raises(NotFoundError):
                RatingService(self.session).rate(rater, item_id, user, value)

    @rule(user=USERS)
    def take_away(self, user: UUID) -> None:
        if item := self.some_item():
            found = RatingService(self.session).take_away(EVERYTHING, item[0], user)
            assert found.rating is None

    @rule(value=VALUES, modulus=MODULI)
    def change_many(self, value: int, modulus: int) -> None:
        run(
            self.connection,
            "UPDATE ratings SET value = %s WHERE content_id %% %s = 0",
            value,
            modulus,
        )

    @rule(visibility=st.sampled_from(["public", "private"]), modulus=MODULI)
    def show_or_hide(self, visibility: str, modulus: int) -> None:
        changed = "UPDATE content_items_all SET visibility = %s WHERE id %% %s = 0"
        run(self.connection, changed, visibility, modulus)

    @rule(user=USERS, modulus=MODULI)
    def give_away(self, user: UUID, modulus: int) -> None:
        if scalar(self.connection, "SELECT count(*) FROM users WHERE id = %s", user):
            changed = "UPDATE content_items_all SET creator_id = %s WHERE id %% %s = 0"
            run(self.connection, changed, user, modulus)

    @rule(source=SOURCES, modulus=MODULI)
    def move(self, source: str, modulus: int) -> None:
        changed = "UPDATE content_items_all SET source_type = %s WHERE id %% %s = 0"
        run(self.connection, changed, source, modulus)

    @rule()
    def delete(self) -> None:
        if item := self.some_item():
            item_id, creator, _ = item
            DeletionService(self.session).delete(EVERYTHING, item_id, creator)
            self.deleted.append((item_id, creator))

    @rule()
    def undo(self) -> None:
        if self.deleted:
            item_id, creator = self.deleted.pop()
            deletions = DeletionService(self.session)
            if deletions.undoable(item_id, creator):
                deletions.undo(item_id, creator)

    @rule(user=USERS)
    def delete_user(self, user: UUID) -> None:
        run(self.connection, "DELETE FROM users WHERE id = %s", user)

    @rule()
    def fold(self) -> None:
        fold(self.session, RATING)

    @rule()
    def refresh(self) -> None:
        assert refresh(self.session, RATING, "test").rows_wrong == 0

    @invariant()
    def the_count_is_true(self) -> None:
        assert differences(self.session) == []

    @invariant()
    def what_is_shown_is_true(self) -> None:
        for rater in (None, *MEMBERS):
            rows = run(self.connection, RECOUNT, rater)
            shown = RatingRepository(self.session).of_items([row[0] for row in rows], rater)
            assert list(shown.values()) == [
                ItemRating(item_id, own, mean, number) for item_id, number, mean, own in rows
            ]

    def teardown(self) -> None:
        self.session.close()
        self.connection.rollback()
        self.connection.close()


@pytest.mark.sampled(1)
@effort(short=4, long=60, variable="GENONAUT_EXAMPLES")
def test_every_number_is_true(database: Database, effort: int) -> None:
    machine = type("RatingHere", (Rating,), {"database": database})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=effort,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_raters_of_one_item_do_not_wait_for_each_other(database: Database) -> None:
    """Nor do those who rate it anew, while its creator changes another thing about it."""
    ada, bo, cy = (UUID(add_user(database, name)) for name in ("ada", "bo", "cy"))
    [item_id] = add_items(database, str(cy))
    for value in (3, 4):
        with database.engine.connect() as first, database.engine.connect() as second:
            second.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
            RatingService(Session(first)).rate(EVERYTHING, item_id, ada, value)
            seen = RatingService(Session(second)).rate(EVERYTHING, item_id, bo, value + 1)
            assert seen.rating == value + 1, "it did not wait"
            run(second, "UPDATE content_items_all SET title = 'x' WHERE id = %s", item_id)
            second.commit()
            first.commit()
    with database.transaction() as session:
        assert differences(session) == []
        found = RatingService(session).get(EVERYTHING, item_id, None)
    assert (found.rating_mean, found.rating_count) == (4.5, 2)


def test_a_rating_of_what_is_hidden_meanwhile_is_refused(database: Database) -> None:
    """The rater waits for the change of who may see it, and then sees no item."""
    ada, bo = (UUID(add_user(database, name)) for name in ("ada", "bo"))
    [item_id] = add_items(database, str(ada))
    with database.engine.connect() as hiding:
        run(hiding, "UPDATE content_items_all SET visibility = 'private' WHERE id = %s", item_id)
        with database.transaction() as session:
            run(session, "SET LOCAL lock_timeout = '50ms'")
            with pytest.raises(Exception, match="lock timeout"):
                RatingService(session).rate(EYES["visitor"], item_id, bo, 1)
            session.rollback()
        hiding.commit()
    with database.transaction() as session, pytest.raises(NotFoundError):
        RatingService(session).rate(EYES["visitor"], item_id, bo, 1)


def test_a_deletion_that_is_undone_brings_the_ratings_back(database: Database) -> None:
    ada, bo, cy = (UUID(add_user(database, name)) for name in ("ada", "bo", "cy"))
    [item_id] = add_items(database, str(ada))
    everything = "SELECT * FROM ratings ORDER BY user_id"
    with database.transaction() as session:
        for user, value in ((ada, 5), (bo, 2), (cy, 1)):
            RatingService(session).rate(EVERYTHING, item_id, user, value)
    before = run(database, everything)
    with database.transaction() as session:
        DeletionService(session).delete(EVERYTHING, item_id, ada)
        assert run(session, everything) == []
        run(session, "DELETE FROM users WHERE id = %s", cy)
        DeletionService(session).undo(item_id, ada)
        assert differences(session) == []
    assert run(database, everything) == [row for row in before if row[2] != cy]
