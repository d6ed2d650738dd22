"""Processes that take pictures in, side by side. One that dies or hangs costs its picture only."""

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, TimeoutError  # noqa: A004 - what Pebble raises
from multiprocessing import get_context
from typing import Final

from pebble import ProcessExpired, ProcessPool

from genonaut.embedded.parent import die_with_parent
from genonaut.ingest.records import Reject, printable
from genonaut.ingest.rows import ImportRow
from genonaut.ingest.taking import Manner, TemporaryReject, take

MOST_SECONDS: Final = 120
# Enough that no process waits, and few enough that memory stays flat.
_AHEAD: Final = 4


class TakingPool:
    """The processes; they start with the first picture."""

    def __init__(self, processes: int | None) -> None:
        self._processes = processes or len(os.sched_getaffinity(0))
        context = get_context("forkserver")
        context.set_forkserver_preload(["__main__", "genonaut.ingest.taking"])
        self._pool = ProcessPool(self._processes, initializer=_begin, context=context)

    def take_all(self, manner: Manner, paths: Iterable[str]) -> Iterator[ImportRow | Reject]:
        """What `take` returns for each path, in order; a few are on their way at any time."""
        waiting = deque[tuple[str, Future[ImportRow | Reject]]]()
        for path in paths:
            waiting.append((path, self._pool.schedule(take, (manner, path), timeout=MOST_SECONDS)))
            if len(waiting) > self._processes * _AHEAD:
                yield _result(*waiting.popleft())
        while waiting:
            yield _result(*waiting.popleft())

    def take_called(
        self, manner: Manner, files: Sequence[tuple[str, str]]
    ) -> list[ImportRow | Reject]:
        """What `take` returns for each path and the name that its sender gave it, in order."""
        futures = [
            self._pool.schedule(take, (manner, path, called), timeout=MOST_SECONDS)
            for path, called in files
        ]
        named = [called for _, called in files]
        return [_result(name, future) for name, future in zip(named, futures, strict=True)]

    def close(self) -> None:
        """End the processes, whatever they do."""
        self._pool.stop()  # type: ignore[no-untyped-call] # as Pebble has it
        self._pool.join()


def _result(path: str, future: "Future[ImportRow | Reject]") -> ImportRow | Reject:
    try:
        return future.result()
    except TimeoutError:
        reason = f"not read within {MOST_SECONDS} seconds"
    except ProcessExpired:
        reason = "the process that read it died"
    return TemporaryReject(printable(path), None, reason)


def _begin() -> None:
    # Ctrl-C is for the command, which ends these.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent(signal.SIGKILL)
