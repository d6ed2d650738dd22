"""The routes of the pages."""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, FastAPI, Path, Request, Response

from genonaut.api.routes.uploads import take_upload
from genonaut.api.schemas.values import Id, as_uuid
from genonaut.config import Settings
from genonaut.errors import NotFoundError
from genonaut.web.docs import router as docs_routes
from genonaut.web.media import router as media_routes
from genonaut.web.page_route import PageRoute, make_web, web
from genonaut.web.page_view import DeletionsDep, PageViewDep
from genonaut.web.security import FormDep, own_page, see
from genonaut.web.state import GALLERY, read_choice, read_state
from genonaut.web.viewer import ViewerDep, remember_viewer
from genonaut.web.views.gallery import gallery_context
from genonaut.web.views.item import gone_context, item_context
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
    app.include_router(router)


@router.get("/")
def home() -> Response:
    """Redirect to the gallery."""
    return see(GALLERY)


@router.get("/gallery")
def gallery(view: PageViewDep) -> Response:
    """The gallery."""
    if view.state.creator:
        return see(view.state.url())
    return view.render(gallery_context(view))


@router.get("/gallery/creators/{user_id}")
def creator(view: PageViewDep, user_id: UUID) -> Response:
    """A creator's items."""
    return view.render(gallery_context(view.of_creator(user_id)))


@router.get("/gallery/choose")
def choose(request: Request) -> Response:
    """Where the options form goes: to the clean address of what was chosen."""
    return see(read_choice(request.query_params).url())


@router.get("/gallery/stats")
def stats(view: PageViewDep) -> Response:
    """The gallery's growth."""
    return view.render(stats_context(view))


@router.get(UPLOAD)
def upload(request: Request, view: PageViewDep) -> Response:
    """The form that sends pictures."""
    return view.render(upload_context(request.app.state.uploads.limits, view.viewer))


@router.post(UPLOAD)
async def send(request: Request) -> Response:
    """What became of the pictures that the form sent, in a browser without script."""
    results = await take_upload(request)
    limits = request.app.state.uploads.limits
    return web(request).renderer.response(upload_context(limits, results=results))


@router.get("/gallery/items/{item_id}")
def item(view: PageViewDep, item_id: ItemId) -> Response:
    """An item."""
    with suppress(NotFoundError):
        return view.render(item_context(view, view.services.content.get_item(item_id)))
    return view.render(gone_context(view, item_id), 404)


@router.post("/gallery/items/{item_id}/delete")
def delete(deletions: DeletionsDep, chosen: ViewerDep, item_id: ItemId, form: FormDep) -> Response:
    """Delete one of the viewer's own items, and offer to undo it."""
    deletions.delete(item_id, chosen)
    return see(read_state(form).url(more=[(DELETED, item_id)]))


@router.post("/gallery/items/{item_id}/undo")
def undo(deletions: DeletionsDep, chosen: ViewerDep, item_id: ItemId, form: FormDep) -> Response:
    """Restore a deleted item."""
    deletions.undo(item_id, chosen)
    return see(read_state(form).url(more=[(RESTORED, item_id)]))


@router.post("/gallery/viewer")
def choose_viewer(request: Request, form: FormDep) -> Response:
    """View the same page as another user."""
    if not request.app.state.settings.gallery.viewing_as:
        raise NotFoundError("No viewer can be chosen here: `gallery.viewing-as` is off.")
    response = see(own_page(form.get("back", "")))
    remember_viewer(request, response, as_uuid(form.get("user", "")))
    return response


@router.get("/gallery/{path:path}")
def nothing(path: str) -> Response:
    """A page for every address that does not exist."""
    raise NotFoundError(f"There is nothing at /gallery/{path}.")
