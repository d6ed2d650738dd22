"""Settings of signing in by another service: providers of OpenID Connect, and a proxy's header.

A provider's secret is in no file of settings. It is in a variable that has the provider's name, or
in a file of its own, which is how containers are given secrets.
"""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from genonaut.config_layers import Layer, Section
from genonaut.config_variables import given, read_value
from genonaut.errors import ConfigError

UNIX: Final = "unix"
"""Of `auth.header.proxies`: what connects to a Unix socket."""
LARGEST_SECRET: Final = 4096
MOST_PROVIDERS: Final = 20
_SECRET: Final = "client-secret"  # noqa: S105 - the name of the key
_SECRET_FILE: Final = "client-secret-file"  # noqa: S105

Text = Annotated[str, Field(min_length=1, max_length=255)]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server there. Of names, only localhost is known."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_safe_address(url: str) -> bool:
    """Whether an address is https, or of this machine: no other machine can read what is sent."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


class OidcSettings(Section):
    """A provider of OpenID Connect, and how its accounts become accounts of the gallery."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9](-?[a-z0-9]){0,39}$")]
    issuer: Annotated[str, Field(max_length=500)]
    client_id: Text
    client_secret: Annotated[SecretStr, Field(min_length=1, max_length=LARGEST_SECRET)] | None = (
        None
    )
    client_secret_file: Path | None = None
    scopes: list[Text] = Field(default=["openid", "profile"], max_length=20)
    username_claim: Text = "preferred_username"
    groups_claim: Text = "groups"
    admin_group: Text | None = None
    registers: bool = Field(default=False, alias="register")

    @field_validator("issuer")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        if not is_safe_address(value) or "?" in value:
            raise ValueError("it should be an https:// address without a query, or one of loopback")
        return value

    @field_validator("scopes")
    @classmethod
    def _ask_who_it_is(cls, value: list[str]) -> list[str]:
        if "openid" not in value:
            raise ValueError('it needs "openid", which asks who is signing in')
        return value


class HeaderSettings(Section):
    """A proxy that authenticates users, and the headers in which it names them."""

    user: HeaderName
    groups: HeaderName
    proxies: Annotated[list[str], Field(max_length=100)]
    admin_group: Text | None = None

    @field_validator("proxies", mode="before")
    @classmethod
    def _as_a_list(cls, value: object) -> object:
        if isinstance(value, str):  # from the environment
            return [name.strip() for name in value.split(",") if name.strip()]
        return value

    @field_validator("proxies")
    @classmethod
    def _are_addresses(cls, value: list[str]) -> list[str]:
        networks_of(value)
        return value


def networks_of(proxies: list[str]) -> list[IPv4Network | IPv6Network]:
    """The addresses and networks among the proxies.

    Raises:
        ValueError: one is neither of these nor `unix`, or is every address that there is.
    """
    found = []
    for text in proxies:
        if text == UNIX:
            continue
        try:
            network = ip_network(text)
        except ValueError:
            raise ValueError(
                f'{text!r} is not an address, a network like 10.0.0.0/8, or "{UNIX}"'
            ) from None
        if network.prefixlen == 0:
            raise ValueError(f"{text!r} is every address, and so every client could be any user")
        found.append(network)
    return found


def refuse_client_secrets(layer: Layer) -> None:
    """Check that a file of settings contains no provider's secret.

    Raises:
        ConfigError: it does.
    """
    for provider in _providers(layer.find(("auth", "oidc"))):
        if isinstance(provider, dict) and provider.get(_SECRET) is not None:
            raise ConfigError(
                f"auth.oidc has a {_SECRET} in {layer.origin}: remove it, and set "
                f"{variable_of(provider.get('name'))} in the environment."
            )


def with_client_secrets(values: dict[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    """The same settings, in which the providers have the secrets of the environment.

    Raises:
        ConfigError: a secret's file holds none, or there is a variable beside it.
    """
    auth = values.get("auth")
    given = auth.get("oidc") if isinstance(auth, dict) else None
    if not isinstance(auth, dict) or not isinstance(given, list):
        return values
    providers = [_with_secret(one, variables) if isinstance(one, dict) else one for one in given]
    return values | {"auth": auth | {"oidc": providers}}


def variable_of(name: object) -> str:
    """The environment variable with a provider's secret; with `_FILE`, that of its file."""
    return f"OIDC_{str(name).upper().replace('-', '_')}_CLIENT_SECRET"


def _with_secret(provider: dict[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    if found := given(variables, variable_of(provider.get("name")), LARGEST_SECRET):
        return provider | {_SECRET: found.text}
    file = provider.get(_SECRET_FILE)
    return provider | {_SECRET: _read_secret(file)} if isinstance(file, str) else provider


def _read_secret(file: str) -> str:
    try:
        return read_value(file, LARGEST_SECRET)
    except ValueError as error:
        raise ConfigError(
            f"auth.oidc has a {_SECRET_FILE} that {error}: write the provider's secret to "
            f"{file!r}, and nothing else."
        ) from None


def _providers(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
