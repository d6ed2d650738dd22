"""`genonaut up`: the whole gallery with all its servers, started by one command."""

import signal
from contextlib import ExitStack, suppress
from typing import Annotated

import typer

from genonaut.broker import is_embedded
from genonaut.cli.options import Env, Home, set_variables
from genonaut.cli.seed import seed_with_progress
from genonaut.cli.watch import folders_to_watch
from genonaut.config import Settings, load_settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database, open_database
from genonaut.demo.seed import is_empty
from genonaut.embedded.lease import Lease
from genonaut.errors import ServerStartError
from genonaut.logs import configure_logs
from genonaut.people.accounts import Accounts
from genonaut.people.audit import COMMAND
from genonaut.people.links import Links
from genonaut.running.exposure import require_flowers_door
from genonaut.running.interruption import exit_on
from genonaut.running.listening import LAST_PORT, address, flower_port, listen
from genonaut.running.only_one import only_one, refuse_second
from genonaut.running.output import print_built_counts, say
from genonaut.running.ready import data_place, import_command
from genonaut.running.servers import Servers
from genonaut.worker.celery_app import configuration


def register(app: typer.Typer) -> None:
    app.command()(up)


def up(
    *,
    host: Annotated[
        str | None,
        typer.Option(help="The address to listen on. Default: 127.0.0.1.", metavar="ADDRESS"),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            help="The port to listen on. Default: 8001, or the next that is free.",
            min=1,
            max=LAST_PORT,
            metavar="PORT",
        ),
    ] = None,
    home: Home = None,
    open_: Annotated[
        bool, typer.Option("--open", help="Open the gallery in a browser.", metavar="")
    ] = False,
    no_flower: Annotated[
        bool, typer.Option("--no-flower", help="Leave Flower out.", metavar="")
    ] = False,
    empty: Annotated[bool, typer.Option("--empty", help="Add no demo data.", metavar="")] = False,
    env: Env = None,
) -> None:
    """Start everything: database, broker, API, worker, beat, Flower. Ctrl-C stops it all."""
    # As variables, so that the processes that this one starts have them too.
    set_variables(API_HOST=host, API_PORT=port, GENONAUT_HOME=home)
    settings = _checked(load_settings(env), flower=not no_flower)
    if empty:
        settings = settings.model_copy(update={"seed_when_empty": False})
    # A shell that starts us in the background makes us ignore SIGINT.
    exit_on(signal.SIGINT, signal.SIGTERM)
    try:
        _serve(settings, flower=not no_flower, browse=open_)
    except SystemExit:  # a signal is how it normally ends
        with suppress(OSError):  # the terminal may be gone
            say(f"Stopped; your data stays in {data_place(settings)}.")
        raise


def _checked(settings: Settings, *, flower: bool) -> Settings:
    """The settings, if everything that starts accepts them: before anything starts."""
    configure_logs(settings.log)
    configuration(settings)
    folders_to_watch(settings)
    if flower:
        require_flowers_door(settings)
    refuse_second(settings)
    return settings


def _serve(settings: Settings, *, flower: bool, browse: bool) -> None:
    with ExitStack() as stack:
        listener = stack.enter_context(listen(settings))
        flowers_address = _choose_flowers_address(settings) if flower else None
        leases = _start_servers(stack, settings)
        set_up = prepare(settings)
        own_address = stack.enter_context(only_one(settings))
        servers = Servers(settings, leases, set_up, flowers_address, browse=browse)
        servers.supervise(listener, own_address)


def _choose_flowers_address(settings: Settings) -> str:
    port = flower_port(settings)
    set_variables(FLOWER_PORT=port)
    return f"http://{address(settings.flower.host, port)}"


def prepare(settings: Settings) -> str | None:
    """Migrate, seed an empty demo, and build the counts that were never built.

    Returns the path at which the first administrator is made, if there is none.
    """
    with open_database(settings, role="owner", migrate=True) as database:
        if settings.seed_when_empty:
            seed_with_progress(database, only_when_empty=True)
        built = build_counts(database, "genonaut up")
        print_built_counts({name: count for name, count in built.items() if count.rows_checked})
        with database.snapshot() as session:
            if is_empty(session.connection()):
                say(f"The gallery is empty. Add items to it: `{import_command(settings)}`.")
        return set_up_path(settings, database)


def set_up_path(settings: Settings, database: Database) -> str | None:
    """Where the first administrator is made; None if there is one, or no password would count."""
    if settings.auth.mode != "accounts":
        return None
    with database.transaction() as session:
        if Accounts(session, COMMAND).has_admin():
            return None
        return Links(session).make("setup")


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
