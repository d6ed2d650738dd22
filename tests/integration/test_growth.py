"""The numbers of the stats page, against plain SQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from genonaut.api.repositories.growth_repository import (
    CHART_POINTS,
    Creator,
    GrowthPoint,
    GrowthRepository,
)
from genonaut.content.viewer import EVERYTHING, VISITOR
from genonaut.db.counts import GEN_SOURCE, PRIVATE_SOURCE, refresh_count
from genonaut.db.session import Database
from tests.support.rows import run, scalar
from tests.support.site import ITEMS, USERS, fill


def record(database: Database, outcome: str, moment: datetime, regular: int) -> None:
    """One refresh of the gallery's counts, as the worker would have recorded it."""
    totals = "{}" if outcome == "failed" else f'{{"regular": {regular}, "auto": {regular * 2}}}'
    sql = """
        INSERT INTO gen_source_refreshes
            (started_at, duration_seconds, requested_by, outcome, rows_checked, totals)
        VALUES (:moment, 0.5, 'a test', :outcome, 7, CAST(:totals AS jsonb))
    """
    point = """
        INSERT INTO growth_points (at, regular, auto, private_regular, private_auto)
        SELECT :moment, :regular, :auto, 2, 3
    """
    with database.transaction() as session:
        session.execute(text(sql), {"moment": moment, "outcome": outcome, "totals": totals})
        if outcome != "failed":
            given = {"moment": moment, "regular": regular, "auto": 2 * regular}
            session.execute(text(point), given)


def test_the_largest_creators_are_those_of_the_content(database: Database) -> None:
    fill(database)
    with database.transaction() as session:  # in the ledger, and not folded yet
        session.execute(
            text("DELETE FROM content_items WHERE creator_id = :id"), {"id": USERS["ada"]}
        )
    with database.snapshot() as session:
        found = GrowthRepository(session).largest_creators(EVERYTHING)
    made = {"bo": ITEMS["bo"], "ada": (0, ITEMS["ada"][1]), "cy": ITEMS["cy"]}
    assert found == [Creator(UUID(USERS[name]), name, *made[name]) for name in made]


def test_a_refresh_adds_a_point_of_both_counts(database: Database) -> None:
    fill(database)
    run(database, "UPDATE content_items_auto SET visibility = 'private' WHERE id % 2 = 0")
    refresh_count(database, GEN_SOURCE, "a test")
    refresh_count(database, PRIVATE_SOURCE, "a test")
    built, now = run(
        database,
        "SELECT regular, auto, private_regular, private_auto FROM growth_points ORDER BY id",
    )
    hidden = scalar(
        database, "SELECT count(*) FROM content_items_auto WHERE visibility = 'private'"
    )
    assert (*built, *now) == (21, 24, 0, 0, 21, 24, 0, hidden)


def test_totals_come_from_the_refreshes_that_did_not_fail(database: Database) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for hour, outcome in enumerate(["built", "failed", "exact", "repaired"]):
        record(database, outcome, start + timedelta(hours=hour), 10 + hour)
    with database.snapshot() as session:
        growth = GrowthRepository(session)
        totals = growth.totals(EVERYTHING)
        public = growth.totals(VISITOR)
        outcomes = [row.outcome for row in growth.refreshes()]
    assert totals == [
        GrowthPoint(start + timedelta(hours=h), 10 + h, 2 * (10 + h)) for h in (0, 2, 3)
    ]
    assert public == [replace(one, regular=one.regular - 2, auto=one.auto - 3) for one in totals]
    assert outcomes == ["repaired", "exact", "failed", "built"]


def test_many_refreshes_are_thinned_evenly(database: Database) -> None:
    start, many = datetime(2026, 1, 1, tzinfo=UTC), 1000
    sql = """
        INSERT INTO growth_points (at, regular, auto, private_regular, private_auto)
        SELECT :start + number * interval '1 hour', number, number, 0, 0
        FROM generate_series(1, :many) AS number
    """
    with database.transaction() as session:
        session.execute(text(sql), {"start": start, "many": many})
    with database.snapshot() as session:
        found = [row.regular for row in GrowthRepository(session).totals(EVERYTHING)]
    assert found[0] == 1
    assert found[-1] == many
    assert CHART_POINTS / 2 <= len(found) <= CHART_POINTS + 2
    assert found == sorted(found)


def test_an_empty_gallery_has_no_growth(database: Database) -> None:
    with database.snapshot() as session:
        growth = GrowthRepository(session)
        assert (
            growth.totals(EVERYTHING),
            growth.refreshes(),
            growth.largest_creators(EVERYTHING),
        ) == ([], [], [])
