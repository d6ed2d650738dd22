"""The routes of the pages."""

from contextlib import suppress
from typing import Annotated, get_args
from uuid import UUID

from fastapi import APIRouter, FastAPI, Path, Request, Response

from genonaut.api.http.access import MEMBER, PUBLIC, VISITOR
from genonaut.api.http.dependencies import (
    ContentServiceDep,
    CountsReaderDep,
    RecorderDep,
    SuggestionServiceDep,
)
from genonaut.api.http.identities import KnownIdentityDep
from genonaut.api.http.positions import wanted_position
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.routes.searching import Number, Typed
from genonaut.api.routes.uploads import take_upload
from genonaut.api.schemas.content import StatsOut
from genonaut.api.schemas.searching import SuggestionsOut
from genonaut.api.schemas.values import Id
from genonaut.config import Settings
from genonaut.content.ids import as_uuid
from genonaut.db.schema import Visibility
from genonaut.errors import InvalidRequestError, NotFoundError
from genonaut.web import live_route, routes_duplicates, routes_facets, routes_ratings, security
from genonaut.web.albums import routes_albums, routes_favourites, routes_shared
from genonaut.web.albums import routes_links as album_links
from genonaut.web.api_images import router as api_image_routes
from genonaut.web.bulk import routes as routes_bulk
from genonaut.web.docs import router as docs_routes
from genonaut.web.media import router as media_routes
from genonaut.web.page_route import PageRoute, make_web, web
from genonaut.web.page_view import DeletionsDep, PageView, PageViewDep
from genonaut.web.people import (
    routes_account,
    routes_audit,
    routes_links,
    routes_oidc,
    routes_searches,
    routes_sessions,
    routes_signing_in,
    routes_tags,
    routes_tokens,
    routes_user,
    routes_users,
)
from genonaut.web.routes_item_tags import router as item_tag_routes
from genonaut.web.search_box import SUGGESTIONS
from genonaut.web.searching import KEEPS_SEARCH
from genonaut.web.security import FormDep, own_page, see
from genonaut.web.state import GALLERY, read_choice, read_state
from genonaut.web.viewer import ChosenDep, remember_viewer, viewer_of
from genonaut.web.views.gallery import gallery_context
from genonaut.web.views.item import gone_context, item_context
from genonaut.web.views.live import ONCE
from genonaut.web.views.parts import DELETED, RESTORED
from genonaut.web.views.stats import stats_context
from genonaut.web.views.upload import UPLOAD, upload_context

router = APIRouter(route_class=PageRoute, include_in_schema=False)

ItemId = Annotated[Id, Path()]


def add_pages(app: FastAPI, settings: Settings) -> None:
    """Make the pages part of an application."""
    app.state.web = make_web(settings)
    app.include_router(docs_routes)
    app.include_router(media_routes)
    app.include_router(api_image_routes)
    for pages in (
        *(routes_signing_in, routes_links),
        *(routes_account, routes_sessions, routes_tokens, routes_searches),
        *(routes_users, routes_user, routes_audit, routes_tags),
        *(routes_oidc, routes_facets, routes_bulk, live_route),
        *(routes_ratings, routes_duplicates),
        *(routes_favourites, routes_albums, album_links, routes_shared),
    ):
        app.include_router(pages.router)
    app.include_router(routes_shared.pictures)
    app.include_router(item_tag_routes)
    app.include_router(router)


@router.get("/", dependencies=[PUBLIC])
def home() -> Response:
    """Redirect to the gallery."""
    return see(GALLERY)


@router.get("/gallery", dependencies=[VISITOR, KEEPS_SEARCH])
def gallery(view: PageViewDep) -> Response:
    """The gallery."""
    if view.state.has_own_page:
        return see(view.state.url())
    return _render(view)


@router.get("/gallery/creators/{user_id}", dependencies=[VISITOR, KEEPS_SEARCH])
def creator(view: PageViewDep, user_id: UUID) -> Response:
    """A creator's items."""
    return _render(view.of_creator(user_id))


def _render(view: PageView) -> Response:
    context = gallery_context(view)
    return view.render(context, 422 if context.search.messages else 200)


@router.get("/gallery/choose", dependencies=[PUBLIC, KEEPS_SEARCH])
def choose(request: Request) -> Response:
    """Where the options form goes: to the clean address of what was chosen."""
    return see(read_choice(request.query_params).url())


