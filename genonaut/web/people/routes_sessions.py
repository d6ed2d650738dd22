"""The user's own sessions: the browsers in which the user is signed in."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from genonaut.api.http.access import FOR_OWN
from genonaut.api.http.dependencies import SessionDep, SnapshotDep
from genonaut.api.http.identities import ActorDep, KnownIdentityDep
from genonaut.api.http.signing_in import forget_session
from genonaut.people.keys import Keys
from genonaut.people.sessions import Sessions
from genonaut.web.page_route import PageRoute
from genonaut.web.people.devices import device
from genonaut.web.people.own_contexts import SessionsContext, ShownSession
from genonaut.web.people.pages import PageViewerDep, done, notice, page, user_of
from genonaut.web.returning import sign_in_path
from genonaut.web.security import see
from genonaut.web.state import GALLERY

router = APIRouter(prefix=f"{GALLERY}/account", route_class=PageRoute, include_in_schema=False)

SESSIONS: Final = f"{router.prefix}/sessions"


@router.get("/sessions", dependencies=FOR_OWN)
def sessions(
    request: Request, session: SnapshotDep, identity: KnownIdentityDep, viewer: PageViewerDep
) -> Response:
    """The list of them."""
    found = Sessions(session).of_user(user_of(viewer))
    shown = [
        ShownSession(
            id=one.id,
            device=device(one.agent),
            agent=one.agent,
            address=one.address,
            last_seen_at=one.last_seen_at,
            created_at=one.created_at,
            is_this=one.id == identity.key_id,
        )
        for one in found
    ]
    shown.sort(key=lambda one: not one.is_this)
    return page(request, SessionsContext("Sessions", viewer, tuple(shown), notice(request)))


@router.post("/sessions/{session_id}/end", dependencies=FOR_OWN)
def end_session(
    session: SessionDep, actor: ActorDep, viewer: PageViewerDep, session_id: UUID
) -> Response:
    """End one of them."""
    Keys(session, actor).end_session(user_of(viewer), session_id)
    return see(done(SESSIONS, "ended"))


@router.post("/sessions/end", dependencies=FOR_OWN)
def sign_out_everywhere(
    request: Request, session: SessionDep, actor: ActorDep, viewer: PageViewerDep
) -> Response:
    """End all of them, this one too."""
    Keys(session, actor).end_all_sessions(user_of(viewer))
    response = see(sign_in_path())
    forget_session(request, response)
    return response
