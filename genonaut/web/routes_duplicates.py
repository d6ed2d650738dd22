"""The page of pictures that look alike, and what is done about them there."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response
from starlette.datastructures import QueryParams

from genonaut.api.http.access import MEMBER, VISITOR
from genonaut.api.http.dependencies import RecorderDep, SessionDep
from genonaut.api.http.identities import KnownIdentityDep
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.services.duplicate_service import DuplicateService
from genonaut.errors import InvalidRequestError
from genonaut.web.page_route import PageRoute
from genonaut.web.page_view import PageViewDep
from genonaut.web.returning import local_path
from genonaut.web.security import FormDep, see
from genonaut.web.state import read_number
from genonaut.web.viewer import ChosenDep
from genonaut.web.views.duplicates import DELETED, DONE, DUPLICATES, duplicates_context

router = APIRouter(route_class=PageRoute, include_in_schema=False)

MEMBERS: Final = "member"
KEEP: Final = "keep"
"""The field of the button below the picture that stays."""


def get_duplicates(session: SessionDep, eyes: ViewerDep, chosen: ChosenDep) -> DuplicateService:
    """For requests that change something, in a transaction that commits before the response."""
    return DuplicateService(session, eyes, chosen)


DuplicatesDep = Annotated[DuplicateService, Depends(get_duplicates)]


@router.get(DUPLICATES, dependencies=[VISITOR])
def duplicates(view: PageViewDep) -> Response:
    """Groups of pictures that look alike."""
    return view.render(duplicates_context(view))


@router.post(f"{DUPLICATES}/keep", dependencies=[MEMBER])
def keep(
    service: DuplicatesDep, identity: KnownIdentityDep, recorder: RecorderDep, form: FormDep
) -> Response:
    """Keep one picture of a group, and delete the others, which can be undone."""
    kept = read_number(form.get(KEEP, ""))
    if not kept:
        raise InvalidRequestError("Choose the picture that you want to keep.")
    any_item = identity.is_admin and identity.user_id is not None
    gone = service.keep(kept, _members(form), any_item=any_item)
    for item_id in gone:
        recorder.record("item-deleted", str(item_id))
    return _back(form, DELETED, ",".join(map(str, gone)))


@router.post(f"{DUPLICATES}/undo", dependencies=[MEMBER])
def undo(service: DuplicatesDep, recorder: RecorderDep, form: FormDep) -> Response:
    """Restore what was deleted together."""
    members = _members(form)
    service.put_back(members)
    for item_id in members:
        recorder.record("item-restored", str(item_id))
    return _back(form, DONE, "restored")


@router.post(f"{DUPLICATES}/dismiss", dependencies=[MEMBER])
def dismiss(service: DuplicatesDep, form: FormDep) -> Response:
    """Remember that the pictures of a group are no duplicates."""
    service.dismiss(_members(form))
    return _back(form, DONE, "dismissed")


def _members(form: QueryParams) -> list[int]:
    return [number for text in form.getlist(MEMBERS) if (number := read_number(text))]


def _back(form: QueryParams, name: str, value: str) -> Response:
    page = local_path(form.get("back", DUPLICATES))
    page = page if page.partition("?")[0] == DUPLICATES else DUPLICATES
    return see(f"{page}{'&' if '?' in page else '?'}{name}={value}")
