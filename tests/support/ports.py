"""Ports for what a test starts: free ones that no outgoing connection takes meanwhile.

The system gives outgoing connections ports of a range of its own (`ip_local_port_range`). A port
of that range, asked for and closed again, may be taken by the next connection of another test.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import closing

_FIRST, _OF_A_WORKER = 10_000, 1_500
"""Below the range of every Linux by default, which begins at 32,768."""


def _candidates() -> Iterator[int]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 15
    first = _FIRST + worker * _OF_A_WORKER
    while True:
        yield from range(first, first + _OF_A_WORKER)


_ports = _candidates()


def free_port() -> int:
    """The next port of this worker's that is free."""
    return next(port for port in _ports if _is_free(port))


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as found:
        try:
            found.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
