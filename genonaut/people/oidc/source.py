"""A provider's description and keys: fetched when they are needed, and kept for an hour."""

from typing import Any, Final

from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from genonaut.config_people import OidcSettings
from genonaut.people.oidc.fetching import (
    SECONDS,
    BoundedTransport,
    Turns,
    UnusableError,
    explained,
    json_object,
)
from genonaut.people.oidc.kept import Kept
from genonaut.people.oidc.metadata import Metadata, read_metadata, well_known

KEPT_SECONDS: Final = 3600.0
MOST_KEYS: Final = 100


class Source:
    """A provider's metadata, its keys, and a client for its other addresses."""

    def __init__(self, settings: OidcSettings, transport: BoundedTransport) -> None:
        self.settings = settings
        self.turns = Turns(settings.name)
        self.keys = Kept(self._fetch_keys, KEPT_SECONDS)
        self._transport = transport
        self._metadata = Kept(self._fetch_metadata, KEPT_SECONDS)

    async def described(self) -> Metadata:
        """The provider's description. It takes a turn only if it has to be fetched."""
        known = self._metadata.fresh()
        if known is not None:
            return known
        async with self.turns.turn():
            return await self._metadata.get()

    async def get(
        self, url: str, what: str, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """What an address answers, as JSON."""
        with explained(self.settings.name, what):
            client = self.client()
            response = await client.request("GET", url, withhold_token=True, headers=headers)
            return json_object(response)

    def client(self, metadata: Metadata | None = None, redirect_uri: str = "") -> Any:  # noqa: ANN401 - authlib has no types
        """A client for one request, since it keeps a token. The shared transport stays open."""
        settings = self.settings
        kept = settings.client_secret
        secret = kept.get_secret_value() if kept else None
        return AsyncOAuth2Client(
            settings.client_id,
            secret,
            token_endpoint_auth_method=metadata and metadata.authentication(secret),
            scope=" ".join(settings.scopes),
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            transport=self._transport,
            timeout=SECONDS,
            follow_redirects=False,
        )

    async def _fetch_metadata(self) -> Metadata:
        found = await self.get(well_known(self.settings.issuer), "metadata")
        with explained(self.settings.name, "metadata"):
            return read_metadata(found, self.settings)

    async def _fetch_keys(self) -> KeySet:
        found = await self.get((await self._metadata.get()).jwks_uri, "keys")
        with explained(self.settings.name, "keys"):
            listed = found.get("keys")
            if not isinstance(listed, list) or len(listed) > MOST_KEYS:
                raise UnusableError(f"it is not a list of at most {MOST_KEYS} keys")
            return _key_set(listed)


def _key_set(listed: list[Any]) -> KeySet:
    """The keys that we understand: a provider may have others, for other purposes."""
    keys = []
    for one in listed:
        try:
            keys += KeySet.import_key_set({"keys": [one]}).keys
        except (ValueError, TypeError, KeyError, AttributeError, JoseError):
            continue
    return KeySet(keys)
