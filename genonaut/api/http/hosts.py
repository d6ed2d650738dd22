"""Which names the server answers to.

A website can give its own name this machine's address (DNS rebinding). To the browser the gallery
then belongs to that website, which may read and change everything. The header `Host` shows it:
the browser sends the name that it was led to, and no page can change that.
"""

import re
from collections.abc import Iterable
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from genonaut.api.http.errors import json_error
from genonaut.api.schemas.errors import ErrorOut

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
MISDIRECTED: Final = 421
REFUSAL: Final = (
    "This server does not answer to that name: use its address, or add the name to "
    "`api.allowed-hosts` (API_ALLOWED_HOSTS)."
)
_HOST: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?", re.ASCII)


class AllowedHosts:
    """Loopback names, the address that is listened on, and those that the operator names."""

    def __init__(self, own: str, named: Iterable[str]) -> None:
        own = f"[{own}]" if ":" in own and not own.startswith("[") else own
        self._names = frozenset(name.lower() for name in (*LOOPBACK, own, *named))

    def allow(self, given: Iterable[str]) -> bool:
        """Whether these headers `Host` are one that names us. The port does not matter."""
        hosts = list(given)
        match = _HOST.fullmatch(hosts[0].lower()) if len(hosts) == 1 else None
        return match is not None and match[1] in self._names


class HostCheck:
    """Middleware that answers to the allowed names only."""

    def __init__(self, app: ASGIApp, allowed: AllowedHosts) -> None:
        self.app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if scope["type"] == "http" and not self._allowed.allow(
            Headers(scope=scope).getlist("host")
        ):
            request_id = scope["state"]["request_id"]
            error = ErrorOut(error="misdirected_request", detail=REFUSAL, request_id=request_id)
            app = json_error(Request(scope), MISDIRECTED, error)
        await app(scope, receive, send)
