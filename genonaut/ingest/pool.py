"""Processes that take pictures in, side by side. One that dies or hangs costs its picture only."""

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, TimeoutError  # noqa: A004 - what Pebble raises
from functools import partial
from multiprocessing import get_context
from typing import Any, Final, TypeVar

from pebble import ProcessExpired, ProcessPool

from genonaut.embedded.parent import die_with_parent
from genonaut.ingest.records import Reject, printable
from genonaut.ingest.rows import ImportRow
from genonaut.ingest.taking import Manner, TemporaryReject, take

Job = TypeVar("Job")
Result = TypeVar("Result")

MOST_SECONDS: Final = 120
# Enough that no process waits, and few enough that memory stays flat.
_AHEAD: Final = 4


class TakingPool:
    """The processes; they start with the first picture."""

    def __init__(self, processes: int | None) -> None:
        self._processes = processes or len(os.sched_getaffinity(0))
        self._pool = _new_pool(self._processes)

    def take_all(self, manner: Manner, paths: Iterable[str]) -> Iterator[ImportRow | Reject]:
        """What `take` returns for each path, in order."""
        for path, taken in self.each(partial(take, manner), paths):
            yield _row_or_reject(path, taken)

    def each(
        self, work: Callable[[Job], Result], jobs: Iterable[Job]
    ) -> Iterator[tuple[Job, Result | str]]:
        """Every job with its result, in order, or why there is none; a few are on their way."""
        waiting = deque[tuple[Job, Future[Result]]]()
        for job in jobs:
            waiting.append((job, self._pool.schedule(work, (job,), timeout=MOST_SECONDS)))
            if len(waiting) > self._processes * _AHEAD:
                first, future = waiting.popleft()
                yield first, _result(future)
        for job, future in waiting:
            yield job, _result(future)

    def take_called(
        self, manner: Manner, files: Sequence[tuple[str, str]]
    ) -> list[ImportRow | Reject]:
        """What `take` returns for each path and the name that its sender gave it, in order."""
        futures = [
            self._pool.schedule(take, (manner, path, called), timeout=MOST_SECONDS)
            for path, called in files
        ]
        named = [called for _, called in files]
        results = map(_result, futures)
        return [_row_or_reject(*each) for each in zip(named, results, strict=True)]

    def rest(self) -> None:
        """End the processes until there is another picture."""
        self.close()
        self._pool = _new_pool(self._processes)

    def close(self) -> None:
        """End the processes, also those that are at work."""
        self._pool.stop()  # type: ignore[no-untyped-call] # as Pebble has it
        self._pool.join()


def _new_pool(processes: int) -> ProcessPool:
    context = get_context("forkserver")
    context.set_forkserver_preload(["__main__", "genonaut.ingest.taking"])
    return ProcessPool(processes, initializer=_begin, context=context)


def _row_or_reject(path: str, taken: ImportRow | Reject | str) -> ImportRow | Reject:
    return TemporaryReject(printable(path), None, taken) if isinstance(taken, str) else taken


def _result(future: "Future[Any]") -> Any:  # noqa: ANN401 - mypy takes it for the union
    try:
        return future.result()
    except TimeoutError:
        return f"not read within {MOST_SECONDS} seconds"
    except ProcessExpired:
        return "the process that read it died"


def _begin() -> None:
    # Ctrl-C is for the command, which ends these.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent(signal.SIGKILL)
    # What was loaded before the fork stays shared: looking through it for garbage would copy it.
    gc.freeze()
