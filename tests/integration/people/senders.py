"""The senders of the matrix: what each request of theirs says of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from genonaut.people.identity import Scope
from tests.integration.people.world import OWN, PRIVATE, PUBLIC, World
from tests.support.people import add_token, bearer
from tests.support.rows import run

EVIL: Final = "https://evil.example"
FROM_AFAR: Final = {"X-Forwarded-For": "192.0.2.7"}
OURS: Final = {"Sec-Fetch-Site": "same-origin"} | FROM_AFAR
Says = Callable[[World], dict[str, str]]


@dataclass(frozen=True)
class Sender:
    """Who sends, which column says what it gets, and at which of the galleries."""

    column: str
    says: Says
    who: str = ""
    whose: str = PUBLIC
    gallery: str = "usual"


def cookie(name: str) -> Says:
    return lambda world: OURS | {"Cookie": world.cookie(name)}


def token(name: str, scope: Scope) -> Says:
    return lambda world: FROM_AFAR | bearer(world.token(name, scope))


def spoilt_token(statement: str) -> Says:
    """A token of an administrator, and then something happens."""

    def says(world: World) -> dict[str, str]:
        run(world.database, _AS_BEFORE, world.ids["gone"], world.ids["gone"])
        secret = add_token(world.database, world.ids["gone"], "admin")
        run(world.database, statement, world.ids["gone"])
        return FROM_AFAR | bearer(secret)

    return says


def spoilt_cookie(statement: str) -> Says:
    """The same of a session."""

    def says(world: World) -> dict[str, str]:
        run(world.database, _AS_BEFORE, world.ids["gone"], world.ids["gone"])
        said = world.cookie("gone")
        run(world.database, statement, world.ids["gone"])
        return OURS | {"Cookie": said}

    return says


def cross_site(world: World) -> dict[str, str]:
    """A page of another site, in the browser of an administrator, even if that sent its cookie."""
    sent = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site", "Cookie": world.cookie("root")}
    return FROM_AFAR | sent


def rebound(world: World) -> dict[str, str]:
    """The same by a name that is not ours."""
    return cookie("root")(world) | {"Host": "evil.example"}


_AS_BEFORE: Final = """
WITH tokens AS (DELETE FROM api_tokens WHERE user_id = %s RETURNING user_id)
UPDATE users SET disabled_at = NULL WHERE id = %s
"""
_DISABLED: Final = "UPDATE users SET disabled_at = now() WHERE id = %s"
_LONG_AGO: Final = "SET expires_at = now() - interval '1 second' WHERE user_id = %s"
SENDERS: Final = {
    "visitor": Sender("visitor", lambda _: OURS),
    "visitor-where-closed": Sender("closed", lambda _: OURS, gallery="closed"),
    "member-own": Sender("own", cookie("ada"), "ada", OWN),
    "member-public": Sender("public", cookie("ada"), "ada", PUBLIC),
    "member-private": Sender("private", cookie("ada"), "ada", PRIVATE),
    "admin": Sender("admin", cookie("root"), "root", PRIVATE),
    "member-token-read": Sender("read", token("ada", "read"), "ada", OWN),
    "member-token-write": Sender("write", token("ada", "write"), "ada", OWN),
    "admin-token-read": Sender("a-read", token("root", "read"), "root", PRIVATE),
    "admin-token-write": Sender("a-write", token("root", "write"), "root", PRIVATE),
    "admin-token-admin": Sender("a-admin", token("root", "admin"), "root", PRIVATE),
    "admin-token-metrics": Sender("watcher", token("root", "metrics"), "root", PRIVATE),
    "token-expired": Sender("void", spoilt_token(f"UPDATE api_tokens {_LONG_AGO}")),
    "token-revoked": Sender("void", spoilt_token("DELETE FROM api_tokens WHERE user_id = %s")),
    "token-of-disabled": Sender("void", spoilt_token(_DISABLED)),
    "session-expired": Sender("visitor", spoilt_cookie(f"UPDATE sessions {_LONG_AGO}")),
    "session-ended": Sender("visitor", spoilt_cookie("DELETE FROM sessions WHERE user_id = %s")),
    "session-of-disabled": Sender("visitor", spoilt_cookie(_DISABLED)),
    "another-site": Sender("site", cross_site, "root", PRIVATE),
    "another-host": Sender("host", rebound, "root", PRIVATE),
    "admin-where-read-only": Sender("frozen", cookie("root"), "root", PRIVATE, "frozen"),
}
