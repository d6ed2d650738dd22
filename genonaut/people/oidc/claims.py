"""What a provider says of a person, in a token that it signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from genonaut.config_people import OidcSettings
from genonaut.people.oidc.fetching import UnusableError
from genonaut.people.oidc.metadata import Metadata

LEEWAY_SECONDS: Final = 60
"""How far the provider's clock may be from ours."""
LONGEST_SUBJECT: Final = 255
_MALFORMED: Final = (ValueError, TypeError, KeyError, OverflowError, RecursionError)


class UnknownKeyError(UnusableError):
    """The token is signed with a key that we have not fetched, or that is not the provider's."""

    def __init__(self) -> None:
        super().__init__("its token is signed with a key that is not among its keys")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to contain to be the one that was asked for."""

    client_id: str
    nonce: str
    access_token: str | None


def verified(token: str, keys: KeySet, metadata: Metadata, expected: Expected) -> dict[str, Any]:
    """The claims of a token, if this provider signed it, for us and this sign-in, and it is valid.

    Raises:
        UnknownKeyError: its key is not among the keys.
        UnusableError: something else about it is wrong.
    """
    registry = JWSRegistry(algorithms=metadata.signatures, strict_check_header=False)
    try:
        read = jwt.decode(token, keys, registry=registry)
        claims = _for_us(read, metadata, expected)
    except InvalidKeyIdError:
        raise UnknownKeyError from None
    except JoseError as error:
        # Its description may quote a claim.
        raise UnusableError(f"its token is refused: {error.error}") from None
    except _MALFORMED as error:
        raise UnusableError(f"its token is malformed: {type(error).__name__}") from None
    if not 0 < len(claims["sub"]) <= LONGEST_SUBJECT or "\0" in claims["sub"]:
        raise UnusableError("its token has a 'sub' that is too long, or not text")
    return claims


def _for_us(read: jwt.Token, metadata: Metadata, expected: Expected) -> dict[str, Any]:
    claims = CodeIDToken(
        read.claims,
        read.header,
        {
            "iss": {"essential": True, "value": metadata.issuer},
            "aud": {"essential": True, "value": expected.client_id},
            "sub": {"essential": True},
            "exp": {"essential": True},
        },
        {
            "client_id": expected.client_id,
            "nonce": expected.nonce,
            "access_token": expected.access_token,
        },
    )
    claims.validate(leeway=LEEWAY_SECONDS)
    return dict(claims)


def wanted(settings: OidcSettings) -> set[str]:
    """The names of the claims that we read, besides `sub`."""
    groups = {settings.groups_claim} if settings.admin_group is not None else set()
    return {settings.username_claim} | groups


def groups_in(claims: Mapping[str, Any], name: str) -> list[str]:
    """The groups in a claim: a list of names, or one."""
    found = claims.get(name)
    return [found] if isinstance(found, str) else found if isinstance(found, list) else []
