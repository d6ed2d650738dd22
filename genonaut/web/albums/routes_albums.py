"""Albums: all of a user's, and one with what is in it."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.orm import Session

from genonaut.api.bookmarks.entities import Album, AlbumValues
from genonaut.api.http.access import MEMBER
from genonaut.api.http.dependencies import ContentServiceDep, SessionDep
from genonaut.api.schemas.albums import AlbumChangeIn, AlbumIn
from genonaut.api.services.album_details import AlbumDetails
from genonaut.api.services.album_service import AlbumService
from genonaut.errors import InvalidRequestError
from genonaut.web.albums.head import album_head
from genonaut.web.albums.order import moved
from genonaut.web.albums.owner import Owner, OwnerDep, told
from genonaut.web.albums.shelf import albums_context
from genonaut.web.albums.stars import key_of
from genonaut.web.page_route import PageRoute
from genonaut.web.page_view import PageView, PageViewDep
from genonaut.web.people.forms import Refusal, accepted
from genonaut.web.people.pages import done
from genonaut.web.returning import local_path
from genonaut.web.security import FormDep, see
from genonaut.web.state import ALBUMS, album_page, read_number
from genonaut.web.views.gallery import gallery_context

router = APIRouter(prefix=ALBUMS, route_class=PageRoute, include_in_schema=False)

AlbumId = Annotated[UUID, Path()]
_FIELDS: Final = {"parent_id": "parent"}
"""What the API calls a field, and what the form does."""


@router.get("", dependencies=[MEMBER])
def albums(view: PageViewDep) -> Response:
    """All of the viewer's albums, and the form that creates one."""
    return view.render(albums_context(view))


@router.post("", dependencies=[MEMBER])
async def create(owner: OwnerDep, form: FormDep) -> Response:
    """Create an album, and go to it."""

    async def work() -> Album:
        given = AlbumIn.model_validate(_sent(form, "name", parent_id="parent")).values()
        return await owner.do(
            lambda session: AlbumService(session).add(owner.eyes, owner.user_id, given)
        )

    made = await accepted(work(), "name")
    if isinstance(made, Album):
        return see(done(album_page(str(made.id)), "created"))
    return await _refused(
        owner, made, lambda view, why: view.render(albums_context(view, form, why))
    )


@router.get("/{album_id}", dependencies=[MEMBER])
def album(request: Request, view: PageViewDep, album_id: AlbumId) -> Response:
    """An album: the list of what is in it, below its head."""
    head = album_head(request, view, album_id)
    return view.render(gallery_context(view.within(album=str(album_id)), head))


@router.post("/{album_id}", dependencies=[MEMBER])
async def change(request: Request, owner: OwnerDep, album_id: AlbumId, form: FormDep) -> Response:
    """Change an album's name, description, colour, cover and the album that it is in."""

    async def work() -> Album:
        sent = _sent(form, "name", "color") | {"description": form.get("description", "")}
        sent |= {"color": form.get("color", ""), "parent_id": form.get("parent") or "root"}
        values = AlbumChangeIn.model_validate(sent).values()
        return await owner.do(lambda session: _changed(session, owner, album_id, values, form))

    made = await accepted(work(), "name")
    if isinstance(made, Album):
        return see(done(album_page(str(album_id)), "saved"))

    def shown(view: PageView, problems: Mapping[str, str]) -> Response:
        head = album_head(request, view, album_id, form, problems)
        return view.render(gallery_context(view.within(album=str(album_id)), head))

    return await _refused(owner, made, shown)


@router.post("/{album_id}/delete", dependencies=[MEMBER])
def delete(session: SessionDep, owner: OwnerDep, album_id: AlbumId) -> Response:
    """Delete an album; what is in it stays."""
    AlbumService(session).remove(owner.eyes, album_id)
    return see(done(ALBUMS, "deleted"))


@router.post("/{album_id}/place", dependencies=[MEMBER])
def place(session: SessionDep, owner: OwnerDep, album_id: AlbumId, form: FormDep) -> Response:
    """Move an album earlier or later among those beside it."""
    albums = AlbumService(session)
    step = {"earlier": -1, "later": 1}.get(form.get("to", ""))
    if step is None:
        raise InvalidRequestError("`to` is wrong: it is `earlier` or `later`.")
    album = albums.require_own(owner.eyes, album_id)
    order = moved(albums.tree(owner.eyes, album.user_id), album, step)
    albums.arrange(owner.eyes, album.user_id, order)
    return see(f"{ALBUMS}?arrange=yes")


@router.post("/{album_id}/cover", dependencies=[MEMBER])
def cover(
    request: Request,
    session: SessionDep,
    content: ContentServiceDep,
    owner: OwnerDep,
    album_id: AlbumId,
    form: FormDep,
) -> Response:
    """Make an item the cover of an album."""
    item = content.get_item(owner.eyes, read_number(form.get("item", "")))
    item_id, source_type = key_of(item)
    chosen = AlbumValues(cover_content_id=item_id, cover_content_source_type=source_type)
    album = AlbumService(session).change(owner.eyes, album_id, chosen)
    said: dict[str, object] = {"said": f"{item.title} is the cover of {album.name} now."}
    return told(request, said, see(local_path(form.get("back", ""))))


def _changed(
    session: Session,
    owner: Owner,
    album_id: UUID,
    values: AlbumValues,
    form: Mapping[str, str],
) -> Album:
    if form.get("cover") == "newest":
        AlbumDetails(session).forget_cover(owner.eyes, album_id)
    return AlbumService(session).change(owner.eyes, album_id, values)


async def _refused(
    owner: Owner, refusal: Refusal, show: Callable[[PageView, Mapping[str, str]], Response]
) -> Response:
    """The page with the form again, and what is wrong with it."""
    problems = {_FIELDS.get(name, name): text for name, text in refusal.problems.items()}
    return await owner.do(lambda session: refusal.response(show(owner.view(session), problems)))


def _sent(form: Mapping[str, str], *names: str, **renamed: str) -> dict[str, Any]:
    """Fields of a form that are not empty, by the names that the API has for them."""
    wanted = {name: name for name in names} | renamed
    return {name: form[field] for name, field in wanted.items() if form.get(field)}
