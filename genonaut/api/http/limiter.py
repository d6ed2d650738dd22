"""Taking turns at the database, so that waiting for a connection costs no thread."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from genonaut.errors import DatabaseTimeoutError


class ConnectionLimiter:
    """At most `places` requests at once; the others wait in order, for `patience` seconds.

    Without it, requests that wait for a connection would hold all the threads that those who have
    one need to finish: from some forty requests on, nothing would move until a timeout.
    """

    def __init__(self, places: int, patience: float) -> None:
        self._places = asyncio.Semaphore(places)
        self._patience = patience

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """A place, for the time of the `with`.

        Raises:
            DatabaseTimeoutError: none became free in time.
        """
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError as error:
            raise DatabaseTimeoutError(
                "All connections to the database are in use; try again."
            ) from error
        try:
            yield
        finally:
            self._places.release()
