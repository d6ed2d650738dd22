"""What routes depend on, by type: a session, a service."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Final

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Depends, Request
from sqlalchemy.orm import Session

from genonaut.api.http.counts_reader import CountsReader
from genonaut.api.http.gallery_reader import GalleryReader
from genonaut.api.http.identities import ActorDep
from genonaut.api.http.origins import SAFE
from genonaut.api.http.positions import is_for_replicas, wanted_position
from genonaut.api.monitoring.health import HealthService
from genonaut.api.monitoring.metrics import MetricsService
from genonaut.api.services.content_service import ContentService
from genonaut.api.services.gallery_service import GalleryService
from genonaut.api.services.suggestion_service import SuggestionService
from genonaut.api.services.tag_lists import TagLists
from genonaut.api.services.tag_service import TagService
from genonaut.api.services.user_service import UserService
from genonaut.people.audit import Action, Actor, record
from genonaut.people.identity import OPEN

SEARCHES: Final = ("search_term", "search", "q")
"""The parameters of the API and of the pages that make a request a search."""


async def wait_for_slot(request: Request) -> AsyncIterator[None]:
    """A slot at the database for as long as the session below lives; a search needs two."""
    state = request.app.state
    async with AsyncExitStack() as held:
        if any(request.query_params.get(name, "").strip() for name in SEARCHES):
            await held.enter_async_context(state.search_limiter.slot())
        await held.enter_async_context(state.limiter.slot())
        yield


# Scope "function": the transaction ends before the response is sent. So once a client has the
# response, the change is visible; if the commit fails, that client gets the error.
Slot = Annotated[None, Depends(wait_for_slot, scope="function")]


async def get_snapshot(request: Request, _slot: Slot) -> AsyncIterator[Session]:
    """For requests that only read, and whose parts must agree with one another.

    What visitors may read may come from a replica. What is about accounts comes from the primary.
    """
    database = request.app.state.database
    if database.replicas is None or not is_for_replicas(request):
        async with _ended_in_a_thread(database.snapshot()) as session:
            yield session
        return
    opening = database.reading(wanted_position(request))
    async with _ended_in_a_thread(opening, begins_here=False) as session:
        yield session


async def get_session(request: Request, _slot: Slot) -> AsyncIterator[Session]:
    """The request's only transaction: it commits here and nowhere else.

    A request that cannot change anything gets a snapshot, which a standby can give it as well.
    """
    if request.method in SAFE:
        async with asynccontextmanager(get_snapshot)(request, _slot) as session:
            yield session
        return
    async with _ended_in_a_thread(request.app.state.database.transaction()) as session:
        yield session


@asynccontextmanager
async def _ended_in_a_thread(
    opening: AbstractContextManager[Session], *, begins_here: bool = True
) -> AsyncIterator[Session]:
    """A session that begins here, since it connects at its first statement, and ends in a thread.

    The framework would change to a thread for the beginning as well. One that connects at once
    begins in a thread.
    """
    own = CapacityLimiter(1)  # so that the end never waits for what other requests do in threads
    if begins_here:
        session = opening.__enter__()
    else:
        session = await run_sync(opening.__enter__, limiter=own)
    try:
        yield session
    except Exception as error:
        end = partial(opening.__exit__, type(error), error, error.__traceback__)
        if not await run_sync(end, limiter=own):
            raise
    else:
        await run_sync(partial(opening.__exit__, None, None, None), limiter=own)


SessionDep = Annotated[Session, Depends(get_session, scope="function")]
SnapshotDep = Annotated[Session, Depends(get_snapshot, scope="function")]


# The functions below only create objects. They are asynchronous nevertheless: a synchronous one
# costs a change of threads, which takes longer than the rest of a request.


async def get_content_service(request: Request, session: SessionDep) -> ContentService:
    """The content service, with the application's policy about counts."""
    return ContentService(session, request.app.state.counts_policy)


async def get_counts_reader(request: Request) -> CountsReader:
    """The application's reader of the four counts. No session: it has a connection of its own."""
    reader: CountsReader = request.app.state.counts_reader
    return reader


def get_gallery_reader(request: Request) -> GalleryReader:
    """The application's reader of pages. No session: it opens one for all requests of a page."""
    reader: GalleryReader = request.app.state.gallery_reader
    return reader


async def get_gallery_service(request: Request, session: SnapshotDep) -> GalleryService:
    """The gallery service, on a snapshot."""
    state = request.app.state
    return GalleryService(session, state.settings.gallery, state.counts_policy)


async def get_tag_service(session: SessionDep) -> TagService:
    """The tag service."""
    return TagService(session)


async def get_suggestion_service(session: SnapshotDep) -> SuggestionService:
    """What is suggested while one types, on a snapshot."""
    return SuggestionService(session)


async def get_tag_lists(request: Request, session: SnapshotDep) -> TagLists:
    """Lists of tags, on a snapshot."""
    return TagLists(session, request.app.state.settings.gallery)


async def get_user_service(session: SessionDep) -> UserService:
    """The user service."""
    return UserService(session)


@dataclass(frozen=True, slots=True)
class Recorder:
    """Records who did what, in the request's transaction; nothing where there are no accounts."""

    session: Session
    actor: Actor

    def record(self, action: Action, subject: str) -> None:
        """Add an entry."""
        if self.actor.via != OPEN.via:
            record(self.session, self.actor, action, subject)


async def get_recorder(session: SessionDep, actor: ActorDep) -> Recorder:
    """For what a request does to items and tags."""
    return Recorder(session, actor)


async def get_health_service(request: Request) -> HealthService:
    """The application's health service. No session: the database may be what fails."""
    service: HealthService = request.app.state.health
    return service


async def get_metrics_service(request: Request) -> MetricsService:
    """The application's metrics. No session, for the same reason."""
    service: MetricsService = request.app.state.metrics
    return service


ContentServiceDep = Annotated[ContentService, Depends(get_content_service)]
CountsReaderDep = Annotated[CountsReader, Depends(get_counts_reader)]
GalleryServiceDep = Annotated[GalleryService, Depends(get_gallery_service)]
TagListsDep = Annotated[TagLists, Depends(get_tag_lists)]
TagServiceDep = Annotated[TagService, Depends(get_tag_service)]
SuggestionServiceDep = Annotated[SuggestionService, Depends(get_suggestion_service)]
RecorderDep = Annotated[Recorder, Depends(get_recorder)]
UserServiceDep = Annotated[UserService, Depends(get_user_service)]
HealthServiceDep = Annotated[HealthService, Depends(get_health_service)]
MetricsServiceDep = Annotated[MetricsService, Depends(get_metrics_service)]
