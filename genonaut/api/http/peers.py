"""Where a request comes from: the socket's own peer, and the client.

They differ behind a proxy. uvicorn takes the client's address from the `X-Forwarded-For` of a proxy
that it trusts. That is good enough for limits and for the record. Who may name the user that sends
a request is decided by the peer alone.
"""

from asyncio import Transport
from collections.abc import Callable, Iterable
from ipaddress import IPv6Address, ip_address
from socket import AF_UNIX, socket
from typing import Any, Final

from fastapi import Request

from genonaut.config_people import UNIX, networks_of

_PEER: Final = "peer"  # of a request's state
_ABORT: Final = "abort"


def remember_peer(
    state: dict[str, Any], peer: str | None, abort: Callable[[], None] | None = None
) -> None:
    """Keep the peer in a request's state, before any middleware sees the request.

    `abort` ends the connection at once, with what is not sent yet.
    """
    state[_PEER], state[_ABORT] = peer, abort


def abort_connection(state: dict[str, Any]) -> None:
    """End the connection of a request whose client does not read."""
    if abort := state.get(_ABORT):
        abort()


def peer_of(transport: Transport) -> str | None:
    """The peer's address, or `unix`; None if it cannot be told any more."""
    connection: socket | None = transport.get_extra_info("socket")
    if connection is not None and connection.family == AF_UNIX:
        return UNIX
    name = transport.get_extra_info("peername")
    return str(name[0]) if isinstance(name, tuple) and name else None


def address_of(request: Request) -> str | None:
    """The client's address; None at a Unix socket."""
    return request.client.host if request.client else None


class TrustedPeers:
    """The peers that are trusted to say who sends a request: `auth.header.proxies`."""

    def __init__(self, proxies: Iterable[str]) -> None:
        named = list(proxies)
        self._unix = UNIX in named
        self._networks = networks_of(named)

    def include(self, state: dict[str, Any]) -> bool:
        """Whether the peer of a request with this state is one of them."""
        peer = state.get(_PEER)
        if peer is None or peer == UNIX:
            return peer == UNIX and self._unix
        address = ip_address(peer.partition("%")[0])
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)


def shown_peer(state: dict[str, Any]) -> str:
    """A request's peer, for the log."""
    return state.get(_PEER) or "unknown"
