"""Pages of the gallery for many requests at once: requests for the same page share a reading."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.http.coalescing import Coalescer
from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.api.schemas.gallery import GalleryOut
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings
from genonaut.content.viewer import Viewer
from genonaut.db.gen_source_counts import CountsPolicy
from genonaut.db.positions import Origin, Position
from genonaut.db.replica import Replica, ReplicaLostError
from genonaut.db.replicas import origin_of, suits
from genonaut.db.session import Database

Wanted = Position | None
"""What a reader wants the page to have at least."""


@dataclass(frozen=True, slots=True)
class Question:
    """For whose eyes, and which page; and from which replica, or from the primary."""

    viewer: Viewer
    query: GalleryQuery
    replica: Replica | None


@dataclass(frozen=True, slots=True)
class Page:
    """A page as JSON, and where it was read."""

    body: bytes
    origin: Origin | None


class GalleryReader:
    """Reads pages, each page for the same viewer one at a time, and different ones side by side.

    A request gets a page that was read from a snapshot taken after the request came: it never
    joins a reading that has begun. Viewers with different rights never share one, nor do requests
    at different servers.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        limiter: ConnectionLimiter,
        search_limiter: ConnectionLimiter,
        policy: CountsPolicy,
    ) -> None:
        self._database = database
        self._settings = settings.gallery
        self._limiter = limiter
        self._search_limiter = search_limiter
        self._policy = policy
        self._asked: dict[Question, tuple[Coalescer[Wanted, Page | None], int]] = {}

    async def read(
        self, viewer: Viewer, query: GalleryQuery, at_least: Position | None = None
    ) -> bytes:
        """A page as JSON, which has everything up to the position `at_least`.

        Raises:
            GenonautError: the page cannot be read, or there is none like that.
        """
        replicas = self._database.replicas
        replica = replicas.next(at_least) if replicas else None
        page = await self._share(Question(viewer, query, replica), at_least)
        if page is None or not suits(page.origin, at_least):
            page = await self._share(Question(viewer, query, None), None)
        assert page is not None  # noqa: S101 - only a replica may have none
        return page.body

    async def _share(self, question: Question, wanted: Wanted) -> Page | None:
        coalescer, waiting = self._asked.get(question) or (self._coalescer(question), 0)
        self._asked[question] = coalescer, waiting + 1
        try:
            return await coalescer.get(wanted)
        finally:
            self._leave(question)

    def _coalescer(self, question: Question) -> Coalescer[Wanted, Page | None]:
        return Coalescer(partial(self._read, question))

    def _leave(self, question: Question) -> None:
        coalescer, waiting = self._asked.pop(question)
        if waiting > 1:
            self._asked[question] = coalescer, waiting - 1

    async def _read(self, question: Question, wanted: Sequence[Wanted]) -> Page | None:
        async with AsyncExitStack() as held:
            if question.query.search.strip():
                await held.enter_async_context(self._search_limiter.slot())
            await held.enter_async_context(self._limiter.slot())
            return await run_in_threadpool(self._page, question, wanted)

    def _page(self, question: Question, wanted: Sequence[Wanted]) -> Page | None:
        replicas = self._database.replicas
        if question.replica is None or replicas is None:
            with self._database.snapshot() as session:
                return self._page_of(session, question)
        try:
            with replicas.reading(question.replica) as session_there:
                if session_there is None:
                    return None
                origin = origin_of(session_there)
                if not any(suits(origin, one) for one in wanted):
                    return None
                return self._page_of(session_there, question)
        except ReplicaLostError:
            return None

    def _page_of(self, session: Session, question: Question) -> Page:
        service = GalleryService(session, self._settings, self._policy)
        page = GalleryOut.model_validate(service.page(question.viewer, question.query))
        return Page(page.model_dump_json().encode(), origin_of(session))

    async def close(self) -> None:
        """Cancel the requests that wait."""
        for coalescer, _ in [*self._asked.values()]:
            await coalescer.close()
