"""A ledger that no worker folds is folded by its readers: in the background, and once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from genonaut.api.services.content_service import ContentService
from genonaut.counting import background
from genonaut.counting.background import BackgroundFold
from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import Fold, fold
from genonaut.counting.runs import build_if_never_built
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.gen_source_counts import CountsPolicy
from genonaut.db.session import Database
from genonaut.errors import DatabaseError
from tests.support.recount import differences
from tests.support.rows import add_items, add_user, scalar
from tests.support.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.both_servers

LONG = 50
READERS = 64
ADA = "00000000-0000-0000-0000-000000000001"


def write(database: Database, statements: int = LONG + 1) -> None:
    """Insert items, each with a statement of its own: so each leaves a row in the ledger."""
    with database.transaction() as session:
        for _ in range(statements):
            add_items(session, ADA)


def read(database: Database, on_long_ledger: Callable[[], None]) -> dict[str, Any]:
    with database.transaction() as session:
        policy = CountsPolicy(fold_after_rows=LONG, on_long_ledger=on_long_ledger)
        return ContentService(session, policy).get_unified_content_stats()


def ledger_rows(database: Database) -> int:
    return int(scalar(database, "SELECT count(*) FROM gen_source_deltas"))


@pytest.fixture
def built(database: Database) -> Database:
    add_user(database, user_id=ADA)
    build_if_never_built(database.transaction, GEN_SOURCE, "test")
    return database


class Gate:
    """A fold that waits at its beginning until it is let through; or fails there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folds = 0
        self.opened = threading.Event()
        self.error: DatabaseError | None = None
        monkeypatch.setattr(background, "fold", self)
        monkeypatch.setattr(background, "PAUSE_SECONDS", 0.0)

    def __call__(self, session: Session, count: CachedCount) -> Fold | None:
        self.folds += 1
        assert self.opened.wait(PATIENCE_SECONDS)
        if self.error:
            raise self.error
        return fold(session, count)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(monkeypatch)


def nobody_folds() -> bool:
    return not [thread for thread in threading.enumerate() if thread.name == "fold"]


def test_many_readers_have_it_folded_once_and_do_not_wait(built: Database, gate: Gate) -> None:
    write(built)
    soon = BackgroundFold(built.transaction, [GEN_SOURCE])
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: read(built, soon), range(READERS)))
    assert {answer["community_regular_count"] for answer in answers} == {LONG + 1}
    assert ledger_rows(built) == LONG + 1, "all have read, and no reader waited for the fold"
    gate.opened.set()
    wait_until(nobody_folds, "the fold is over")
    assert (gate.folds, ledger_rows(built)) == (1, 0)
    assert read(built, soon)["community_regular_count"] == LONG + 1
    with built.transaction() as session:
        assert differences(session) == []


def test_a_short_ledger_is_left_alone(built: Database, gate: Gate) -> None:
    write(built, LONG)
    read(built, BackgroundFold(built.transaction, [GEN_SOURCE]))
    assert gate.folds == 0


def test_the_next_long_ledger_is_folded_as_well(built: Database, gate: Gate) -> None:
    gate.opened.set()
    soon = BackgroundFold(built.transaction, [GEN_SOURCE])
    for turn in (1, 2):
        write(built)
        read(built, soon)
        wait_until(nobody_folds, "the fold is over")
        assert (gate.folds, ledger_rows(built)) == (turn, 0)


def test_a_fold_that_fails_does_no_harm_and_is_retried(built: Database, gate: Gate) -> None:
    gate.opened.set()
    gate.error = DatabaseError("The disk is full.")
    soon = BackgroundFold(built.transaction, [GEN_SOURCE])
    write(built)
    assert read(built, soon)["community_regular_count"] == LONG + 1
    wait_until(nobody_folds, "the fold has failed")
    assert ledger_rows(built) == LONG + 1
    gate.error = None
    read(built, soon)
    wait_until(nobody_folds, "the fold is over")
    assert ledger_rows(built) == 0


def test_the_next_fold_waits_a_little(
    built: Database, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "PAUSE_SECONDS", 3600.0)
    gate.opened.set()
    gate.error = DatabaseError("The disk is full.")
    soon = BackgroundFold(built.transaction, [GEN_SOURCE])
    write(built)
    for _ in range(3):
        read(built, soon)
        wait_until(nobody_folds, "the fold has failed")
    assert gate.folds == 1


def test_a_worker_that_folds_already_is_not_disturbed(built: Database, gate: Gate) -> None:
    gate.opened.set()
    write(built)
    with built.transaction() as worker:
        assert fold(worker, GEN_SOURCE) is not None
        read(built, BackgroundFold(built.transaction, [GEN_SOURCE]))
        wait_until(nobody_folds, "the background has left it to the worker")
        assert gate.folds == 1
    assert ledger_rows(built) == 0
    with built.transaction() as session:
        assert differences(session) == []


def test_a_fold_that_goes_on_failing_is_tried_ever_less(
    built: Database, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a standby: each try writes a line to the log."""
    gate.opened.set()
    gate.error = DatabaseError("The database is read-only.")
    clock = SimpleNamespace(now=1.0)
    clock.monotonic = lambda: clock.now
    monkeypatch.setattr(background, "time", clock)
    monkeypatch.setattr(background, "PAUSE_SECONDS", 1.0)
    soon = BackgroundFold(built.transaction, [GEN_SOURCE])
    tried = []
    for second in range(1, 60):
        clock.now, before = float(second), gate.folds
        soon()
        wait_until(nobody_folds, "the fold has failed")
        tried += [second] * (gate.folds - before)
    assert tried == [1, 3, 7, 15, 31]
