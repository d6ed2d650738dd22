"""For administrators: all accounts, and who did what."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session

from genonaut.api.http.access import ADMIN, FOR_ADMINS
from genonaut.api.http.attempts import hashed_password
from genonaut.api.http.dependencies import SessionDep
from genonaut.api.http.identities import ActorDep
from genonaut.api.http.json_routes import SecretRoute
from genonaut.api.http.modes import WITH_PASSWORDS, has_passwords
from genonaut.api.http.transactions import in_transaction
from genonaut.api.schemas.admin import (
    AccountChangeIn,
    AccountIn,
    AccountOut,
    AccountsOut,
    AuditEntryOut,
    AuditOut,
    LinkOut,
    NewAccountOut,
)
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.values import LARGEST_ID, NamePart
from genonaut.db.schema import User
from genonaut.people import audit
from genonaut.people.accounts import Accounts
from genonaut.people.by_link import LinkedAccounts
from genonaut.people.links import HOURS
from genonaut.people.users import state_of

router = APIRouter(prefix="/api/v1/admin", tags=["admin"], route_class=SecretRoute)


@router.get("/users", responses=documented(403, 404, 422), dependencies=FOR_ADMINS)
def list_accounts(
    session: SessionDep,
    actor: ActorDep,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[NamePart | None, Query(description="`next_after` of the page before.")] = None,
    search: Annotated[NamePart | None, Query(description="What usernames begin with.")] = None,
) -> AccountsOut:
    """Return a page of all users, by name."""
    found = Accounts(session, actor).page(limit + 1, after, search)
    shown = [_account_out(user) for user in found[:limit]]
    return AccountsOut(users=shown, next_after=shown[-1].username if len(found) > limit else None)


@router.post(
    "/users",
    status_code=201,
    responses=documented(403, 404, 409, 413, 422),
    dependencies=FOR_ADMINS,
)
async def add_account(request: Request, actor: ActorDep, sent: AccountIn) -> NewAccountOut:
    """Add a user who can sign in."""
    stored = await hashed_password(request, sent.password) if sent.password else None

    def add(session: Session) -> NewAccountOut:
        accounts = LinkedAccounts(session, actor)
        user = accounts.add(sent.username, sent.role, sent.email, stored)
        needs_link = stored is None and has_passwords(request)
        link = _link_out(accounts.make_link(user)) if needs_link else None
        return NewAccountOut(user=_account_out(user), link=link)

    return await in_transaction(request, add)


@router.patch(
    "/users/{user_id}",
    responses=documented(403, 404, 409, 413, 422),
    dependencies=FOR_ADMINS,
)
def change_account(
    session: SessionDep, actor: ActorDep, user_id: UUID, sent: AccountChangeIn
) -> AccountOut:
    """Change a user's role or e-mail address, or disable or enable the account."""
    accounts = Accounts(session, actor)
    user = accounts.get(user_id)
    if sent.role is not None:
        accounts.set_role(user, sent.role)
    if sent.disabled is not None:
        (accounts.disable if sent.disabled else accounts.enable)(user)
    if "email" in sent.model_fields_set:
        accounts.set_email(user, sent.email)
    return _account_out(user)


@router.post(
    "/users/{user_id}/password-link",
    status_code=201,
    responses=documented(403, 404, 409, 422),
    dependencies=[ADMIN, WITH_PASSWORDS],
)
def make_password_link(session: SessionDep, actor: ActorDep, user_id: UUID) -> LinkOut:
    """Make a link with which a user chooses a password, once."""
    accounts = LinkedAccounts(session, actor)
    return _link_out(accounts.make_link(accounts.get(user_id)))


@router.get("/audit", responses=documented(403, 404, 422), dependencies=FOR_ADMINS)
def list_audit(
    session: SessionDep,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    before: Annotated[
        int | None, Query(ge=1, le=LARGEST_ID, description="`next_before` of the page before.")
    ] = None,
    user_id: Annotated[UUID | None, Query(description="Only what this user did.")] = None,
) -> AuditOut:
    """List who did what, the newest first."""
    found = audit.page(session, limit + 1, before, user_id)
    shown = [AuditEntryOut.model_validate(entry) for entry in found[:limit]]
    return AuditOut(entries=shown, next_before=shown[-1].id if len(found) > limit else None)


def _account_out(user: User) -> AccountOut:
    return AccountOut(
        id=user.id,
        username=user.username,
        role=user.role,
        state=state_of(user),
        email=user.email,
        created_at=user.created_at,
    )


def _link_out(path: str) -> LinkOut:
    return LinkOut(path=path, hours=HOURS)
