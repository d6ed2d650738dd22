"""The account that a server runs as when we are root, and binaries that it can execute."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from genonaut.embedded.locks import FileLock
from genonaut.errors import ServerStartError

CANDIDATES = ("genonaut", "postgres", "nobody")
BINARY_CACHE = Path("/var/cache/genonaut")


@dataclass(frozen=True)
class Account:
    """An operating-system account, by its numbers."""

    name: str
    uid: int
    gid: int


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


def runnable_by(
    account: Account | None,
    root: Path,
    executable: str,
    version: str,
    needed: Sequence[str] = (".",),
) -> Path:
    """A folder like `root` whose `executable` (a path below it) the account can execute.

    That is `root` itself; or, if `root` lies where only we may enter, a copy in the system's cache
    of the folders that are `needed`. Loosening the permissions above `root` is not ours to do.

    Raises:
        ServerStartError: the cache cannot be written.
    """
    if account is None or _can_run(account, root / executable):
        return root
    copy = BINARY_CACHE / version
    try:
        copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        lock = FileLock(copy.with_name(f"{version}.lock"))
        lock.exclusive()  # no process replaces a copy that another one has just begun to use
        try:
            if not _can_run(account, copy / executable):
                _copy_world_readable(root, copy, needed)
        finally:
            lock.close()
    except OSError as error:
        raise ServerStartError(
            f"The account {account.name!r} cannot enter {root}, and it could not be copied to "
            f"{BINARY_CACHE} ({error.strerror}): make that folder writable for root."
        ) from error
    return copy


def _can_run(account: Account, executable: Path) -> bool:
    # Trying it is the only test that knows about every mode, access list and mount option.
    try:
        result = subprocess.run(
            [executable, "--version"],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return result.returncode == 0


def _copy_world_readable(source: Path, target: Path, needed: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        fresh = Path(scratch) / target.name
        for folder in needed:
            shutil.copytree(source / folder, fresh / folder, symlinks=True)
        for path in [fresh, *fresh.rglob("*")]:
            if not path.is_symlink():
                executable = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if executable else 0o644)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
