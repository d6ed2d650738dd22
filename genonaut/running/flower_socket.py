"""Flower on the socket that `genonaut up` holds: started by its first client, ended when idle."""

import socket
import time
from typing import Any, Final

from flower.app import Flower
from tornado.httpserver import HTTPServer
from tornado.ioloop import PeriodicCallback

IDLE_SECONDS: Final = 900.0
CHECK_SECONDS: Final = 60.0


def serve_on(listener: socket.socket, *, end_when_idle: bool) -> None:
    """Have the Flower of this process accept its clients from a socket.

    Its own would be bound after the address was chosen. An open page of Flower sends requests
    all the time, so it is idle when no page is open.
    """

    def start_http_server(app: Any) -> int:  # noqa: ANN401 - Flower has no types
        listener.setblocking(False)
        options: dict[str, Any] = {"ssl_options": app.ssl_options, "xheaders": app.options.xheaders}
        HTTPServer(app, **options).add_socket(listener)
        if end_when_idle:
            _end_when_idle(app)
        return int(listener.getsockname()[1])

    Flower.start_http_server = start_http_server


def _end_when_idle(app: Any) -> None:  # noqa: ANN401
    asked = time.monotonic()
    find_handler = app.find_handler

    def note(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        nonlocal asked
        asked = time.monotonic()
        return find_handler(*arguments, **options)

    def check() -> None:
        if time.monotonic() - asked > IDLE_SECONDS:
            app.stop()

    app.find_handler = note
    PeriodicCallback(check, CHECK_SECONDS * 1000).start()
