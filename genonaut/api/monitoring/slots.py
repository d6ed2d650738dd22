"""The API processes on one socket, as they know of one another: each has a slot in a folder.

The process that supervises them makes the folder and numbers the slots. A process that takes the
place of a dead one gets its number, and goes on with what that had counted: so no counter ever goes
back, and there are no more files than there were processes at once.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from genonaut.embedded.locks import abandoned, own_folder
from genonaut.embedded.private import make_folder, write_atomically
from genonaut.errors import ServerStartError

SLOT: Final = "GENONAUT_SLOT"
"""Names the slot of an API process to it."""
_FOLDER: Final = "api-processes-"
_WANTED: Final = "wanted"
_PROCESS: Final = ".pid"


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one process."""

    folder: Path
    number: int

    def file(self, kind: str) -> str:
        """A file of its own, of which every slot has one."""
        return str(self.folder / f"{kind}_{self.number}.db")

    def running(self) -> Mapping[int, int]:
        """The numbers of the slots whose processes are alive, with the numbers of these."""
        found = {}
        for file in self.folder.glob(f"*{_PROCESS}"):
            with suppress(OSError, ValueError):  # it has just ended
                process = int(file.read_text())
                os.kill(process, 0)
                found[int(file.stem)] = process
        return dict(sorted(found.items()))

    @property
    def wanted(self) -> int:
        """How many processes there should be."""
        return int((self.folder / _WANTED).read_text())


def want(folder: Path, processes: int) -> None:
    """Say how many processes there should be."""
    write_atomically(folder / _WANTED, str(processes))


@contextmanager
def slots_folder(home: Path) -> Iterator[Path]:
    """A folder for slots, as long as this process supervises them; those of killed ones go.

    Raises:
        ServerStartError: the home cannot be written to.
    """
    try:
        make_folder(home)
        for left in abandoned(home.glob(f"{_FOLDER}*/")):
            shutil.rmtree(left, ignore_errors=True)
        folder, lock = own_folder(lambda: Path(mkdtemp(prefix=_FOLDER, dir=home)))
    except OSError as error:
        raise ServerStartError(
            f"Cannot write to {home} ({error.strerror}): set GENONAUT_HOME to a folder that you "
            "can write to."
        ) from error
    with lock:
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def occupied() -> Iterator[Slot | None]:
    """The slot that the environment names, as that of this process; None if it is alone."""
    named = os.environ.get(SLOT)
    if named is None:
        yield None
        return
    folder, _, number = named.rpartition("/")
    slot = Slot(Path(folder), int(number))
    file = slot.folder / f"{number}{_PROCESS}"
    write_atomically(file, str(os.getpid()))
    try:
        yield slot
    finally:
        with suppress(OSError):  # the folder may be gone with who made it
            file.unlink(missing_ok=True)
