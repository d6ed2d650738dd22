"""A provider's description of itself, checked before it is used."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from genonaut.config_people import OidcSettings, is_safe_address
from genonaut.people.oidc.fetching import UnusableError

SIGNATURES: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
"""The algorithms that we take, all with a key pair: not `none`, and none with a shared secret."""
_PATH: Final = "/.well-known/openid-configuration"

Address = Annotated[str, Field(max_length=2000)]
Names = Annotated[list[str], Field(max_length=100)]


class Metadata(BaseModel):
    """The part of a provider's description that we use."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    authorization_endpoint: Address
    token_endpoint: Address
    jwks_uri: Address
    userinfo_endpoint: Address | None = None
    id_token_signing_alg_values_supported: Names = ["RS256"]
    token_endpoint_auth_methods_supported: Names = ["client_secret_basic"]
    authorization_response_iss_parameter_supported: bool = False

    @property
    def signatures(self) -> list[str]:
        """The algorithms by which it signs, as far as we take them."""
        return [name for name in self.id_token_signing_alg_values_supported if name in SIGNATURES]

    def authentication(self, secret: str | None) -> str:
        """The method by which we authenticate at its token endpoint."""
        if secret is None:
            return "none"
        basic, post = "client_secret_basic", "client_secret_post"
        offered = self.token_endpoint_auth_methods_supported
        return post if post in offered and basic not in offered else basic


def well_known(issuer: str) -> str:
    """Where a provider describes itself."""
    return issuer.rstrip("/") + _PATH


def read_metadata(found: dict[str, Any], settings: OidcSettings) -> Metadata:
    """Check a provider's description.

    Raises:
        UnusableError: a part is missing, it is another issuer's, or an address is not https.
    """
    try:
        metadata = Metadata.model_validate(found)
    except ValidationError as error:
        wrong = ".".join(map(str, error.errors()[0]["loc"]))
        raise UnusableError(f"its {wrong[:100]!r} is missing or wrong") from None
    if metadata.issuer != settings.issuer:
        raise UnusableError("its 'issuer' is not the one in auth.oidc, to the letter")
    for address in (
        metadata.authorization_endpoint,
        metadata.token_endpoint,
        metadata.jwks_uri,
        metadata.userinfo_endpoint or settings.issuer,
    ):
        if not _as_safe_as(settings.issuer, address):
            raise UnusableError("one of its addresses is not https")
    if not metadata.signatures:
        raise UnusableError("it signs with none of the algorithms that are taken")
    return metadata


def _as_safe_as(issuer: str, address: str) -> bool:
    """Whether an address is https, or plain HTTP on this machine for an issuer that is as well.

    Otherwise a provider elsewhere could send us to a program on this machine.
    """
    both_https = issuer.startswith("https:") and address.startswith("https:")
    return is_safe_address(address) and (both_https or issuer.startswith("http:"))
