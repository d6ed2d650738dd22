"""A limit on requests at the database, so that waiting for a connection costs no thread."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from genonaut.errors import OverloadedError

_WEIGHT = 0.1  # of the newest request in the mean


class ConnectionLimiter:
    """At most `slots` requests at once; the others wait in order, for `patience` seconds.

    Without it, requests that wait for a connection would hold all the threads that requests with a
    connection need to finish: beyond some forty requests, all would stall until a timeout.

    A request that would wait longer than its patience is refused at once. Waiting would not help
    it, and each that waits in vain delays those behind it.
    """

    def __init__(self, slots: int, patience: float) -> None:
        self._slots = asyncio.Semaphore(slots)
        self._number = slots
        self._patience = patience
        self._waiting = 0
        self._seconds = 0.0  # that a request has its place, on the average

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """A slot, for the time of the `with`.

        Raises:
            OverloadedError: none became free in time, or none would.
        """
        if self._slots.locked() and self._expected_wait() > self._patience:
            raise OverloadedError("More requests are waiting than can be answered in time.")
        await self._wait()
        began = time.monotonic()
        try:
            yield
        finally:
            self._slots.release()
            self._seconds += _WEIGHT * (time.monotonic() - began - self._seconds)

    def _expected_wait(self) -> float:
        return (self._waiting + 1) * self._seconds / self._number

    async def _wait(self) -> None:
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._slots.acquire()
        except TimeoutError as error:
            raise OverloadedError("No connection to the database became free in time.") from error
        finally:
            self._waiting -= 1
