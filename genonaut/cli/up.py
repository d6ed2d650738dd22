"""`genonaut up`: the whole gallery with all its servers, started by one command."""

import signal
import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import typer

from genonaut.broker import is_embedded
from genonaut.cli.options import Env
from genonaut.cli.seed import seed_with_progress
from genonaut.cli.watch import folders_to_watch
from genonaut.config import Settings, load_settings
from genonaut.db.counts import build_counts
from genonaut.db.session import open_database
from genonaut.demo.seed import is_empty
from genonaut.embedded.lease import Lease
from genonaut.errors import GenonautError, ServerStartError
from genonaut.logs import configure_logs
from genonaut.running.exposure import require_flowers_door
from genonaut.running.interruption import exit_on
from genonaut.running.listening import READY, listen
from genonaut.running.only_one import only_one, refuse_second
from genonaut.running.output import print_built_counts, say
from genonaut.running.supervisor import Part, Supervisor
from genonaut.worker.celery_app import configuration

CHECK_SERVERS_SECONDS = 2.0


def register(app: typer.Typer) -> None:
    app.command()(up)


def up(env: Env = None) -> None:
    """Start everything: database, broker, API, worker, beat, Flower. Ctrl-C stops it all."""
    settings = load_settings(env)
    configure_logs(settings.log)
    configuration(settings)  # a wrong schedule is refused before anything starts
    folders_to_watch(settings)  # so are wrong folders
    require_flowers_door(settings)
    refuse_second(settings)
    # A shell that starts us in the background makes us ignore SIGINT.
    exit_on(signal.SIGINT, signal.SIGTERM)
    with ExitStack() as stack:
        listener = stack.enter_context(listen(settings))
        leases = _start_servers(stack, settings)
        prepare(settings)
        own_address = stack.enter_context(only_one(settings))
        Servers(leases).supervise(settings, listener, own_address)


def prepare(settings: Settings) -> None:
    """Migrate, seed an empty demo, and build the counts that were never built."""
    with open_database(settings, migrate=True) as database:
        if settings.seed_when_empty:
            seed_with_progress(database, only_when_empty=True)
        print_built_counts(build_counts(database, "genonaut up"))
        with database.snapshot() as session:
            if is_empty(session.connection()):
                say(
                    "The gallery is empty. Add items to it: "
                    f"`genonaut import FOLDER --env {settings.environment}`."
                )


def _start_servers(stack: ExitStack, settings: Settings) -> list[Lease]:
    leases = []
    if settings.db.is_embedded:
        leases.append(stack.enter_context(Lease(settings.home, "postgres")))
    if is_embedded(settings):
        try:
            leases.append(stack.enter_context(Lease(settings.home, "valkey")))
        except ServerStartError as error:
            # The gallery is exact without it. The parts that need it start it when they can.
            say(f"genonaut: {error} Until then counts are not refreshed or folded on schedule.")
    return leases


class Servers:
    """Keeps the embedded servers running, and supervises the parts that use them."""

    def __init__(self, leases: list[Lease]) -> None:
        self._leases = leases
        self._checked = time.monotonic()

    def supervise(self, settings: Settings, listener: socket.socket, own_address: Path) -> None:
        """Run the API and, once it is ready, the other parts, until a signal."""
        names = ["worker", "beat", "flower"] + ["watch"] * bool(settings.library.watch)
        others = [Part(name, settings.environment) for name in names]
        supervisor = Supervisor(self._ensure_running)

        def on_line(line: str) -> None:
            with suppress(OSError):  # a full disk; the part must not wait for its lines to be read
                say(line)
            # Only now may the others, for which no user waits, compete for the processor.
            if line.startswith(READY):
                with suppress(OSError):  # then a second `up` does not say where this one is
                    own_address.write_text(line.removeprefix(f"{READY} at ").split()[0])
                while others:  # not again when the API was restarted
                    supervisor.add(others.pop(0))

        supervisor.add(Part("api", settings.environment, on_line, listener))
        supervisor.run()

    def _ensure_running(self) -> None:
        if time.monotonic() - self._checked < CHECK_SERVERS_SECONDS:
            return
        for lease in self._leases:
            try:
                lease.ensure_running()
            except GenonautError as error:
                say(f"genonaut: {error}")
        self._checked = time.monotonic()
