"""Who may use a route. Every route declares it, or the application does not start.

guarded_routes.py has the routes, which check it.
"""

from dataclasses import dataclass
from typing import Final, Literal

from fastapi import Depends, Request

from genonaut.api.http.identities import get_identity
from genonaut.api.http.modes import NO_ACCOUNTS, WITH_ACCOUNTS
from genonaut.api.http.origins import SAFE
from genonaut.api.http.peers import TrustedPeers
from genonaut.errors import (
    ForbiddenError,
    GenonautError,
    InsufficientScopeError,
    NotFoundError,
    NotSignedInError,
)
from genonaut.people.identity import Identity, Scope

_LOOPBACK: Final = TrustedPeers(["127.0.0.0/8", "::1"])
_BY_PROXY: Final = {"forwarded", "via", "x-real-ip"}
_BEGINS_BY_PROXY: Final = "x-forwarded-"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use a route: a dependency that every route has exactly one of."""

    level: Literal["public", "visitor", "member", "own", "admin", "operator"]

    async def __call__(self, request: Request) -> None:
        """Check a request.

        Raises:
            NotSignedInError: the sender has to sign in first, or send a token.
            ForbiddenError: it takes another role, or a token of another scope.
            NotFoundError: the route is about accounts, and there are none.
        """
        if self.level == "public" or (self.level == "operator" and _is_from_here(request)):
            return
        identity = await get_identity(request)
        if identity is None:
            if self.level != "visitor" or request.app.state.settings.auth.anonymous != "read":
                raise NotSignedInError
        else:
            self._check(identity, "read" if request.method in SAFE else "write")

    def _check(self, identity: Identity, needed: Scope) -> None:
        match self.level:
            case "own":
                _require_own_account(identity)
            case "admin" | "operator":
                if not identity.is_admin:
                    raise ForbiddenError("Only an administrator may do that.")
                if self.level == "operator":
                    return
                needed = "admin"
        if not identity.may(needed):
            raise InsufficientScopeError


def _require_own_account(identity: Identity) -> None:
    if identity.via == "token":
        raise ForbiddenError("A token cannot change its owner's account: sign in in a browser.")
    if identity.user_id is None:
        raise NotFoundError(NO_ACCOUNTS)


def _is_from_here(request: Request) -> bool:
    """Whether a program on this machine sent it, and not a proxy for another machine."""
    if not _LOOPBACK.include(request.scope["state"]):
        return False
    header = request.app.state.settings.auth.header
    by_ours = {header.user.lower(), header.groups.lower()}
    return not any(
        name in _BY_PROXY | by_ours or name.startswith(_BEGINS_BY_PROXY) for name in request.headers
    )


async def is_operator(request: Request) -> bool:
    """Whether a request may be told what is only for those who run the service."""
    try:
        await Access("operator")(request)
    except GenonautError:  # or the database cannot be asked, which must not hide what is wrong
        return False
    return True


PUBLIC: Final = Depends(Access("public"))
"""Every client, whether it is signed in or not."""
VISITOR: Final = Depends(Access("visitor"))
"""Every client, unless `auth.anonymous` is `nothing`: then as for members."""
MEMBER: Final = Depends(Access("member"))
"""Users: to change something takes the scope `write`."""
OWN: Final = Depends(Access("own"))
"""Users, in a browser: for what is about their own accounts."""
ADMIN: Final = Depends(Access("admin"))
"""Administrators, with the scope `admin`."""
OPERATOR: Final = Depends(Access("operator"))
"""Programs on this machine, and administrators with any scope, also `metrics`."""

FOR_OWN: Final = [OWN, WITH_ACCOUNTS]
"""The dependencies of a route about the sender's own account."""
FOR_ADMINS: Final = [ADMIN, WITH_ACCOUNTS]
"""The dependencies of a route for administrators, which is not there without accounts."""
