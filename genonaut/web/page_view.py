"""A request for a page: what it is made from, gathered once."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import QueryParams

from genonaut.api.entities import Item
from genonaut.api.http.dependencies import SessionDep, SnapshotDep
from genonaut.api.http.identities import IdentityDep
from genonaut.api.http.viewer import ViewerDep, can_choose_viewer
from genonaut.api.repositories.growth_repository import GrowthRepository
from genonaut.api.repositories.listed_items import listed_items
from genonaut.api.services.album_details import AlbumDetails
from genonaut.api.services.album_service import AlbumService
from genonaut.api.services.bookmark_service import BookmarkService
from genonaut.api.services.content_service import ContentService
from genonaut.api.services.deletion_service import DeletionService
from genonaut.api.services.duplicate_service import DuplicateService
from genonaut.api.services.gallery_service import GalleryService
from genonaut.api.services.place_service import PlaceService
from genonaut.api.services.tag_lists import TagLists
from genonaut.api.services.tag_service import TagService
from genonaut.api.services.user_service import UserService
from genonaut.content.viewer import Viewer as Eyes
from genonaut.people.searches import Searches
from genonaut.web.albums.contexts import OwnersContext
from genonaut.web.contexts import Context, Viewer
from genonaut.web.images import Pictures, pictures_of
from genonaut.web.page_route import Web, web
from genonaut.web.state import GalleryState, read_state
from genonaut.web.viewer import ChosenDep, viewer_among, viewer_of

OPTIONS: Final = "genonaut_options"
"""The cookie by which a column of options that was closed stays so: see options.js."""


@dataclass(frozen=True, slots=True)
class PageServices:
    """Everything that a page reads from. On one snapshot, so that its parts agree."""

    gallery: GalleryService
    content: ContentService
    tags: TagService
    users: UserService
    growth: GrowthRepository
    deletions: DeletionService
    duplicates: DuplicateService
    searches: Callable[[UUID], Searches]
    lists: TagLists
    bookmarks: BookmarkService
    albums: AlbumService
    places: PlaceService
    details: AlbumDetails
    items: Callable[[Eyes, Collection[int]], Mapping[int, Item]]
    pictures: Callable[[Sequence[Item]], Pictures]


@dataclass(frozen=True, slots=True)
class PageView:
    """What a page is made from: the services, the parameters and the state in its URL, the viewer.

    `eyes` are those for which it is made; `viewer` says who that is. `state` is read from
    `parameters`, which have more: what was just done to an item. `options_open` is what a script
    keeps in a cookie: whether a wide page begins with its column of options.
    """

    services: PageServices
    parameters: QueryParams
    state: GalleryState
    viewer: Viewer
    eyes: Eyes
    web: Web
    options_open: bool

    def render(self, context: Context | OwnersContext, status: int = 200) -> Response:
        """The page."""
        return self.web.renderer.response(context, status)

    def of_creator(self, user_id: UUID) -> "PageView":
        """The same, of one creator's items."""
        return self.within(creator=str(user_id))

    def within(self, **filters: Any) -> "PageView":  # noqa: ANN401 - any of the state's
        """The same, of a list that has a page of its own."""
        return replace(self, state=replace(self.state, **filters))


def get_view(
    request: Request,
    session: SnapshotDep,
    eyes: ViewerDep,
    chosen: ChosenDep,
    identity: IdentityDep,
) -> PageView:
    """The view for a request, on a snapshot."""
    services = _services(request, session, eyes, chosen)
    state = read_state(request.query_params)
    viewer = viewer_of(request, identity)
    if can_choose_viewer(request.app.state.settings):
        back = state.url(request.url.path)
        viewer = viewer_among(services.users, services.growth, eyes, chosen, back)
    if viewer.user_id:
        number = services.bookmarks.number(eyes, viewer.user_id)
        viewer = replace(viewer, favourites=number)
    is_open = request.cookies.get(OPTIONS) != "closed"
    return PageView(services, request.query_params, state, viewer, eyes, web(request), is_open)


def _services(request: Request, session: Session, eyes: Eyes, chosen: UUID | None) -> PageServices:
    settings, policy = request.app.state.settings, request.app.state.counts_policy
    return PageServices(
        gallery=GalleryService(session, settings.gallery, policy),
        content=ContentService(session, policy),
        tags=TagService(session),
        users=UserService(session),
        growth=GrowthRepository(session),
        deletions=DeletionService(session),
        duplicates=DuplicateService(session, eyes, chosen),
        searches=partial(Searches, session),
        lists=TagLists(session, settings.gallery),
        bookmarks=BookmarkService(session),
        albums=AlbumService(session),
        places=PlaceService(session),
        details=AlbumDetails(session),
        items=partial(listed_items, session),
        pictures=partial(pictures_of, session, web(request).library),
    )


def get_deletions(session: SessionDep) -> DeletionService:
    """For requests that change something, in a transaction that commits before the response."""
    return DeletionService(session)


PageViewDep = Annotated[PageView, Depends(get_view)]
DeletionsDep = Annotated[DeletionService, Depends(get_deletions)]
