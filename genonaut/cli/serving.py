"""Serving the gallery in this process: what `genonaut api` does."""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType

import uvicorn
from fastapi import FastAPI

from genonaut.api.monitoring.slots import occupied
from genonaut.app import create_app
from genonaut.config import Settings
from genonaut.counting.background import BackgroundFold
from genonaut.db.counts import COUNTS, may_fold
from genonaut.db.session import Database, open_database
from genonaut.embedded.apart import apart
from genonaut.errors import DatabaseError
from genonaut.logs import configure_logs
from genonaut.running.exposure import who_may
from genonaut.running.http_protocol import BoundedProtocol
from genonaut.running.listening import (
    PREPARE_VARIABLE,
    READY,
    SET_UP,
    address,
    listen,
)
from genonaut.running.output import say

SHUTDOWN_SECONDS = 5  # for clients that do not finish their requests
LEAVING_SECONDS = 600  # for requests that other processes cannot take over, such as an upload


class AnnouncingServer(uvicorn.Server):
    """Prints who may do what, and where it listens, as soon as it does.

    One that is replaced by others on the same socket leaves on SIGHUP: then it has more time to
    finish what it has begun. SIGTERM is for the end of all.
    """

    def __init__(
        self, settings: Settings, app: FastAPI, listener: socket.socket, *, is_replaced: bool
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=BoundedProtocol,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            )
        )
        where = f"http://{address(*listener.getsockname()[:2])}"
        ready = f"{READY} at {where} ({settings.environment}). Ctrl-C stops it."
        self._announcement = f"{who_may(settings)}\n{ready}"
        self._is_replaced = is_replaced
        self._end_streams: Callable[[], None] = app.state.live.end

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # A full collection would scan all objects that the imports made, again and again, and hold
        # up every request for some 50 ms. Those objects stay.
        gc.collect()
        gc.freeze()
        await super().startup(sockets)
        if self._is_replaced:
            signal.signal(signal.SIGHUP, self._leave)
        say(self._announcement)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._end_streams()  # which do not end by themselves
        for server in self.servers:
            server.close()
        # A connection that was accepted in this very turn is made in the next one. Without this it
        # would not be told to end.
        await asyncio.sleep(0)
        await super().shutdown(sockets)

    def _leave(self, _number: int, _frame: FrameType | None) -> None:
        self.config.timeout_graceful_shutdown = LEAVING_SECONDS
        self.should_exit = True


def serve(settings: Settings, handed_over: socket.socket | None) -> None:
    """Serve the API until a signal ends it: on the socket that was handed over, or its own."""
    configure_logs(settings.log)
    with (
        handed_over or listen(settings) as listener,
        _prepared(settings),
        _counting(settings) as counting,
        _scheduled(settings, counting),
        open_database(
            settings,
            pool_size=settings.api.pool_size,
            statement_timeout_seconds=settings.api.statement_timeout_seconds,
            with_replicas=True,
        ) as time_limited,
        occupied() as slot,
    ):
        app = create_app(settings, time_limited, on_long_ledger=_fold(counting), slot=slot)
        server = AnnouncingServer(settings, app, listener, is_replaced=handed_over is not None)
        server.run(sockets=[listener])


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
