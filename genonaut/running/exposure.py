"""Where a server without a login may listen: on this machine, unless the operator accepts more.

This is checked before the server listens: a warning would scroll by beside an open port.
When it listens, one line says what visitors may do.
"""

from typing import Final

from genonaut.config import Settings
from genonaut.config_people import is_loopback
from genonaut.errors import ConfigError

ACCEPT: Final = "AUTH_OPEN_TO_THE_NETWORK=true (auth.open-to-the-network)"

_MODE: Final = "auth.mode: "
_USERS: Final = {
    "accounts": "users sign in to add, change and delete",
    "header": "users, whom the proxy names, add, change and delete",
}


def who_may(settings: Settings) -> str:
    """What visitors may do, in a line for the operator."""
    mode = settings.auth.mode
    if mode == "open" and not settings.api.read_only:
        return (
            f"All visitors may look, add, change and delete: there is no sign-in ({_MODE}{mode})."
        )
    may_look = mode == "open" or settings.auth.anonymous == "read"
    look = "Visitors may look" if may_look else "Visitors see nothing"
    if settings.api.read_only:
        return f"{look}; nothing can be changed (api.read-only, {_MODE}{mode})."
    return f"{look}; {_USERS[mode]} ({_MODE}{mode})."


def require_a_door(host: str, settings: Settings) -> None:
    """Check where the API is to listen.

    Raises:
        ConfigError: other machines can reach it, and it has no login: `auth.mode` is open.
    """
    has_login = settings.auth.mode != "open"
    if not (has_login or is_loopback(host) or settings.auth.open_to_the_network):
        raise ConfigError(
            f"api.host (API_HOST) is {host!r}: other machines can reach that address, and there is "
            "no login, so they could change and delete everything. Set AUTH_MODE=accounts "
            "(auth.mode), listen on 127.0.0.1, behind a proxy that authenticates users, or accept "
            f"this with {ACCEPT}."
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
