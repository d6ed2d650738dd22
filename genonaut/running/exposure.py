"""Where a server without a login may listen: on this machine, unless the operator accepts more.

This is checked before the server listens: a warning would scroll by beside an open port.
"""

from ipaddress import ip_address
from typing import Final

from genonaut.config import Settings
from genonaut.errors import ConfigError

ACCEPT: Final = "AUTH_OPEN_TO_THE_NETWORK=true (auth.open-to-the-network)"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server there. Of names, only localhost is known."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def require_a_door(host: str, settings: Settings) -> None:
    """Check where the API is to listen.

    Raises:
        ConfigError: other machines can reach it, and it has no login: `auth.mode` is open.
    """
    if not (is_loopback(host) or settings.auth.open_to_the_network):
        raise ConfigError(
            f"api.host (API_HOST) is {host!r}: other machines can reach that address, and there is "
            "no login, so they could change and delete everything. Listen on 127.0.0.1, behind a "
            f"proxy that authenticates users, or accept this with {ACCEPT}."
        )


def require_flowers_door(settings: Settings) -> None:
    """Check where Flower is to listen.

    Raises:
        ConfigError: other machines can reach it, and it has no password.
    """
    flower = settings.flower
    if not (flower.basic_auth or is_loopback(flower.host) or settings.auth.open_to_the_network):
        raise ConfigError(
            f"flower.host (FLOWER_HOST) is {flower.host!r}: other machines can reach that address, "
            "and Flower has no password, so they could see workers and tasks. Set "
            "FLOWER_BASIC_AUTH=name:password, listen on 127.0.0.1, or accept this with "
            f"{ACCEPT}."
        )
