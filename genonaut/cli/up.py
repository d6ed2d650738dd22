"""`genonaut up`: the whole gallery with all its servers, started by one command."""

import signal
import socket
from contextlib import ExitStack, suppress
from functools import partial
from typing import Annotated

import typer

from genonaut.cli.options import Env, Home, set_variables
from genonaut.config import MOST_PROCESSES, MOST_STANDBYS, Settings, load_settings
from genonaut.embedded.apart import apart
from genonaut.errors import ConfigError
from genonaut.extras import how_to_add, is_installed
from genonaut.running.exposure import require_flowers_door
from genonaut.running.interruption import exit_on
from genonaut.running.listening import LAST_PORT, address, listen, listen_for_flower
from genonaut.running.only_one import refuse_second
from genonaut.running.output import say
from genonaut.running.ready import data_place
from genonaut.running.servers import Servers
from genonaut.worker.schedulers import require_scheduler
from genonaut.worker.timing import check_timings


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
    home: Home = None,  # noqa: ARG001 - its callback does it
    open_: Annotated[
        bool, typer.Option("--open", help="Open the gallery in a browser.", metavar="")
    ] = False,
    api_processes: Annotated[
        int | None,
        typer.Option(
            help="Serve with so many API processes. Default: one.",
            min=1,
            max=MOST_PROCESSES,
            metavar="NUMBER",
        ),
    ] = None,
    lite: Annotated[
        bool,
        typer.Option(
            "--lite",
            help="Save memory: no broker, worker or Flower; the API refreshes and folds.",
            metavar="",
        ),
    ] = False,
    no_flower: Annotated[
        bool, typer.Option("--no-flower", help="Leave Flower out.", metavar="")
    ] = False,
    replicas: Annotated[
        int | None,
        typer.Option(
            help="Standbys of the database on this machine, to read from; 0 removes them. "
            "Default: those that there are.",
            min=0,
            max=MOST_STANDBYS,
            metavar="NUMBER",
        ),
    ] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Add no demo data.", metavar="")] = False,
    env: Env = None,
) -> None:
    """Start everything: database, broker, API, worker, beat, Flower. Ctrl-C stops it all."""
    # As variables, so that the processes that this one starts have them too.
    set_variables(
        API_HOST=host,
        API_PORT=port,
        API_PROCESSES=api_processes,
        GENONAUT_LITE="true" if lite else None,
        DB_REPLICAS=replicas,
        GENONAUT_SEED_WHEN_EMPTY="false" if empty else None,
    )
    settings = load_settings(env)
    flower = not (no_flower or settings.lite)
    _check(settings, flower=flower and is_installed("flower"))
    # A shell that starts us in the background makes us ignore SIGINT.
    exit_on(signal.SIGINT, signal.SIGTERM)
    try:
        _serve(settings, flower=flower, browse=open_)
    except SystemExit as ended:
        if not ended.code:  # a signal is how it normally ends
            with suppress(OSError):  # the terminal may be gone
                say(f"Stopped; your data stays in {data_place(settings)}.")
        raise


def _check(settings: Settings, *, flower: bool) -> None:
    """Check the settings of everything that starts: before anything starts."""
    _check_schedule(settings)
    if not settings.lite:
        require_scheduler(settings)
    if settings.library.watch:
        apart(lambda: _check_watched(settings))
    if flower:
        require_flowers_door(settings)
    refuse_second(settings)


def _check_schedule(settings: Settings) -> None:
    try:
        check_timings(settings)
    except ConfigError:
        if settings.lite:
            raise
        # Celery knows more, and better reasons.
        apart(lambda: _check_by_celery(settings))


# What these import is large, and gone with the processes that they run in.
def _check_by_celery(settings: Settings) -> None:
    from genonaut.worker.schedules import beat_schedule  # noqa: PLC0415 - as above

    beat_schedule(settings)


def _check_watched(settings: Settings) -> None:
    from genonaut.cli.watch import folders_to_watch  # noqa: PLC0415 - as above

    folders_to_watch(settings)


def _serve(settings: Settings, *, flower: bool, browse: bool) -> None:
    with ExitStack() as stack:
        listener = stack.enter_context(listen(settings))
        socket_of_flower = None
        if flower and is_installed("flower"):
            socket_of_flower = stack.enter_context(listen_for_flower(settings))
        about = say_where_flower_is(socket_of_flower) if flower else None
        read_again = partial(_read_again, settings.environment)
        Servers(
            *(settings, listener, socket_of_flower, about), browse=browse, read_again=read_again
        ).run()


def _read_again(environment: str) -> Settings:
    """The settings as they are now, for a reload."""
    settings = load_settings(environment)
    check_timings(settings)
    if not settings.lite:
        require_scheduler(settings)
    return settings


def say_where_flower_is(listener: socket.socket | None) -> str:
    """Where Flower is going to be, or how to have it."""
    if listener is None:
        return f"not installed: {how_to_add('flower')}"
    return f"http://{address(*listener.getsockname()[:2])}, for workers and tasks"
