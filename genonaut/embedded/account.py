"""The account that a server runs as when we are root."""

import os
import pwd
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from genonaut.embedded.locks import FolderLock
from genonaut.errors import ServerStartError

OURS = "genonaut"
ACCOUNTS = Path("/etc")
UNSAFE = {"nobody", "nfsnobody"}  # services without an account of their own run as these


@dataclass(frozen=True)
class Account:
    """An operating-system account, by its numbers."""

    name: str
    uid: int
    gid: int
    is_new: bool = False

    @property
    def notice(self) -> str:
        """What the operator should know about a new one."""
        return (
            f"Created the system account {self.name!r}: embedded servers run as it when root "
            f"starts them. To remove it, run `userdel {self.name}`."
        )


def own_name() -> str:
    """The name of the account that this process runs as."""
    return _name(os.geteuid())


def server_account(data: Path) -> Account | None:
    """The account to run a server as. None means our own, the right one unless we are root.

    An existing data directory decides: only its owner can read it. New data belongs to an account
    that does nothing else: other programs run as `postgres` or `nobody`, and could read it.

    Raises:
        ServerStartError: the data belongs to an account that we cannot run as, or should not.
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
    return our_account() if owner == 0 else _owner_of(data)


def _owner_of(data: Path) -> Account:
    name = _name(data.stat().st_uid)
    if name in UNSAFE:
        raise ServerStartError(
            f"{data} belongs to {name!r}, the account of every service that has none of its own, "
            f"so it is not safe there: run `chown -R {our_account().name}: {data}`."
        )
    if found := _find(name):
        return found
    raise ServerStartError(
        f"The data belongs to the account {name!r}, which does not exist on this machine: "
        "create it, or set GENONAUT_HOME to another folder."
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _find(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, entry.pw_gid)


def our_account() -> Account:
    """The account `genonaut`, created if it is missing, as a server's package would do it.

    A number without a name would be less intrusive, but initdb refuses to run as one.

    Raises:
        ServerStartError: it cannot be created.
    """
    if found := _find(OURS):
        return found
    # Two useradds at once would both succeed, and the second would change the first one's number.
    with FolderLock(ACCOUNTS) as lock:
        lock.exclusive()
        return _find(OURS) or _create_ours()


def _create_ours() -> Account:
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    command = ["useradd", *options, "--shell", "/usr/sbin/nologin", OURS]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        reason = done.stderr.strip()
    except OSError as error:
        reason = f"useradd: {error.strerror}"
    account = _find(OURS)
    if account is None:
        raise ServerStartError(
            f"A database server refuses to run as root, and the account {OURS!r} cannot be created "
            f"for it ({reason}): run `{' '.join(command)}`, or do not run Genonaut as root."
        )
    return replace(account, is_new=True)
