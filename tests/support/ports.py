"""Ports for what a test starts: free ones that no outgoing connection takes meanwhile.

The system gives outgoing connections ports of a range of its own (`ip_local_port_range`). A port
of that range, asked for and closed again, may be taken by the next connection of another test.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle
from typing import Final

_RANGE: Final = range(10_000, 30_000)
"""Below the range of every Linux by default, which begins at 32,768."""
_APART: Final = 7_919  # so far from one another do processes begin that were started in a row


def _candidates() -> Iterator[int]:
    first = os.getpid() * _APART % len(_RANGE)
    return cycle([*_RANGE[first:], *_RANGE[:first]])


_ports = _candidates()


def free_port() -> int:
    """The next port of this process's that is free."""
    return next(port for port in _ports if _is_free(port))


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as found:
        try:
            found.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
