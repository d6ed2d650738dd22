"""Totals: from the counts where they know, else counted as far as time allows, and never false."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, create_engine, event

from genonaut.api.gallery.query import GalleryPage, GalleryQuery
from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings
from genonaut.content.viewer import EVERYTHING
from genonaut.db.gen_source_counts import CountsPolicy
from genonaut.db.session import Database
from tests.support.api import running_api
from tests.support.galleries import (
    ADA,
    COMBINATIONS,
    UNIFIED,
    asked,
    expected_ids,
    fill,
    ids,
    read,
)
from tests.support.plans import plans
from tests.support.rows import add_items


@pytest.fixture(autouse=True)
def gallery(database: Database) -> None:
    fill(database)


def giving_up_after(settings: Settings, seconds: float) -> Settings:
    return settings.model_copy(
        update={
            "gallery": settings.gallery.model_copy(update={"count_timeout_seconds": seconds}),
            "stats": settings.stats.model_copy(update={"live_count_timeout_seconds": seconds}),
        }
    )


@pytest.fixture
def impatient(settings: Settings) -> Settings:
    """Gives up counting after 20 milliseconds."""
    return giving_up_after(settings, 0.02)


@pytest.fixture
def patient(settings: Settings) -> Settings:
    """Finishes counting, even on a busy machine."""
    return giving_up_after(settings, 60)


def build(database: Database) -> None:
    with database.transaction() as session:
        ContentRepository(session).refresh_gen_source_stats()


@contextmanager
def in_the_way_of_counting(database: Database) -> Iterator[None]:
    """A lock on the items, until a reader has given up and continues without the count."""
    with database.engine.connect() as other:
        other.exec_driver_sql("LOCK TABLE content_items, content_items_auto")

        def go_away(_connection: Connection, _name: str, _context: Any) -> None:
            other.rollback()

        event.listen(database.engine, "rollback_savepoint", go_away)
        try:
            yield
        finally:
            event.remove(database.engine, "rollback_savepoint", go_away)


def page(database: Database, settings: Settings, **query: Any) -> GalleryPage:
    with database.snapshot() as session:
        before = session.connection().exec_driver_sql("SHOW statement_timeout").scalar_one()
        service = GalleryService(session, settings.gallery, CountsPolicy.of(settings.stats))
        found = service.page(EVERYTHING, GalleryQuery(**query))
        after = session.connection().exec_driver_sql("SHOW statement_timeout").scalar_one()
    assert after == before, "the transaction goes on as it was"
    return found


def total(found: GalleryPage) -> tuple[int, int, bool]:
    told = found.pagination
    return told.total_count, told.total_pages, told.total_is_estimate


def test_a_count_that_takes_too_long_is_given_up_and_the_page_is_whole(
    database: Database, impatient: Settings, patient: Settings
) -> None:
    build(database)
    with in_the_way_of_counting(database):
        found = page(database, impatient, search="prompt", page_size=30)
    assert total(found) == (31, 2, True), "those on the page, and one behind them"
    assert len(found.items) == 30
    assert found.pagination.has_next
    assert total(page(database, patient, search="prompt", page_size=30)) == (75, 3, False)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"page": 2, "page_size": 30}, (61, 3, True)),
        ({"page": 3, "page_size": 30}, (75, 3, False)),
        ({"page": 4, "page_size": 30}, (1, 1, True)),
        ({"page_size": 100}, (75, 1, False)),
        ({"backward": True, "page_size": 30}, (31, 2, True)),
        ({"backward": True, "page_size": 100}, (75, 1, False)),
    ],
    ids=str,
)
def test_a_page_knows_how_many_there_are_at_least(
    database: Database, impatient: Settings, query: dict[str, Any], told: tuple[int, int, bool]
) -> None:
    """If it shows the end, it knows it exactly."""
    build(database)
    with in_the_way_of_counting(database):
        assert total(page(database, impatient, search="prompt", **query)) == told


def test_by_cursor_too(database: Database, impatient: Settings) -> None:
    build(database)
    first = page(database, impatient, search="prompt", page_size=30)
    cursor = first.pagination.next_cursor
    with in_the_way_of_counting(database):
        second = page(database, impatient, search="prompt", page_size=30, cursor=cursor)
    assert total(second) == (32, 2, True), "one before, thirty, and one behind"
    assert (second.pagination.has_previous, second.pagination.has_next) == (True, True)


@pytest.mark.long
def test_what_was_counted_in_time_is_the_bound(database: Database, impatient: Settings) -> None:
    build(database)
    add_items(database, ADA, 30_000, prompt="the sea, " * 100)
    found = page(database, impatient, search='"sea the sea"', page_size=10)
    assert found.pagination.total_is_estimate
    assert 11 <= found.pagination.total_count < 30_000
    assert len(found.items) == 10


def test_counts_that_were_never_built_are_counted_live(
    database: Database, settings: Settings
) -> None:
    found = page(database, settings, user_id=ADA, include_stats=True)
    assert found.stats is not None
    assert found.stats.source == "live"
    assert total(found) == (75, 8, False)


def test_if_that_takes_too_long_the_page_goes_without(
    database: Database, impatient: Settings
) -> None:
    with in_the_way_of_counting(database):
        found = page(database, impatient, include_stats=True)
    assert found.stats is None
    assert total(found) == (11, 2, True)
    assert len(found.items) == 10


def test_totals_of_sources_count_nothing(database: Database, settings: Settings) -> None:
    build(database)
    with database.snapshot() as session:
        query = GalleryQuery(page_size=5)
        executed = plans(
            session, lambda: GalleryService(session, settings.gallery).page(EVERYTHING, query)
        )
    reading_items = [plan for plan in executed if plan.tables & {"content_items_auto"}]
    assert len(reading_items) == 1, "only the page itself"
    assert reading_items[0].root["Actual Rows"] == 6, "five, and one to see that there are more"


def test_a_page_that_takes_too_long_is_a_504(settings: Settings, database: Database) -> None:
    options = {"options": "-c statement_timeout=100 -c timezone=UTC"}
    impatient = Database(
        database.url, create_engine(database.url, connect_args=options), is_embedded=False
    )
    build(database)
    with running_api(settings, impatient) as client:
        with database.engine.connect() as other:
            other.exec_driver_sql("LOCK TABLE content_items")
            answer = client.get(UNIFIED)
            assert (answer.status_code, answer.json()["error"]) == (504, "database_timeout")
            assert answer.json()["detail"] == "The database took longer than the time limit."
        assert client.get(UNIFIED).status_code == 200
    impatient.engine.dispose()


@pytest.mark.parametrize("switches", COMBINATIONS, ids=str)
def test_search_and_sources_together(
    client: httpx.Client, database: Database, switches: Sequence[str]
) -> None:
    build(database)
    with database.transaction() as session:
        listed = expected_ids(session, switches, ADA)
        found = session.connection().exec_driver_sql(
            "SELECT id FROM content_items_all WHERE title ILIKE 'sea'"
        )
        sea = set(found.scalars())
    expected = [item_id for item_id in listed if item_id in sea]
    page = read(client, asked(switches, ADA, search_term="Sea", page_size=100))
    assert ids([page]) == expected
    assert page["pagination"]["total_count"] == len(expected)
