"""Beat's schedule in a file. What is wrong with the file or with its times is no reason to stop.

The file only remembers when each task was last sent. A power cut may damage it, and the clock may
have been ahead when it was written: then the tasks are sent at once.
"""

import os
import shelve
import shutil
from pathlib import Path
from typing import Any

import structlog
from celery.beat import PersistentScheduler

from genonaut.worker.clocks import LONG_AGO, ran_in_the_future

log = structlog.get_logger(__name__)


class FileScheduler(PersistentScheduler):
    """Celery's own, that makes its file anew if it is damaged and notices when the clock moves."""

    def setup_schedule(self) -> None:
        """Read the file; set it aside first if that would fail."""
        self._set_aside_if_damaged()
        before = os.umask(0o077)  # no other account may read it
        try:
            super().setup_schedule()
        finally:
            os.umask(before)

    def tick(self, *arguments: Any, **options: Any) -> float:  # noqa: ANN401
        """Send what is due. Called at least every ten seconds."""
        ahead = [entry for entry in self.schedule.values() if ran_in_the_future(entry)]
        for entry in ahead:
            entry.last_run_at = LONG_AGO
        if ahead:
            self._heap = None  # Celery sorts the entries again
            log.warning("the clock was ahead", sent_at_once=[entry.name for entry in ahead])
        seconds: float = super().tick(*arguments, **options)
        return seconds

    def _files(self) -> list[Path]:
        # The kind of file depends on the Python, and so does the number of files.
        files = [Path(self.schedule_filename + suffix) for suffix in self.known_suffixes]
        return [file for file in files if file.exists()]

    def _set_aside_if_damaged(self) -> None:
        files = self._files()
        try:
            if files:
                _read(self.schedule_filename)
        except Exception as error:  # noqa: BLE001 - of the file's format and of pickle: any
            aside = [_set_aside(file, self.schedule_filename) for file in files]
            log.warning("beat's file is damaged", reason=repr(error), set_aside_as=aside)


def _read(name: str) -> None:
    with shelve.open(name, flag="r") as kept:  # noqa: S301 - ours, in a folder that only we write
        for entry in dict(kept)["entries"].values():
            entry.is_due()


def _set_aside(file: Path, name: str) -> str:
    aside = Path(f"{name}.damaged{str(file).removeprefix(name)}")
    shutil.rmtree(aside, ignore_errors=True)  # if it is a folder
    aside.unlink(missing_ok=True)
    return str(file.rename(aside))
