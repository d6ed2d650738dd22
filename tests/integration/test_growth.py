"""The numbers of the stats page, against plain SQL."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from genonaut.api.repositories.growth_repository import (
    CHART_POINTS,
    Creator,
    GrowthPoint,
    GrowthRepository,
)
from genonaut.db.session import Database
from tests.support.site import ITEMS, USERS, fill


def record(database: Database, outcome: str, moment: datetime, regular: int) -> None:
    """One refresh of the gallery's counts, as the worker would have recorded it."""
    totals = "{}" if outcome == "failed" else f'{{"regular": {regular}, "auto": {regular * 2}}}'
    sql = """
        INSERT INTO gen_source_refreshes
            (started_at, duration_seconds, requested_by, outcome, rows_checked, totals)
        VALUES (:moment, 0.5, 'a test', :outcome, 7, CAST(:totals AS jsonb))
    """
    with database.transaction() as session:
        session.execute(text(sql), {"moment": moment, "outcome": outcome, "totals": totals})


def test_the_largest_creators_are_those_of_the_content(database: Database) -> None:
    fill(database)
    with database.transaction() as session:  # in the ledger, and not folded yet
        session.execute(
            text("DELETE FROM content_items WHERE creator_id = :id"), {"id": USERS["ada"]}
        )
    with database.snapshot() as session:
        found = GrowthRepository(session).largest_creators()
    made = {"bo": ITEMS["bo"], "ada": (0, ITEMS["ada"][1]), "cy": ITEMS["cy"]}
    assert found == [Creator(UUID(USERS[name]), name, *made[name]) for name in made]


def test_totals_come_from_the_refreshes_that_did_not_fail(database: Database) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for hour, outcome in enumerate(["built", "failed", "exact", "repaired"]):
        record(database, outcome, start + timedelta(hours=hour), 10 + hour)
    with database.snapshot() as session:
        growth = GrowthRepository(session)
        totals = growth.totals()
        outcomes = [row.outcome for row in growth.refreshes()]
    assert totals == [
        GrowthPoint(start + timedelta(hours=h), 10 + h, 2 * (10 + h)) for h in (0, 2, 3)
    ]
    assert outcomes == ["repaired", "exact", "failed", "built"]


def test_many_refreshes_are_thinned_evenly(database: Database) -> None:
    start, many = datetime(2026, 1, 1, tzinfo=UTC), 1000
    sql = """
        INSERT INTO gen_source_refreshes
            (started_at, duration_seconds, requested_by, outcome, totals)
        SELECT :start + number * interval '1 hour', 0.1, 'a test', 'exact',
               jsonb_build_object('regular', number, 'auto', number)
        FROM generate_series(1, :many) AS number
    """
    with database.transaction() as session:
        session.execute(text(sql), {"start": start, "many": many})
    with database.snapshot() as session:
        found = [row.regular for row in GrowthRepository(session).totals()]
    assert found[0] == 1
    assert found[-1] == many
    assert CHART_POINTS / 2 <= len(found) <= CHART_POINTS + 2
    assert found == sorted(found)


def test_an_empty_gallery_has_no_growth(database: Database) -> None:
    with database.snapshot() as session:
        growth = GrowthRepository(session)
        assert (growth.totals(), growth.refreshes(), growth.largest_creators()) == ([], [], [])
