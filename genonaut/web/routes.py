"""The pages' doors."""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Request, Response

from genonaut.api.schemas.values import Id, as_uuid
from genonaut.config import Settings
from genonaut.errors import NotFoundError
from genonaut.web.docs import router as docs_routes
from genonaut.web.media import router as image_routes
from genonaut.web.page_route import PageRoute, make_web, web
from genonaut.web.page_services import DeletionsDep, PageServicesDep
from genonaut.web.security import FormDep, own_page, require_same_origin, see
from genonaut.web.state import GALLERY, read_choice, read_state
from genonaut.web.viewer import ViewerDep, remember_viewer
from genonaut.web.views.gallery import gallery_context
from genonaut.web.views.item import item_context
from genonaut.web.views.notices import DELETED, RESTORED, notice_of
from genonaut.web.views.parts import viewer_of
from genonaut.web.views.stats import stats_context

router = APIRouter(route_class=PageRoute, include_in_schema=False)

ItemId = Annotated[Id, Path()]
OursOnly = Depends(require_same_origin)


def add_pages(app: FastAPI, settings: Settings) -> None:
    """Make the pages part of an application."""
    app.state.web = make_web(settings)
    app.include_router(docs_routes)
    app.include_router(image_routes)
    app.include_router(router)


@router.get("/")
def home() -> Response:
    """The gallery is what people come for."""
    return see(GALLERY)


@router.get("/gallery")
def gallery(request: Request, services: PageServicesDep, chosen: ViewerDep) -> Response:
    """The gallery."""
    state = read_state(request.query_params)
    viewer = viewer_of(services, request.app.state.settings, chosen, state.url())
    notice = notice_of(request.query_params, services, viewer, state)
    context = gallery_context(services, web(request).pictures, viewer, state, notice)
    return web(request).renderer.answer(context)


@router.get("/gallery/choose")
def choose(request: Request) -> Response:
    """Where the options form goes: to the clean address of what was chosen."""
    return see(read_choice(request.query_params).url())


@router.get("/gallery/stats")
def stats(request: Request, services: PageServicesDep, chosen: ViewerDep) -> Response:
    """The gallery's growth."""
    viewer = viewer_of(services, request.app.state.settings, chosen, "/gallery/stats")
    return web(request).renderer.answer(stats_context(services, viewer))


@router.get("/gallery/items/{item_id}")
def item(
    request: Request, services: PageServicesDep, chosen: ViewerDep, item_id: ItemId
) -> Response:
    """An item."""
    state = read_state(request.query_params)
    back = state.url(f"/gallery/items/{item_id}")
    viewer = viewer_of(services, request.app.state.settings, chosen, back)
    found = services.content.get_item(item_id)
    context = item_context(found, web(request).pictures, viewer, state)
    return web(request).renderer.answer(context)


@router.post("/gallery/items/{item_id}/delete", dependencies=[OursOnly])
def delete(deletions: DeletionsDep, chosen: ViewerDep, item_id: ItemId, form: FormDep) -> Response:
    """Delete an item of one's own, and offer to undo it."""
    deletions.delete(item_id, chosen)
    return see(read_state(form).url(more=[(DELETED, item_id)]))


@router.post("/gallery/items/{item_id}/undo", dependencies=[OursOnly])
def undo(deletions: DeletionsDep, chosen: ViewerDep, item_id: ItemId, form: FormDep) -> Response:
    """Put back what was deleted."""
    deletions.undo(item_id, chosen)
    return see(read_state(form).url(more=[(RESTORED, item_id)]))


@router.post("/gallery/viewer", dependencies=[OursOnly])
def choose_viewer(request: Request, form: FormDep) -> Response:
    """Look as somebody else, at the same page."""
    if not request.app.state.settings.gallery.viewing_as:
        raise NotFoundError("Nobody can be chosen here: `gallery.viewing-as` is off.")
    answer = see(own_page(form.get("back", "")))
    remember_viewer(request, answer, as_uuid(form.get("user", "")))
    return answer


@router.get("/gallery/{path:path}")
def nothing(path: str) -> Response:
    """So that an address that is wrong gets a page."""
    raise NotFoundError(f"There is nothing at /gallery/{path}.")
