"""The address that a request came from, as it is recorded and as limits count it."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

UNKNOWN: Final = "unknown"
"""Stands for the address of a client at a Unix socket."""
_NETWORK: Final = 64  # bits of an IPv6 address that name a customer, who has all the others


def shown_address(host: str | None) -> str:
    """An address in one form: an IPv4 address that is written as IPv6 (`::ffff:...`) is IPv4."""
    try:
        found = ip_address((host or "").partition("%")[0])
    except ValueError:
        return UNKNOWN
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)


def limited_address(host: str | None) -> str:
    """An address as limits count it: all of IPv6 that one customer has are one network."""
    shown = shown_address(host)
    return str(ip_network(f"{shown}/{_NETWORK}", strict=False)) if ":" in shown else shown
