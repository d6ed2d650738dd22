"""Signing in and out, and the sender's own account."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from genonaut.api.http import passwords, signing_in
from genonaut.api.http.access import FOR_OWN, MEMBER, OWN, PUBLIC
from genonaut.api.http.dependencies import SessionDep
from genonaut.api.http.identities import ActorDep, IdentityDep, KnownIdentityDep
from genonaut.api.http.json_routes import SecretRoute
from genonaut.api.http.modes import WITH_ACCOUNTS, WITH_PASSWORDS
from genonaut.api.schemas.account import (
    ChosenPasswordIn,
    DetailsChangeIn,
    DetailsOut,
    MeOut,
    PasswordChangeIn,
    SetUpIn,
    SignInIn,
)
from genonaut.api.schemas.errors import documented
from genonaut.people.accounts import Accounts
from genonaut.people.identity import Identity
from genonaut.people.searches import Searches

router = APIRouter(prefix="/api/v1/account", tags=["account"], route_class=SecretRoute)

FOR_ALL = [PUBLIC, WITH_ACCOUNTS]
BY_PASSWORD = [PUBLIC, WITH_PASSWORDS]


@router.post(
    "/sign-in",
    status_code=204,
    responses=documented(403, 404, 413, 422, 429),
    dependencies=BY_PASSWORD,
)
async def sign_in(request: Request, response: Response, sent: SignInIn) -> None:
    """Sign in by name and password: the response sets a cookie."""
    begun = await signing_in.sign_in(request, sent.username, sent.password)
    signing_in.remember_session(request, response, begun)


@router.post(
    "/sign-out", status_code=204, responses=documented(403, 404, 422), dependencies=FOR_ALL
)
async def sign_out(request: Request, response: Response, identity: IdentityDep) -> None:
    """End this session."""
    await signing_in.sign_out(request, identity)
    signing_in.forget_session(request, response)


@router.post(
    "/set-up",
    status_code=204,
    responses=documented(403, 404, 409, 413, 422),
    dependencies=BY_PASSWORD,
)
async def set_up(request: Request, response: Response, sent: SetUpIn) -> None:
    """Become the first administrator, with the link that `genonaut up` prints."""
    begun = await passwords.set_up(request, sent.token, sent.username, sent.password)
    signing_in.remember_session(request, response, begun)


@router.post(
    "/choose-password",
    status_code=204,
    responses=documented(403, 404, 413, 422),
    dependencies=BY_PASSWORD,
)
async def choose_password(request: Request, sent: ChosenPasswordIn) -> None:
    """Choose a password, with a link from an administrator."""
    await passwords.choose_password(request, sent.token, sent.password)


@router.get("/me", response_model=MeOut, responses=documented(403, 422), dependencies=[MEMBER])
async def read_me(identity: KnownIdentityDep) -> Identity:
    """Return who sends this request, and what that allows."""
    return identity


@router.get("/details", responses=documented(403, 404, 422), dependencies=FOR_OWN)
def read_details(session: SessionDep, identity: KnownIdentityDep, actor: ActorDep) -> DetailsOut:
    """Return your e-mail address, who may see what you add, and whether searches are kept."""
    return DetailsOut.model_validate(Accounts(session, actor).get(user_of(identity)))


@router.patch("/details", responses=documented(403, 404, 413, 422), dependencies=FOR_OWN)
def change_details(
    session: SessionDep, identity: KnownIdentityDep, actor: ActorDep, sent: DetailsChangeIn
) -> DetailsOut:
    """Change your e-mail address, who may see what you add, or whether searches are kept."""
    accounts = Accounts(session, actor)
    user = accounts.get(user_of(identity))
    if "email" in sent.model_fields_set:
        accounts.set_email(user, sent.email)
    if sent.default_visibility is not None:
        accounts.set_default_visibility(user, sent.default_visibility)
    if sent.keeps_searches is not None:
        Searches(session, user.id).turn(on=sent.keeps_searches)
        session.refresh(user)
    return DetailsOut.model_validate(user)


@router.post(
    "/password",
    status_code=204,
    responses=documented(403, 404, 413, 422, 429),
    dependencies=[OWN, WITH_PASSWORDS],
)
async def change_password(
    request: Request, identity: KnownIdentityDep, sent: PasswordChangeIn
) -> None:
    """Change your password. All other sessions end; tokens stay."""
    await passwords.change_password(request, identity, sent.current_password, sent.new_password)


def user_of(identity: Identity) -> UUID:
    """Whose account it is."""
    assert identity.user_id is not None  # noqa: S101 - `OWN` let it in
    return identity.user_id
