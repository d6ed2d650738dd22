"""Live numbers: all streams of a process are told by one query a second what has changed.

So a stream costs the database nothing, and writers notice none of it: nothing is sent from their
transactions. While no stream is open, there is no query.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Final

import structlog
from fastapi import Request

from genonaut.api.http.counts_reader import CountsReader
from genonaut.api.http.identities import Identities, get_identity
from genonaut.api.http.peers import address_of
from genonaut.api.http.positions import wanted_position
from genonaut.api.http.server_counts import Question
from genonaut.api.live.figures import OPEN, READS, SECONDS, LiveFigures
from genonaut.api.live.places import Places
from genonaut.api.live.response import EventStream
from genonaut.api.live.stream import Stream
from genonaut.config import ApiSettings
from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.errors import DatabaseError, OverloadedError
from genonaut.people.addresses import limited_address
from genonaut.people.identity import Identity

PAUSE_SECONDS: Final = 1.0
"""From the end of one query to the next."""
CHECK_SECONDS: Final = 5.0
"""After which it is looked up again whether those who are signed in still are."""

log = structlog.stdlib.get_logger(__name__)


class LiveStreams:
    """The streams of one application."""

    def __init__(
        self,
        reader: CountsReader,
        identities: Identities,
        settings: ApiSettings,
        figures: LiveFigures,
    ) -> None:
        self._reader, self._identities, self._figures = reader, identities, figures
        self._places = Places(settings.live_streams, settings.live_streams_of_one)
        self._streams: set[Stream] = set()
        self._asking: asyncio.Task[None] | None = None
        self._checked_at = time.monotonic()
        self._is_ending = False

    async def open(self, request: Request, questions: Mapping[str, Question]) -> EventStream:
        """A stream of the counts that are asked for, by the names of their events.

        Raises:
            NotFoundError: there are no streams here.
            OverloadedError: too many are open, or the process is about to end.
            TooManyStreamsError: the sender has too many.
            DatabaseError: the database cannot be used.
        """
        if self._is_ending:
            raise OverloadedError
        identity = await get_identity(request)
        with ExitStack() as held:
            held.enter_context(self._places.taken(_sender(request, identity)))
            stream = Stream(request, identity, questions, self._figures)
            stream.tell(await self._first(request, questions))
            self._add(stream)
            held.callback(self._remove, stream)
            return EventStream(stream, held.pop_all())

    async def _first(
        self, request: Request, questions: Mapping[str, Question]
    ) -> Mapping[Question, ViewerCounts]:
        """The counts as they are now, also those that have to be counted."""
        wanted = wanted_position(request)
        found = await self._reader.read_all(questions.values(), wanted)
        others = [one for one in questions.values() if one not in found]
        return {**found, **{one: await self._reader.read(*one, wanted) for one in others}}

    def _add(self, stream: Stream) -> None:
        self._streams.add(stream)
        self._figures.add(OPEN, 1)
        if self._asking is None:
            self._asking = asyncio.create_task(self._keep_asking())

    def _remove(self, stream: Stream) -> None:
        self._streams.discard(stream)
        self._figures.add(OPEN, -1)

    async def _keep_asking(self) -> None:
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            if not self._streams:
                self._asking = None
                return
            try:
                await self._ask()
            except Exception:
                log.exception("live numbers: unexpected error")

    async def _ask(self) -> None:
        now = time.monotonic()
        for stream in self._streams:
            stream.drop_if_slow(now)
        try:
            told = await self._read()
            # Afterwards: so a sender who lost a right before a commit is not told of that commit.
            unknown = await self._check(now)
        except DatabaseError as error:
            log.debug("live numbers: the database cannot be asked", detail=str(error))
            told, unknown = {}, {*self._streams}
        for stream in self._streams:
            if stream in unknown:
                stream.tell_stale()
            else:
                stream.tell(told)
            stream.beat(now)

    async def _read(self) -> Mapping[Question, ViewerCounts]:
        wanted = {one for stream in self._streams for one in stream.questions.values()}
        started = time.perf_counter()
        found = await self._reader.read_all(wanted) if wanted else {}
        self._figures.add(READS, 1)
        self._figures.add(SECONDS, time.perf_counter() - started)
        return found

    async def _check(self, now: float) -> set[Stream]:
        """End the streams of senders who are not the same any more. Those about whom it is unknown.

        That is one query for all of them.
        """
        if now < self._checked_at + CHECK_SECONDS:
            return set()
        known = [(stream, stream.identity) for stream in self._streams if stream.identity]
        asked = [self._identities.is_still(stream.request, who) for stream, who in known]
        try:
            still = await asyncio.gather(*asked)
        except DatabaseError:
            return {stream for stream, _ in known}
        self._checked_at = now
        for (stream, _), is_still in zip(known, still, strict=True):
            if not is_still:
                stream.end()
        return set()

    def end(self) -> None:
        """End all streams, and open no more: the process is about to end."""
        self._is_ending = True
        for stream in self._streams:
            stream.end()

    async def close(self) -> None:
        """End what is still running."""
        self.end()
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait({self._asking})


def streams_of(request: Request) -> LiveStreams:
    """Those of the application that answers a request."""
    streams: LiveStreams = request.app.state.live
    return streams


def _sender(request: Request, identity: Identity | None) -> str:
    if identity is not None and identity.user_id is not None:
        return str(identity.user_id)
    return limited_address(address_of(request))
