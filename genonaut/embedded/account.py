"""The account that a server runs as when we are root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from genonaut.errors import ServerStartError

CANDIDATES = ("genonaut", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """An operating-system account, by its numbers."""

    name: str
    uid: int
    gid: int


def own_name() -> str:
    """The name of the account that this process runs as."""
    return _name(os.geteuid())


def server_account(data: Path) -> Account | None:
    """The account to run a server as. None means our own, the right one unless we are root.

    An existing data directory decides: only its owner can read it.

    Raises:
        ServerStartError: the data belongs to an account that we cannot run as.
    """
    me = os.geteuid()
    owner = data.stat().st_uid if data.exists() else me
    if me != 0:
        if owner != me:
            raise ServerStartError(
                f"{data} belongs to the account {_name(owner)!r}, not to yours: run this as root, "
                "or set GENONAUT_HOME to a folder that you own."
            )
        return None
    return _account(_name(owner)) if owner != 0 else _first_candidate()


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _account(name: str) -> Account:
    try:
        entry = pwd.getpwnam(name)
    except KeyError as error:
        raise ServerStartError(
            f"The data belongs to the account {name!r}, which does not exist on this machine: "
            "create it, or set GENONAUT_HOME to another folder."
        ) from error
    return Account(name, entry.pw_uid, entry.pw_gid)


def _first_candidate() -> Account:
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in CANDIDATES:
        if name in known:
            return _account(name)
    raise ServerStartError(
        "A database server refuses to run as root, and there is no other account to run it as: "
        f"create one named {CANDIDATES[0]!r}."
    )
