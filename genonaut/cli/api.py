"""`genonaut api`: serving the gallery."""

import signal
from typing import Annotated

import typer

from genonaut.cli.options import Env, set_variables
from genonaut.config import MOST_PROCESSES, load_settings
from genonaut.running.interruption import exit_on
from genonaut.running.listening import inherited_listener


def register(app: typer.Typer) -> None:
    app.command()(api)


def api(
    *,
    processes: Annotated[
        int | None,
        typer.Option(
            help="Serve with so many processes on one address. Default: this one.",
            min=1,
            max=MOST_PROCESSES,
            metavar="NUMBER",
        ),
    ] = None,
    env: Env = None,
) -> None:
    """Serve the API and the pages, without worker, beat and Flower."""
    set_variables(API_PROCESSES=processes)
    settings = load_settings(env)
    exit_on(signal.SIGINT, signal.SIGTERM)  # a signal is how it normally ends
    handed_over = inherited_listener(settings)
    if settings.api.processes and handed_over is None:
        from genonaut.running.api_alone import serve_with_processes  # noqa: PLC0415 - it is either

        serve_with_processes(settings)
    else:
        from genonaut.cli import import_module_of  # noqa: PLC0415 - it has imported this module

        import_module_of("serving").serve(settings, handed_over)
