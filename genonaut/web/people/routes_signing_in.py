"""Signing in and out."""

from fastapi import APIRouter, Request, Response

from genonaut.api.http import signing_in
from genonaut.api.http.access import PUBLIC
from genonaut.api.http.identities import IdentityDep
from genonaut.api.http.modes import WITH_ACCOUNTS, WITH_PASSWORDS
from genonaut.people.sessions import NewSession
from genonaut.web.contexts import Viewer
from genonaut.web.page_route import PageRoute
from genonaut.web.people.contexts import SignInContext
from genonaut.web.people.forms import NOT_SENT, Refusal, accepted
from genonaut.web.people.pages import PageViewerDep, notice, page
from genonaut.web.people.providers import providers_of
from genonaut.web.returning import BACK, SIGN_IN, local_path
from genonaut.web.security import FormDep, see
from genonaut.web.state import GALLERY
from genonaut.web.views.upload import UPLOAD

router = APIRouter(route_class=PageRoute, include_in_schema=False)

BY_PASSWORD = [PUBLIC, WITH_PASSWORDS]


@router.get(SIGN_IN, dependencies=BY_PASSWORD)
async def sign_in_page(request: Request, identity: IdentityDep, viewer: PageViewerDep) -> Response:
    """The form. A user who is signed in already is sent on to the page that it leads to."""
    back = local_path(request.query_params.get(BACK, ""))
    if identity is not None:
        return see(back)
    return page(request, _sign_in_context(request, viewer, back))


@router.post(SIGN_IN, dependencies=BY_PASSWORD)
async def sign_in(request: Request, viewer: PageViewerDep, form: FormDep) -> Response:
    """Sign in, and return to the page that led here."""
    back, username = local_path(form.get(BACK, "")), form.get("username", "")
    begun = await accepted(signing_in.sign_in(request, username, form.get("password", "")))
    if isinstance(begun, Refusal):
        context = _sign_in_context(request, viewer, back, begun, username)
        return page(request, context, begun)
    return signed_in(request, begun, back)


@router.post(f"{GALLERY}/sign-out", dependencies=[PUBLIC, WITH_ACCOUNTS])
async def sign_out(request: Request, identity: IdentityDep) -> Response:
    """End this session."""
    await signing_in.sign_out(request, identity)
    response = see(GALLERY)
    signing_in.forget_session(request, response)
    return response


def _sign_in_context(
    request: Request,
    viewer: Viewer,
    back: str,
    refusal: Refusal = NOT_SENT,
    username: str = "",
) -> SignInContext:
    return SignInContext(
        title=refusal.title("Sign in"),
        viewer=viewer,
        problems=refusal.problems,
        notice=notice(request),
        why="to add pictures" if back == UPLOAD else "",
        username=username,
        back=back,
        providers=providers_of(request.app.state.settings, back),
    )


def signed_in(request: Request, begun: NewSession, where: str) -> Response:
    """The response that begins a session."""
    response = see(where)
    signing_in.remember_session(request, response, begun)
    return response
