"""A provider: the address that a browser is sent to, and the account that it comes back with."""

from typing import Any, Final

from authlib.integrations.base_client.errors import OAuthError

from genonaut.config_people import OidcSettings
from genonaut.errors import ProviderError, SignInExpiredError
from genonaut.people.elsewhere import Claimed
from genonaut.people.oidc.begun import Begun
from genonaut.people.oidc.claims import Expected, UnknownKeyError, groups_in, verified, wanted
from genonaut.people.oidc.fetching import BoundedTransport, UnusableError, explained
from genonaut.people.oidc.metadata import Metadata
from genonaut.people.oidc.source import Source

KEYS_SECONDS: Final = 60.0
"""If a token's key is unknown, the keys are fetched again, unless they are younger than this."""


class Provider:
    """One provider, as the settings describe it."""

    def __init__(self, settings: OidcSettings, transport: BoundedTransport) -> None:
        self.settings = settings
        self._source = Source(settings, transport)

    async def authorization_url(self, begun: Begun, redirect_uri: str) -> str:
        """Where the browser is sent to sign in.

        Raises:
            ProviderError: the provider cannot be reached, or is out of order.
            OverloadedError: too many requests wait for it.
        """
        metadata = await self._source.described()
        client = self._source.client(metadata, redirect_uri)
        url, _ = client.create_authorization_url(
            metadata.authorization_endpoint,
            state=begun.state,
            code_verifier=begun.verifier,
            nonce=begun.nonce,
        )
        return str(url)

    async def check_issuer(self, given: str | None) -> None:
        """Refuse an answer that says it comes from another provider (RFC 9207).

        Raises:
            ProviderError: it does, or does not say it although this provider always does.
        """
        metadata = await self._source.described()
        says_it = metadata.authorization_response_iss_parameter_supported
        if given != metadata.issuer and (given is not None or says_it):
            raise ProviderError(
                f"An answer to a sign-in at {self.settings.name} names another issuer: refused."
            )

    async def account(self, begun: Begun, code: str, redirect_uri: str) -> Claimed:
        """The account that a code stands for.

        Raises:
            SignInExpiredError: the provider does not take the code any more.
            ProviderError: the provider is out of order, or its token is not valid.
            OverloadedError: too many requests wait for it.
        """
        metadata = await self._source.described()
        async with self._source.turns.turn():
            token = await self._exchange(metadata, begun, code, redirect_uri)
            claims = await self._claims(metadata, begun, token)
        return self._claimed(metadata, claims)

    def _claimed(self, metadata: Metadata, claims: dict[str, Any]) -> Claimed:
        settings = self.settings
        username = claims.get(settings.username_claim)
        is_admin = None
        if settings.admin_group is not None:
            is_admin = settings.admin_group in groups_in(claims, settings.groups_claim)
        return Claimed(
            issuer=metadata.issuer,
            subject=claims["sub"],
            username=username if isinstance(username, str) else "",
            is_admin=is_admin,
        )

    async def _exchange(
        self, metadata: Metadata, begun: Begun, code: str, redirect_uri: str
    ) -> dict[str, Any]:
        name = self.settings.name
        with explained(name, "token"):
            try:
                found: dict[str, Any] = await self._source.client(
                    metadata, redirect_uri
                ).fetch_token(
                    metadata.token_endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=begun.verifier,
                )
            except OAuthError as error:
                if error.error == "invalid_grant":
                    raise SignInExpiredError from None
                kind = error.error if error.error in _REFUSALS else "an error"
                raise ProviderError(
                    f"The provider {name} refuses to exchange a code ({kind}): compare client-id, "
                    "client-secret and the redirect address with what it has."
                ) from None
        return found

    async def _claims(
        self, metadata: Metadata, begun: Begun, token: dict[str, Any]
    ) -> dict[str, Any]:
        """The claims of a token, and those that we need besides, from `userinfo`."""
        access_token = token.get("access_token")
        access_token = access_token if isinstance(access_token, str) else None
        expected = Expected(self.settings.client_id, begun.nonce, access_token)
        with explained(self.settings.name, "token"):
            claims = await self._verified(metadata, token.get("id_token"), expected)
        missing = wanted(self.settings) - claims.keys()
        if missing and access_token and metadata.userinfo_endpoint:
            more = await self._userinfo(metadata.userinfo_endpoint, access_token, claims["sub"])
            claims |= {name: more[name] for name in missing & more.keys()}
        return claims

    async def _verified(
        self, metadata: Metadata, id_token: object, expected: Expected
    ) -> dict[str, Any]:
        if not isinstance(id_token, str):
            raise UnusableError("it has no 'id_token'")
        try:
            return verified(id_token, await self._source.keys.get(), metadata, expected)
        except UnknownKeyError:
            keys = await self._source.keys.get(KEYS_SECONDS)
            return verified(id_token, keys, metadata, expected)

    async def _userinfo(self, url: str, access_token: str, subject: str) -> dict[str, Any]:
        more = await self._source.get(url, "userinfo", {"Authorization": f"Bearer {access_token}"})
        with explained(self.settings.name, "userinfo"):
            if more.get("sub") != subject:
                raise UnusableError("it is about another person than the token")
        return more


_REFUSALS: Final = {
    *("invalid_request", "invalid_client", "unauthorized_client"),
    *("unsupported_grant_type", "invalid_scope"),
}
