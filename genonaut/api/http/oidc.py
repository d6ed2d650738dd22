"""Signing in at a provider: leaving for it, and coming back. No connection is held meanwhile."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fastapi import Request, Response
from sqlalchemy.orm import Session

from genonaut.api.http import cookies
from genonaut.api.http.identities import session_secret
from genonaut.api.http.peers import address_of
from genonaut.api.http.transactions import in_transaction
from genonaut.config import Settings
from genonaut.errors import ForbiddenError, NotFoundError, SignInExpiredError
from genonaut.people.elsewhere import Claimed, ForeignAccounts
from genonaut.people.oidc.begun import MINUTES, Begun, begin, take
from genonaut.people.secret_keys import is_secret, new_secret
from genonaut.people.sessions import NewSession, Sessions

if TYPE_CHECKING:  # Authlib and all below it: only for galleries that have a provider
    from genonaut.config_people import OidcSettings
    from genonaut.people.oidc.fetching import BoundedTransport
    from genonaut.people.oidc.provider import Provider

PATH: Final = "/gallery/sign-in/oidc"
LONGEST_CODE: Final = 4096
_WORD: Final = re.compile(r"[a-z_]{1,40}", re.ASCII)


def _made(
    described: "Sequence[OidcSettings]",
) -> "tuple[BoundedTransport | None, dict[str, Provider]]":
    from genonaut.people.oidc.fetching import BoundedTransport  # noqa: PLC0415 - as above
    from genonaut.people.oidc.provider import Provider  # noqa: PLC0415

    transport = BoundedTransport()
    return transport, {one.name: Provider(one, transport) for one in described}


class Providers:
    """The providers of the settings; none, unless the gallery has accounts of its own."""

    def __init__(self, settings: Settings) -> None:
        described = settings.auth.oidc if settings.auth.mode == "accounts" else []
        self._transport, self._providers = _made(described) if described else (None, {})
        self.session_days = settings.auth.session_days

    @property
    def names(self) -> Sequence[str]:
        """Their names, in the order of the settings."""
        return list(self._providers)

    def find(self, name: str) -> "Provider":
        """A provider.

        Raises:
            NotFoundError: the settings have none of that name.
        """
        found = self._providers.get(name)
        if found is None:
            raise NotFoundError("There is no such way to sign in: see auth.oidc.")
        return found

    async def close(self) -> None:
        """Close the connections to them."""
        if self._transport:
            await self._transport.aclose()


@dataclass(frozen=True, slots=True)
class Back:
    """A browser that came back and is signed in, and the page to show to it."""

    session: NewSession
    page: str


async def leave(request: Request, name: str, page: str) -> tuple[Begun, str]:
    """Begin a sign-in: what the browser has to keep, and where it is sent.

    Raises:
        NotFoundError: there is no such provider.
        ProviderError: the provider cannot be reached, or is out of order.
    """
    provider, begun = _providers(request).find(name), Begun(new_secret())
    url = await provider.authorization_url(begun, _redirect_uri(request, name))
    address = address_of(request)
    await in_transaction(request, lambda session: begin(session, begun, name, page, address))
    return begun, url


async def come_back(request: Request, name: str) -> Back:
    """Finish the sign-in that this browser began.

    Raises:
        SignInExpiredError: it did not begin one, or not this one, or that has ended.
        ForbiddenError: the provider or the person refused, or there may be no account.
        ProviderError: the provider cannot be reached, or its answer is not valid.
        ConflictError: a new account would have a name that is taken.
    """
    provider, given = _providers(request).find(name), request.query_params
    begun = _begun(request)
    if begun is None or not begun.is_state(given.get("state", "")):
        raise SignInExpiredError
    page = await in_transaction(request, lambda session: take(session, begun, name))
    if page is None:
        raise SignInExpiredError
    await provider.check_issuer(given.get("iss"))
    code = given.get("code", "")
    if "error" in given or not 0 < len(code) <= LONGEST_CODE:
        raise ForbiddenError(_refusal(given.get("error", "")))
    claimed = await provider.account(begun, code, _redirect_uri(request, name))
    registers = provider.settings.registers
    session = await in_transaction(
        request, lambda session: _sign_in(request, session, claimed, registers=registers)
    )
    return Back(session, page)


def remember_begun(request: Request, response: Response, begun: Begun) -> None:
    """Set the cookie of a sign-in that has begun."""
    cookies.set_secret(request, response, cookies.SIGN_IN, begun.secret, MINUTES * 60)


def forget_begun(request: Request, response: Response) -> None:
    """Delete that cookie."""
    cookies.delete_secret(request, response, cookies.SIGN_IN)


def _sign_in(
    request: Request, session: Session, claimed: Claimed, *, registers: bool
) -> NewSession:
    user = ForeignAccounts(session, "oidc", address_of(request)).sign_in(
        claimed, registers=registers
    )
    sessions, days = Sessions(session), _providers(request).session_days
    if old := session_secret(request):
        sessions.end_secret(old)
    return sessions.begin(user.id, days, address_of(request), request.headers.get("user-agent"))


def _begun(request: Request) -> Begun | None:
    secret = cookies.read_secret(request, cookies.SIGN_IN)
    return Begun(secret) if is_secret(secret) else None


def _refusal(error: str) -> str:
    """Why no code came back. The address may say anything, so only a plain word is shown."""
    said = f" ({error})" if _WORD.fullmatch(error) else ""
    return f"The provider did not sign you in{said}: begin again, or ask its operator."


def _redirect_uri(request: Request, name: str) -> str:
    """Where the provider sends the browser. It is one of the names that we answer to."""
    return str(request.url.replace(path=f"{PATH}/{name}/callback", query="", fragment=""))


def _providers(request: Request) -> Providers:
    providers: Providers = request.app.state.providers
    return providers
