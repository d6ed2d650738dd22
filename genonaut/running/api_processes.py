"""The API's processes on one socket: started, restarted, and all replaced when asked to.

The socket stays open in the supervisor, and each process accepts from it. So none of them has to
be there for a client to connect, and new ones can accept before the old ones stop.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from types import MappingProxyType

from genonaut.api.monitoring.slots import SLOT, want
from genonaut.config import Settings
from genonaut.errors import GenonautError
from genonaut.running.listening import PREPARE_VARIABLE, READY
from genonaut.running.output import number_of, say, say_error
from genonaut.running.supervisor import OnDeath, Part, PartProcess, log_death


class _Member:
    """One process, with its slot."""

    def __init__(self, slot: int, variables: dict[str, str]) -> None:
        self.slot, self.variables = slot, variables
        self.is_ready = False
        self.failed = False
        self.process: PartProcess


class ApiProcesses:
    """What `make` describes, as often as the settings want it.

    The first one starts alone, and may prepare the database; the others follow when it is ready.
    """

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        make: Callable[[Callable[[str], None], dict[str, str]], Part],
        *,
        on_line: Callable[[str], None] = say,
        on_death: OnDeath = log_death,
        read_again: Callable[[], Settings],
        on_reloaded: Callable[[], None] = lambda: None,
        variables: Mapping[str, str] = MappingProxyType({}),
        prepare: bool = False,
    ) -> None:
        self._folder, self._make, self._variables = folder, make, variables
        self._on_line, self._on_death = on_line, on_death
        self._read_again, self._on_reloaded = read_again, on_reloaded
        self._was_ready = self._is_asked = False
        self._members: list[_Member] = []
        self._incoming: list[_Member] = []
        self._leaving: list[_Member] = []
        self._want(settings)
        self._add(self._members, {PREPARE_VARIABLE: "1"} if prepare else {})
        self._speaker = self._members[0]

    def reload(self) -> None:
        """Replace all of them by new ones, which read the settings again. Returns at once."""
        self._is_asked = True

    def keep_running(self) -> None:
        """Start what does not run, and go on with replacing them."""
        self._leaving = [member for member in self._leaving if member.process.is_running]
        if self._is_asked and self._was_ready:
            self._is_asked = False
            self._begin_to_replace()
        if self._incoming:
            self._go_on_replacing()
        elif self._was_ready:
            while len(self._members) < self._wanted:
                self._add(self._members)
        for member in (*self._members, *self._incoming):
            member.process.keep_running()

    def terminate(self) -> None:
        """Ask all of them to end."""
        for member in self._all():
            member.process.terminate()

    def wait_until_ended(self, deadline: float) -> None:
        """Kill those that have not ended by then."""
        for member in self._all():
            member.process.wait_until_ended(deadline)

    def _begin_to_replace(self) -> None:
        self._give_up_incoming()
        try:
            settings = self._read_again()
        except GenonautError as error:
            _not_reloaded(str(error))
            return
        wanted = settings.api.processes or 1
        say(f"Reloading: starting {number_of(wanted, 'new API process')} ...")
        self._next = settings
        for _ in range(wanted):
            self._add(self._incoming)
        self._speaker = self._incoming[0]

    def _go_on_replacing(self) -> None:
        if any(member.failed for member in self._incoming):
            self._give_up_incoming()
            _not_reloaded("a new process has ended, for the reason above.")
        elif all(member.is_ready for member in self._incoming):
            self._leaving += self._members
            for member in self._members:
                member.process.leave()
            self._members, self._incoming = self._incoming, []
            self._want(self._next)
            say("Reloaded: new API processes serve, and the old ones finish what they have begun.")
            self._on_reloaded()

    def _give_up_incoming(self) -> None:
        for member in self._incoming:
            member.process.terminate()
        self._leaving += self._incoming
        self._incoming = []

    def _want(self, settings: Settings) -> None:
        self._wanted = settings.api.processes or 1
        want(self._folder, self._wanted)

    def _all(self) -> Iterator[_Member]:
        yield from (*self._members, *self._incoming, *self._leaving)

    def _add(self, to: list[_Member], variables: dict[str, str] | None = None) -> None:
        used = {member.slot for member in self._all()}
        slot = next(number for number in count(1) if number not in used)
        own = {SLOT: f"{self._folder}/{slot}", **self._variables, **(variables or {})}
        member = _Member(slot, own)
        part = self._make(lambda line: self._heard(member, line), member.variables)
        member.process = PartProcess(part, lambda *died: self._died(member, *died))
        to.append(member)

    def _heard(self, member: _Member, line: str) -> None:
        # All that start together say the same, and that it is ready is said once.
        is_ready = line.startswith(READY)
        is_said = is_ready and self._was_ready
        if member is self._speaker and not member.is_ready and not is_said:
            self._on_line(line)
        if is_ready:
            member.variables.pop(PREPARE_VARIABLE, None)
            self._was_ready = member.is_ready = True

    def _died(self, member: _Member, part: str, code: int, restart_in_seconds: float) -> None:
        if member in self._incoming:
            member.failed = True
        elif code > 0 and not self._was_ready:
            sys.exit(code)  # it has said why
        else:
            self._on_death(part, code, restart_in_seconds)


def _not_reloaded(reason: str) -> None:
    say_error(f"Not reloaded, the API goes on with its old settings: {reason}")
