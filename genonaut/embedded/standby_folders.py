"""The folders of standbys in a home: which there are, and which are in use."""

from pathlib import Path
from typing import Final

from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.locks import FileLock

PREFIX: Final = "replica-"


def standbys_of(home: Path) -> list[int]:
    """The numbers of the standbys that there are."""
    folders = (path for path in home.glob(f"{PREFIX}*") if path.is_dir())
    names = (folder.name.removeprefix(PREFIX) for folder in folders)
    return sorted(int(name) for name in names if name.isdecimal())


def running_standbys(home: Path) -> list[int]:
    """The numbers of those that have a keeper."""
    return [number for number in standbys_of(home) if _has_keeper(home, number)]


def _has_keeper(home: Path, number: int) -> bool:
    with FileLock(ServerFolder(home, f"{PREFIX}{number}").keeper_lock) as probe:
        return not probe.try_exclusive()
