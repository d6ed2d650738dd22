"""What `genonaut up` does once its servers are there: it runs the parts, and says where."""

import socket
import time
from contextlib import suppress
from pathlib import Path

import typer

from genonaut.config import Settings
from genonaut.embedded.lease import Lease
from genonaut.errors import GenonautError
from genonaut.running.listening import READY
from genonaut.running.output import print_box, say
from genonaut.running.ready import Ready, openable
from genonaut.running.supervisor import Part, Supervisor

CHECK_SERVERS_SECONDS = 2.0


class Servers:
    """Keeps the embedded servers running, and supervises the parts that use them."""

    def __init__(
        self,
        settings: Settings,
        leases: list[Lease],
        set_up: str | None,
        flower: str | None,
        *,
        browse: bool,
    ) -> None:
        """`set_up` is the path at which the first administrator is made; `flower` an address."""
        self._settings = settings
        self._leases = leases
        self._set_up = set_up
        self._flower = flower
        self._browse = browse
        self._checked = time.monotonic()

    def supervise(self, listener: socket.socket, own_address: Path) -> None:
        """Run the API and, once it is ready, the other parts, until a signal."""
        environment = self._settings.environment
        others = self._others()
        supervisor = Supervisor(self._ensure_running)

        def on_line(line: str) -> None:
            with suppress(OSError):  # a full disk; the part must not wait for its lines to be read
                say(line)
            # Only now may the others, for which no user waits, compete for the processor.
            if line.startswith(READY) and others:  # not again when the API was restarted
                where = line.removeprefix(f"{READY} at ").split()[0]
                with suppress(OSError):  # then a second `up` does not say where this one is
                    own_address.write_text(where)
                self._welcome(openable(where))
                while others:
                    supervisor.add(others.pop(0))

        supervisor.add(Part("api", environment, on_line, listener))
        supervisor.run()

    def _others(self) -> list[Part]:
        names = ["worker", "beat"] + ["flower"] * bool(self._flower)
        # What they print is said already, or Celery's. What they report is logged.
        parts = [Part(name, self._settings.environment, lambda _: None) for name in names]
        watch = Part("watch", self._settings.environment)
        return parts + [watch] * bool(self._settings.library.watch)

    def _welcome(self, where: str) -> None:
        ready = Ready(self._settings, where, self._flower, needs_admin=self._set_up is not None)
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
