"""The API behind a real server, and a client for it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from genonaut.api.live.streams import LiveStreams
from genonaut.app import create_app
from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.running.http_protocol import BoundedProtocol
from tests.support.slow_line import Line, at_once
from tests.support.waiting import PATIENCE_SECONDS, wait_until

OpenApi = Callable[[Settings, Database], httpx.Client]
"""Gets a client of the API on a database: one that is there already, or a new one."""
_requests: set[object] = set()


@contextmanager
def running_api(
    settings: Settings,
    database: Database,
    on_long_ledger: Callable[[], None] | None = None,
    listener: socket.socket | None = None,
    line: Line = at_once,
) -> Iterator[httpx.Client]:
    """A client of the API on the database; both end with the `with`.

    The API listens at a port of its own, or at another socket, which has no use for the client. The
    line is what is between the two.
    """
    app = create_app(settings, database, on_long_ledger=on_long_ledger)
    # Tests share it, and no test is to find that its connection was closed meanwhile.
    config = uvicorn.Config(
        _noted(line(app)),
        http=BoundedProtocol,
        port=0,
        log_config=None,
        access_log=False,
        timeout_keep_alive=3600,
    )
    server = _Server(config)
    server.live = app.state.live
    sockets = [listener] if listener else None
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets})
    thread.start()
    try:
        with httpx.Client(base_url=_address(server, thread), timeout=PATIENCE_SECONDS) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


def wait_until_logged() -> None:
    """Until no server of this process is at a request. A server logs one behind its response."""
    wait_until(lambda: not _requests, "all requests have ended")


def _noted(app: ASGIApp) -> ASGIApp:
    """The application; what it is at is in `_requests`."""

    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        _requests.add(key := object())
        try:
            await app(scope, receive, send)
        finally:
            _requests.discard(key)

    return note


class _Server(uvicorn.Server):
    """Ends streams when it ends, as `genonaut api` does."""

    live: LiveStreams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.live.end()
        await super().shutdown(sockets)


def _address(server: uvicorn.Server, thread: threading.Thread) -> str:
    wait_until(lambda: server.started or not thread.is_alive(), "the server has started")
    assert server.started, "the server ended at its start"
    name = server.servers[0].sockets[0].getsockname()
    return "http://localhost" if isinstance(name, str) else f"http://{name[0]}:{name[1]}"
