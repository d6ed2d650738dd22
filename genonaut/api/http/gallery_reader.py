"""Pages of the gallery for many requests at once: requests for the same page share a reading."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from fastapi.concurrency import run_in_threadpool

from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.http.coalescing import Coalescer
from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.api.schemas.gallery import GalleryOut
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings
from genonaut.content.viewer import Viewer
from genonaut.db.gen_source_counts import CountsPolicy
from genonaut.db.session import Database

Question = tuple[Viewer, GalleryQuery]
"""For whose eyes, and which page."""


class GalleryReader:
    """Reads pages, each page for the same viewer one at a time, and different ones side by side.

    A request gets a page that was read from a snapshot taken after the request came: it never
    joins a reading that has begun. Viewers with different rights never share one.
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
        self._asked: dict[Question, tuple[Coalescer[Question, bytes], int]] = {}

    async def read(self, viewer: Viewer, query: GalleryQuery) -> bytes:
        """A page as JSON.

        Raises:
            GenonautError: the page cannot be read, or there is none like that.
        """
        question = viewer, query
        coalescer, waiting = self._asked.get(question) or (Coalescer(self._read), 0)
        self._asked[question] = coalescer, waiting + 1
        try:
            return await coalescer.get(question)
        finally:
            self._leave(question)

    def _leave(self, question: Question) -> None:
        coalescer, waiting = self._asked.pop(question)
        if waiting > 1:
            self._asked[question] = coalescer, waiting - 1

    async def _read(self, questions: Sequence[Question]) -> bytes:
        viewer, query = questions[0]  # they are all the same
        async with AsyncExitStack() as held:
            if query.search.strip():
                await held.enter_async_context(self._search_limiter.slot())
            await held.enter_async_context(self._limiter.slot())
            return await run_in_threadpool(self._page, viewer, query)

    def _page(self, viewer: Viewer, query: GalleryQuery) -> bytes:
        with self._database.snapshot() as session:
            page = GalleryService(session, self._settings, self._policy).page(viewer, query)
        return GalleryOut.model_validate(page).model_dump_json().encode()

    async def close(self) -> None:
        """Cancel the requests that wait."""
        for coalescer, _ in [*self._asked.values()]:
            await coalescer.close()
