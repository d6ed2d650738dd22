"""What `genonaut up` does: it runs the embedded servers and the parts, and says where they are."""

import os
import select
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import typer

from genonaut.broker import is_embedded
from genonaut.config import LogSettings, Settings
from genonaut.config_home import has_data
from genonaut.db.lease import server_lease
from genonaut.embedded.lease import Lease
from genonaut.errors import GenonautError, ServerStartError
from genonaut.running.listening import PREPARE_VARIABLE, READY, SET_UP
from genonaut.running.only_one import only_one
from genonaut.running.output import print_box, say
from genonaut.running.ready import Ready, openable
from genonaut.running.supervisor import Part, Supervisor, log_death

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
        self._is_ready = False
        self._of_the_api = {PREPARE_VARIABLE: "1"}
        self._checked = time.monotonic()
        self._supervisor = Supervisor(self._ensure_running, self._log_death)

    def run(self) -> None:
        """Run the servers, the API and, once it is ready, the other parts, until a signal.

        The API loads its code while PostgreSQL starts: it waits for the end of its standard input.

        Raises:
            GenonautError: PostgreSQL does not start, or another process serves this gallery.
            SystemExit: the API cannot prepare the database; it has said why.
        """
        with ExitStack() as stack, _gate() as (gate, open_gate), self._supervisor:
            self._supervisor.add(self._api(gate))
            self._supervisor.poll()
            if self._settings.db.is_embedded:
                self._leases.append(stack.enter_context(self._postgres()))
            self._own_address = stack.enter_context(only_one(self._settings))
            open_gate.close()
            self._start_broker(stack)
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

    def _api(self, gate: int) -> Part:
        return Part(
            "api",
            self._settings.environment,
            self._on_line,
            self._listener,
            variables=self._of_the_api,
            stdin=gate,
            on_end=self._on_end,
        )

    def _on_end(self, code: int) -> None:
        if code > 0 and not self._is_ready:
            sys.exit(code)

    def _on_line(self, line: str) -> None:
        if line.startswith(SET_UP):
            self._set_up = line.removeprefix(SET_UP)
            return
        with suppress(OSError):  # a full disk; the part must not wait for its lines to be read
            say(line)
        # Only now may the others, for which no user waits, compete for the processor.
        if line.startswith(READY) and not self._is_ready:  # not again when the API was restarted
            self._is_ready = True
            self._of_the_api.clear()
            where = line.removeprefix(f"{READY} at ").split()[0]
            with suppress(OSError):  # then a second `up` does not say where this one is
                if self._own_address:
                    self._own_address.write_text(where)
            self._welcome(openable(where))
            for part in self._others():
                self._supervisor.add(part)

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

    def _log_death(self, part: str, code: int, restart_in_seconds: float) -> None:
        _configure_logs(self._settings.log)
        log_death(part, code, restart_in_seconds)


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


def _configure_logs(settings: LogSettings) -> None:
    from genonaut.logs import configure_logs  # noqa: PLC0415 - only when there is something to log

    configure_logs(settings)
