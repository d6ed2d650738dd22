"""The response that is a stream: it ends when the client goes, or when the stream does."""

import asyncio
import time
from collections.abc import Coroutine
from contextlib import ExitStack
from typing import Any, Final

from fastapi import Response
from starlette.types import Receive, Scope, Send

from genonaut.api.http.entrance import STREAMING_SINCE
from genonaut.api.live.stream import Stream

_HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "Vary": "Cookie, Authorization",
    "X-Accel-Buffering": "no",  # nginx would hold events back until they fill a buffer
}


class EventStream(Response):
    """Events of a stream, each sent as it comes. `held` is freed at the end."""

    media_type = "text/event-stream"

    def __init__(self, stream: Stream, held: ExitStack) -> None:
        self.status_code = 200
        self.background = None
        self.init_headers(_HEADERS)
        self._stream, self._held = stream, held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        with self._held:
            start = {"status": self.status_code, "headers": self.raw_headers}
            await send({"type": "http.response.start", **start})
            scope["state"][STREAMING_SINCE] = time.perf_counter()
            if scope["method"] == "HEAD":  # which it is again once the response has begun
                await send({"type": "http.response.body"})
            else:
                await _first_of(self._send(send), _client_left(receive))

    async def _send(self, send: Send) -> None:
        while piece := await self._stream.next():
            with self._stream.sending():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body"})


async def _client_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _first_of(*ways: Coroutine[Any, Any, None]) -> None:
    """Wait until one has ended, and end the others."""
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
