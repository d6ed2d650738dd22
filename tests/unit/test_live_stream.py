"""A stream: what it is sent and what not, in which order, and what waits for a slow reader."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import Request
from prometheus_client import CollectorRegistry

from genonaut.api.live.events import BEGIN, HEARTBEAT
from genonaut.api.live.figures import EVENTS, LiveFigures
from genonaut.api.live.places import Places
from genonaut.api.live.stream import HEARTBEAT_SECONDS, SLOW_SECONDS, Stream
from genonaut.content.viewer import VISITOR
from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.errors import NotFoundError, StreamsFullError, TooManyStreamsError

ADA = UUID(int=1)
OF_ALL, OF_ADA = (VISITOR, None), (VISITOR, ADA)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def counts(regular: int, seconds: float = 0, own: int = 0) -> ViewerCounts:
    return ViewerCounts(
        user_regular_count=own,
        user_auto_count=0,
        community_regular_count=regular,
        community_auto_count=0,
        source="cache",
        as_of=NOON + timedelta(seconds=seconds),
        verified_at=NOON,
    )


class Page:
    """A stream, and what has been sent over it."""

    def __init__(self, *, creator: bool = False) -> None:
        self.aborted = 0
        self.figures = LiveFigures(CollectorRegistry())
        scope: dict[str, Any] = {"type": "http", "state": {"abort": self._abort}}
        questions = {"counts": OF_ALL} | ({"creator": OF_ADA} if creator else {})
        self.stream = Stream(Request(scope), None, questions, self.figures)

    def _abort(self) -> None:
        self.aborted += 1

    async def sent(self) -> list[tuple[str, Any]]:
        """The events that waited: their names and the community's count, or their data."""
        written = (await self.stream.next()).decode()
        found = []
        for block in filter(None, written.split("\n\n")):
            fields = dict(line.split(": ", 1) for line in block.splitlines())
            data = json.loads(fields.get("data", "{}"))
            found.append((fields.get("event", block), data.get("community_regular_count", data)))
        return found

    async def has_nothing(self) -> bool:
        waiting = asyncio.create_task(self.stream.next())
        for _ in range(5):
            await asyncio.sleep(0)
        waiting.cancel()
        return not waiting.done()


def run(test: Callable[[Page], Any], **options: bool) -> None:
    async def main() -> None:
        await test(Page(**options))

    asyncio.run(main())


def test_it_begins_with_all_and_goes_on_with_what_has_changed() -> None:
    async def test(page: Page) -> None:
        page.stream.tell({OF_ALL: counts(5), OF_ADA: counts(9)})
        assert await page.sent() == [(BEGIN.decode().strip(), {}), ("counts", 5)]
        page.stream.tell({OF_ALL: counts(5, seconds=1)})
        assert await page.has_nothing(), "the moment alone is no change"
        page.stream.tell({OF_ALL: counts(6, seconds=2)})
        assert await page.sent() == [("counts", 6)]
        assert page.figures._values[EVENTS] == 2

    run(test)


def test_a_creator_is_told_beside_it_and_each_by_itself() -> None:
    async def test(page: Page) -> None:
        page.stream.tell({OF_ALL: counts(5), OF_ADA: counts(5, own=2)})
        assert [name for name, _ in (await page.sent())[1:]] == ["counts", "creator"]
        page.stream.tell({OF_ALL: counts(5, 1), OF_ADA: counts(5, 1, own=3)})
        assert [name for name, _ in await page.sent()] == ["creator"]

    run(test, creator=True)


def test_of_what_waits_only_the_newest_is_sent() -> None:
    async def test(page: Page) -> None:
        for number in range(1000):
            page.stream.tell({OF_ALL: counts(number, seconds=number)})
        assert await page.sent() == [(BEGIN.decode().strip(), {}), ("counts", 999)]

    run(test)


def test_it_never_goes_back() -> None:
    async def test(page: Page) -> None:
        page.stream.tell({OF_ALL: counts(5, seconds=2)})
        await page.sent()
        page.stream.tell({OF_ALL: counts(4, seconds=1)})
        assert await page.has_nothing()
        page.stream.tell({OF_ALL: counts(5, seconds=4)})
        page.stream.tell({OF_ALL: counts(4, seconds=3)})
        assert await page.has_nothing(), "also if nothing had changed meanwhile"

    run(test)


def test_a_database_that_is_away_is_told_once_and_so_is_its_return() -> None:
    async def test(page: Page) -> None:
        page.stream.tell({OF_ALL: counts(5)})
        await page.sent()
        page.stream.tell_stale()
        page.stream.tell_stale()
        assert await page.sent() == [("stale", {"as_of": NOON.isoformat()})]
        page.stream.tell({OF_ALL: counts(5, seconds=9)})
        assert await page.sent() == [("counts", 5)], "the same, but it is known again"
        page.stream.tell_stale()
        page.stream.tell({OF_ALL: counts(5, seconds=10)})
        page.stream.tell_stale()
        assert [name for name, _ in await page.sent()] == ["counts", "stale"], "in their order"

    run(test)


def test_it_is_sent_something_every_now_and_then() -> None:
    async def test(page: Page) -> None:
        page.stream.tell({OF_ALL: counts(5)})
        await page.sent()
        page.stream.beat(page.stream._sent_at + HEARTBEAT_SECONDS - 1)
        assert await page.has_nothing()
        page.stream.beat(page.stream._sent_at + HEARTBEAT_SECONDS)
        assert await page.stream.next() == HEARTBEAT
        assert page.figures._values[EVENTS] == 1, "a comment is no event"

    run(test)


def test_a_reader_that_does_not_read_is_dropped() -> None:
    async def test(page: Page) -> None:
        with page.stream.sending():
            began = page.stream._sending_since
            assert began is not None
            page.stream.drop_if_slow(began + SLOW_SECONDS - 1)
            assert page.aborted == 0
            page.stream.drop_if_slow(began + SLOW_SECONDS)
            assert page.aborted == 1
        page.stream.drop_if_slow(began + 10 * SLOW_SECONDS)
        assert page.aborted == 1, "it has read"

    run(test)


def test_what_is_ended_is_sent_nothing_more() -> None:
    async def test(page: Page) -> None:
        page.stream.tell({OF_ALL: counts(5)})
        page.stream.end()
        page.stream.tell({OF_ALL: counts(6, seconds=1)})
        assert await page.stream.next() == b""
        assert page.aborted == 0

    run(test)


def test_a_reader_that_does_not_read_does_not_hold_up_the_end() -> None:
    async def test(page: Page) -> None:
        with page.stream.sending():
            page.stream.end()
            assert page.aborted == 1

    run(test)


def test_there_are_so_many_places_and_so_many_for_one() -> None:
    places = Places(3, 2)
    with places.taken("ada"), places.taken("ada"):
        with pytest.raises(TooManyStreamsError), places.taken("ada"):
            pass
        with places.taken("bo"), pytest.raises(StreamsFullError), places.taken("cy"):
            pass
        with places.taken("cy"):
            pass
    assert not places._taken, "and what is free again is forgotten"
    with pytest.raises(NotFoundError), Places(0, 2).taken("ada"):
        pass
