"""What the pages about people share: who views them, what was just done, a form's response."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Request, Response

from genonaut.api.http.identities import IdentityDep
from genonaut.content.rules import LONGEST_NAME
from genonaut.web.contexts import Viewer
from genonaut.web.page_route import web
from genonaut.web.people.contexts import PeopleContext
from genonaut.web.people.forms import NOT_SENT, Refusal
from genonaut.web.returning import DONE
from genonaut.web.viewer import viewer_of

_NOTICES: Final = {
    "details": "Saved.",
    "password": "Your password has been changed. You are signed out in all other browsers.",
    "chosen": "Your password has been set. Sign in with it.",
    "ended": "The session has ended.",
    "revoked": "The token has been revoked: it is refused from now on.",
    "role": "The role has been changed.",
    "disabled": "The account has been disabled: its sessions and tokens have ended.",
    "enabled": "The account has been enabled.",
    "renamed": "The tag has been renamed.",
    "merged": "The tags have been merged.",
    "deleted": "The tag has been deleted.",
    "searches-on": "Your searches are kept from now on.",
    "searches-off": "Your searches are not kept any more, and those that there were are deleted.",
    "searches-cleared": "All your searches have been deleted.",
    "search-deleted": "The search has been deleted.",
}


async def get_page_viewer(request: Request, identity: IdentityDep) -> Viewer:
    """Who views a page about people."""
    return viewer_of(request, identity)


PageViewerDep = Annotated[Viewer, Depends(get_page_viewer)]


def user_of(viewer: Viewer) -> UUID:
    """The user whose own pages these are."""
    assert viewer.user_id is not None  # noqa: S101 - `OWN` let it in
    return viewer.user_id


def asked_name(request: Request, parameter: str) -> str:
    """A name, or a part of one, that the address asks for; empty if it does not."""
    asked = request.query_params.get(parameter, "")
    return asked.replace("\0", "").strip()[:LONGEST_NAME]


def done(address: str, what: str) -> str:
    """The address of a page that says what was just done."""
    return f"{address}?{DONE}={what}"


def notice(request: Request) -> str:
    """The sentence about what was just done, which the address names."""
    return _NOTICES.get(request.query_params.get(DONE, ""), "")


def page(request: Request, context: PeopleContext, refusal: Refusal = NOT_SENT) -> Response:
    """A page, perhaps with the form that was not accepted."""
    return refusal.response(web(request).renderer.response(context))
