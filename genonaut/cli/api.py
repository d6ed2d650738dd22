"""`genonaut api`: serving the gallery."""

import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import typer
import uvicorn
from fastapi import FastAPI

from genonaut.app import create_app
from genonaut.cli.options import Env
from genonaut.config import Settings, load_settings
from genonaut.counting.background import BackgroundFold
from genonaut.db.counts import COUNTS, may_fold
from genonaut.db.session import Database, open_database
from genonaut.embedded.apart import apart
from genonaut.errors import DatabaseError
from genonaut.logs import configure_logs
from genonaut.running.exposure import who_may
from genonaut.running.http_protocol import BoundedProtocol
from genonaut.running.interruption import exit_on
from genonaut.running.listening import (
    PREPARE_VARIABLE,
    READY,
    SET_UP,
    address,
    inherited_listener,
    listen,
)
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
        _prepared(settings),
        _counting(settings) as counting,
        _scheduled(settings, counting),
        open_database(
            settings,
            pool_size=settings.api.pool_size,
            statement_timeout_seconds=settings.api.statement_timeout_seconds,
        ) as time_limited,
    ):
        _run(settings, create_app(settings, time_limited, on_long_ledger=_fold(counting)), listener)


@contextmanager
def _prepared(settings: Settings) -> Iterator[None]:
    """Under `genonaut up`: with the database as it should be, once its server runs."""
    if os.environ.pop(PREPARE_VARIABLE, None):
        from genonaut.cli.preparing import prepare  # noqa: PLC0415 - once in the life of an `up`

        sys.stdin.read()
        # Apart, for demo data and migrations would leave 30 MB here.
        if set_up := apart(lambda: prepare(settings)):
            say(f"{SET_UP}{set_up}")
    yield


def _counting(settings: Settings) -> AbstractContextManager[Database]:
    """For folds, and for scheduled work if there is no worker."""
    limit = settings.celery.task_seconds if settings.lite else 0
    return open_database(settings, role="counting", pool_size=3, statement_timeout_seconds=limit)


def _scheduled(settings: Settings, counting: Database) -> AbstractContextManager[None]:
    if not settings.lite:
        return nullcontext()
    if not may_fold(counting):
        raise DatabaseError(
            f"The API connects as {counting.url.username!r}, which may not fold: set "
            "DATABASE_COUNTING_URL to the address of a role that may, or run a worker instead of "
            "lite."
        )
    from genonaut.worker.inside import schedule_inside  # noqa: PLC0415 - only for lite

    return schedule_inside(settings, counting)


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
