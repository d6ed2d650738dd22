"""Coalescing: requests that wait at the same time share one call."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Result = TypeVar("Result")


class Coalescer(Generic[Key, Result]):
    """Gathers keys while a call is running, and makes the next call for all of them.

    There is one call at a time, and the call for a key begins after that key came. So a result is
    never older than the request for it, however many requests share it.
    """

    def __init__(self, call: Callable[[set[Key]], Awaitable[Result]]) -> None:
        self._call = call
        self._keys: set[Key] = set()
        self._result: asyncio.Future[Result] | None = None  # of the next call, once a key waits
        self._calling: asyncio.Task[None] | None = None

    async def get(self, key: Key) -> Result:
        """The result of a call whose keys include this one; raises what the call raises."""
        self._keys.add(key)
        if self._result is None:
            self._result = asyncio.get_running_loop().create_future()
        if self._calling is None or self._calling.done():
            self._calling = asyncio.create_task(self._call_while_keys_wait())
        # A request that is cancelled must not cancel the call that others wait for.
        return await asyncio.shield(self._result)

    async def _call_while_keys_wait(self) -> None:
        while self._result is not None:
            keys, result = self._keys, self._result
            self._keys, self._result = set(), None
            try:
                result.set_result(await self._call(keys))
            except asyncio.CancelledError:
                result.cancel()
                raise
            except Exception as error:  # noqa: BLE001 - it belongs to the waiting requests
                result.set_exception(error)
                result.exception()  # retrieved, or asyncio logs it if no request waits any more

    async def close(self) -> None:
        """Cancel the running call, and the requests that wait for it or for the next one."""
        if self._calling is not None:
            self._calling.cancel()
            await asyncio.wait({self._calling})
        if self._result is not None:
            self._result.cancel()
