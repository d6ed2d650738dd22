"""What is in a folder with PostgreSQL's programs: which version, and whether it can be used."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from genonaut.embedded.server import clean_environment

MAJORS = range(15, 19)
NEEDED = ("initdb", "postgres")
VERSION = re.compile(r"\(PostgreSQL\) (\d+)\.(\d+)")
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Installation:
    """PostgreSQL's programs in a folder, and where that came from."""

    folder: Path
    version: tuple[int, int]
    origin: str

    @property
    def major(self) -> int:
        """The first part of the version: 18."""
        return self.version[0]

    def __str__(self) -> str:
        return "{}.{}".format(*self.version)


def inspect(folder: Path, origin: str) -> Installation:
    """Find out what is in a folder.

    Raises:
        ValueError: no PostgreSQL that we can use, with the reason.
    """
    if not folder.is_dir():
        raise ValueError("that is not a folder")
    if missing := [name for name in NEEDED if not (folder / name).is_file()]:
        inside = (
            f" (they are in {folder / 'bin'})" if (folder / "bin" / missing[0]).exists() else ""
        )
        raise ValueError(f"that folder has no {' and no '.join(missing)}{inside}")
    return Installation(folder, version_of(folder / "postgres"), origin)


def version_of(program: Path) -> tuple[int, int]:
    """The version that a program of PostgreSQL says it has.

    Raises:
        ValueError: it says none that we can use, with the reason.
    """
    its = f"its {program.name}"
    try:
        said = subprocess.run(
            [program, "--version"],
            cwd="/",
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except OSError as error:
        raise ValueError(f"{its} cannot be executed ({error.strerror})") from error
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"{its} does not print its version") from error
    if not (found := VERSION.search(said.stdout)):
        words = (said.stdout or said.stderr).strip()[:100]
        raise ValueError(f"{its} prints {words!r} instead of its version")
    version = int(found[1]), int(found[2])
    if version[0] not in MAJORS:
        supported = f"{MAJORS[0]} to {MAJORS[-1]}"
        raise ValueError(f"that is PostgreSQL {version[0]}, and only {supported} can be used")
    return version
