"""`genonaut api`: serving the gallery."""

import gc
import signal
import socket

import typer
import uvicorn
from fastapi import FastAPI

from genonaut.app import create_app
from genonaut.cli.options import Env
from genonaut.config import Settings, load_settings
from genonaut.counting.background import BackgroundFold
from genonaut.db.counts import COUNTS, may_fold
from genonaut.db.session import Database, open_database
from genonaut.logs import configure_logs
from genonaut.running.exposure import who_may
from genonaut.running.http_protocol import BoundedProtocol
from genonaut.running.interruption import exit_on
from genonaut.running.listening import READY, address, inherited_listener, listen
from genonaut.running.output import say

SHUTDOWN_SECONDS = 5  # for clients that do not finish their requests


class AnnouncingServer(uvicorn.Server):
    """Prints who may do what, and where it listens, as soon as it does."""

    announcement = ""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        say(self.announcement)


def register(app: typer.Typer) -> None:
    app.command()(api)


def api(env: Env = None) -> None:
    """Serve the API and the pages, without worker, beat and Flower."""
    settings = load_settings(env)
    exit_on(signal.SIGINT, signal.SIGTERM)  # a signal is how it normally ends
    configure_logs(settings.log)
    with (
        inherited_listener(settings) or listen(settings) as listener,
        open_database(settings, role="counting") as counting,
        open_database(
            settings,
            pool_size=settings.api.pool_size,
            statement_timeout_seconds=settings.api.statement_timeout_seconds,
        ) as time_limited,
    ):
        _run(settings, create_app(settings, time_limited, on_long_ledger=_fold(counting)), listener)


def _fold(database: Database) -> BackgroundFold | None:
    """What folds a long ledger; None if our role may not, and the worker alone folds."""
    if not may_fold(database):
        return None
    return BackgroundFold(database.transaction, COUNTS.values())


def _run(settings: Settings, app: FastAPI, listener: socket.socket) -> None:
    server = AnnouncingServer(
        uvicorn.Config(
            app,
            http=BoundedProtocol,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
    )
    host, port = listener.getsockname()[:2]
    where = f"http://{address(host, port)}"
    ready = f"{READY} at {where} ({settings.environment}). Ctrl-C stops it."
    server.announcement = f"{who_may(settings)}\n{ready}"
    # A full collection would scan all objects that the imports made, again and again, and hold up
    # every request for some 50 ms. Those objects stay.
    gc.collect()
    gc.freeze()
    server.run(sockets=[listener])
