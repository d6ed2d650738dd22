"""`genonaut api`: serving the gallery."""

import errno
import gc
import os
import signal
import socket

import typer
import uvicorn
from fastapi import FastAPI

from genonaut.api.app import create_app
from genonaut.cli.interruption import exit_on
from genonaut.cli.options import Env
from genonaut.cli.output import say
from genonaut.config import Settings, load_settings
from genonaut.counting.background import BackgroundFold
from genonaut.db.counts import COUNTS
from genonaut.db.session import open_database
from genonaut.errors import PortInUseError, ServerStartError
from genonaut.logs import configure_logs

PORTS_TO_TRY = 20
SHUTDOWN_SECONDS = 5  # then a client that does not finish its request is not waited for
LISTENER_VARIABLE = "GENONAUT_LISTENER"
READY = "Genonaut is ready"


class AnnouncingServer(uvicorn.Server):
    """Says where it listens as soon as it does."""

    announcement = ""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        say(self.announcement)


def register(app: typer.Typer) -> None:
    app.command()(api)


def api(env: Env = None) -> None:
    """Serve the API alone, on a database that is ready."""
    settings = load_settings(env)
    exit_on(signal.SIGINT, signal.SIGTERM)  # to be ended is how it is meant to end
    configure_logs(settings.log)
    with (
        inherited_listener() or listen(settings) as listener,
        open_database(settings) as database,
        open_database(
            settings,
            pool_size=settings.api.pool_size,
            statement_timeout_seconds=settings.api.statement_timeout_seconds,
        ) as hurried,
    ):
        app = create_app(
            settings, hurried, on_long_ledger=BackgroundFold(database.transaction, COUNTS.values())
        )
        _run(settings, app, listener)


def inherited_listener() -> socket.socket | None:
    """The listening socket that `genonaut up` handed over; it outlives this process."""
    number = os.environ.get(LISTENER_VARIABLE)
    return socket.socket(fileno=int(number)) if number else None


def listen(settings: Settings) -> socket.socket:
    """A listening socket at the API's address, or at the next free port if none was asked for.

    Raises:
        PortInUseError: the port that was asked for is taken.
    """
    wanted = settings.api.port
    asked_for = bool(os.environ.get("API_PORT"))
    for port in [wanted] if asked_for else range(wanted, wanted + PORTS_TO_TRY):
        listener = _try_to_listen(settings.api.host, port)
        if listener:
            if port != wanted:
                say(f"Port {wanted} is taken by something else, so this uses {port}.")
            return listener
    raise PortInUseError(
        f"Something else listens on {settings.api.host}:{wanted}: stop it, or choose another port "
        f"with API_PORT={wanted + 1}."
    )


def _try_to_listen(host: str, port: int) -> socket.socket | None:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise ServerStartError(
            f"Cannot listen on {host}:{port} ({error.strerror}): correct API_HOST and API_PORT."
        ) from error
    return listener


def _run(settings: Settings, app: FastAPI, listener: socket.socket) -> None:
    server = AnnouncingServer(
        uvicorn.Config(
            app, log_config=None, access_log=False, timeout_graceful_shutdown=SHUTDOWN_SECONDS
        )
    )
    host, port = listener.getsockname()[:2]
    server.announcement = (
        f"{READY} at http://{host}:{port} ({settings.environment}). Ctrl-C stops it."
    )
    # A full collection would look at all that the imports made, again and again, while everybody
    # waits some 50 ms. What is there by now stays.
    gc.collect()
    gc.freeze()
    server.run(sockets=[listener])