@router.get("/gallery/stats", dependencies=[VISITOR])
def stats(view: PageViewDep) -> Response:
    """The gallery's growth."""
    return view.render(stats_context(view))


@router.get(UPLOAD, dependencies=[MEMBER])
def upload(request: Request, view: PageViewDep) -> Response:
    """The form that sends pictures."""
    return view.render(upload_context(request.app.state.uploads.limits, view.viewer))


@router.post(UPLOAD, dependencies=[MEMBER])
async def send(request: Request, eyes: ViewerDep, identity: KnownIdentityDep) -> Response:
    """What became of the pictures that the form sent, in a browser without script."""
    results = await take_upload(request, eyes, identity)
    limits, viewer = request.app.state.uploads.limits, viewer_of(request, identity)
    return web(request).renderer.response(upload_context(limits, viewer, results))


@router.get("/gallery/items/{item_id}", dependencies=[VISITOR])
def item(view: PageViewDep, item_id: ItemId) -> Response:
    """An item."""
    with suppress(NotFoundError):
        return view.render(item_context(view, view.services.content.get_item(view.eyes, item_id)))
    return view.render(gone_context(view, item_id), 404)


@router.post("/gallery/items/{item_id}/delete", dependencies=[MEMBER])
def delete(
    deletions: DeletionsDep,
    eyes: ViewerDep,
    chosen: ChosenDep,
    identity: KnownIdentityDep,
    recorder: RecorderDep,
    item_id: ItemId,
    form: FormDep,
) -> Response:
    """Delete one of the viewer's own items, and offer to undo it."""
    any_item = identity.is_admin and identity.user_id is not None
    deletions.delete(eyes, item_id, chosen, any_item=any_item)
    recorder.record("item-deleted", str(item_id))
    return see(read_state(form).url(more=[(DELETED, item_id)]))


@router.post("/gallery/items/{item_id}/undo", dependencies=[MEMBER])
def undo(
    deletions: DeletionsDep,
    chosen: ChosenDep,
    recorder: RecorderDep,
    item_id: ItemId,
    form: FormDep,
) -> Response:
    """Restore a deleted item."""
    deletions.undo(item_id, chosen)
    recorder.record("item-restored", str(item_id))
    return see(read_state(form).url(more=[(RESTORED, item_id)]))


@router.post("/gallery/items/{item_id}/visibility", dependencies=[MEMBER])
def set_visibility(
    content: ContentServiceDep, eyes: ViewerDep, item_id: ItemId, form: FormDep
) -> Response:
    """Make an item public, or private to its creator and admins."""
    wanted = form.get("visibility", "")
    found = next((one for one in get_args(Visibility) if one == wanted), None)
    if found is None:
        raise InvalidRequestError("`visibility` is wrong: it is `public` or `private`.")
    content.set_visibility(eyes, item_id, found)
    return see(read_state(form).url(f"{GALLERY}/items/{item_id}"))


@router.get(GALLERY + ONCE, dependencies=[VISITOR])
async def counts(
    request: Request, reader: CountsReaderDep, eyes: ViewerDep, user_id: UUID | None = None
) -> Response:
    """The four counts for the script of a page that is viewed as a user: it has that cookie."""
    read = await reader.read(eyes, user_id, wanted_position(request))
    found = StatsOut.model_validate(read)
    return Response(found.model_dump_json(), media_type="application/json", headers=security.PAGE)


@router.get(GALLERY + SUGGESTIONS, dependencies=[VISITOR])
def suggest(
    service: SuggestionServiceDep, eyes: ViewerDep, q: Typed = "", limit: Number = 8
) -> Response:
    """Suggestions for the same."""
    found = SuggestionsOut.model_validate({"suggestions": service.suggest(eyes, q, limit)})
    return Response(found.model_dump_json(), media_type="application/json", headers=security.PAGE)


@router.post("/gallery/viewer", dependencies=[PUBLIC])
def choose_viewer(request: Request, form: FormDep) -> Response:
    """View the same page as another user."""
    if not request.app.state.settings.gallery.viewing_as:
        raise NotFoundError("No viewer can be chosen here: `gallery.viewing-as` is off.")
    response = see(own_page(form.get("back", "")))
    remember_viewer(request, response, as_uuid(form.get("user", "")))
    return response


@router.get("/gallery/{path:path}", dependencies=[VISITOR])
def nothing(path: str) -> Response:
    """A page for every address that does not exist."""
    raise NotFoundError(f"There is nothing at /gallery/{path}.")
