"""For administrators: the list of users, and adding one."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from genonaut.api.http.access import FOR_ADMINS
from genonaut.api.http.dependencies import SnapshotDep
from genonaut.api.http.identities import ActorDep
from genonaut.api.http.modes import has_passwords
from genonaut.api.http.transactions import in_transaction
from genonaut.api.schemas.admin import AccountIn
from genonaut.people.by_link import LinkedAccounts
from genonaut.people.users import Users
from genonaut.web.contexts import Viewer
from genonaut.web.page_route import PageRoute
from genonaut.web.people.admin_contexts import UsersContext
from genonaut.web.people.forms import NOT_SENT, Refusal, accepted, read
from genonaut.web.people.pages import PageViewerDep, asked_name, notice, page
from genonaut.web.people.shown_users import link_of, role_choices, shown_user, user_context
from genonaut.web.security import FormDep
from genonaut.web.state import GALLERY

router = APIRouter(prefix=f"{GALLERY}/admin/users", route_class=PageRoute, include_in_schema=False)

USERS: Final = router.prefix
PER_PAGE: Final = 50


@router.get("", dependencies=FOR_ADMINS)
def users(
    request: Request,
    session: SnapshotDep,
    viewer: PageViewerDep,
) -> Response:
    """A page of users by name, and the form that adds one."""
    return page(request, _users(request, session, viewer, request.query_params))


@router.post("", dependencies=FOR_ADMINS)
async def add_user(
    request: Request, actor: ActorDep, viewer: PageViewerDep, form: FormDep
) -> Response:
    """Add a user, who chooses a password by a link that is shown once, or signs in at the proxy."""

    async def add() -> Response:
        sent = read(AccountIn, {**form, "password": ""})

        def added(session: Session) -> Response:
            accounts = LinkedAccounts(session, actor)
            user = accounts.add(sent.username, sent.role, sent.email)
            by_link = has_passwords(request)
            link = link_of(request, user, accounts.make_link(user)) if by_link else None
            return page(request, user_context(request, user, viewer, secret=link))

        return await in_transaction(request, added)

    made = await accepted(add(), "username")
    if isinstance(made, Response):
        return made
    return await in_transaction(
        request,
        lambda session: page(request, _users(request, session, viewer, form, made), made),
    )


def _users(
    request: Request,
    session: Session,
    viewer: Viewer,
    typed: Mapping[str, str],
    refusal: Refusal = NOT_SENT,
) -> UsersContext:
    """The page; `typed` is what is in the form, as when it was sent and not accepted."""
    search, after = asked_name(request, "search"), asked_name(request, "after")
    all_ = request.query_params.get("all")
    found = Users(session).page(PER_PAGE + 1, after or None, search or None, accounts_only=not all_)
    shown = tuple(map(shown_user, found[:PER_PAGE]))
    more = {"search": search, "all": all_ or "", "after": shown[-1].username} if shown else {}
    query = urlencode({name: value for name, value in more.items() if value})
    return UsersContext(
        title=refusal.title("Users"),
        viewer=viewer,
        users=shown,
        search=search,
        with_creators=bool(all_),
        next=f"{USERS}?{query}" if len(found) > PER_PAGE else None,
        typed={name: typed.get(name, "") for name in ("username", "email")},
        roles=role_choices(typed.get("role", "member")),
        problems=refusal.problems,
        notice=notice(request),
    )
