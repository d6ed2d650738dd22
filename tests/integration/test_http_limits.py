"""A request's head: counted and timed before any code of the application runs."""

import json
import socket
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from genonaut.running import http_protocol
from tests.support.waiting import PATIENCE_SECONDS

BEGIN = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n"
END = b"Connection: close\r\n\r\n"


def answer(client: httpx.Client, pieces: Iterable[bytes]) -> tuple[int, dict[str, str]]:
    """Send bytes over a connection of their own; the status and body of the response."""
    parts = urlsplit(str(client.base_url))
    with socket.create_connection((parts.hostname, parts.port or 80), PATIENCE_SECONDS) as sent:
        try:
            for piece in pieces:
                sent.sendall(piece)
        except ConnectionError:
            pass  # it was refused before its end, which is as it should be
        received = b""
        try:
            while piece := sent.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def pieces(number: int, size: int) -> Iterator[bytes]:
    yield BEGIN + b"X-A: "
    for _ in range(number):
        yield b"a" * size


def test_a_header_of_a_usual_size_is_taken(client: httpx.Client) -> None:
    status, _ = answer(client, [BEGIN + b"Cookie: " + b"a" * 8000 + b"\r\n" + END])
    assert status == 200


@pytest.mark.parametrize(
    ("sent", "status", "error"),
    [
        pytest.param(
            [*pieces(16, 1 << 16), b"\r\n" + END], 431, "headers", id="one header of 1 MiB"
        ),
        pytest.param(list(pieces(64, 1 << 20)), 431, "headers", id="one header of 64 MiB"),
        pytest.param(
            [BEGIN + b"".join(b"X-%d: 1\r\n" % n for n in range(10_000)) + END],
            431,
            "headers",
            id="10,000 headers",
        ),
        pytest.param(
            [b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n" + END],
            414,
            "address",
            id="a long address",
        ),
        pytest.param([b"GET / HTTP/1.1\r\nno colon\r\n\r\n"], 400, "not a valid", id="no HTTP"),
        pytest.param([bytes(range(256)) * 4], 400, "not a valid", id="garbage"),
    ],
)
def test_what_is_too_much_is_refused_in_the_shape_of_every_error(
    client: httpx.Client, sent: list[bytes], status: int, error: str
) -> None:
    found, body = answer(client, sent)
    assert found == status
    assert body.keys() == {"error", "detail", "request_id"}
    assert error in body["detail"]
    assert client.get("/health").status_code == 200


def test_a_head_that_does_not_come_is_cut_off(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.2)

    def slow() -> Iterator[bytes]:
        yield BEGIN
        for _ in range(40):
            time.sleep(0.05)
            yield b"X-A: 1\r\n"

    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda _: answer(client, slow())[0], range(20)))
    assert found == [408] * 20


def test_pipelined_requests_are_each_counted_by_themselves(client: httpx.Client) -> None:
    many = [BEGIN + b"Cookie: " + b"a" * 1000 + b"\r\n\r\n"] * 100
    parts = urlsplit(str(client.base_url))
    with socket.create_connection((parts.hostname, parts.port or 80), PATIENCE_SECONDS) as sent:
        sent.sendall(b"".join(many) + BEGIN + END)
        received = b""
        while piece := sent.recv(65536):
            received += piece
    assert received.count(b"HTTP/1.1 200 OK") == 101
