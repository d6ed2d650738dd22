"""Binaries that the account of a server can execute."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from genonaut.embedded.account import Account
from genonaut.embedded.locks import FileLock
from genonaut.errors import ServerStartError

BINARY_CACHE = Path("/var/cache/genonaut")


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
    if account is None or can_run(account, root / executable):
        return root
    copy = BINARY_CACHE / version
    try:
        copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        with FileLock(copy.with_name(f"{version}.lock")) as lock:
            lock.exclusive()  # no process replaces a copy that another one has just begun to use
            if not can_run(account, copy / executable):
                _copy_world_readable(root, copy, needed)
    except OSError as error:
        raise ServerStartError(
            f"The account {account.name!r} cannot enter {root}, and it could not be copied to "
            f"{BINARY_CACHE} ({error.strerror}): make that folder writable for root."
        ) from error
    return copy


def can_run(account: Account, executable: Path) -> bool:
    """Whether an account can execute a program that has the option --version."""
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
