"""The user's own tokens, with which programs act for the user as far as their scope allows."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from genonaut.api.http.access import FOR_OWN
from genonaut.api.http.dependencies import SessionDep, SnapshotDep
from genonaut.api.http.identities import ActorDep, KnownIdentityDep
from genonaut.api.http.transactions import in_transaction
from genonaut.api.schemas.keys import TokenIn
from genonaut.people.accounts import Accounts
from genonaut.people.identity import ADMIN, MEMBER, Scope, scopes_of
from genonaut.people.keys import Keys
from genonaut.people.tokens import NewToken, Tokens
from genonaut.web.contexts import Choice, Viewer
from genonaut.web.page_route import PageRoute
from genonaut.web.people.forms import NOT_SENT, Refusal, accepted, read
from genonaut.web.people.own_contexts import TokensContext
from genonaut.web.people.pages import PageViewerDep, done, notice, page, user_of
from genonaut.web.people.said import Secret
from genonaut.web.security import FormDep, see
from genonaut.web.state import GALLERY

router = APIRouter(prefix=f"{GALLERY}/account", route_class=PageRoute, include_in_schema=False)

TOKENS: Final = f"{router.prefix}/tokens"
_SCOPES: Final[dict[Scope, str]] = {
    "metrics": "metrics: watch the service, and see no pictures",
    "read": "read: look at all that you can see",
    "write": "write: also add, change and delete pictures",
    "admin": "admin: also manage users",
}
_LIVES: Final = {"30": "in 30 days", "90": "in 90 days", "365": "in a year", "": "never"}
_USUAL_LIFE: Final = "90"


@router.get("/tokens", dependencies=FOR_OWN)
def tokens(request: Request, session: SnapshotDep, viewer: PageViewerDep) -> Response:
    """The list of them, and the form that adds one."""
    return page(request, _tokens(request, session, viewer, request.query_params))


@router.post("/tokens", dependencies=FOR_OWN)
async def add_token(
    request: Request, actor: ActorDep, viewer: PageViewerDep, form: FormDep
) -> Response:
    """Add a token, and show it: in this response, and nowhere else."""

    async def add() -> Response:
        sent = read(TokenIn, form)

        def added(session: Session) -> Response:
            user = Accounts(session, actor).get(user_of(viewer))
            new = Keys(session, actor).add_token(user, sent.name, sent.scope, sent.days)
            return page(request, _tokens(request, session, viewer, {}, new=new))

        return await in_transaction(request, added)

    made = await accepted(add())
    if isinstance(made, Response):
        return made
    return await in_transaction(
        request,
        lambda session: page(request, _tokens(request, session, viewer, form, made), made),
    )


@router.post("/tokens/{token_id}/revoke", dependencies=FOR_OWN)
def revoke_token(
    session: SessionDep,
    identity: KnownIdentityDep,
    actor: ActorDep,
    viewer: PageViewerDep,
    token_id: UUID,
) -> Response:
    """Revoke one of them."""
    Keys(session, actor).revoke_token(user_of(viewer), identity.username, token_id)
    return see(done(TOKENS, "revoked"))


def _tokens(
    request: Request,
    session: Session,
    viewer: Viewer,
    typed: Mapping[str, str],
    refusal: Refusal = NOT_SENT,
    new: NewToken | None = None,
) -> TokensContext:
    """The page; `typed` is what is in the form, as when it was sent and not accepted."""
    scopes = scopes_of(ADMIN if viewer.is_admin else MEMBER)
    scope, life = typed.get("scope", "read"), typed.get("days", _USUAL_LIFE)
    return TokensContext(
        title=refusal.title("API tokens"),
        viewer=viewer,
        tokens=tuple(Tokens(session).of_user(user_of(viewer))),
        now=datetime.now(UTC),
        name=typed.get("name", ""),
        scopes=tuple(Choice(one, _SCOPES[one], one == scope) for one in scopes),
        lives=tuple(Choice(days, label, days == life) for days, label in _LIVES.items()),
        secret=Secret("Token", new.secret, new.token.name) if new else None,
        problems=refusal.problems,
        notice=notice(request),
    )
