"""Whose favourites and albums a request is about: of who is signed in, or is viewed as."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final, TypeVar
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from genonaut.api.http.identities import IdentityDep
from genonaut.api.http.transactions import in_transaction
from genonaut.api.http.viewer import ViewerDep
from genonaut.content.viewer import Viewer as Eyes
from genonaut.errors import InvalidRequestError
from genonaut.people.identity import Identity
from genonaut.web import security
from genonaut.web.page_view import PageView, get_view
from genonaut.web.viewer import ChosenDep

Done = TypeVar("Done")

_NOT_A_USER: Final = (
    "Favourites and albums belong to a user: choose one under “Viewing as”, or sign in."
)


@dataclass(frozen=True, slots=True)
class Owner:
    """The user who sends a form, and the eyes for which its response is made."""

    request: Request
    eyes: Eyes
    user_id: UUID
    identity: Identity | None

    async def do(self, work: Callable[[Session], Done]) -> Done:
        """Some work in a transaction of its own."""
        return await in_transaction(self.request, work)

    def view(self, session: Session) -> PageView:
        """What a page is made from, after a form that was not accepted."""
        return get_view(self.request, session, self.eyes, self.user_id, self.identity)


async def get_owner(
    request: Request, eyes: ViewerDep, chosen: ChosenDep, identity: IdentityDep
) -> Owner:
    """The user of a request.

    Raises:
        InvalidRequestError: there is none.
    """
    if chosen is None:
        raise InvalidRequestError(_NOT_A_USER)
    return Owner(request, eyes, chosen, identity)


OwnerDep = Annotated[Owner, Depends(get_owner)]


def told(request: Request, answer: dict[str, object], otherwise: Response) -> Response:
    """The response to a script, which asks for JSON; to a form, the page that it leads to."""
    if "application/json" not in request.headers.get("accept", ""):
        return otherwise
    return JSONResponse(answer, headers=security.PAGE)
