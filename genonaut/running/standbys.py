"""The standbys that `genonaut up` runs beside the embedded PostgreSQL, and reads from.

On one machine they share its cores and its disk: they show how replicas behave, and save nothing.
"""

from contextlib import ExitStack

from genonaut.config import Settings
from genonaut.embedded.lease import Lease
from genonaut.embedded.standby_folders import PREFIX, standbys_of
from genonaut.errors import GenonautError
from genonaut.running.output import say


class Standbys:
    """As many as are wanted: those that there are, unless the settings say another number."""

    def __init__(self, settings: Settings) -> None:
        self._home = settings.home
        self._there = standbys_of(self._home) if settings.db.is_embedded else []
        wanted = settings.db.replicas
        self.number = len(self._there) if wanted is None else wanted

    def start(self, stack: ExitStack) -> list[Lease]:
        """Start them, and remove those that are not wanted any more. The primary runs.

        The gallery is whole without them, so one that does not start is only reported.
        """
        for number in self._there:
            if number > self.number:
                self._remove(number)
        wanted = range(1, self.number + 1)
        if fresh := [number for number in wanted if number not in self._there]:
            say(f"Copying the database for {len(fresh)} of {self.number} replicas ...")
        return [lease for number in wanted for lease in self._started(number, stack)]

    def _started(self, number: int, stack: ExitStack) -> list[Lease]:
        name = f"{PREFIX}{number}"
        try:
            return [stack.enter_context(Lease(self._home, name))]
        except GenonautError as error:
            say(f"genonaut: {name} does not start, so its share is read from the others: {error}")
            return []

    def _remove(self, number: int) -> None:
        # With the driver, which is seldom needed here. (No fork of ours: we have threads by now.)
        from genonaut.embedded.standby_removal import remove_standby  # noqa: PLC0415

        try:
            remove_standby(self._home, number)
        except GenonautError as error:
            say(f"genonaut: {PREFIX}{number} is not removed: {error}")
        else:
            say(f"Removed {PREFIX}{number}, with its copy of the database.")
