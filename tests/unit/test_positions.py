"""Positions in the log: how they are written, and when a replica has what a reader wants."""

from datetime import UTC, datetime, timedelta

import pytest

from genonaut.db.positions import NEVER, Marks, Position

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
PAGE = 0x5001 * 8192
SEGMENT = 7 << 24


@pytest.mark.parametrize("position", [Position(1, 0x1BEB608), Position(12, 0xA_0000_0001)])
def test_a_position_is_read_as_it_is_written(position: Position) -> None:
    assert Position.read(str(position)) == position


def test_a_position_of_postgresql_itself_is_of_any_timeline() -> None:
    assert Position.read("0/1BEB608") == Position(0, 0x1BEB608)
    assert Position(3, 0x1BEB608).has(Position.read("0/1BEB608"))


@pytest.mark.parametrize(
    "text", ["", "1", "1:", "x:0/1", "1:0/1/2", "1:0/123456789", "٣:0/1", "-1"]
)
def test_what_is_no_position_is_reached_by_no_replica(text: str) -> None:
    assert Position.read(text) == NEVER
    assert not Position(99, 2**63).has(Position.read(text))


def test_a_replica_has_what_it_has_replayed() -> None:
    assert Position(1, 100).has(Position(1, 100))
    assert not Position(1, 100).has(Position(1, 101))


def test_a_replica_that_missed_a_promotion_has_nothing_of_the_new_timeline() -> None:
    assert not Position(1, 200).has(Position(2, 150))
    assert Position(2, 150).has(Position(1, 100))


@pytest.mark.parametrize(("at", "gap"), [(PAGE, 24), (SEGMENT, 40)])
def test_a_header_is_not_waited_for(at: int, gap: int) -> None:
    assert Position(1, at).has(Position(1, at + gap))


@pytest.mark.parametrize(
    ("at", "gap"),
    [(PAGE + 8, 24), (PAGE, 40), (PAGE, 32), (PAGE, 8), (SEGMENT, 48), (SEGMENT + 8192, 40)],
)
def test_what_may_be_a_commit_is_waited_for(at: int, gap: int) -> None:
    assert not Position(1, at).has(Position(1, at + gap))


def test_a_replica_is_as_of_the_newest_moment_whose_position_it_has_reached() -> None:
    marks = Marks()
    for second in range(5):
        moment = NOON + timedelta(seconds=second)
        marks.add(moment, Position(1, 1000 + 100 * second), asked=0.0)
    assert marks.as_of(Position(1, 1250), None) == NOON + timedelta(seconds=2)
    assert marks.as_of(Position(1, 1399), NOON) == NOON + timedelta(seconds=3)


def test_a_commit_that_was_replayed_is_newer_than_the_marks_before_it() -> None:
    marks = Marks()
    marks.add(NOON, Position(1, 1000), asked=0.0)
    commit = NOON + timedelta(milliseconds=300)
    assert marks.as_of(Position(1, 1010), commit) == commit


def test_of_a_replica_that_has_reached_no_mark_and_no_commit_nothing_is_known() -> None:
    marks = Marks()
    marks.add(NOON, Position(1, 1000), asked=0.0)
    assert marks.as_of(Position(1, 900), None) is None
