"""The user's own account: details and password."""

from typing import Final

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from genonaut.api.http.access import FOR_OWN, OWN
from genonaut.api.http.dependencies import SnapshotDep
from genonaut.api.http.identities import ActorDep, KnownIdentityDep
from genonaut.api.http.modes import WITH_PASSWORDS
from genonaut.api.http.passwords import change_password as change_known_password
from genonaut.api.http.transactions import in_transaction
from genonaut.api.schemas.account import DetailsChangeIn, PasswordChangeIn
from genonaut.db.schema import Visibility
from genonaut.errors import SignInFailedError
from genonaut.people.accounts import Accounts
from genonaut.people.audit import Actor
from genonaut.web.contexts import Choice, Viewer
from genonaut.web.page_route import PageRoute
from genonaut.web.people.forms import NOT_SENT, Refusal, accepted, read
from genonaut.web.people.own_contexts import AccountContext, PasswordContext
from genonaut.web.people.pages import PageViewerDep, done, notice, page, user_of
from genonaut.web.security import FormDep, see
from genonaut.web.state import GALLERY

router = APIRouter(prefix=f"{GALLERY}/account", route_class=PageRoute, include_in_schema=False)

BY_PASSWORD = [OWN, WITH_PASSWORDS]
ACCOUNT: Final = router.prefix
_VISIBILITIES: Final[dict[Visibility, str]] = {
    "public": "all visitors",
    "private": "only you and administrators",
}


@router.get("", dependencies=FOR_OWN)
def account(
    request: Request, session: SnapshotDep, actor: ActorDep, viewer: PageViewerDep
) -> Response:
    """The details of the account."""
    return page(request, _account(request, session, actor, viewer))


@router.post("", dependencies=FOR_OWN)
async def change_account(
    request: Request, actor: ActorDep, viewer: PageViewerDep, form: FormDep
) -> Response:
    """Change the e-mail address, and who sees what the user adds."""

    async def change() -> None:
        typed = {name: form.get(name, "").strip() for name in DetailsChangeIn.model_fields}
        sent = read(DetailsChangeIn, typed)

        def change_details(session: Session) -> None:
            accounts = Accounts(session, actor)
            user = accounts.get(user_of(viewer))
            accounts.set_email(user, sent.email)
            if sent.default_visibility is not None:
                accounts.set_default_visibility(user, sent.default_visibility)

        await in_transaction(request, change_details)

    refusal = await accepted(change())
    if refusal is None:
        return see(done(ACCOUNT, "details"))

    def refused(session: Session) -> Response:
        email = form.get("email", "")
        return page(request, _account(request, session, actor, viewer, refusal, email), refusal)

    return await in_transaction(request, refused)


@router.get("/password", dependencies=BY_PASSWORD)
def password(
    request: Request, session: SnapshotDep, actor: ActorDep, viewer: PageViewerDep
) -> Response:
    """The form that changes the password."""
    user = Accounts(session, actor).get(user_of(viewer))
    return page(request, _password(request, viewer, has_password=user.password_hash is not None))


@router.post("/password", dependencies=BY_PASSWORD)
async def change_password(
    request: Request, identity: KnownIdentityDep, viewer: PageViewerDep, form: FormDep
) -> Response:
    """Change the password. All other sessions end; tokens stay."""

    async def change() -> None:
        sent = read(PasswordChangeIn, form)
        await change_known_password(request, identity, sent.current_password, sent.new_password)

    refusal = await accepted(change(), "current_password")
    if refusal is None:
        return see(done(f"{ACCOUNT}/password", "password"))
    if refusal.status == SignInFailedError.status:
        refusal = Refusal(refusal.status, {"current_password": "This is not your password."})
    return page(request, _password(request, viewer, refusal), refusal)


def _account(
    request: Request,
    session: Session,
    actor: Actor,
    viewer: Viewer,
    refusal: Refusal = NOT_SENT,
    email: str | None = None,
) -> AccountContext:
    user = Accounts(session, actor).get(user_of(viewer))
    typed = request.query_params.get("email") if email is None else email
    return AccountContext(
        title=refusal.title("Your account"),
        viewer=viewer,
        role=user.role,
        since=user.created_at,
        keeps_searches=user.keeps_searches,
        email=(user.email or "") if typed is None else typed,
        visibilities=tuple(
            Choice(value, label, value == user.default_visibility)
            for value, label in _VISIBILITIES.items()
        ),
        problems=refusal.problems,
        notice=notice(request),
    )


def _password(
    request: Request, viewer: Viewer, refusal: Refusal = NOT_SENT, *, has_password: bool = True
) -> PasswordContext:
    return PasswordContext(
        title=refusal.title("Password"),
        viewer=viewer,
        has_password=has_password,
        problems=refusal.problems,
        notice=notice(request),
    )
