"""Request bodies: not too much, not too slowly, and not too many at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from fastapi import HTTPException, Request
from starlette.requests import ClientDisconnect

from genonaut.api.http.body_meter import BodyMeter
from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.errors import ContentTooLargeError, OverloadedError, RequestTimeoutError

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How many bytes a body may have, and how many JSON values."""

    size: int
    values: int

    @property
    def size_in_words(self) -> str:
        """For people."""
        return f"{self.size // MIB} MiB" if self.size >= MIB else f"{self.size // 1024} KiB"


FORM: Final = BodyLimits(64 * 1024, 64 * 1024)
SMALL: Final = BodyLimits(16 * 1024, 200)
"""For a route that takes some names."""
ONE: Final = BodyLimits(MIB, 20_000)
"""For a route that takes one thing."""
MANY: Final = BodyLimits(8 * MIB, 100_000)
"""For a route that takes up to a thousand items."""

MOST_BYTES_HELD: Final = 32 * MIB
"""Of all bodies together, from their first byte to the end of the response."""
LARGE: Final = MIB
LARGE_AT_ONCE: Final = 2
"""Of a large body, several copies exist while it is stored. These are counted by this."""
BODY_SECONDS: Final = 30.0
SLOWEST: Final = 128 * 1024  # bytes per second, on top of that


class Bodies:
    """The bodies that this process holds."""

    def __init__(self) -> None:
        self._held = 0
        self._large = ConnectionLimiter(LARGE_AT_ONCE, patience=10)

    @asynccontextmanager
    async def read(self, request: Request, limits: BodyLimits) -> AsyncIterator[bytes]:
        """A request's body, which is given back at the end of the `with`.

        Raises:
            ContentTooLargeError: it is beyond the limits.
            RequestTimeoutError: it comes too slowly.
            OverloadedError: other bodies need the memory.
        """
        body = bytearray()
        try:
            await self._receive(request, limits, body)
            async with AsyncExitStack() as turn:
                if len(body) > LARGE:
                    await turn.enter_async_context(self._large.slot())
                yield bytes(body)
        finally:
            self._held -= len(body)

    async def _receive(self, request: Request, limits: BodyLimits, body: bytearray) -> None:
        announced = request.headers.get("content-length", "")
        _check_size(int(announced) if announced.isdecimal() else 0, limits)
        meter = BodyMeter(limits.values)
        started = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(BODY_SECONDS) as patience:
                async for piece in request.stream():
                    _check_size(len(body) + len(piece), limits)
                    self._hold(len(piece))
                    body += piece
                    meter.feed(piece)
                    patience.reschedule(started + BODY_SECONDS + len(body) / SLOWEST)
        except TimeoutError as error:
            raise RequestTimeoutError(
                f"The body did not arrive within {BODY_SECONDS:g} seconds: send it faster."
            ) from error
        except ClientDisconnect as error:
            raise HTTPException(400) from error

    def _hold(self, size: int) -> None:
        if self._held + size > MOST_BYTES_HELD:
            raise OverloadedError("Other bodies need the memory.")
        self._held += size


def _check_size(size: int, limits: BodyLimits) -> None:
    if size > limits.size:
        raise ContentTooLargeError(
            f"The body is larger than {limits.size_in_words}: send less at a time."
        )
