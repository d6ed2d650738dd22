"""Files and folders of ours that no other account of the machine may read."""

import os
from pathlib import Path

# Without O_NOFOLLOW a link in the place of a file would have us write where it leads. O_NONBLOCK
# is for a pipe in the place of a file: it would wait for a reader.
SAFELY = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def make_folder(path: Path) -> None:
    """Create a folder that other accounts cannot list, and the missing ones above it.

    The server's account, which is not ours if we are root, may pass through.
    """
    if not path.exists():
        path.mkdir(parents=True, exist_ok=True)
        _close(path, 0o711 if os.geteuid() == 0 else 0o700)


def close_folder(path: Path) -> None:
    """Take the right to list a folder of ours, or to write to it, from all other accounts."""
    _close(path, path.stat().st_mode & 0o711)


def _close(path: Path, mode: int) -> None:
    if path.stat().st_mode & 0o777 != mode:
        path.chmod(mode)


def open_file(path: Path, how: int) -> int:
    """Open a file, created if it is missing, that only its owner can read."""
    file = os.open(path, how | os.O_CREAT | SAFELY, 0o600)
    try:
        about = os.fstat(file)
        if about.st_mode & 0o077:
            os.fchmod(file, 0o600)
        folder = path.parent.stat()
        if os.geteuid() == 0 and about.st_uid == 0 and folder.st_uid != 0:
            # We are root in the folder of another account, which has to manage without us later.
            os.fchown(file, folder.st_uid, folder.st_gid)
    except BaseException:
        os.close(file)
        raise
    return file


def write_atomically(path: Path, text: str) -> None:
    """Write a file that only we may read; a reader sees the old text or the new, never a part."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(open_file(fresh, os.O_WRONLY | os.O_EXCL), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
