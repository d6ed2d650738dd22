"""One stream: what it was told, and what it has yet to be sent, which is never a queue."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from fastapi import Request

from genonaut.api.http.peers import abort_connection
from genonaut.api.http.server_counts import Question
from genonaut.api.live.events import BEGIN, HEARTBEAT, STALE, counts_event, stale_event
from genonaut.api.live.figures import EVENTS, LiveFigures
from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.people.identity import Identity

HEARTBEAT_SECONDS: Final = 15.0
SLOW_SECONDS: Final = 10.0
"""For which a client may leave unread what fills the connection."""
_COMMENT: Final = ""


class Stream:
    """What one page is told. Of each kind of event only the newest waits to be sent.

    `questions` are whose counts it wants, by the names of their events; `identity` is who it is.
    """

    def __init__(
        self,
        request: Request,
        identity: Identity | None,
        questions: Mapping[str, Question],
        figures: LiveFigures,
    ) -> None:
        self.request, self.identity, self.questions = request, identity, questions
        self._figures = figures
        self._told: dict[str, ViewerCounts] = {}
        self._waiting: dict[str, bytes] = {_COMMENT: BEGIN}
        self._wake = asyncio.Event()
        self._is_stale = self._is_ended = False
        self._sent_at = time.monotonic()
        self._sending_since: float | None = None

    def tell(self, told: Mapping[Question, ViewerCounts]) -> None:
        """Have it sent what differs from what it was told before."""
        # Replicas are asked in turn, and one may be behind another: a stream never goes back.
        newer = {
            event: told[question]
            for event, question in self.questions.items()
            if question in told and not self._knows_later(event, told[question])
        }
        for event, counts in newer.items():
            if self._is_stale or _shown(counts) != _shown(self._told.get(event)):
                self._put(event, counts_event(event, counts))
            self._told[event] = counts
        if newer:
            self._is_stale = False

    def _knows_later(self, event: str, counts: ViewerCounts) -> bool:
        last = self._told.get(event)
        return last is not None and counts.as_of < last.as_of

    def tell_stale(self) -> None:
        """Have it sent, once, that the database cannot be asked."""
        if not self._is_stale and self._told:
            self._is_stale = True
            self._put(STALE, stale_event(min(counts.as_of for counts in self._told.values())))

    def beat(self, now: float) -> None:
        """Have it sent something if it was sent nothing for some time."""
        if now - self._sent_at >= HEARTBEAT_SECONDS:
            self._put(_COMMENT, HEARTBEAT)

    def _put(self, event: str, written: bytes) -> None:
        if self._is_ended:
            return
        self._waiting.pop(event, None)  # behind those that came since
        self._waiting[event] = written
        self._wake.set()

    async def next(self) -> bytes:
        """What is to be sent now; nothing at the end."""
        while not self._waiting and not self._is_ended:
            self._wake.clear()
            await self._wake.wait()
        written = b"".join(self._waiting.values())
        self._figures.add(EVENTS, len(self._waiting.keys() - {_COMMENT}))
        self._waiting.clear()
        return written

    @contextmanager
    def sending(self) -> Iterator[None]:
        """While a piece is on its way to the connection, which may be full."""
        self._sending_since = time.monotonic()
        yield
        self._sent_at, self._sending_since = time.monotonic(), None

    def drop_if_slow(self, now: float) -> None:
        """End the connection if its client does not read."""
        if self._sending_since is not None and now - self._sending_since >= SLOW_SECONDS:
            abort_connection(self.request.scope["state"])

    def end(self) -> None:
        """Send nothing more, and end; at once if the client does not read."""
        self._is_ended = True
        self._waiting.clear()
        self._wake.set()
        if self._sending_since is not None:
            abort_connection(self.request.scope["state"])


def _shown(counts: ViewerCounts | None) -> tuple[object, ...]:
    """What of counts a page shows but the moment, which is another one each time."""
    if counts is None:
        return ()
    return (
        counts.user_regular_count,
        counts.user_auto_count,
        counts.community_regular_count,
        counts.community_auto_count,
        counts.source,
        counts.verified_at,
    )
