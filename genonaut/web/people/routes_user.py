"""For administrators: a user's page, with role, state and a link to choose a password."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from genonaut.api.http.access import ADMIN, FOR_ADMINS
from genonaut.api.http.dependencies import SnapshotDep
from genonaut.api.http.identities import ActorDep
from genonaut.api.http.modes import WITH_PASSWORDS
from genonaut.api.http.transactions import in_transaction
from genonaut.api.schemas.admin import AccountChangeIn
from genonaut.db.schema import User
from genonaut.people.accounts import Accounts
from genonaut.people.audit import Actor
from genonaut.people.by_link import LinkedAccounts
from genonaut.people.users import Users
from genonaut.web.contexts import Viewer
from genonaut.web.page_route import PageRoute
from genonaut.web.people.forms import Refusal, accepted, read
from genonaut.web.people.pages import PageViewerDep, done, page
from genonaut.web.people.shown_users import link_of, user_context
from genonaut.web.security import FormDep, see
from genonaut.web.state import GALLERY

router = APIRouter(prefix=f"{GALLERY}/admin/users", route_class=PageRoute, include_in_schema=False)

USERS: Final = router.prefix
Change = Callable[[Accounts, User], None]


@router.get("/{user_id}", dependencies=FOR_ADMINS)
def user(request: Request, session: SnapshotDep, viewer: PageViewerDep, user_id: UUID) -> Response:
    """A user, and what an administrator can change."""
    return page(request, user_context(request, Users(session).get(user_id), viewer))


@router.post("/{user_id}/role", dependencies=FOR_ADMINS)
async def change_role(
    request: Request, actor: ActorDep, viewer: PageViewerDep, user_id: UUID, form: FormDep
) -> Response:
    """Make a user an administrator or a member."""

    def change(accounts: Accounts, user: User) -> None:
        role = read(AccountChangeIn, form).role
        if role is not None:
            accounts.set_role(user, role)

    return await _changed(request, actor, viewer, user_id, change, "role")


@router.post("/{user_id}/disable", dependencies=FOR_ADMINS)
async def disable(
    request: Request, actor: ActorDep, viewer: PageViewerDep, user_id: UUID
) -> Response:
    """Let a user no longer sign in, and end the user's sessions and tokens."""
    return await _changed(request, actor, viewer, user_id, Accounts.disable, "disabled")


@router.post("/{user_id}/enable", dependencies=FOR_ADMINS)
async def enable(
    request: Request, actor: ActorDep, viewer: PageViewerDep, user_id: UUID
) -> Response:
    """Let a disabled user sign in again."""
    return await _changed(request, actor, viewer, user_id, Accounts.enable, "enabled")


@router.post("/{user_id}/link", dependencies=[ADMIN, WITH_PASSWORDS])
async def make_link(
    request: Request, actor: ActorDep, viewer: PageViewerDep, user_id: UUID
) -> Response:
    """A link with which a user chooses a password: in this response, and nowhere else."""

    def make(session: Session) -> Response:
        accounts = LinkedAccounts(session, actor)
        user = accounts.get(user_id)
        link = link_of(request, user, accounts.make_link(user))
        return page(request, user_context(request, user, viewer, secret=link))

    made = await accepted(in_transaction(request, make))
    if isinstance(made, Response):
        return made
    return await _refused(request, viewer, user_id, made)


async def _changed(
    request: Request, actor: Actor, viewer: Viewer, user_id: UUID, change: Change, what: str
) -> Response:
    def work(session: Session) -> None:
        accounts = Accounts(session, actor)
        change(accounts, accounts.get(user_id))

    refusal = await accepted(in_transaction(request, work))
    if refusal is None:
        return see(done(f"{USERS}/{user_id}", what))
    return await _refused(request, viewer, user_id, refusal)


async def _refused(request: Request, viewer: Viewer, user_id: UUID, refusal: Refusal) -> Response:
    def shown(session: Session) -> Response:
        user = Users(session).get(user_id)
        return page(request, user_context(request, user, viewer, refusal), refusal)

    return await in_transaction(request, shown)
