"""What `genonaut up` does: it runs the embedded servers and the parts, and says where they are."""

import os
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import typer

from genonaut.api.monitoring.slots import slots_folder
from genonaut.broker import is_embedded
from genonaut.config import Settings
from genonaut.config_home import has_data
from genonaut.db.lease import server_lease
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.lease import Lease
from genonaut.errors import GenonautError, ServerStartError
from genonaut.running.api_processes import ApiProcesses
from genonaut.running.interruption import on_hangup
from genonaut.running.listening import READY, SET_UP
from genonaut.running.only_one import only_one
from genonaut.running.output import print_box, say
from genonaut.running.ready import Ready, openable
from genonaut.running.standbys import Standbys
from genonaut.running.supervisor import Part, PartProcess, Supervisor, logged_deaths

CHECK_SERVERS_SECONDS = 2.0


class Servers:
    """Keeps the embedded servers running, and supervises the parts that use them."""

    def __init__(
        self,
        settings: Settings,
        listener: socket.socket,
        flower: socket.socket | None,
        about_flower: str | None,
        *,
        browse: bool,
        read_again: Callable[[], Settings],
    ) -> None:
        """The sockets are the API's and, if it has one, Flower's, of which the box says more."""
        self._settings = settings
        self._listener = listener
        self._flower = flower
        self._about_flower = about_flower
        self._browse = browse
        self._leases: list[Lease] = []
        self._own_address: Path | None = None
        self._set_up: str | None = None
        self._standbys = Standbys(settings)
        self._checked = time.monotonic()
        self._read_again = read_again
        self._parts: list[PartProcess] = []
        self._on_death = logged_deaths(settings.log)
        self._supervisor = Supervisor(self._ensure_running, self._on_death)

    def run(self) -> None:
        """Run the servers, the API and, once it is ready, the other parts, until a signal.

        The API loads its code while PostgreSQL starts: it waits for the end of its standard input.
        SIGHUP has all parts read the settings again.

        Raises:
            GenonautError: PostgreSQL does not start, or another process serves this gallery.
            SystemExit: the API cannot prepare the database; it has said why.
        """
        with ExitStack() as stack, _gate() as (gate, open_gate), self._supervisor:
            if self._settings.db.is_embedded:
                ServerFolder(self._settings.home, "postgres").make()  # or says why it cannot
            folder = stack.enter_context(slots_folder(self._settings.home))
            api = self._api(folder, gate)
            self._supervisor.keep(api)
            self._supervisor.poll()
            on_hangup(api.reload)
            if self._settings.db.is_embedded:
                self._leases.append(stack.enter_context(self._postgres()))
            self._own_address = stack.enter_context(only_one(self._settings))
            open_gate.close()
            self._start_broker(stack)
            self._leases += self._standbys.start(stack)
            self._supervisor.run()

    def _postgres(self) -> Lease:
        is_new = not has_data(self._settings.home)
        what = "Creating the database (45 MB)" if is_new else "Starting the database"
        say(f"{what} in {self._settings.home} ...")
        return server_lease(self._settings)

    def _start_broker(self, stack: ExitStack) -> None:
        if self._settings.lite or not is_embedded(self._settings):
            return
        try:
            self._leases.append(stack.enter_context(Lease(self._settings.home, "valkey")))
        except ServerStartError as error:
            # The gallery is exact without it. The parts that need it start it when they can.
            say(f"genonaut: {error} Until it does, counts are not refreshed or folded on schedule.")

    def _api(self, folder: Path, gate: int) -> ApiProcesses:
        environment, listener = self._settings.environment, self._listener
        return ApiProcesses(
            self._settings,
            folder,
            lambda on_line, own: Part(
                "api", environment, on_line, listener, variables=own, stdin=gate
            ),
            on_line=self._on_line,
            on_death=self._on_death,
            read_again=self._read_again,
            on_reloaded=self._restart_others,
            variables={"DB_REPLICAS": str(self._standbys.number)},
            prepare=True,
        )

    def _restart_others(self) -> None:
        for process in self._parts:
            process.restart()

    def _on_line(self, line: str) -> None:
        if line.startswith(SET_UP):
            self._set_up = line.removeprefix(SET_UP)
            return
        with suppress(OSError):  # a full disk; the part must not wait for its lines to be read
            say(line)
        # Only now may the others, for which no user waits, compete for the processor.
        if line.startswith(READY):  # once: not again when processes of the API were restarted
            where = line.removeprefix(f"{READY} at ").split()[0]
            with suppress(OSError):  # then a second `up` does not say where this one is
                if self._own_address:
                    self._own_address.write_text(where)
            self._welcome(openable(where))
            self._parts += [self._supervisor.add(part) for part in self._others()]

    def _others(self) -> Iterator[Part]:
        environment = self._settings.environment
        # What they print is said already, or Celery's. What they report is logged.
        if not self._settings.lite:
            yield Part("worker", environment, lambda _: None, options=("--beat",))
        if flower := self._flower:
            yield Part(
                "flower", environment, lambda _: None, flower, is_wanted=lambda: _has_client(flower)
            )
        if self._settings.library.watch:
            yield Part("watch", environment)

    def _welcome(self, where: str) -> None:
        needs_admin = self._set_up is not None
        ready = Ready(self._settings, where, self._about_flower, needs_admin=needs_admin)
        with suppress(OSError):
            print_box(ready.rows())
            if self._set_up is not None:
                say(
                    "There is no administrator yet. To become one, open this link within a day; it "
                    f"works once:\n{where}{self._set_up}"
                )
        if self._browse and typer.launch(where + (self._set_up or "")):
            say("No browser could be opened: open the address yourself.")

    def _ensure_running(self) -> None:
        if time.monotonic() - self._checked < CHECK_SERVERS_SECONDS:
            return
        for lease in self._leases:
            try:
                lease.ensure_running()
            except GenonautError as error:
                say(f"genonaut: {error}")
        self._checked = time.monotonic()


@contextmanager
def _gate() -> Iterator[tuple[int, BinaryIO]]:
    """A standard input that ends when the other end is closed, for a process that waits for it."""
    waiting, opener = os.pipe()
    try:
        with os.fdopen(opener, "wb") as open_gate:
            yield waiting, open_gate
    finally:
        os.close(waiting)


def _has_client(listener: socket.socket) -> bool:
    return bool(select.select([listener], [], [], 0)[0])
