"""Load over HTTP: connections that send their next request when they have a response.

    python -m benchmarks.side_by_side.load.http < load.json

A process of its own that imports little, because it shares the processors with what it measures.
It compares the beginning of every response with what must be there: a fast wrong response does not
count.
"""

import asyncio
import itertools
import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import cast

import uvloop

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
END_OF_HEADERS = b"\r\n\r\n"
OK = b"HTTP/1.1 200 "


@dataclass
class Load:
    """What to send to which ports, in turn, and how each response's body must begin."""

    ports: list[int]
    connections: int
    seconds: float
    requests: list[tuple[str, str]]  # path, beginning of the response's body
    warm_up_seconds: float = 0.2
    patience_seconds: float = 2.0  # for responses that are missing at the end


@dataclass
class Outcome:
    """What came back. A response that was given up counts with the time until then."""

    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    unanswered: int = 0
    responses: int = 0  # also while it warms up
    wrong: int = 0
    example: str = ""

    @property
    def per_second(self) -> float:
        """The counted responses per second."""
        return len(self.milliseconds) / self.seconds


class Connection(asyncio.Protocol):
    """A connection with one request under way, until it is stopping and one has counted."""

    def __init__(self, requests: Iterator[tuple[bytes, bytes]], outcome: Outcome) -> None:
        self._requests = requests
        self._outcome = outcome
        self._received = b""
        self._expected = b""
        self._sent = 0.0
        self.done = asyncio.get_running_loop().create_future()
        self.counting_since = float("inf")
        self.counted = 0
        self.stopping = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def _send(self) -> None:
        request, self._expected = next(self._requests)
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received = received = self._received + data if self._received else data
        headers = received.find(END_OF_HEADERS)
        if headers < 0:
            return
        length = LENGTH.search(received, 0, headers + 2)
        body = headers + len(END_OF_HEADERS)
        if length is None or len(received) < body + int(length[1]):
            return
        self._received = b""
        if not (received.startswith(OK) and received.startswith(self._expected, body)):
            self._outcome.wrong += 1
            self._outcome.example = f"{received[body:]!r} instead of {self._expected!r}"
        self._outcome.responses += 1
        self._note(time.perf_counter())
        if self.stopping and self.counted:
            self.done.set_result(None)
        else:
            self._send()

    def _note(self, now: float) -> None:
        if self._sent >= self.counting_since:
            self.counted += 1
            self._outcome.milliseconds.append((now - self._sent) * 1000)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self._outcome.wrong += 1
            self._outcome.example = f"the connection was closed ({error})"
            self.done.set_result(None)

    def give_up(self) -> None:
        """Stop waiting for a response, if one is missing."""
        if not self.done.done():
            self.done.set_result(None)
            self._outcome.unanswered += 1
            self._outcome.milliseconds.append((time.perf_counter() - self._sent) * 1000)
        self._transport.abort()


async def run(load: Load) -> Outcome:
    """Send the load."""
    outcome = Outcome()
    loop = asyncio.get_running_loop()
    requests = itertools.cycle([(_request(path), body.encode()) for path, body in load.requests])
    ports = itertools.islice(itertools.cycle(load.ports), load.connections)
    connections = []
    for port in ports:
        made = await loop.create_connection(
            lambda: Connection(requests, outcome), "127.0.0.1", port
        )
        connections.append(made[1])
    await asyncio.sleep(load.warm_up_seconds)
    started = time.perf_counter()
    for connection in connections:
        connection.counting_since = started
    await asyncio.sleep(load.seconds)
    for connection in connections:
        connection.stopping = True
    await asyncio.wait([c.done for c in connections], timeout=load.patience_seconds)
    outcome.seconds = time.perf_counter() - started
    for connection in connections:
        connection.give_up()
    return outcome


def _request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def main() -> None:
    outcome = uvloop.run(run(Load(**json.load(sys.stdin))))
    json.dump(asdict(outcome), sys.stdout)


if __name__ == "__main__":
    main()
