"""Counts, totals and pages, compared with plain SQL on one snapshot after the other."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from math import ceil
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.gallery.query import GalleryQuery, SwitchName
from genonaut.api.services.content_service import ContentService
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings
from genonaut.content.viewer import EVERYTHING
from genonaut.db.gen_source_counts import CountsPolicy
from genonaut.db.session import Database
from tests.support.galleries import SWITCHES, expected_ids, read_forward
from tests.support.recount import differences
from tests.support.rows import run, scalar
from tests.support.waiting import PATIENCE_SECONDS, wait_until

PAGE = 25
LISTS: tuple[Sequence[SwitchName], ...] = (SWITCHES, SWITCHES[:2], SWITCHES[1:3], SWITCHES[3:], ())
ITEMS = "SELECT count(*) FROM content_items_all"
FOUR = f"""
    SELECT ({ITEMS} WHERE source_type = 'items' AND creator_id = %s),
           ({ITEMS} WHERE source_type = 'auto' AND creator_id = %s),
           ({ITEMS} WHERE source_type = 'items'), ({ITEMS} WHERE source_type = 'auto')"""


@contextmanager
def agreeing_throughout(database: Database, settings: Settings) -> Iterator[list[int]]:
    """Compare from before the `with` begins until after its end; the numbers of items seen."""
    done, seen = threading.Event(), list[int]()
    with ThreadPoolExecutor(1) as threads:
        judge = threads.submit(_compare_until, done, seen, database, settings)
        try:
            _wait_for_more(seen, judge)
            yield seen
            _wait_for_more(seen, judge)
        finally:
            done.set()
        judge.result(PATIENCE_SECONDS)


def _compare_until(
    done: threading.Event, seen: list[int], database: Database, settings: Settings
) -> None:
    while not done.is_set():
        with database.snapshot() as session:
            seen.append(compare(session, settings))


def _wait_for_more(seen: list[int], judge: Future[None]) -> None:
    # The one that was on its way began before.
    enough = len(seen) + 2
    wait_until(lambda: len(seen) >= enough or judge.done(), "all was compared")


def compare(session: Session, settings: Settings) -> int:
    """Every count, and every page of several lists, for every viewer; returns how many items."""
    assert differences(session) == []
    policy = CountsPolicy.of(settings.stats)
    gallery = GalleryService(session, settings.gallery, policy)
    for viewer in (None, *(user for (user,) in run(session, "SELECT id FROM users"))):
        told = ContentService(session, policy).counts(EVERYTHING, viewer)
        mine = (told.user_regular_count, told.user_auto_count)
        everyones = (told.community_regular_count, told.community_auto_count)
        assert [mine + everyones] == run(session, FOUR, viewer, viewer)
        for switches in LISTS:
            _compare_list(gallery, session, viewer, switches)
    return int(scalar(session, ITEMS))


def _compare_list(
    gallery: GalleryService, session: Session, viewer: UUID | None, switches: Sequence[SwitchName]
) -> None:
    expected = expected_ids(session, switches, str(viewer) if viewer else None)
    query = GalleryQuery(frozenset(switches), viewer, page_size=PAGE)
    pages = list(read_forward(gallery, query))
    assert [item.id for page in pages for item in page.items] == expected
    for page in pages:
        told = page.pagination
        assert (told.total_count, told.total_is_estimate) == (len(expected), False)
        assert told.total_pages == ceil(len(expected) / PAGE)
