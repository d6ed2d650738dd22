"""Which names the server answers to.

A website can give its own name this machine's address (DNS rebinding). To the browser the gallery
then belongs to that website, which may read and change everything. The header `Host` shows it:
the browser sends the name that it was led to, and no page can change that.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

MISDIRECTED: Final = 421
LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
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
        # Clients send the same few again and again.
        self.allow_sent = lru_cache(maxsize=256)(self._allow_sent)

    def allow(self, given: Iterable[str]) -> bool:
        """Whether these headers `Host` are one that names us. The port does not matter."""
        hosts = list(given)
        match = _HOST.fullmatch(hosts[0].lower()) if len(hosts) == 1 else None
        return match is not None and match[1] in self._names

    def _allow_sent(self, *headers: bytes) -> bool:
        """The same as they were sent."""
        return self.allow(header.decode("latin-1") for header in headers)
