"""Signing in at a provider: the address that leads to it, and the one that it leads back to."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from genonaut.api.http import oidc
from genonaut.api.http.access import PUBLIC
from genonaut.api.http.modes import WITH_ACCOUNTS
from genonaut.api.http.signing_in import remember_session
from genonaut.web.page_route import PageRoute
from genonaut.web.returning import local_path
from genonaut.web.security import see
from genonaut.web.state import GALLERY

router = APIRouter(
    prefix=oidc.PATH,
    route_class=PageRoute,
    include_in_schema=False,
    dependencies=[PUBLIC, WITH_ACCOUNTS],
)

Name = Annotated[str, Path(max_length=40)]


@router.get("/{name}")
async def leave(request: Request, name: Name, back: str = GALLERY) -> Response:
    """Send the browser to a provider."""
    begun, url = await oidc.leave(request, name, local_path(back))
    response = see(url)
    oidc.remember_begun(request, response, begun)
    return response


@router.get("/{name}/callback")
async def come_back(request: Request, name: Name) -> Response:
    """Sign in who comes back from a provider, and return to the page where it began."""
    back = await oidc.come_back(request, name)
    response = see(back.page)
    remember_session(request, response, back.session)
    oidc.forget_begun(request, response)
    return response
