"""A shared album, for every client that has its secret link: pages, and pictures below it."""

from contextlib import suppress
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from genonaut.api.entities import Item
from genonaut.api.http.access import PUBLIC
from genonaut.api.http.dependencies import SessionDep
from genonaut.api.http.guesses import guesses_of
from genonaut.api.routes.shared_albums import NOT_TOLD
from genonaut.api.schemas.values import Id
from genonaut.api.services.album_service import AlbumService
from genonaut.api.services.sharing_service import SharingService
from genonaut.errors import NotFoundError
from genonaut.library.thumbnails import WIDTHS
from genonaut.pictures import draw
from genonaut.web import security
from genonaut.web.albums.contexts import SharedGoneContext, StrangersContext
from genonaut.web.albums.head import SHARED
from genonaut.web.albums.shared import (
    PAGE,
    PER_PAGE,
    PLACE,
    SharedPage,
    shared_context,
    shared_item_context,
)
from genonaut.web.albums.shared_pictures import clean_response
from genonaut.web.images import Pictures, Which, download_name, pictures_of
from genonaut.web.media import OpenFileResponse
from genonaut.web.page_route import MediaRoute, PageRoute, web
from genonaut.web.state import read_number

LARGEST_PLACE: Final = 1_000_000
_PAGE: Final = security.PAGE | NOT_TOLD
_PICTURE: Final = security.PICTURE | NOT_TOLD | {"Cache-Control": security.ASK_AGAIN}

router = APIRouter(prefix=f"{SHARED}/{{token}}", route_class=PageRoute, include_in_schema=False)
pictures = APIRouter(prefix=router.prefix, route_class=MediaRoute, include_in_schema=False)

Token = Annotated[str, Path()]
ItemId = Annotated[Id, Path()]


def get_shared(request: Request, session: SessionDep, token: Token) -> SharedPage:
    """The album behind a link.

    Raises:
        NotFoundError: the link leads nowhere.
        TooManyAttemptsError: too many that lead nowhere came from there.
    """
    sharing = SharingService(session)
    with guesses_of(request):
        shared = sharing.find(token)
    return SharedPage(shared, f"{SHARED}/{token}", AlbumService(session), sharing)


SharedDep = Annotated[SharedPage, Depends(get_shared)]


def get_page(request: Request, session: SessionDep, token: Token) -> SharedPage | None:
    """The same for a page, which says it itself if there is none."""
    with suppress(NotFoundError):
        return get_shared(request, session, token)
    return None


PageDep = Annotated[SharedPage | None, Depends(get_page)]


@router.get("", dependencies=[PUBLIC])
def shared_album(request: Request, session: SessionDep, page: PageDep) -> Response:
    """The album, some pictures at a time."""
    if page is None:
        return _gone(request)
    at = min(max(read_number(request.query_params.get(PAGE, "")), 1), LARGEST_PLACE)
    items, number = page.items((at - 1) * PER_PAGE, PER_PAGE)
    shown = pictures_of(session, web(request).library, items)
    return _page(request, shared_context(page, shown, items, number, at))


@router.get("/items/{item_id}", dependencies=[PUBLIC])
def shared_item(request: Request, session: SessionDep, page: PageDep, item_id: ItemId) -> Response:
    """A picture of it, with ways to those beside it."""
    near = min(read_number(request.query_params.get(PLACE, "")), LARGEST_PLACE)
    with suppress(NotFoundError):
        if page is not None:
            return _page(request, _item(request, session, page, item_id, near))
    return _gone(request)


@pictures.get("/pictures/{item_id}.svg", dependencies=[PUBLIC])
def shared_drawing(page: SharedDep, item_id: ItemId) -> Response:
    """The drawing that stands in for a picture. No word of a prompt is in it."""
    item = page.sharing.picture(page.shared, item_id)
    drawing = draw(item.id, item.prompt)
    return Response(drawing, media_type="image/svg+xml", headers=_PICTURE)


@pictures.get("/files/{item_id}/download", dependencies=[PUBLIC])
def shared_original(
    request: Request, session: SessionDep, page: SharedDep, item_id: ItemId
) -> Response:
    """The original file, to be saved; if the link shows prompts, which are in it."""
    if not page.shared.with_prompts:
        raise NotFoundError("This album shows its pictures only.")
    item, shown = _picture(request, session, page, item_id)
    found = shown.open(item, "full", WIDTHS[-1], web(request).demand)
    if found is None:
        raise NotFoundError("This picture has no file.")
    return OpenFileResponse(found, _PICTURE, download_name(item, found.image.media_type))


@pictures.get("/files/{item_id}/{which}", dependencies=[PUBLIC])
def shared_file(
    request: Request, session: SessionDep, page: SharedDep, item_id: ItemId, which: Which
) -> Response:
    """A picture. Without prompts, never the file itself, nor one that a program made with it."""
    kept = web(request)
    item, shown = _picture(request, session, page, item_id)
    if page.shared.with_prompts and (found := shown.open(item, which, WIDTHS[-1], kept.demand)):
        return OpenFileResponse(found, _PICTURE)
    made = clean_response(item, shown, which, kept.demand, kept.clean)
    made.headers.update(_PICTURE)
    return made


def _picture(
    request: Request, session: Session, page: SharedPage, item_id: int
) -> tuple[Item, Pictures]:
    item = page.sharing.picture(page.shared, item_id)
    return item, pictures_of(session, web(request).library, [item])


def _item(
    request: Request, session: Session, page: SharedPage, item_id: int, near: int
) -> StrangersContext:
    item = page.sharing.picture(page.shared, item_id)
    place = page.place_of(item_id, near)
    around = page.items(max(place - 2, 0), 3)[0] if place else [item]
    shown = pictures_of(session, web(request).library, [item, *around])
    return shared_item_context(page, item, place, around, shown)


def _page(request: Request, context: StrangersContext, status: int = 200) -> Response:
    return HTMLResponse(web(request).renderer.html(context), status, _PAGE)


def _gone(request: Request) -> Response:
    return _page(request, SharedGoneContext(), 404)
