"""Values that are fetched when they are needed, and then kept for a while."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """A value that is fetched again when it is too old, once for all who wait for it."""

    def __init__(self, fetch: Callable[[], Awaitable[Value]], seconds: float) -> None:
        self._fetch = fetch
        self._seconds = seconds
        self._value: Value | None = None
        self._fetched = -math.inf
        self._fetching: asyncio.Task[Value] | None = None

    def fresh(self, seconds: float | None = None) -> Value | None:
        """The value, if it is there and not too old."""
        limit = self._seconds if seconds is None else seconds
        return self._value if time.monotonic() - self._fetched < limit else None

    async def get(self, seconds: float | None = None) -> Value:
        """The value, fetched again if it is older than this. Raises what fetching raises."""
        value = self.fresh(seconds)
        if value is not None:
            return value
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._renew())
            self._fetching.add_done_callback(_retrieve)
        # A request that is cancelled must not cancel what others wait for.
        return await asyncio.shield(self._fetching)

    async def _renew(self) -> Value:
        value = await self._fetch()
        self._value, self._fetched = value, time.monotonic()
        return value


def _retrieve(task: "asyncio.Task[Value]") -> None:
    """Look at the error. Otherwise asyncio logs it, if no request waits for it any more."""
    if not task.cancelled():
        task.exception()
