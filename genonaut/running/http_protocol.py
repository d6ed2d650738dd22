"""HTTP at the socket: how much a client may send before it is understood, and how slowly.

uvicorn's own protocol takes headers of any size for any time, and the parser appends each piece
with a copy, so one header of 100 MB stops the process for half a minute. Here a request's head is
counted as it comes. Past a limit, the client gets a response in the shape of the API's errors, and
the connection is closed; no application code has run by then.
"""

import json
from asyncio import TimerHandle, Transport
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, cast
from uuid import uuid4

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from genonaut.api.http.peers import peer_of, remember_peer
from genonaut.running.one_piece import OnePiece

LARGEST_HEAD: Final = 64 * 1024
LARGEST_URL: Final = 16 * 1024
MOST_HEADERS: Final = 100
LINGER_SECONDS: Final = 1.0
"""For a request that is on its way when the process decides to end."""
HEAD_SECONDS: Final = 10.0
"""From the first byte of a connection, or of a further request on it, to the end of the head."""


class HeadLimitError(httptools.HttpParserError):
    """The head is larger than it may be."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with limits of bytes, headers and seconds for a request's head."""

    _deadline: TimerHandle | None = None
    _head_bytes = 0
    _in_head = True
    _is_last = False
    _peer: str | None = None
    _abort: Callable[[], None] | None = None
    _refusal: HeadLimitError | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._peer, self._abort = peer_of(transport), transport.abort
        self._wait_for_the_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Have it parsed, and count it if the head is not complete by then."""
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        # A first piece may have begun with the end of a body: at most one read of the socket.
        self._head_bytes += len(data)
        if self._deadline is None:
            self._wait_for_the_head()
        if self._head_bytes > LARGEST_HEAD:
            self.refuse(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                f"The headers are larger than {LARGEST_HEAD >> 10} KiB: send fewer.",
            )

    def on_message_begin(self) -> None:
        """A further request begins, perhaps while an earlier one is answered."""
        super().on_message_begin()
        remember_peer(self.scope["state"], self._peer, self._abort)
        self._in_head, self._head_bytes = True, 0

    def on_url(self, url: bytes) -> None:
        """Take a piece of the address."""
        super().on_url(url)
        if len(self.url) > LARGEST_URL:
            self._stop(
                HTTPStatus.REQUEST_URI_TOO_LONG,
                f"The address is longer than {LARGEST_URL >> 10} KiB: ask for less at a time.",
            )

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        super().on_header(name, value)
        if len(self.headers) > MOST_HEADERS:
            self._stop(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                f"There are more than {MOST_HEADERS} headers: send fewer.",
            )

    def on_headers_complete(self) -> None:
        """The head is there; the body is for the application to limit."""
        self._end_head()
        earlier = self.cycle
        super().on_headers_complete()
        if self.cycle is not None and self.cycle is not earlier:
            if self._is_last:
                self.cycle.keep_alive = False
            self._answer_in_one_piece(self.cycle)

    def shutdown(self) -> None:
        """Close the connection with the response that is under way, or with one more.

        An idle client may have sent a request already, and would lose it if its connection was
        closed at once.
        """
        self._is_last = True
        if self._is_answering():
            super().shutdown()
        else:
            self.loop.call_later(LINGER_SECONDS, self._close_if_idle)

    def _close_if_idle(self) -> None:
        begun = self._in_head and self._head_bytes  # its deadline is set
        if not begun and not self._is_answering():
            self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _answer_in_one_piece(self, cycle: RequestResponseCycle) -> None:
        # The application has not begun: its task runs after what parses this request.
        transport, finish = OnePiece(self.transport), cycle.on_response

        def on_response() -> None:
            transport.flush()
            finish()

        cycle.transport, cycle.on_response = cast("Transport", transport), on_response

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words
        """Say why the parser gave up: a limit of ours, or what is no HTTP."""
        if self._refusal:
            self.refuse(self._refusal.status, self._refusal.detail)
        else:
            self.refuse(HTTPStatus.BAD_REQUEST, "This is not a valid HTTP request.")

    def refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer in the shape of every error, and close the connection."""
        self._end_head()
        request_id = uuid4().hex
        noun = status.name.lower()
        body = json.dumps({"error": noun, "detail": detail, "request_id": request_id}).encode()
        lines = (
            f"HTTP/1.1 {status.value} {status.phrase}",
            "content-type: application/json",
            f"content-length: {len(body)}",
            f"x-request-id: {request_id}",
            "x-content-type-options: nosniff",
            "connection: close",
        )
        self.transport.write("\r\n".join((*lines, "", "")).encode() + body)
        self.transport.close()

    def _stop(self, status: HTTPStatus, detail: str) -> None:
        # An exception from a callback ends the parsing; the parser wraps it in one of its own.
        self._refusal = HeadLimitError(status, detail)
        raise self._refusal

    def _wait_for_the_head(self) -> None:
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _end_head(self) -> None:
        self._in_head = False
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self._in_head and not self.transport.is_closing():
            self.refuse(
                HTTPStatus.REQUEST_TIMEOUT,
                f"The headers did not arrive within {HEAD_SECONDS:g} seconds: send them faster.",
            )
