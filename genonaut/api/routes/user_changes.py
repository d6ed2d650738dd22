"""A user's own name and e-mail address, by `PUT`; an administrator changes those of all."""

from uuid import UUID

from fastapi import APIRouter, Request

from genonaut.api.http.access import MEMBER
from genonaut.api.http.dependencies import SessionDep
from genonaut.api.http.identities import ActorDep, KnownIdentityDep
from genonaut.api.http.json_routes import JsonRoute
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.user_changes import UserAccountOut, UserChangeIn
from genonaut.errors import ConflictError, ForbiddenError
from genonaut.ingest.rows import DEFAULT_CREATOR
from genonaut.people.accounts import Accounts
from genonaut.people.identity import Identity

router = APIRouter(prefix="/api/v1/users", tags=["users"], route_class=JsonRoute)


@router.put("/{user_id}", responses=documented(403, 404, 409, 413, 422), dependencies=[MEMBER])
def change_user(
    request: Request,
    session: SessionDep,
    identity: KnownIdentityDep,
    actor: ActorDep,
    user_id: UUID,
    sent: UserChangeIn,
) -> UserAccountOut:
    """Change the name or the e-mail address of your account. Administrators change all."""
    _require_right(identity, user_id)
    accounts = Accounts(session, actor)
    user = accounts.get(user_id)
    name = sent.username or sent.name
    if name and name != user.username:
        _require_free_choice(request, identity, name)
        accounts.rename(user, name)
    if "email" in sent.model_fields_set:
        accounts.set_email(user, sent.email)
    return UserAccountOut.of(user)


def _require_right(identity: Identity, user_id: UUID) -> None:
    """As for the account's other routes: a token cannot change its owner's account.

    Raises:
        ForbiddenError: it is another user's, or it takes a session or a wider token.
    """
    if identity.is_admin and identity.may("admin"):
        return
    if identity.user_id != user_id:
        raise ForbiddenError("Only an administrator may change another user.")
    if identity.via == "token":
        raise ForbiddenError("A token cannot change its owner's account: sign in in a browser.")


def _require_free_choice(request: Request, identity: Identity, name: str) -> None:
    """Raises ConflictError if the name is not the user's to choose."""
    if request.app.state.settings.auth.mode == "header":
        raise ConflictError("The proxy that signs users in also names them: have it changed there.")
    if name == DEFAULT_CREATOR and not identity.is_admin:
        raise ConflictError(f"{name!r} is the creator of what is imported: choose another name.")
