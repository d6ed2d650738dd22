"""Paths of Unix sockets. The system allows 107 bytes, and a home may lie deeper than that.

A comma in one would be for libpq the end of a host.
"""

import os
from pathlib import Path

from genonaut.embedded.folder import make_home, unusable

LONGEST_PATH = 107
_homes: dict[Path, int] = {}


def reachable(socket: Path, home: Path) -> Path:
    """A path to a socket below a home, for this process and those that it forks.

    That is the socket's own path; or, if that is too long or has a comma, one that begins at a
    descriptor of the home. So no socket has to lie in a shared folder, where another account could
    be first.

    Raises:
        ServerStartError: the home cannot be opened.
    """
    if len(os.fsencode(socket)) <= LONGEST_PATH and "," not in str(socket):
        return socket
    if home not in _homes:
        # Open for as long as this process lives. Of the home, since nothing of ours replaces it.
        make_home(home)
        try:
            _homes[home] = os.open(home, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise unusable(error) from error
    return Path(f"/proc/self/fd/{_homes[home]}") / socket.relative_to(home)


def descriptors() -> list[int]:
    """What a program has to inherit to use such paths."""
    return list(_homes.values())
