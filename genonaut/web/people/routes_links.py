"""The two pages that one-time links lead to."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from genonaut.api.http import passwords
from genonaut.api.http.transactions import in_transaction
from genonaut.api.schemas.account import ChosenPasswordIn, SetUpIn
from genonaut.people.links import PATHS, Links, Purpose
from genonaut.people.sessions import NewSession
from genonaut.web.contexts import Viewer
from genonaut.web.page_route import PageRoute
from genonaut.web.people.contexts import LinkContext
from genonaut.web.people.forms import NOT_SENT, Refusal, accepted, read
from genonaut.web.people.pages import PageViewerDep, done, page
from genonaut.web.people.routes_signing_in import BY_PASSWORD, signed_in
from genonaut.web.returning import SIGN_IN
from genonaut.web.security import FormDep, see
from genonaut.web.state import GALLERY

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_TITLES: Final[dict[Purpose, str]] = {
    "setup": "Set up this gallery",
    "password": "Choose your password",
}
Token = Annotated[str, Query(max_length=100)]


@router.get(PATHS["setup"], dependencies=BY_PASSWORD)
async def set_up_page(request: Request, viewer: PageViewerDep, token: Token = "") -> Response:
    """Where the first administrator chooses a name and a password."""
    return await _link_page(request, viewer, "setup", token)


@router.post(PATHS["setup"], dependencies=BY_PASSWORD)
async def set_up(request: Request, viewer: PageViewerDep, form: FormDep) -> Response:
    """Make the first administrator, who is signed in at once."""

    async def make() -> NewSession:
        sent = read(SetUpIn, form)
        return await passwords.set_up(request, sent.token, sent.username, sent.password)

    begun = await accepted(make(), "username")
    if isinstance(begun, Refusal):
        context = _link_context(
            viewer, "setup", form.get("token", ""), begun, form.get("username", "")
        )
        return page(request, context, begun)
    return signed_in(request, begun, GALLERY)


@router.get(PATHS["password"], dependencies=BY_PASSWORD)
async def password_page(request: Request, viewer: PageViewerDep, token: Token = "") -> Response:
    """Where a user chooses a password, with a link from an administrator."""
    return await _link_page(request, viewer, "password", token)


@router.post(PATHS["password"], dependencies=BY_PASSWORD)
async def choose_password(request: Request, viewer: PageViewerDep, form: FormDep) -> Response:
    """Set the password; the user then signs in with it."""

    async def choose() -> None:
        sent = read(ChosenPasswordIn, form)
        await passwords.choose_password(request, sent.token, sent.password)

    refusal = await accepted(choose(), "password")
    if refusal is not None:
        context = _link_context(viewer, "password", form.get("token", ""), refusal)
        return page(request, context, refusal)
    return see(done(SIGN_IN, "chosen"))


async def _link_page(request: Request, viewer: Viewer, what: Purpose, token: str) -> Response:
    await in_transaction(request, lambda session: Links(session).check(token, what))
    return page(request, _link_context(viewer, what, token))


def _link_context(
    viewer: Viewer, what: Purpose, token: str, refusal: Refusal = NOT_SENT, name: str = ""
) -> LinkContext:
    return LinkContext(
        title=refusal.title(_TITLES[what]),
        viewer=viewer,
        secret=token,
        is_set_up=what == "setup",
        problems=refusal.problems,
        username=name,
    )
