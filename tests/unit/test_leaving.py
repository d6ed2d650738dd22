"""A process that ends loses no request that is on its way to it."""

import socket
import threading
from contextlib import closing
from typing import Any

import pytest
import uvicorn

from genonaut.running import http_protocol
from genonaut.running.http_protocol import BoundedProtocol
from tests.support.waiting import PATIENCE_SECONDS, wait_until

REQUEST = b"GET / HTTP/1.1\r\nHost: sea\r\n\r\n"


async def answer(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"sea"})


def read(client: socket.socket) -> bytes:
    """A response."""
    received = b""
    while b"sea" not in received:
        piece = client.recv(4096)
        assert piece, received
        received += piece
    return received


def test_an_idle_connection_may_bring_one_more_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "LINGER_SECONDS", PATIENCE_SECONDS)
    config = uvicorn.Config(answer, http=BoundedProtocol, lifespan="off", log_config=None)
    config.timeout_graceful_shutdown = int(PATIENCE_SECONDS)
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    address = listener.getsockname()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        wait_until(lambda: server.started, "it serves")
        with (
            closing(socket.create_connection(address, PATIENCE_SECONDS)) as used,
            closing(socket.create_connection(address, PATIENCE_SECONDS)) as fresh,
        ):
            used.sendall(REQUEST)
            assert b"connection: close" not in read(used).lower()
            wait_until(lambda: len(server.server_state.connections) == 2, "both are accepted")
            server.should_exit = True
            wait_until(lambda: listener.fileno() == -1, "it has stopped accepting")
            for client in (used, fresh):
                client.sendall(REQUEST)
                assert b"connection: close" in read(client).lower()
                assert client.recv(1) == b"", "that was its last one"
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "with the last connection it ends"
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
