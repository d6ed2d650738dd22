"""A limit on requests at the database, so that waiting for a connection costs no thread."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from genonaut.errors import DatabaseTimeoutError


class ConnectionLimiter:
    """At most `slots` requests at once; the others wait in order, for `patience` seconds.

    Without it, requests that wait for a connection would hold all the threads that requests with a
    connection need to finish: beyond some forty requests, all would stall until a timeout.
    """

    def __init__(self, slots: int, patience: float) -> None:
        self._slots = asyncio.Semaphore(slots)
        self._patience = patience

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """A slot, for the time of the `with`.

        Raises:
            DatabaseTimeoutError: none became free in time.
        """
        try:
            async with asyncio.timeout(self._patience):
                await self._slots.acquire()
        except TimeoutError as error:
            raise DatabaseTimeoutError(
                "All connections to the database are in use. Try again."
            ) from error
        try:
            yield
        finally:
            self._slots.release()
