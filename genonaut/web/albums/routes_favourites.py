"""Favourites: their list, the star of an item, and its albums."""

from collections.abc import Iterable
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.orm import Session

from genonaut.api.http.access import MEMBER
from genonaut.api.http.dependencies import ContentServiceDep, SessionDep
from genonaut.api.schemas.values import Id
from genonaut.api.services.content_service import ContentService
from genonaut.content.ids import as_uuid
from genonaut.content.rules import InvalidValueError, user_name
from genonaut.errors import InvalidRequestError
from genonaut.web.albums.choice import choice_context
from genonaut.web.albums.keeping import Keeping, Kept
from genonaut.web.albums.owner import OwnerDep, told
from genonaut.web.page_route import PageRoute
from genonaut.web.page_view import PageViewDep
from genonaut.web.people.forms import Refusal, accepted
from genonaut.web.returning import local_path
from genonaut.web.security import FormDep, see
from genonaut.web.state import FAVOURITES, GALLERY
from genonaut.web.views.gallery import gallery_context

router = APIRouter(route_class=PageRoute, include_in_schema=False)

MOST_ALBUMS_SENT: Final = 1000
ItemId = Annotated[Id, Path()]


@router.get(FAVOURITES, dependencies=[MEMBER])
def favourites(view: PageViewDep) -> Response:
    """The viewer's favourites."""
    return view.render(gallery_context(view.within(favourites="yes")))


@router.post(f"{GALLERY}/items/{{item_id}}/favourite", dependencies=[MEMBER])
def favourite(
    request: Request,
    session: SessionDep,
    content: ContentServiceDep,
    owner: OwnerDep,
    item_id: ItemId,
    form: FormDep,
) -> Response:
    """Make an item a favourite, or none; and come back to where its star is."""
    item = content.get_item(owner.eyes, item_id)
    keeping = Keeping(session, owner.eyes, owner.user_id)
    match form.get("favourite"):
        case "yes":
            kept = keeping.keep(item, _ids(form.get("albums", "").split(",")))
        case "no":
            kept = keeping.drop(item)
        case _:
            raise InvalidRequestError("`favourite` is wrong: it is `yes` or `no`.")
    return told(request, kept.told(), see(_back(form.get("back", ""), item_id)))


@router.get(f"{GALLERY}/items/{{item_id}}/albums", dependencies=[MEMBER])
def albums_of_item(view: PageViewDep, item_id: ItemId) -> Response:
    """The viewer's albums, to choose those that an item is in."""
    item = view.services.content.get_item(view.eyes, item_id)
    return view.render(choice_context(view, item, local_path(view.parameters.get("back", ""))))


@router.post(f"{GALLERY}/items/{{item_id}}/albums", dependencies=[MEMBER])
async def choose_albums(
    request: Request, owner: OwnerDep, item_id: ItemId, form: FormDep
) -> Response:
    """Put an item into the chosen albums and a new one, and take it out of those it was in."""

    async def work() -> Kept:
        new = _name(form.get("new", ""))
        chosen, was = _ids(form.getlist("in")), _ids(form.getlist("was"))

        def arranged(session: Session) -> Kept:
            item = ContentService(session).get_item(owner.eyes, item_id)
            return Keeping(session, owner.eyes, owner.user_id).arrange(item, chosen, was, new)

        return await owner.do(arranged)

    back = form.get("back", "")
    made = await accepted(work())
    if isinstance(made, Kept):
        return told(request, made.told(), see(_back(back, item_id)))

    def refused(session: Session, refusal: Refusal = made) -> Response:
        view = owner.view(session)
        item = view.services.content.get_item(view.eyes, item_id)
        problem = refusal.problems.get("", "")
        page = choice_context(view, item, local_path(back), problem)
        return refusal.response(told(request, {"detail": problem}, view.render(page)))

    return await owner.do(refused)


def _ids(texts: Iterable[str]) -> set[UUID]:
    return {found for text in list(texts)[:MOST_ALBUMS_SENT] if (found := as_uuid(text))}


def _name(written: str) -> str:
    """The name of a new album; empty if there is to be none."""
    if not written.strip():
        return ""
    try:
        return user_name(written, "The name")
    except InvalidValueError as error:
        raise InvalidRequestError(f"{error}: choose another one.") from error


def _back(address: str, item_id: int) -> str:
    """The page that a form was on, at the item, if it is a list."""
    path = local_path(address)
    return path if path.startswith(f"{GALLERY}/items/") else f"{path}#item-{item_id}"
