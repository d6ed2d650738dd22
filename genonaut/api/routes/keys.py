"""The sender's own sessions, of browsers, and tokens, of programs."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from genonaut.api.http.access import FOR_OWN
from genonaut.api.http.dependencies import SessionDep
from genonaut.api.http.identities import ActorDep, KnownIdentityDep
from genonaut.api.http.json_routes import SecretRoute
from genonaut.api.http.signing_in import forget_session
from genonaut.api.routes.account import user_of
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.keys import (
    NewTokenOut,
    SessionOut,
    SessionsOut,
    TokenIn,
    TokenOut,
    TokensOut,
)
from genonaut.db.schema import UserSession
from genonaut.people.accounts import Accounts
from genonaut.people.identity import Identity
from genonaut.people.keys import Keys
from genonaut.people.sessions import Sessions
from genonaut.people.tokens import NewToken, Tokens

router = APIRouter(prefix="/api/v1/account", tags=["account"], route_class=SecretRoute)


@router.get("/sessions", responses=documented(403, 404, 422), dependencies=FOR_OWN)
def list_sessions(session: SessionDep, identity: KnownIdentityDep) -> SessionsOut:
    """List your own sessions."""
    found = Sessions(session).of_user(user_of(identity))
    return SessionsOut(sessions=[_session_out(each, identity) for each in found])


@router.delete(
    "/sessions", status_code=204, responses=documented(403, 404, 422), dependencies=FOR_OWN
)
def sign_out_everywhere(
    request: Request,
    response: Response,
    session: SessionDep,
    identity: KnownIdentityDep,
    actor: ActorDep,
) -> None:
    """End all your sessions, this one too."""
    Keys(session, actor).end_all_sessions(user_of(identity))
    forget_session(request, response)


@router.delete(
    "/sessions/{session_id}",
    status_code=204,
    responses=documented(403, 404, 422),
    dependencies=FOR_OWN,
)
def end_session(
    session: SessionDep, identity: KnownIdentityDep, actor: ActorDep, session_id: UUID
) -> None:
    """End one of your sessions."""
    Keys(session, actor).end_session(user_of(identity), session_id)


@router.get("/tokens", responses=documented(403, 404, 422), dependencies=FOR_OWN)
def list_tokens(session: SessionDep, identity: KnownIdentityDep) -> TokensOut:
    """List your own tokens."""
    found = Tokens(session).of_user(user_of(identity))
    return TokensOut(tokens=[TokenOut.model_validate(each) for each in found])


@router.post(
    "/tokens",
    status_code=201,
    response_model=NewTokenOut,
    responses=documented(403, 404, 409, 413, 422),
    dependencies=FOR_OWN,
)
def add_token(
    session: SessionDep, identity: KnownIdentityDep, actor: ActorDep, token: TokenIn
) -> NewToken:
    """Add a token. Its secret is in this response, and nowhere else."""
    user = Accounts(session, actor).get(user_of(identity))
    return Keys(session, actor).add_token(user, token.name, token.scope, token.days)


@router.delete(
    "/tokens/{token_id}",
    status_code=204,
    responses=documented(403, 404, 422),
    dependencies=FOR_OWN,
)
def revoke_token(
    session: SessionDep, identity: KnownIdentityDep, actor: ActorDep, token_id: UUID
) -> None:
    """Revoke one of your tokens."""
    Keys(session, actor).revoke_token(user_of(identity), identity.username, token_id)


def _session_out(found: UserSession, identity: Identity) -> SessionOut:
    return SessionOut(
        id=found.id,
        created_at=found.created_at,
        last_seen_at=found.last_seen_at,
        expires_at=found.expires_at,
        address=found.address,
        agent=found.agent,
        is_this=found.id == identity.key_id,
    )
