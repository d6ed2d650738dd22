"""Asking together: questions that wait at the same time are asked once, for all of them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Answer = TypeVar("Answer")


class Coalescer(Generic[Key, Answer]):
    """Gathers keys while a call is out, and asks for all of them with the next one.

    There is one call at a time, and the one that answers a key begins after that key came. So an
    answer is never older than its question, however many share it.
    """

    def __init__(self, ask: Callable[[set[Key]], Awaitable[Answer]]) -> None:
        self._ask = ask
        self._keys: set[Key] = set()
        self._answer: asyncio.Future[Answer] | None = None  # to those who are being gathered
        self._asking: asyncio.Task[None] | None = None

    async def get(self, key: Key) -> Answer:
        """What a call says whose keys include this one; raises what the call raises."""
        self._keys.add(key)
        if self._answer is None:
            self._answer = asyncio.get_running_loop().create_future()
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_until_nobody_waits())
        # Whoever goes away does not take the others' answer along.
        return await asyncio.shield(self._answer)

    async def _ask_until_nobody_waits(self) -> None:
        while self._answer is not None:
            keys, answer = self._keys, self._answer
            self._keys, self._answer = set(), None
            try:
                answer.set_result(await self._ask(keys))
            except asyncio.CancelledError:
                answer.cancel()
                raise
            except Exception as error:  # noqa: BLE001 - it is for those who asked
                answer.set_exception(error)
                answer.exception()  # so asyncio does not complain if all who asked have gone

    async def close(self) -> None:
        """End the call that is out; whoever waits for it, or for the next one, is cancelled."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait({self._asking})
        if self._answer is not None:
            self._answer.cancel()
