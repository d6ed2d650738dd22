"""Coalescing: requests that wait at the same time share one call."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key")
Result = TypeVar("Result")


class Coalescer(Generic[Key, Result]):
    """Gathers keys while a call is running, and makes the next call for all of them.

    There is one call at a time, and the call for a key begins after that key came. So a result is
    never older than the request for it, however many requests share it.
    """

    def __init__(self, call: Callable[[Sequence[Key]], Awaitable[Result]]) -> None:
        self._call = call
        self._keys: list[Key] = []  # of the next call, with a future for each
        self._futures: list[asyncio.Future[Result]] = []
        self._calling: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def get(self, key: Key) -> Result:
        """The result of a call whose keys include this one; raises what the call raises."""
        # Each request has a future of its own: one that is cancelled leaves the others alone.
        if self._loop is None:  # to ask for it each time is a system call
            self._loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = self._loop.create_future()
        self._keys.append(key)
        self._futures.append(future)
        if self._calling is None or self._calling.done():
            self._calling = asyncio.create_task(self._call_while_keys_wait())
        return await future

    async def _call_while_keys_wait(self) -> None:
        while self._keys:
            keys, self._keys = self._keys, []
            futures, self._futures = self._futures, []
            try:
                result = await self._call(keys)
            except asyncio.CancelledError:
                _cancel(futures)
                raise
            except Exception as error:  # noqa: BLE001 - it belongs to the waiting requests
                for future in _waiting(futures):
                    future.set_exception(error)
                    future.exception()  # retrieved, or asyncio logs it if its request is cancelled
            else:
                for future in _waiting(futures):
                    future.set_result(result)

    async def close(self) -> None:
        """Cancel the running call, and the requests that wait for it or for the next one."""
        if self._calling is not None:
            self._calling.cancel()
            await asyncio.wait({self._calling})
        _cancel(self._futures)


def _waiting(futures: list[asyncio.Future[Result]]) -> list[asyncio.Future[Result]]:
    return [future for future in futures if not future.done()]


def _cancel(futures: list[asyncio.Future[Result]]) -> None:
    for future in futures:
        future.cancel()
