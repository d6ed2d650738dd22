"""What is watched, and what it is watched with."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from genonaut.ingest.changes import Tell
from genonaut.ingest.intake import PictureOptions
from genonaut.ingest.pool import TakingPool
from genonaut.ingest.rows import Defaults
from genonaut.library.roots import Library


@dataclass(frozen=True, slots=True)
class Watched:
    """A folder, and how its pictures are taken in; `poll` if the system does not report on it.

    Unless `names_creator`, their creator is only the default.
    """

    folder: Path
    defaults: Defaults
    options: PictureOptions
    poll: bool = False
    names_creator: bool = True


@dataclass(frozen=True, slots=True)
class Means:
    """What all watched folders share."""

    engine: Engine
    library: Library
    pool: TakingPool
    tell: Tell


def identity(folder: Path) -> tuple[int, int] | None:
    """Which folder has a name now; None if there is none."""
    try:
        about = folder.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino
