"""The coalescer: which callers share a call, which wait for the next, and what errors do."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Sequence

import pytest

from genonaut.api.http.coalescing import Coalescer
from tests.support.waiting import PATIENCE_SECONDS


class Oracle:
    """Answers when it is told to, and remembers for whom it was asked."""

    def __init__(self) -> None:
        self.calls: list[set[str]] = []
        self.may_answer = asyncio.Event()
        self.trouble: Exception | None = None

    async def ask(self, keys: Sequence[str]) -> int:
        self.calls.append(set(keys))
        number = len(self.calls)
        await self.may_answer.wait()
        if self.trouble:
            raise self.trouble
        return number


def run(test: Callable[[Oracle, Coalescer[str, int]], Awaitable[None]]) -> None:
    async def main() -> None:
        oracle = Oracle()
        await test(oracle, Coalescer(oracle.ask))

    asyncio.run(asyncio.wait_for(main(), PATIENCE_SECONDS))


async def begun(coalescer: Coalescer[str, int], *keys: str) -> list[asyncio.Task[int]]:
    """Questions that wait, and have had the time to be asked."""
    tasks = [asyncio.create_task(coalescer.get(key)) for key in keys]
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks


def test_callers_that_arrive_together_share_one_call() -> None:
    async def test(oracle: Oracle, coalescer: Coalescer[str, int]) -> None:
        tasks = await begun(coalescer, "ada", "grace", "ada")
        oracle.may_answer.set()
        assert await asyncio.gather(*tasks) == [1, 1, 1]
        assert oracle.calls == [{"ada", "grace"}]

    run(test)


def test_a_caller_that_arrives_during_a_call_waits_for_the_next() -> None:
    async def test(oracle: Oracle, coalescer: Coalescer[str, int]) -> None:
        first = await begun(coalescer, "ada")
        later = await begun(coalescer, "ada", "grace")
        assert oracle.calls == [{"ada"}], "one call at a time"
        oracle.may_answer.set()
        assert await asyncio.gather(*first, *later) == [1, 2, 2]
        assert oracle.calls == [{"ada"}, {"ada", "grace"}]

    run(test)


def test_a_caller_whose_key_is_in_the_running_call_waits_for_the_next() -> None:
    """Its result is not older than its request, though the running call will know its key."""

    async def test(oracle: Oracle, coalescer: Coalescer[str, int]) -> None:
        first = await begun(coalescer, "ada")
        later = await begun(coalescer, "ada")
        oracle.may_answer.set()
        assert await asyncio.gather(*first, *later) == [1, 2]
        assert oracle.calls == [{"ada"}, {"ada"}]

    run(test)


def test_an_error_is_raised_for_the_callers_of_that_call_only() -> None:
    async def test(oracle: Oracle, coalescer: Coalescer[str, int]) -> None:
        tasks = await begun(coalescer, "ada", "grace")
        oracle.trouble = ValueError("no")
        oracle.may_answer.set()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert found == [oracle.trouble] * 2
        oracle.trouble = None
        assert await coalescer.get("ada") == 2

    run(test)


def test_a_cancelled_caller_does_not_cancel_the_others() -> None:
    async def test(oracle: Oracle, coalescer: Coalescer[str, int]) -> None:
        ada, grace = await begun(coalescer, "ada", "grace")
        ada.cancel()
        with pytest.raises(asyncio.CancelledError):
            await ada
        oracle.may_answer.set()
        assert await grace == 1

    run(test)


def test_an_error_without_a_waiting_caller_is_not_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def test(oracle: Oracle, coalescer: Coalescer[str, int]) -> None:
        (ada,) = await begun(coalescer, "ada")
        oracle.trouble = ValueError("no")
        ada.cancel()
        oracle.may_answer.set()
        await asyncio.sleep(0.01)
        oracle.trouble = None
        assert await coalescer.get("grace") == 2
        gc.collect()

    run(test)
    assert caplog.records == []


def test_closing_ends_the_call_and_all_waiting() -> None:
    async def test(oracle: Oracle, coalescer: Coalescer[str, int]) -> None:
        first = await begun(coalescer, "ada")
        later = await begun(coalescer, "grace")
        await coalescer.close()
        found = await asyncio.gather(*first, *later, return_exceptions=True)
        assert [type(error) for error in found] == [asyncio.CancelledError] * 2
        assert oracle.calls == [{"ada"}]

    run(test)


def test_closing_what_was_never_used() -> None:
    async def test(_oracle: Oracle, coalescer: Coalescer[str, int]) -> None:
        await coalescer.close()

    run(test)
